//! The audit log over HTTP (administrators).

use super::page::page;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// One entry: who did what to which thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Number in the chain, from 1.
    pub number: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: a user, a token, or the server itself.
    pub actor: String,
    /// Kind of actor: user, token, local, system.
    #[schema(example = "user")]
    pub actor_kind: String,
    /// What was done: the operation's id.
    #[schema(example = "task_update")]
    pub action: String,
    /// Kind of thing it was done to.
    #[schema(example = "task")]
    pub target_kind: String,
    /// The thing.
    pub target: String,
    /// Details, without secrets.
    pub detail: Value,
    /// Request that did it.
    pub request_id: Option<String>,
    /// Hash of this entry and the one before (SHA-256, hex).
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
    /// Most items in the answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only entries of this actor.
    #[param(max_length = 100)]
    pub actor: Option<String>,
    /// Only this action.
    #[param(max_length = 100)]
    pub action: Option<String>,
    /// Only this thing.
    #[param(max_length = 100)]
    pub target: Option<String>,
}

/// Result of checking the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditVerification {
    /// Whether every entry fits the one before.
    pub ok: bool,
    /// Entries checked.
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
pub async fn audit_list() {}

/// Check the chain of audit entries for edits, deletions and reordering.
#[utoipa::path(get, path = "/audit/verification", tag = "audit",
    responses((status = 200, description = "The result", body = AuditVerification)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn audit_verify() {}
