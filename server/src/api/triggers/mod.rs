//! Triggers over HTTP: their state, new secrets for webhooks, the log of calls, and the calls themselves.
//!
//! Deliberately absent: creating a trigger, because it is part of its task. Start reading at `hooks`.

pub(in crate::api) mod convert;
pub(in crate::api) mod hooks;
pub mod wire;

use super::core::answer::Reason;
use super::core::body::{Body, Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::PageQuery;
use super::core::page::page;
use super::core::state::ApiState;
use crate::app::triggers::TriggerView;
use crate::app::{self, Caller};
use crate::domain::model::{Cursor, HookCallRecord};
use crate::domain::triggers::TriggerRule;
use crate::domain::triggers::words::{HookVerdict, WebhookSender};
use crate::security::secret::Secret;
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Operations on triggers.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(trigger_list))
        .routes(routes!(trigger_rotate))
        .routes(routes!(trigger_call_list))
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
    pub problem: Option<Reason>,
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
    /// The shared secret for signatures, if Orc made it.
    pub secret: Option<String>,
    /// The verify token for Meta's dashboard; null for all other senders.
    pub verify_token: Option<String>,
}

/// What a new secret is to be.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriggerRotate {
    /// The secret for signatures, if the sender made it (Stripe, Slack, Shopify, Dropbox, Meta) or you chose it. Null:
    /// Orc makes one. It is stored sealed and never shown again.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 512)]
    pub secret: Option<Secret>,
}

/// A call of a webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriggerCall {
    /// When it came; of several alike, the last one.
    pub called_at: DateTime<Utc>,
    /// Address of the client.
    #[schema(example = "140.82.115.10")]
    pub address: String,
    /// By whose rules it was checked.
    #[schema(inline = false)]
    pub sender: WebhookSender,
    /// What became of it.
    #[schema(inline = false)]
    pub verdict: HookVerdict,
    /// UUID of the run that it made, or that it repeated.
    pub run_id: Option<Uuid>,
    /// The sender's name for the delivery.
    pub delivery: Option<String>,
    /// Size of the body in bytes.
    pub body_bytes: u64,
    /// How many calls it stands for. Only calls without proof are counted together.
    pub count: u32,
}

page!(
    /// The newest calls of a webhook, newest first.
    TriggerCallPage,
    TriggerCall
);

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
    let (items, next_cursor) = part(&query, state.app.trigger_list(&caller, &task).await?)?;
    Ok(Json(TriggerPage { items: items.into_iter().map(status_out).collect(), next_cursor }))
}

/// The requested part of a short list, and the cursor of the next one.
fn part<T>(query: &PageQuery, listed: Vec<T>) -> ApiResult<(Vec<T>, Option<String>)> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let skipped = page.cursor.as_ref().map(Cursor::as_number).transpose().map_err(app::Error::from)?;
    let from = skipped.map_or(0, |(index, _)| usize::try_from(index).unwrap_or_default());
    let until = from.saturating_add(page.limit as usize);
    let next_cursor = (until < listed.len()).then(|| Cursor::unique(until as i64).to_string());
    Ok((listed.into_iter().skip(from).take(page.limit as usize).collect(), next_cursor))
}

/// List the newest calls of a webhook and what became of each: at most 50 with a right proof, and 10 without. The log has
/// no secrets, bodies or queries, and the last seconds are lost if the server is killed.
#[utoipa::path(get, path = "/tasks/{task}/triggers/{trigger}/calls", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), ("trigger" = String, Path, description = "Key of the trigger"), PageQuery),
    responses((status = 200, description = "A page of calls", body = TriggerCallPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn trigger_call_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path((task, trigger)): Path<(String, String)>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<TriggerCallPage>> {
    let (items, next_cursor) = part(&query, state.app.trigger_call_list(&caller, &task, &trigger).await?)?;
    Ok(Json(TriggerCallPage { items: items.into_iter().map(call_out).collect(), next_cursor }))
}

/// Create a new address or secret for a webhook. The old one stops working at once.
#[utoipa::path(post, path = "/tasks/{task}/triggers/{trigger}/rotate", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), ("trigger" = String, Path, description = "Key of the trigger")),
    request_body = TriggerRotate,
    responses((status = 200, description = "Address or secret, shown only this once", body = TriggerSecret)),
    extensions(("x-permission" = json!("define"))))]
pub async fn trigger_rotate(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path((task, trigger)): Path<(String, String)>,
    Body(body): Body<TriggerRotate>,
) -> ApiResult<Json<TriggerSecret>> {
    let made = state.app.trigger_rotate(&caller, &task, &trigger, body.secret).await?;
    let shown = |secret: Option<Secret>| secret.map(|secret| secret.expose().to_owned());
    let (url, secret, verify_token) = (shown(Some(made.path)), shown(made.secret), shown(made.verify_token));
    Ok(Json(TriggerSecret { url, secret, verify_token }))
}

fn call_out(record: HookCallRecord) -> TriggerCall {
    let HookCallRecord { called_at, address, sender, verdict, run, delivery, body_bytes, count } = record;
    TriggerCall { called_at, address, sender, verdict, run_id: run.map(|run| run.0), delivery, body_bytes, count }
}

fn status_out(view: TriggerView) -> TriggerStatus {
    let TriggerView { definition, record, problem } = view;
    let webhook = matches!(definition.rule, TriggerRule::Webhook(_));
    TriggerStatus {
        id: record.id.0,
        kind: definition.rule.kind().to_owned(),
        enabled: definition.enabled,
        url: webhook.then(|| format!("/hooks/{}", record.id.0.simple())),
        rotated_at: record.rotated_at,
        last_run_at: record.last_run_at,
        problem: problem.map(Into::into),
        key: definition.key,
    }
}
