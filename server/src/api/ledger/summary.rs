//! What was due and what became of it, over HTTP.

use crate::api::core::answer::Reason;
use crate::api::core::body::Query;
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::ledger::accounting::{Account, ScheduleAccount, Summary};
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The slots to sum up.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SlotSummaryQuery {
    /// The task (name or id).
    #[param(max_length = 100)]
    pub task: String,
    /// First instant; default: one day before the last.
    pub from_at: Option<DateTime<Utc>>,
    /// Instant after the last one; default: now.
    pub until_at: Option<DateTime<Utc>>,
}

macro_rules! figures {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $name {
            $($own)*
            /// Number of slots that were due, computed again from the definitions and calendars of the time.
            pub expected: u64,
            /// Number of slots with a run that was not skipped.
            pub ran: u64,
            /// Number of slots that were skipped for a stated reason.
            pub skipped: u64,
            /// Number of slots that were missed.
            pub missed: u64,
            /// Number of slots that will be caught up.
            pub pending: u64,
            /// Number of due slots without an entry in the ledger.
            pub unaccounted: u64,
            /// Number of slots in the ledger that were not due.
            pub surplus: u64,
        }
    };
}

figures! {
    /// What was due of a task, and what became of it.
    SlotSummary {
        /// Start of the period.
        pub from_at: DateTime<Utc>,
        /// End of the period, not included.
        pub until_at: DateTime<Utc>,
        /// The figures of each schedule.
        pub schedules: Vec<ScheduleSummary>,
    }
}
figures! {
    /// What was due of one schedule, and what became of it.
    ScheduleSummary {
        /// Key of the schedule within its task.
        pub schedule_key: String,
        /// The schedule's newest rule in words.
        pub words: String,
        /// Why the figures are incomplete; null: they are complete.
        pub problem: Option<Reason>,
    }
}

/// Compare what was due with what became of it. Every slot must be accounted for.
#[utoipa::path(get, path = "/slots/summary", tag = "schedule", params(SlotSummaryQuery),
    responses((status = 200, description = "The figures", body = SlotSummary)),
    extensions(("x-permission" = json!("read"))))]
pub async fn slot_summary(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<SlotSummaryQuery>,
) -> ApiResult<Json<SlotSummary>> {
    let summary = state.app.slot_summary(&caller, &query.task, (query.from_at, query.until_at)).await?;
    let Summary { from_at, until_at, total, schedules } = summary;
    let Account { expected, ran, skipped, missed, pending, unaccounted, surplus } = total;
    let schedules = schedules.into_iter().map(schedule_out).collect();
    let out =
        SlotSummary { from_at, until_at, schedules, expected, ran, skipped, missed, pending, unaccounted, surplus };
    Ok(Json(out))
}

fn schedule_out((schedule_key, schedule): (String, ScheduleAccount)) -> ScheduleSummary {
    let ScheduleAccount { words, account, problem } = schedule;
    let Account { expected, ran, skipped, missed, pending, unaccounted, surplus } = account;
    let problem = problem.map(Into::into);
    ScheduleSummary { schedule_key, words, problem, expected, ran, skipped, missed, pending, unaccounted, surplus }
}
