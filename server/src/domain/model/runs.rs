//! Runs, their statistics, and what of them may be deleted.

use crate::domain::ids::AttemptId;
use crate::domain::ids::RunId;
use crate::domain::ids::TaskId;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use crate::domain::vocabulary::TriggerKind;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Map;
use serde_json::Value;
use uuid::Uuid;

/// What a request with a key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// SHA-256 of the request's body.
    pub body_hash: Vec<u8>,
    /// Kind of thing made.
    pub result_kind: String,
    /// Its id.
    pub result_id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A key to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyNew {
    /// Caller and operation.
    pub scope: String,
    /// The key.
    pub key: String,
    /// What is remembered.
    pub record: IdempotencyRecord,
}

/// Why a run exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerRecord {
    /// Kind.
    pub kind: TriggerKind,
    /// User or token.
    pub by: Option<String>,
    /// Key of the schedule within its task.
    pub schedule_key: Option<String>,
    /// The run it repeats.
    pub rerun_of: Option<RunId>,
}

/// What started the first of the runs that a run repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOrigin {
    /// Kind of its trigger.
    pub kind: TriggerKind,
    /// What started it: a user or token, a file, the end of another run.
    pub by: Option<String>,
}

/// A run as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Id.
    pub id: RunId,
    /// The task.
    pub task: TaskId,
    /// Key of the task inside the database.
    pub task_key: i64,
    /// Name of the task when the run was made.
    pub task_name: String,
    /// Version of the definition that runs.
    pub task_version: u32,
    /// Position.
    pub state: RunState,
    /// Why it exists.
    pub trigger: TriggerRecord,
    /// What started the first of the runs that it repeats; None: it repeats none, or nobody knows any more.
    pub origin: Option<RunOrigin>,
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
    /// Not to be started before.
    pub due_at: DateTime<Utc>,
    /// Whole time allowed from the first attempt's start.
    pub timeout: Option<TimeDelta>,
    /// Until when it may last; set when its first attempt starts.
    pub deadline_at: Option<DateTime<Utc>>,
    /// Higher goes first.
    pub priority: i32,
    /// Values of its params.
    pub params: Map<String, Value>,
    /// What it wrote as its result.
    pub result: Option<Value>,
    /// Why it is in this state; none: there is nothing to say.
    pub reason: Option<Reason>,
    /// When somebody asked it to stop.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// Who asked.
    pub cancel_requested_by: Option<String>,
    /// Whether somebody asked twice: the grace is skipped.
    pub cancel_forced: bool,
    /// Attempts so far.
    pub attempt_count: u32,
    /// Grows with every claim; guards against a late writer.
    pub fence: i64,
    /// Server that runs it.
    pub node: Option<String>,
    /// Bytes logged by all attempts.
    pub log_bytes: u64,
    /// Lines logged by all attempts.
    pub log_lines: u64,
    /// Whether bytes of a log were dropped.
    pub log_truncated: bool,
}

/// A run to make.
#[derive(Debug, Clone, PartialEq)]
pub struct RunNew {
    /// Id, made by the caller (ledger entries name it before it exists).
    pub id: RunId,
    /// The task.
    pub task: TaskId,
    /// Key of the task inside the database.
    pub task_key: i64,
    /// Name of the task.
    pub task_name: String,
    /// Version of the definition to run.
    pub task_version: u32,
    /// `queued`, `waiting`, or a final state with its reason.
    pub state: RunState,
    /// Why it exists.
    pub trigger: TriggerRecord,
    /// The schedule that made it due, by its key inside the database.
    pub schedule_row: Option<i64>,
    /// The slot it is made for.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// When it is made.
    pub created_at: DateTime<Utc>,
    /// Not to be started before.
    pub due_at: DateTime<Utc>,
    /// Whole time allowed from the first attempt's start.
    pub timeout: Option<TimeDelta>,
    /// Higher goes first; the default is 50.
    pub priority: i32,
    /// Pool whose places it takes.
    pub pool: Option<String>,
    /// Places that it takes there.
    pub pool_weight: u32,
    /// Key of the backfill that it is part of, inside the database.
    pub backfill_key: Option<i64>,
    /// What started the first of the runs that it repeats.
    pub origin: Option<RunOrigin>,
    /// Values of its params.
    pub params: Map<String, Value>,
    /// Why it is in this state; none: there is nothing to say.
    pub reason: Option<Reason>,
}

impl RunRecord {
    /// What started it, or the first of the runs that it repeats. None: nobody knows any more.
    pub fn first_trigger(&self) -> Option<RunOrigin> {
        match self.trigger.rerun_of {
            Some(_) => self.origin.clone(),
            None => Some(RunOrigin { kind: self.trigger.kind, by: self.trigger.by.clone() }),
        }
    }

    /// A new run as it is stored.
    pub fn of_new(new: &RunNew) -> Self {
        let RunNew { created_at, state, .. } = new;
        Self {
            id: new.id,
            task: new.task,
            task_key: new.task_key,
            task_name: new.task_name.clone(),
            task_version: new.task_version,
            state: *state,
            trigger: new.trigger.clone(),
            origin: new.origin.clone(),
            scheduled_for: new.scheduled_for,
            created_at: *created_at,
            queued_at: (*state == RunState::Queued).then_some(*created_at),
            started_at: None,
            finished_at: state.is_final().then_some(*created_at),
            due_at: new.due_at,
            timeout: new.timeout,
            deadline_at: None,
            priority: new.priority,
            params: new.params.clone(),
            result: None,
            reason: new.reason.clone(),
            cancel_requested_at: None,
            cancel_requested_by: None,
            cancel_forced: false,
            attempt_count: 0,
            fence: 0,
            node: None,
            log_bytes: 0,
            log_lines: 0,
            log_truncated: false,
        }
    }
}

/// Which runs a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Of this task.
    pub task_key: Option<i64>,
    /// In one of these states; empty: in any.
    pub states: Vec<RunState>,
    /// With this kind of trigger.
    pub trigger: Option<TriggerKind>,
    /// Made at or after.
    pub from_at: Option<DateTime<Utc>>,
    /// Made before.
    pub until_at: Option<DateTime<Utc>>,
}

/// What a request to stop a run did.
#[derive(Debug, Clone, PartialEq)]
pub enum RunCancel {
    /// It had not started, and is cancelled.
    Cancelled(RunRecord),
    /// It is running, and its runner is to stop it (`cancel_forced`: without grace).
    Requested(RunRecord),
    /// It had ended before.
    Ended(RunRecord),
}

/// What there is to do for a dispatcher.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunOutlook {
    /// Whether queued runs are due.
    pub queued_due: bool,
    /// Whether runs that back off are due.
    pub backing_off_due: bool,
    /// Whether runs wait.
    pub waiting: bool,
    /// The next instant at which one of these runs becomes due.
    pub next_due: Option<DateTime<Utc>>,
}

/// A run that may go, with the attempts whose logs go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneCandidate {
    /// The run.
    pub run: RunId,
    /// Its attempts.
    pub attempts: Vec<AttemptId>,
}

/// One step of a walk over all tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PruneStep {
    /// Runs that may go.
    pub candidates: Vec<PruneCandidate>,
    /// Where the walk goes on; none: it is through.
    pub next: Option<i64>,
}

/// Width of one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatsStep {
    /// One hour.
    Hour,
    /// One day (UTC).
    Day,
}

/// Counts of the runs that ended within one stretch of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsPoint {
    /// Begin of the stretch.
    pub from_at: DateTime<Utc>,
    /// Succeeded.
    pub succeeded_count: u64,
    /// Failed.
    pub failed_count: u64,
    /// Timed out.
    pub timed_out_count: u64,
    /// Cancelled.
    pub cancelled_count: u64,
    /// Skipped.
    pub skipped_count: u64,
    /// Lost.
    pub lost_count: u64,
    /// Share of succeeded among succeeded, failed, timed out and lost.
    pub success_rate: Option<f64>,
    /// Median duration of runs that started, in seconds, from a histogram.
    pub p50_seconds: Option<f64>,
    /// 95th percentile of the same.
    pub p95_seconds: Option<f64>,
}

/// Statistics over a range.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsRecord {
    /// Running now.
    pub running_count: u64,
    /// Queued now.
    pub queued_count: u64,
    /// Waiting or backing off now.
    pub waiting_count: u64,
    /// The whole range.
    pub total: StatsPoint,
    /// Points in order of time; empty ones are left out.
    pub points: Vec<StatsPoint>,
}
