//! Wire types of runs.

use crate::api::core::answer::{DependencySight, Reason};
use crate::api::core::page::page;
use crate::domain::vocabulary::{
    AttemptOutcome, LimitAnswer, LimitKind, LimitMeans, RunAction, RunState, StatsStep, TriggerKind,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The task of a run, as it was when the run was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunTask {
    /// UUID of the task.
    pub id: Uuid,
    /// Name of the task.
    pub name: String,
    /// Version of the task's definition that runs.
    pub version: u32,
}

/// Why a run exists.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Trigger {
    /// Kind of trigger.
    pub kind: TriggerKind,
    /// Name of the user or token that started it.
    pub by: Option<String>,
    /// Key of the schedule that made the task due.
    pub schedule_key: Option<String>,
    /// The run that this run repeats.
    pub rerun_of: Option<Uuid>,
    /// Params whose values differ from those of the run that this run repeats.
    pub edited_params: Vec<String>,
}

/// A run in a list: everything except its attempts, of which there may be thousands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunSummary {
    /// UUID of the run.
    pub id: Uuid,
    /// The task that is run.
    pub task: RunTask,
    /// State of the run.
    pub state: RunState,
    /// Why the run exists.
    pub trigger: Trigger,
    /// The slot for which the run was made.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// When the run was created.
    pub created_at: DateTime<Utc>,
    /// When the run became ready to start.
    pub queued_at: Option<DateTime<Utc>>,
    /// When its first attempt started.
    pub started_at: Option<DateTime<Utc>>,
    /// When the run ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Seconds from the run's start to its end, or to now.
    pub duration_seconds: Option<f64>,
    /// When the next attempt is due while the run is backing off.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When somebody asked the run to stop.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// Number of attempts so far.
    pub attempt_count: u32,
    /// Values of the run's params.
    #[schema(value_type = Object, additional_properties)]
    pub params: Map<String, Value>,
    /// What the run wrote to ORC_RESULT_FILE.
    pub result: Option<Value>,
    /// Why the run is in this state; null: there is no particular reason.
    pub reason: Option<Reason>,
    /// Why the run looks wrong although it succeeded, by what earlier runs of its task took, logged and reported;
    /// empty: it does not.
    pub suspicious: Vec<Reason>,
    /// What the run is waiting for.
    pub waiting_on: Vec<WaitingOn>,
    /// Name of the server that runs it.
    pub node: Option<String>,
    /// Size of the run's log.
    pub log: LogSize,
    /// What can be done with the run now.
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
    /// What the run is waiting for.
    pub reason: Reason,
}

/// Size of a log, so far if it still grows.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct LogSize {
    /// Number of bytes written by the processes.
    pub bytes: u64,
    /// Number of lines written by the processes.
    pub lines: u64,
    /// Whether bytes were dropped.
    pub truncated: bool,
}

/// One occurrence of a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Run {
    /// The run as a list shows it.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// Attempts of the run, oldest first.
    pub attempts: Vec<Attempt>,
    /// What the run waits for, or waited for, before its start. Empty until the first look of a new run.
    pub dependencies: Vec<RunDependency>,
}

/// A dependency of a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunDependency {
    /// Key of the dependency within the task.
    pub key: String,
    /// Kind of the dependency: task, file, url, command, tcp, host or vpn; null: it cannot be read.
    #[schema(example = "file")]
    pub kind: Option<String>,
    /// What must hold, in English.
    #[schema(example = "/srv/inbox/*.csv exists")]
    pub words: String,
    /// Whether it held at the last look.
    pub met: bool,
    /// What the last look saw; null: there was none yet.
    #[schema(inline = false)]
    pub seen: Option<DependencySight>,
    /// When the last look began.
    pub looked_at: Option<DateTime<Utc>>,
    /// When the next look is due; null: there will be none.
    pub next_look_at: Option<DateTime<Utc>>,
    /// When waiting ends; null: the run does not wait for it.
    pub deadline_at: Option<DateTime<Utc>>,
    /// Who started the run without waiting for it; null: nobody.
    pub waived_by: Option<String>,
}

/// One process start within a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attempt {
    /// Number of the attempt, starting at 1.
    pub number: u32,
    /// Outcome of the attempt; null: it is in progress.
    pub outcome: Option<AttemptOutcome>,
    /// Name of the server that started it.
    pub node: String,
    /// Process id of the command.
    pub pid: Option<u32>,
    /// When the attempt started.
    pub started_at: DateTime<Utc>,
    /// When the attempt ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Seconds from the attempt's start to its end, or to now.
    pub duration_seconds: f64,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<i32>,
    /// Why the attempt ended like this; null: there is no particular reason.
    pub reason: Option<Reason>,
    /// Processor seconds of the whole process tree.
    pub cpu_seconds: Option<f64>,
    /// Peak memory in bytes: of all processes together where that is measured (a limit on memory, or a cgroup with the
    /// controller `memory`), otherwise of the largest one. Null for http tasks: the server itself makes their request.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes that the processes read from disks. What was in memory already does not count. Null for http tasks.
    pub disk_read_bytes: Option<u64>,
    /// Bytes that the processes wrote for disks. Null for http tasks.
    pub disk_written_bytes: Option<u64>,
    /// The limits that the processes had, and how each was held.
    pub limits: Vec<AttemptLimit>,
    /// Size of the attempt's log.
    pub log: LogSize,
    /// Whether a process left behind still held the output when the attempt ended.
    pub leaked_output: bool,
    /// Number of processes that could not be stopped.
    pub survivor_count: u32,
    /// Processes that continued after the attempt ended, because the task says `leave_behind`.
    pub left_behind: Vec<LeftBehind>,
    /// Credentials that the attempt got, each in the version that was the newest when it started.
    pub credentials: Vec<CredentialUsed>,
}

/// A limit that the processes of an attempt had.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttemptLimit {
    /// Which limit.
    pub kind: LimitKind,
    /// Its value: bytes of memory, percent of one processor, a number of processes or open files, or a niceness.
    pub value: i64,
    /// Whether the processes could pass it.
    pub answer: LimitAnswer,
    /// How it was held.
    pub means: LimitMeans,
    /// Whether the processes passed it, or would have if the kernel had let them. False for what each process has on
    /// its own, because the kernel does not tell.
    pub passed: bool,
}

/// A credential that an attempt got.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialUsed {
    /// Name of the credential.
    pub name: String,
    /// Version of its value.
    pub value_version: u32,
}

/// A process that continues after its run.
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
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
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
    /// Only runs that are marked as suspicious (true), or only others (false).
    pub suspicious: Option<bool>,
}

/// How to repeat a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRerun {
    /// Params to use instead of the run's own; null: the same.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub params: Option<Map<String, Value>>,
    /// Whether to run the newest version of the task instead of the run's own.
    #[serde(default)]
    #[schema(default = false)]
    pub newest_version: bool,
}

/// Range of the statistics.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RunStatsQuery {
    /// Only runs of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
    /// First instant; default: 30 days ago.
    pub from_at: Option<DateTime<Utc>>,
    /// Instant after the last one; default: now.
    pub until_at: Option<DateTime<Utc>>,
    /// Width of a point.
    #[param(inline = false)]
    #[param(inline)]
    pub step: Option<StatsStep>,
}

/// Counts of finished runs, and of runs that are open now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunStats {
    /// Number of runs in progress now.
    pub running_count: u64,
    /// Number of runs ready to start now.
    pub queued_count: u64,
    /// Number of runs waiting now, including those backing off.
    pub waiting_count: u64,
    /// Counts of the whole range.
    pub total: RunStatsPoint,
    /// Points in order of time. Empty ones are left out.
    pub points: Vec<RunStatsPoint>,
}

/// Counts of the runs that ended within one period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunStatsPoint {
    /// Start of the period.
    pub from_at: DateTime<Utc>,
    /// Number of runs that succeeded.
    pub succeeded_count: u64,
    /// Number of runs that failed.
    pub failed_count: u64,
    /// Number of runs that timed out.
    pub timed_out_count: u64,
    /// Number of runs that were cancelled.
    pub cancelled_count: u64,
    /// Number of runs that were skipped.
    pub skipped_count: u64,
    /// Number of runs whose outcome is unknown.
    pub lost_count: u64,
    /// Share of succeeded runs among succeeded, failed, timed out and lost ones, 0 to 1; null: none ended.
    pub success_rate: Option<f64>,
    /// Median duration in seconds, from a histogram.
    pub p50_seconds: Option<f64>,
    /// 95th percentile of the duration in seconds, from a histogram.
    pub p95_seconds: Option<f64>,
}
