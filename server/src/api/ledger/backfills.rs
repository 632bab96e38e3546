//! Backfills over HTTP.

use crate::api::core::answer::Reason;
use crate::api::core::body::{Body, Path, Query, page_request};
use crate::api::core::error::ApiResult;
use crate::api::core::page::DryRunQuery;
use crate::api::core::page::page;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::ledger::backfills::{BackfillRequest, BackfillView};
use crate::domain::ids::BackfillId;
use crate::domain::vocabulary::BackfillState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The past slots to run.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackfillCreate {
    /// Only slots of this schedule; null: of all enabled ones.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub schedule_key: Option<String>,
    /// First instant.
    pub from_at: DateTime<Utc>,
    /// Last instant, not in the future.
    pub until_at: DateTime<Utc>,
    /// Maximum number of simultaneous runs.
    #[serde(default = "crate::api::core::defaults::one")]
    #[schema(minimum = 1, maximum = 100, default = 1)]
    pub at_once: u32,
    /// Params of the runs.
    #[serde(default)]
    #[schema(value_type = Object, default = json!({}))]
    pub params: Map<String, Value>,
}

/// Runs of a task for each slot of a past period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Backfill {
    /// UUID of the backfill.
    pub id: Uuid,
    /// Name of the task.
    pub task: String,
    /// Only slots of this schedule; null: of all.
    pub schedule_key: Option<String>,
    /// First instant.
    pub from_at: DateTime<Utc>,
    /// Last instant.
    pub until_at: DateTime<Utc>,
    /// State of the backfill.
    pub state: BackfillState,
    /// Why the backfill is in this state; null: there is no particular reason.
    pub reason: Option<Reason>,
    /// Maximum number of simultaneous runs.
    pub at_once: u32,
    /// Number of slots in the period.
    pub slot_count: u64,
    /// Number of runs made so far.
    pub made_count: u64,
    /// Number of these runs that have not ended.
    pub open_count: u64,
    /// Number of these runs that succeeded.
    pub succeeded_count: u64,
    /// Number of these runs that ended without success.
    pub failed_count: u64,
    /// When the backfill was created.
    pub created_at: DateTime<Utc>,
    /// Name of the user or token that created it.
    pub created_by: String,
    /// When the backfill ended.
    pub finished_at: Option<DateTime<Utc>>,
}
page!(
    /// A page of backfills, newest first.
    BackfillPage,
    Backfill
);

/// Filters of a list of backfills.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BackfillListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only backfills of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
}

/// Run a task for each slot of a past period, in order.
#[utoipa::path(post, path = "/tasks/{task}/backfills", tag = "run",
    params(("task" = String, Path, description = "Name or id of the task"), DryRunQuery), request_body = BackfillCreate,
    responses(
        (status = 200, description = "Dry run: what would be done", body = Backfill),
        (status = 201, description = "The backfill", body = Backfill)),
    extensions(("x-permission" = json!("run"))))]
pub async fn backfill_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<BackfillCreate>,
) -> ApiResult<(StatusCode, Json<Backfill>)> {
    let BackfillCreate { schedule_key, from_at, until_at, at_once, params } = body;
    let dry_run = query.dry_run.unwrap_or_default();
    let request = BackfillRequest { schedule_key, from_at, until_at, at_once, params, dry_run };
    let view = state.app.backfill_create(&caller, &task, request).await?;
    let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(backfill_out(view))))
}

/// List backfills.
#[utoipa::path(get, path = "/backfills", tag = "run", params(BackfillListQuery),
    responses((status = 200, description = "A page of backfills", body = BackfillPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn backfill_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<BackfillListQuery>,
) -> ApiResult<Json<BackfillPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.backfill_list(&caller, query.task.as_deref(), &page).await?;
    Ok(Json(listed.map(backfill_out).into()))
}

/// View a backfill.
#[utoipa::path(get, path = "/backfills/{backfill}", tag = "run", params(("backfill" = Uuid, Path, description = "Id of the backfill")),
    responses((status = 200, description = "The backfill", body = Backfill)),
    extensions(("x-permission" = json!("read"))))]
pub async fn backfill_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(backfill): Path<Uuid>,
) -> ApiResult<Json<Backfill>> {
    Ok(Json(backfill_out(state.app.backfill_view(&caller, BackfillId(backfill)).await?)))
}

/// Stop a backfill. It makes no more runs, and its open runs are cancelled.
#[utoipa::path(post, path = "/backfills/{backfill}/cancel", tag = "run", params(("backfill" = Uuid, Path, description = "Id of the backfill")),
    responses((status = 200, description = "The backfill", body = Backfill)),
    extensions(("x-permission" = json!("run"))))]
pub async fn backfill_cancel(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(backfill): Path<Uuid>,
) -> ApiResult<Json<Backfill>> {
    Ok(Json(backfill_out(state.app.backfill_cancel(&caller, BackfillId(backfill)).await?)))
}

fn backfill_out(view: BackfillView) -> Backfill {
    let BackfillView { record: it, task } = view;
    Backfill {
        id: it.id.0,
        task,
        schedule_key: it.schedule_key,
        from_at: it.from_at,
        until_at: it.until_at,
        state: it.state,
        reason: it.reason.map(Into::into),
        at_once: it.at_once,
        slot_count: it.slot_count,
        made_count: it.made_count,
        open_count: it.open_count,
        succeeded_count: it.succeeded_count,
        failed_count: it.failed_count,
        created_at: it.created_at,
        created_by: it.created_by,
        finished_at: it.finished_at,
    }
}
