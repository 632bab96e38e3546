//! The audit log over HTTP, for administrators.

use crate::api::core::body::{Query, page_request};
use crate::api::core::error::ApiResult;
use crate::api::core::page::page;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::domain::model::{AuditFilter, AuditRecord, AuditVerdict};
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// One entry: who did what to which thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Number of the entry in the chain, starting at 1.
    pub number: u64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Name of the user or token that acted, or the server itself.
    pub actor: String,
    /// Kind of actor: user, token, local, system.
    #[schema(example = "user")]
    pub actor_kind: String,
    /// What was done: the id of the operation.
    #[schema(example = "task_update")]
    pub action: String,
    /// Kind of thing that was acted on.
    #[schema(example = "task")]
    pub target_kind: String,
    /// Name or id of the thing.
    pub target: String,
    /// Details, without secrets.
    pub detail: Value,
    /// Id of the request that did it.
    pub request_id: Option<String>,
    /// Hash of this entry and the one before it (SHA-256, hex).
    pub hash: String,
}
page!(
    /// A page of audit entries, newest first.
    AuditPage,
    AuditEntry
);

/// Filters of the audit log.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only entries of this actor.
    #[param(max_length = 100)]
    pub actor: Option<String>,
    /// Only entries with this action.
    #[param(max_length = 100)]
    pub action: Option<String>,
    /// Only entries about this thing.
    #[param(max_length = 100)]
    pub target: Option<String>,
}

/// Result of checking the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditVerification {
    /// Whether every entry fits the one before it.
    pub ok: bool,
    /// Number of entries that were checked.
    pub checked_count: u64,
    /// Number of the first entry that does not fit.
    pub first_bad: Option<u64>,
    /// The result in a sentence.
    pub detail: String,
}

/// List audit entries, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditListQuery),
    responses((status = 200, description = "A page of entries", body = AuditPage)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn audit_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<AuditListQuery>,
) -> ApiResult<Json<AuditPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let AuditListQuery { actor, action, target, .. } = query;
    let filter = AuditFilter { actor, action, target, ..AuditFilter::default() };
    let listed = state.app.audit_list(&caller, &filter, &page).await?;
    Ok(Json(listed.map(entry_out).into()))
}

/// Check the chain of audit entries for edits, deletions and reordering.
#[utoipa::path(get, path = "/audit/verification", tag = "audit",
    responses((status = 200, description = "The result", body = AuditVerification)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn audit_verify(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<AuditVerification>> {
    let AuditVerdict { count, broken_at, head } = state.app.audit_verify(&caller).await?;
    let detail = match broken_at {
        None => format!("all {count} entries fit; the newest has the hash {head}"),
        Some(number) => format!("entry {number} was changed, moved, or follows a deleted one"),
    };
    Ok(Json(AuditVerification { ok: broken_at.is_none(), checked_count: count, first_bad: broken_at, detail }))
}

fn entry_out(record: AuditRecord) -> AuditEntry {
    let entry = record.entry;
    AuditEntry {
        number: record.number,
        at: entry.at,
        actor: entry.actor,
        actor_kind: entry.actor_kind,
        action: entry.action,
        target_kind: entry.target_kind,
        target: entry.target,
        detail: entry.detail,
        request_id: entry.request_id,
        hash: record.hash,
    }
}
