//! What was expected and what became of it, over HTTP.

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

/// Which slots are summed up.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SlotSummaryQuery {
    /// The task (name or id).
    #[param(max_length = 100)]
    pub task: String,
    /// First instant; default: a day before the last.
    pub from_at: Option<DateTime<Utc>>,
    /// Instant after the last; default: now.
    pub until_at: Option<DateTime<Utc>>,
}

macro_rules! figures {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $name {
            $($own)*
            /// Slots that were due, computed again from the definitions and calendars of the time.
            pub expected: u64,
            /// A run was made for them, and it was not skipped.
            pub ran: u64,
            /// Skipped, for a stated reason.
            pub skipped: u64,
            /// Missed.
            pub missed: u64,
            /// About to be caught up.
            pub pending: u64,
            /// In no entry of the ledger.
            pub unaccounted: u64,
            /// In the ledger, but not expected.
            pub surplus: u64,
        }
    };
}

figures! {
    /// What was due of a task, and what became of it.
    SlotSummary {
        /// From here on.
        pub from_at: DateTime<Utc>,
        /// Up to here, not included.
        pub until_at: DateTime<Utc>,
        /// Each schedule.
        pub schedules: Vec<ScheduleSummary>,
    }
}
figures! {
    /// What was due of one schedule, and what became of it.
    ScheduleSummary {
        /// Key of the schedule within its task.
        pub schedule_key: String,
        /// Its newest rule in words.
        pub words: String,
        /// Why the figures are not the whole truth; null: they are.
        pub problem: Option<Reason>,
    }
}

/// Compare what was due with what became of it; every slot must be accounted for.
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
