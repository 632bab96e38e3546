//! Triggers over HTTP: their state, new secrets for webhooks, and the calls themselves.
//!
//! Deliberately absent: creating a trigger, because it is part of its task. Start reading at `hooks`.

pub(in crate::api) mod convert;
pub(in crate::api) mod hooks;
pub mod wire;

use super::core::body::{Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::PageQuery;
use super::core::page::page;
use super::core::state::ApiState;
use crate::app::triggers::TriggerView;
use crate::app::{self, Caller};
use crate::domain::model::Cursor;
use crate::domain::triggers::TriggerRule;
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Operations on triggers.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(trigger_list)).routes(routes!(trigger_rotate))
}

/// A trigger and its present state.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriggerStatus {
    /// UUID of the trigger, which stays as long as the key stays.
    pub id: Uuid,
    /// Key within the task.
    pub key: String,
    /// Kind: webhook, file or task.
    #[schema(example = "webhook")]
    pub kind: String,
    /// Whether the trigger is enabled.
    pub enabled: bool,
    /// Path of a webhook's address on this server, without its secret.
    pub url: Option<String>,
    /// When the address or secret was created; null: a webhook that has none yet.
    pub rotated_at: Option<DateTime<Utc>>,
    /// When the trigger last made a run.
    pub last_run_at: Option<DateTime<Utc>>,
    /// Why the trigger cannot work; null: it can.
    pub problem: Option<String>,
}

page!(
    /// The triggers of a task, in the order of the definition.
    TriggerPage,
    TriggerStatus
);

/// A new address or secret of a webhook, shown only this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriggerSecret {
    /// Path of the address on this server. If the address is the secret, it is included.
    pub url: Option<String>,
    /// The shared secret for signatures.
    pub secret: Option<String>,
}

/// List the triggers of a task and their state.
#[utoipa::path(get, path = "/tasks/{task}/triggers", tag = "task", params(("task" = String, Path, description = "Name or id of the task"), PageQuery),
    responses((status = 200, description = "A page of triggers", body = TriggerPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn trigger_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<TriggerPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let skipped = page.cursor.as_ref().map(Cursor::as_number).transpose().map_err(app::Error::from)?;
    let from = skipped.map_or(0, |(index, _)| usize::try_from(index).unwrap_or_default());
    let listed = state.app.trigger_list(&caller, &task).await?;
    let until = from.saturating_add(page.limit as usize);
    let next_cursor = (until < listed.len()).then(|| Cursor::unique(until as i64).to_string());
    let items = listed.into_iter().skip(from).take(page.limit as usize).map(status_out).collect();
    Ok(Json(TriggerPage { items, next_cursor }))
}

/// Create a new address or secret for a webhook. The old one stops working at once.
#[utoipa::path(post, path = "/tasks/{task}/triggers/{trigger}/rotate", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), ("trigger" = String, Path, description = "Key of the trigger")),
    responses((status = 200, description = "Address or secret, shown only this once", body = TriggerSecret)),
    extensions(("x-permission" = json!("define"))))]
pub async fn trigger_rotate(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path((task, trigger)): Path<(String, String)>,
) -> ApiResult<Json<TriggerSecret>> {
    let made = state.app.trigger_rotate(&caller, &task, &trigger).await?;
    let secret = made.secret.map(|secret| secret.expose().to_owned());
    Ok(Json(TriggerSecret { url: Some(made.path.expose().to_owned()), secret }))
}

fn status_out(view: TriggerView) -> TriggerStatus {
    let TriggerView { definition, record, problem } = view;
    let webhook = matches!(definition.rule, TriggerRule::Webhook { .. });
    TriggerStatus {
        id: record.id.0,
        kind: definition.rule.kind().to_owned(),
        enabled: definition.enabled,
        url: webhook.then(|| format!("/hooks/{}", record.id.0.simple())),
        rotated_at: record.rotated_at,
        last_run_at: record.last_run_at,
        problem,
        key: definition.key,
    }
}
