//! Schedules over HTTP: what a rule means, which slots it makes, and what became of them.
//!
//! Deliberately absent: saving a schedule, because it is part of its task. Start reading at `wire`, then `convert`.

pub mod convert;
pub mod wire;

use self::convert::schedule_in;
use self::wire::Schedule;
use self::wire::SlotPreview;
use super::core::answer::Reason;
use super::core::body::{Body, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::page;
use super::core::state::ApiState;
use crate::app::schedules::PreviewRequest;
use crate::app::{self, Caller};
use crate::domain::model::{SlotFilter, SlotRecord};
use crate::domain::schedules;
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

/// A schedule to look ahead with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePreviewRequest {
    /// The schedule.
    pub schedule: Schedule,
    /// Name of the task it belongs to; spreads `H` fields.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub task: Option<String>,
    /// First instant; default: now.
    #[serde(default)]
    pub from_at: Option<DateTime<Utc>>,
    /// Last instant; default: none.
    #[serde(default)]
    pub until_at: Option<DateTime<Utc>>,
    /// Most slots in the answer.
    #[serde(default = "five")]
    #[schema(minimum = 1, maximum = 1000, default = 5)]
    pub limit: u32,
    /// Local dates whose slots are counted besides, from that of the first instant on.
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
    /// Whether it never becomes due: its times are over, or its calendars exclude all of them. A schedule that waits for the
    /// server to start has no slots to show, but does become due.
    pub never: bool,
    /// Why it never becomes due, with the field of the schedule that says so; null: it does.
    pub never_because: Option<String>,
    /// The slots.
    pub slots: Vec<SlotPreview>,
    /// Slots by local date, as many dates as were asked for.
    pub days: Vec<SlotDay>,
}

/// The slots of a schedule on one local date, counted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SlotDay {
    /// The date in the schedule's zone.
    pub date: NaiveDate,
    /// Slots that become runs.
    pub planned: u64,
    /// Slots that are only written down: excluded by a calendar or a clock change.
    pub skipped: u64,
    /// What is special about them, each once; where there are more than 100, about the first.
    pub notes: Vec<String>,
}

/// A schedule to put into words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleDescribeRequest {
    /// The schedule.
    pub schedule: Schedule,
    /// Name of the task it belongs to; spreads `H` fields.
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

/// An entry of the ledger: what became of one due instant, or of a stretch of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Slot {
    /// Id of the schedule.
    pub schedule_id: Uuid,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// Name of the task.
    pub task: String,
    /// The instant (of a stretch: the first).
    pub scheduled_for: DateTime<Utc>,
    /// The same in the schedule's zone, with its offset.
    pub scheduled_local: String,
    /// What became of it: `skipped` too if a run was made that was skipped later.
    pub outcome: SlotOutcome,
    /// Why; null for a run.
    pub reason: Option<Reason>,
    /// The run that was made, even if it was skipped later.
    pub run_id: Option<Uuid>,
    /// First instant of the entry.
    pub first_at: DateTime<Utc>,
    /// Last instant of the entry.
    pub last_at: DateTime<Utc>,
    /// Number of due instants it stands for.
    pub count: u64,
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
    /// Most items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before, to go on after it.
    pub cursor: Option<String>,
    /// Only slots of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
    /// Only slots with this outcome.
    #[param(inline = false)]
    pub outcome: Option<SlotOutcome>,
    /// Only entries with slots at or after this instant, including a stretch that began earlier.
    pub from_at: Option<DateTime<Utc>>,
    /// Only entries with slots before this instant.
    pub until_at: Option<DateTime<Utc>>,
}

/// Show the next slots of any schedule.
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
    Ok(Json(SchedulePreview { words, timezone, never, never_because, slots, days }))
}

/// Put any schedule into words.
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
    let next_cursor = listed.next.map(|cursor| cursor.to_string());
    Ok(Json(SlotPage { items: listed.items.into_iter().map(entry_out).collect(), next_cursor }))
}

fn keyed(schedule: Schedule, state: &ApiState) -> schedules::Schedule {
    let mut one = [schedule_in(schedule, &state.app.settings().timezone)];
    schedules::fill_keys(&mut one);
    let [schedule] = one;
    schedule
}

/// A future slot as the wire shows it.
pub fn slot_out(schedule_key: Option<String>, slot: &schedules::Slot) -> SlotPreview {
    SlotPreview {
        scheduled_for: slot.scheduled_for,
        scheduled_local: slot.scheduled_local().to_rfc3339(),
        schedule_key,
        skipped: slot.skipped,
        notes: slot.notes.iter().map(schedules::Note::words).collect(),
    }
}

fn day_out(schedules::DayCount { date, planned, skipped, notes }: schedules::DayCount) -> SlotDay {
    SlotDay { date, planned, skipped, notes: notes.iter().map(schedules::Note::words).collect() }
}

fn entry_out(entry: SlotRecord) -> Slot {
    let local = schedules::zone_parse(&entry.timezone)
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
    }
}
