//! The plan over HTTP: future slots of all tasks, and past and future counts per day.
//!
//! Effects, simulations and feeds are in the other files of this folder. Deliberately absent: the computation, which
//! `app::forecast` does. Start reading at `plan_list`.

pub mod effects;
pub mod feeds;
pub mod simulations;

use super::core::answer::SlotNote;
use super::core::body::{Query, page_request};
use super::core::error::ApiResult;
use super::core::page::page;
use super::core::state::ApiState;
use crate::api::core::layers;
use crate::app::Caller;
use crate::app::forecast::{PlannedDay, PlannedSlot, PlannedTask};
use axum::extract::DefaultBodyLimit;
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations that look ahead.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(effects::task_effect))
        .merge(large())
        .routes(routes!(plan_list))
        .routes(routes!(plan_days))
        .routes(routes!(simulations::simulation_create))
        .routes(routes!(feeds::plan_ics))
        .routes(routes!(feeds::feed_list, feeds::feed_create))
        .routes(routes!(feeds::feed_delete))
        .routes(routes!(feeds::feed_rotate))
}

/// The operation whose body is a whole calendar.
fn large() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(effects::calendar_effect)).layer(DefaultBodyLimit::max(layers::CALENDAR_MAX))
}

/// The future slots to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlanListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only slots of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
    /// Only slots after this instant; default: now.
    pub from_at: Option<DateTime<Utc>>,
    /// Only slots up to this instant, at most 366 days later; default: one day later.
    pub until_at: Option<DateTime<Utc>>,
}

/// A future slot of a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanSlot {
    /// Name of the task.
    pub task: String,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// The instant.
    pub scheduled_for: DateTime<Utc>,
    /// The instant in the schedule's time zone, with its offset.
    pub scheduled_local: String,
    /// Expected duration of the run in seconds, learnt from the runs of the last 30 days; null: there were none.
    pub expected_duration_seconds: Option<f64>,
    /// Whether the run waits for dependencies, so that it may start after the slot.
    pub may_wait: bool,
    /// Whether the slot is only recorded and does not run; the notes say why.
    pub skipped: bool,
    /// What is special about the slot.
    pub notes: Vec<SlotNote>,
}
page!(
    /// A page of future slots, soonest first.
    PlanPage,
    PlanSlot
);

/// The days to count.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlanDaysQuery {
    /// First day.
    pub from: NaiveDate,
    /// Last day. The range has at most 62 days.
    pub until: NaiveDate,
    /// Time zone of the days, an IANA name; default: the server's.
    #[param(max_length = 100)]
    pub timezone: Option<String>,
    /// Whether to list the tasks of each day too.
    #[param(default = false)]
    pub by_task: Option<bool>,
}

/// Past and future counts per day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanDays {
    /// Time zone of the days.
    pub timezone: String,
    /// The days, earliest first.
    pub days: Vec<PlanDay>,
    /// Whether there is more than was counted.
    pub truncated: bool,
}

/// Past and future counts of one day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanDay {
    /// The day.
    pub date: NaiveDate,
    /// Number of future slots that run.
    pub planned: u64,
    /// Number of future slots that are skipped.
    pub skipped: u64,
    /// Number of runs that succeeded.
    pub succeeded: u64,
    /// Number of runs that failed, timed out or were lost.
    pub failed: u64,
    /// Number of slots that were missed.
    pub missed: u64,
    /// Number of past slots that were skipped: by a calendar, a clock change, or because a run was open.
    pub past_skipped: u64,
    /// Names of the calendars that contain the day and make a schedule skip it.
    pub calendars: Vec<String>,
    /// Names of the maintenance windows that begin on the day.
    pub maintenance: Vec<String>,
    /// Number of tasks with future slots.
    pub task_count: u64,
    /// With `by_task`: the tasks with future slots, in the order of their first slot; at most 200.
    pub tasks: Vec<PlanDayTask>,
}

/// The future slots of a task on a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanDayTask {
    /// Name of the task.
    pub task: String,
    /// Number of slots that run.
    pub planned: u64,
    /// Number of slots that are skipped.
    pub skipped: u64,
    /// The first slot.
    pub first_at: DateTime<Utc>,
    /// The last slot.
    pub last_at: DateTime<Utc>,
}

/// List the future slots of all tasks, soonest first.
#[utoipa::path(get, path = "/plan", tag = "schedule", params(PlanListQuery),
    responses((status = 200, description = "A page of slots", body = PlanPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn plan_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<PlanListQuery>,
) -> ApiResult<Json<PlanPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let range = (query.from_at, query.until_at);
    let listed = state.app.plan_list(&caller, query.task.as_deref(), range, &page).await?;
    Ok(Json(listed.map(slot_out).into()))
}

/// Count what is planned and what happened, day by day.
#[utoipa::path(get, path = "/plan/days", tag = "schedule", params(PlanDaysQuery),
    responses((status = 200, description = "The days", body = PlanDays)),
    extensions(("x-permission" = json!("read"))))]
pub async fn plan_days(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<PlanDaysQuery>,
) -> ApiResult<Json<PlanDays>> {
    let timezone = query.timezone.unwrap_or_else(|| state.app.settings().timezone.clone());
    let (days, truncated) = state.app.plan_days(&caller, (query.from, query.until), &timezone).await?;
    let by_task = query.by_task.unwrap_or_default();
    Ok(Json(PlanDays { timezone, days: days.into_iter().map(|day| day_out(day, by_task)).collect(), truncated }))
}

fn slot_out(planned: PlannedSlot) -> PlanSlot {
    let PlannedSlot { task, schedule_key, slot, expected_seconds, may_wait } = planned;
    PlanSlot {
        task,
        schedule_key,
        scheduled_for: slot.scheduled_for,
        scheduled_local: slot.scheduled_local().to_rfc3339(),
        expected_duration_seconds: expected_seconds,
        may_wait,
        skipped: slot.skipped,
        notes: slot.notes.iter().cloned().map(Into::into).collect(),
    }
}

fn day_out((date, day): (NaiveDate, PlannedDay), by_task: bool) -> PlanDay {
    PlanDay {
        date,
        planned: day.planned,
        skipped: day.skipped,
        succeeded: day.succeeded,
        failed: day.failed,
        missed: day.missed,
        past_skipped: day.past_skipped,
        calendars: day.calendars.into_iter().collect(),
        maintenance: day.maintenance.into_iter().collect(),
        task_count: day.task_count,
        tasks: if by_task { day.tasks.into_iter().map(task_out).collect() } else { Vec::new() },
    }
}

fn task_out(PlannedTask { task, planned, skipped, first_at, last_at }: PlannedTask) -> PlanDayTask {
    PlanDayTask { task, planned, skipped, first_at, last_at }
}
