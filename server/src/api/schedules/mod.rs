//! Schedules over HTTP: what a rule means, which slots it makes, and what became of them.
//!
//! Deliberately absent: saving a schedule, because it is part of its task. Start reading at `wire`, then `convert`.

pub mod convert;
pub mod wire;

use self::convert::schedule_in;
use self::wire::Schedule;
use self::wire::SlotPreview;
use super::core::answer::{Lateness, Reason, SlotNote, said};
use super::core::body::{Body, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::page;
use super::core::state::ApiState;
use crate::app::schedules::PreviewRequest;
use crate::app::{self, Caller};
use crate::domain::core::time::zone_parse;
use crate::domain::model::{SlotFilter, SlotRecord};
use crate::domain::schedules;
use crate::domain::schedules::{Never, NeverCode};
use crate::domain::vocabulary::SlotOutcome;
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Operations on schedules.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(schedule_preview)).routes(routes!(schedule_describe)).routes(routes!(slot_list))
}

/// A schedule to preview.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePreviewRequest {
    /// The schedule.
    pub schedule: Schedule,
    /// Name of the schedule's task, which decides how `H` fields are spread.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub task: Option<String>,
    /// First instant; default: now.
    #[serde(default)]
    pub from_at: Option<DateTime<Utc>>,
    /// Last instant; default: no end.
    #[serde(default)]
    pub until_at: Option<DateTime<Utc>>,
    /// Maximum number of slots in the answer.
    #[serde(default = "five")]
    #[schema(minimum = 1, maximum = 1000, default = 5)]
    pub limit: u32,
    /// Number of local dates, from that of the first instant on, whose slots are also counted.
    #[serde(default)]
    #[schema(maximum = 366, default = 0)]
    pub days: u32,
}

fn five() -> u32 {
    5
}

/// What a schedule will do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SchedulePreview {
    /// The schedule in words.
    pub words: String,
    /// Time zone that was used.
    pub timezone: String,
    /// Whether the schedule never becomes due, because its times are over or its calendars exclude all of them. A
    /// schedule that waits for the server's start has no slots to show, but does become due.
    pub never: bool,
    /// Why it never becomes due; null: it does become due.
    pub never_because: Option<NeverReason>,
    /// The slots.
    pub slots: Vec<SlotPreview>,
    /// Counts of slots by local date, for the requested number of dates.
    pub days: Vec<SlotDay>,
}

said!(
    /// Why a schedule never becomes due.
    NeverReason (NeverCode, "calendar \"de-holidays\" has no dates from today on") = Never
);

/// Counts of a schedule's slots on one local date.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SlotDay {
    /// The date in the schedule's time zone.
    pub date: NaiveDate,
    /// Number of slots that become runs.
    pub planned: u64,
    /// Number of slots that are only recorded, because a calendar or a clock change excludes them.
    pub skipped: u64,
    /// What is special about the slots, each note once. If there are more than 100 slots: about the first ones.
    pub notes: Vec<SlotNote>,
}

/// A schedule to describe in words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleDescribeRequest {
    /// The schedule.
    pub schedule: Schedule,
    /// Name of the schedule's task, which decides how `H` fields are spread.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub task: Option<String>,
}

/// A schedule in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScheduleWords {
    /// The words, in English.
    pub words: String,
    /// Time zone that was used.
    pub timezone: String,
}

/// An entry of the ledger: what became of one due instant, or of a range of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Slot {
    /// UUID of the schedule.
    pub schedule_id: Uuid,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// Name of the task.
    pub task: String,
    /// The due instant; for a range, the first.
    pub scheduled_for: DateTime<Utc>,
    /// The instant in the schedule's time zone, with its offset.
    pub scheduled_local: String,
    /// What became of the slot. It is `skipped` even if a run was made and skipped later.
    pub outcome: SlotOutcome,
    /// Why the slot was skipped or missed; null for a run.
    pub reason: Option<Reason>,
    /// Id of the run that was made, even if it was skipped later.
    pub run_id: Option<Uuid>,
    /// First instant of the entry.
    pub first_at: DateTime<Utc>,
    /// Last instant of the entry.
    pub last_at: DateTime<Utc>,
    /// Number of due instants in the entry.
    pub count: u64,
    /// What is or was late, by what the task expects; null: nothing.
    pub lateness: Option<Lateness>,
}
page!(
    /// A page of ledger entries, newest first.
    SlotPage,
    Slot
);

/// Filters of the ledger.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SlotListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only slots of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
    /// Only slots with this outcome.
    #[param(inline = false)]
    pub outcome: Option<SlotOutcome>,
    /// Only entries with slots at or after this instant, including a range that began earlier.
    pub from_at: Option<DateTime<Utc>>,
    /// Only entries with slots before this instant.
    pub until_at: Option<DateTime<Utc>>,
}

/// Show the next slots of a schedule.
#[utoipa::path(post, path = "/schedules/preview", tag = "schedule", request_body = SchedulePreviewRequest,
    responses((status = 200, description = "Words and slots", body = SchedulePreview)),
    extensions(("x-permission" = json!("read"))))]
pub async fn schedule_preview(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<SchedulePreviewRequest>,
) -> ApiResult<Json<SchedulePreview>> {
    let request = PreviewRequest {
        schedule: keyed(body.schedule, &state),
        task: body.task,
        from_at: body.from_at,
        until_at: body.until_at,
        limit: body.limit as usize,
        days: body.days,
    };
    let preview = state.app.schedule_preview(&caller, &request).await?;
    let slots = preview.slots.into_iter().map(|slot| slot_out(None, &slot)).collect();
    let days = preview.days.into_iter().map(day_out).collect();
    let app::schedules::Preview { words, timezone, never, never_because, .. } = preview;
    let never_because = never_because.map(Into::into);
    Ok(Json(SchedulePreview { words, timezone, never, never_because, slots, days }))
}

/// Describe a schedule in words.
#[utoipa::path(post, path = "/schedules/describe", tag = "schedule", request_body = ScheduleDescribeRequest,
    responses((status = 200, description = "Words", body = ScheduleWords)),
    extensions(("x-permission" = json!("read"))))]
pub async fn schedule_describe(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<ScheduleDescribeRequest>,
) -> ApiResult<Json<ScheduleWords>> {
    let schedule = keyed(body.schedule, &state);
    let words = state.app.schedule_describe(&caller, &schedule, body.task.as_deref()).await?;
    Ok(Json(ScheduleWords { words, timezone: schedule.timezone }))
}

/// List the ledger: what became of each due instant, newest first.
#[utoipa::path(get, path = "/slots", tag = "schedule", params(SlotListQuery),
    responses((status = 200, description = "A page of entries", body = SlotPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn slot_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<SlotListQuery>,
) -> ApiResult<Json<SlotPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter = SlotFilter {
        task_key: None,
        schedule: None,
        outcome: query.outcome,
        from_at: query.from_at,
        until_at: query.until_at,
    };
    let listed = state.app.slot_list(&caller, query.task.as_deref(), filter, &page).await?;
    Ok(Json(listed.map(entry_out).into()))
}

fn keyed(schedule: Schedule, state: &ApiState) -> schedules::Schedule {
    let mut one = [schedule_in(schedule, &state.app.settings().timezone)];
    schedules::fill_keys(&mut one);
    let [schedule] = one;
    schedule
}

/// Converts a future slot.
pub fn slot_out(schedule_key: Option<String>, slot: &schedules::Slot) -> SlotPreview {
    SlotPreview {
        scheduled_for: slot.scheduled_for,
        scheduled_local: slot.scheduled_local().to_rfc3339(),
        schedule_key,
        skipped: slot.skipped,
        notes: slot.notes.iter().cloned().map(Into::into).collect(),
    }
}

fn day_out(schedules::DayCount { date, planned, skipped, notes }: schedules::DayCount) -> SlotDay {
    SlotDay { date, planned, skipped, notes: notes.into_iter().map(Into::into).collect() }
}

fn entry_out(entry: SlotRecord) -> Slot {
    let local = zone_parse(&entry.timezone)
        .map_or_else(|_| entry.first_at.to_rfc3339(), |zone| entry.first_at.with_timezone(&zone).to_rfc3339());
    Slot {
        schedule_id: entry.schedule.0,
        schedule_key: entry.schedule_key,
        task: entry.task_name,
        scheduled_for: entry.first_at,
        scheduled_local: local,
        outcome: entry.outcome,
        reason: entry.reason.map(Into::into),
        run_id: entry.run.map(|run| run.0),
        first_at: entry.first_at,
        last_at: entry.last_at,
        count: entry.count,
        lateness: entry.late.map(Into::into),
    }
}
