//! Wire types of runs.

use crate::api::core::answer::Reason;
use crate::api::core::page::page;
use crate::domain::vocabulary::{AttemptOutcome, RunAction, RunState, TriggerKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The task of a run, as it was when the run was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunTask {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Version of the definition that runs.
    pub version: u32,
}

/// Why a run exists.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Trigger {
    /// Kind of trigger.
    pub kind: TriggerKind,
    /// User or token that started it.
    pub by: Option<String>,
    /// Key of the schedule that made it due.
    pub schedule_key: Option<String>,
    /// The run that it repeats.
    pub rerun_of: Option<Uuid>,
}

/// A run in a list: everything but its attempts, of which there may be thousands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunSummary {
    /// UUID of the run.
    pub id: Uuid,
    /// The task.
    pub task: RunTask,
    /// Position of the run.
    pub state: RunState,
    /// Why it exists.
    pub trigger: Trigger,
    /// The slot it was made for.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it became ready to start.
    pub queued_at: Option<DateTime<Utc>>,
    /// When its first attempt started.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Seconds from its start to its end, or to now.
    pub duration_seconds: Option<f64>,
    /// When the next attempt is due, while backing off.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When somebody asked it to stop.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// Attempts so far.
    pub attempt_count: u32,
    /// Values of its params.
    #[schema(value_type = Object, additional_properties)]
    pub params: Map<String, Value>,
    /// What it wrote to ORC_RESULT_FILE.
    pub result: Option<Value>,
    /// Why it is in this state; null if nothing is to be said.
    pub reason: Option<Reason>,
    /// What it waits for now.
    pub waiting_on: Vec<WaitingOn>,
    /// Server that runs it.
    pub node: Option<String>,
    /// Size of its log.
    pub log: LogSize,
    /// What can be done with it now.
    pub actions: Vec<RunAction>,
}
page!(
    /// A page of runs, newest first.
    RunPage,
    RunSummary
);

/// One thing that a run waits for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WaitingOn {
    /// What the run waits for.
    pub reason: Reason,
}

/// Size of a log; an attempt counts when it has ended.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct LogSize {
    /// Bytes written by the processes.
    pub bytes: u64,
    /// Lines written by the processes.
    pub lines: u64,
    /// Whether bytes were dropped.
    pub truncated: bool,
}

/// One occurrence of a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Run {
    /// What a list shows of the run.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// Attempts of the run, first to newest.
    pub attempts: Vec<Attempt>,
}

/// One process start within a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attempt {
    /// Number, from 1.
    pub number: u32,
    /// Result; null: in progress.
    pub outcome: Option<AttemptOutcome>,
    /// Server that started it.
    pub node: String,
    /// Process id.
    pub pid: Option<u32>,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Seconds from its start to its end, or to now.
    pub duration_seconds: f64,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<i32>,
    /// Why it ended like this; null if nothing is to be said.
    pub reason: Option<Reason>,
    /// Processor seconds of the whole process tree.
    pub cpu_seconds: Option<f64>,
    /// Peak memory of its largest process, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Size of its log.
    pub log: LogSize,
    /// Whether a left-behind process still held the output when it ended.
    pub leaked_output: bool,
    /// Processes that could not be stopped.
    pub survivor_count: u32,
    /// Processes that went on when it ended, because the task says `leave_behind`.
    pub left_behind: Vec<LeftBehind>,
}

/// A process that went on after its run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeftBehind {
    /// Process id.
    pub pid: u32,
    /// Short name of its program.
    #[schema(example = "shop-worker")]
    pub name: String,
    /// When it started.
    pub started_at: DateTime<Utc>,
}

/// Filters of a list of runs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RunListQuery {
    /// Most items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before, to go on after it.
    pub cursor: Option<String>,
    /// Only runs of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
    /// Only runs in these states, separated by commas.
    #[param(max_length = 200, example = "failed,timed_out")]
    pub state: Option<String>,
    /// Only runs with this kind of trigger.
    #[param(inline = false)]
    pub trigger: Option<TriggerKind>,
    /// Only runs created at or after this instant.
    pub from_at: Option<DateTime<Utc>>,
    /// Only runs created before this instant.
    pub until_at: Option<DateTime<Utc>>,
}

/// How to run again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRerun {
    /// Params in place of the run's own; null: the same.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub params: Option<Map<String, Value>>,
    /// Whether the newest version of the task is run instead of the run's own.
    #[serde(default)]
    #[schema(default = false)]
    pub newest_version: bool,
}

/// Width of one point of statistics.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatsStep {
    /// One hour.
    Hour,
    /// One day (UTC).
    #[default]
    Day,
}

/// Range of statistics.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RunStatsQuery {
    /// Only runs of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
    /// First instant; default: 30 days ago.
    pub from_at: Option<DateTime<Utc>>,
    /// Instant after the last; default: now.
    pub until_at: Option<DateTime<Utc>>,
    /// Width of a point.
    #[param(inline = false)]
    #[param(inline)]
    pub step: Option<StatsStep>,
}

/// Counts of finished runs, and open ones now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunStats {
    /// Runs in progress now.
    pub running_count: u64,
    /// Runs ready to start now.
    pub queued_count: u64,
    /// Runs that wait now, backing off included.
    pub waiting_count: u64,
    /// The whole range.
    pub total: RunStatsPoint,
    /// Points in order of time; empty ones are left out.
    pub points: Vec<RunStatsPoint>,
}

/// Counts of the runs that ended within one stretch of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunStatsPoint {
    /// Begin of the stretch.
    pub from_at: DateTime<Utc>,
    /// Runs that succeeded.
    pub succeeded_count: u64,
    /// Runs that failed.
    pub failed_count: u64,
    /// Runs that timed out.
    pub timed_out_count: u64,
    /// Runs that were cancelled.
    pub cancelled_count: u64,
    /// Runs that were skipped.
    pub skipped_count: u64,
    /// Runs whose fate is unknown.
    pub lost_count: u64,
    /// Share of succeeded among succeeded, failed, timed out and lost, 0 to 1; null: none ended.
    pub success_rate: Option<f64>,
    /// Median duration in seconds, from a histogram.
    pub p50_seconds: Option<f64>,
    /// 95th percentile of the duration in seconds, from a histogram.
    pub p95_seconds: Option<f64>,
}
