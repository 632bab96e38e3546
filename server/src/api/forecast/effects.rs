//! The effect of a change on future slots, over HTTP.

use crate::api::calendars::wire::{CalendarDefinition, calendar_in};
use crate::api::core::answer::Reason;
use crate::api::core::body::{Body, Path, Query};
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::api::schedules::slot_out;
use crate::api::schedules::wire::SlotPreview;
use crate::api::tasks::definition::TaskDefinition;
use crate::app::forecast::effects::TaskDifference;
use crate::app::{self, Caller};
use crate::domain::forecast::effect::{Difference, KeyedSlot, Move};
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How far to look ahead.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EffectQuery {
    /// Days to look ahead.
    #[param(minimum = 1, maximum = 366, default = 14)]
    pub days: Option<u32>,
}

/// The effect of a change on future slots.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Effect {
    /// Start of the compared period.
    pub from_at: DateTime<Utc>,
    /// End of the compared period.
    pub until_at: DateTime<Utc>,
    /// Number of slots that appear.
    pub appear_count: usize,
    /// Number of slots that vanish.
    pub vanish_count: usize,
    /// Number of slots that move.
    pub move_count: usize,
    /// Whether only a part could be compared. The counts are then lower bounds.
    pub truncated: bool,
    /// Schedules that would never fire because of the calendar, each with the reason.
    pub warnings: Vec<Reason>,
    /// The tasks whose slots change.
    pub tasks: Vec<TaskEffect>,
}

/// The effect of a change on the future slots of one task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskEffect {
    /// Name of the task.
    pub task: String,
    /// Whether its runs wait for dependencies, so that they may start after their slots.
    pub may_wait: bool,
    /// Slots that appear, at most 200 of them.
    pub appear: Vec<SlotPreview>,
    /// Slots that vanish, at most 200 of them.
    pub vanish: Vec<SlotPreview>,
    /// Slots that move, at most 200 of them.
    pub moved: Vec<SlotMove>,
}

/// A slot that moves on the same local date.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SlotMove {
    /// Where the slot is now.
    pub from: SlotPreview,
    /// Where the slot would be.
    pub to: SlotPreview,
}

/// Show how another definition of a task would change its slots.
#[utoipa::path(post, path = "/tasks/{task}/effect", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task; one that does not exist yet has no slots"), EffectQuery),
    request_body = TaskDefinition,
    responses((status = 200, description = "Slots that appear, vanish and move", body = Effect)),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_effect(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Query(query): Query<EffectQuery>,
    Body(body): Body<TaskDefinition>,
) -> ApiResult<Json<Effect>> {
    let wanted = body.into_domain(&state.app.settings().timezone);
    let effect = state.app.task_effect(&caller, &task, &wanted, query.days.unwrap_or(14)).await?;
    Ok(Json(effect_out(effect)))
}

/// Show how another definition of a calendar would change the slots of all tasks.
#[utoipa::path(post, path = "/calendars/{calendar}/effect", tag = "calendar",
    params(("calendar" = String, Path, description = "Name or id of the calendar; one that does not exist yet has no dates"), EffectQuery),
    request_body = CalendarDefinition,
    responses((status = 200, description = "Slots that appear, vanish and move", body = Effect)),
    extensions(("x-permission" = json!("read"))))]
pub async fn calendar_effect(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(calendar): Path<String>,
    Query(query): Query<EffectQuery>,
    Body(body): Body<CalendarDefinition>,
) -> ApiResult<Json<Effect>> {
    let wanted = calendar_in(body);
    let effect = state.app.calendar_effect(&caller, &calendar, &wanted, query.days.unwrap_or(14)).await?;
    Ok(Json(effect_out(effect)))
}

fn effect_out(effect: app::forecast::effects::Effect) -> Effect {
    let tasks = effect.tasks.into_iter().map(task_out).collect();
    Effect {
        from_at: effect.from_at,
        until_at: effect.until_at,
        appear_count: effect.appear_count,
        vanish_count: effect.vanish_count,
        move_count: effect.move_count,
        truncated: effect.truncated,
        warnings: effect.warnings.into_iter().map(Into::into).collect(),
        tasks,
    }
}

fn task_out(effect: TaskDifference) -> TaskEffect {
    let TaskDifference { task, may_wait, difference } = effect;
    let Difference { appear, vanish, moved } = difference;
    let out = |KeyedSlot { key, slot }| slot_out(Some(key), &slot);
    let moved = moved.into_iter().map(|Move { from, to }| SlotMove { from: out(from), to: out(to) }).collect();
    let (appear, vanish) = (appear.into_iter().map(out).collect(), vanish.into_iter().map(out).collect());
    TaskEffect { task, may_wait, appear, vanish, moved }
}
