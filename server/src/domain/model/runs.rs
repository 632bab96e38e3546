//! Runs, their statistics, and which of them may be deleted.

use crate::domain::ids::AttemptId;
use crate::domain::ids::RunId;
use crate::domain::ids::TaskId;
use crate::domain::keys::{Backfill, Key, Schedule, Task};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use crate::domain::vocabulary::TriggerKind;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Map;
use serde_json::Value;
use uuid::Uuid;

/// What a request with an idempotency key created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// SHA-256 of the request's body.
    pub body_hash: Vec<u8>,
    /// Kind of thing created.
    pub result_kind: String,
    /// Id of the thing.
    pub result_id: Uuid,
    /// When the thing was created.
    pub created_at: DateTime<Utc>,
}

/// An idempotency key to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyNew {
    /// Caller and operation.
    pub scope: String,
    /// The key.
    pub key: String,
    /// What the request created.
    pub record: IdempotencyRecord,
}

/// Why a run exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerRecord {
    /// Kind of trigger.
    pub kind: TriggerKind,
    /// Name of the user or token.
    pub by: Option<String>,
    /// Key of the schedule within its task.
    pub schedule_key: Option<String>,
    /// The run that this run repeats.
    pub rerun_of: Option<RunId>,
    /// Names of the params whose values differ from those of the repeated run, because somebody edited them.
    pub edited_params: Vec<String>,
}

/// What started the first run in a chain of reruns.
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
    /// Id of the run.
    pub id: RunId,
    /// Id of the task.
    pub task: TaskId,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Name of the task when the run was created.
    pub task_name: String,
    /// Version of the definition that runs.
    pub task_version: u32,
    /// State of the run.
    pub state: RunState,
    /// Why the run exists.
    pub trigger: TriggerRecord,
    /// What started the first run in the chain of reruns. None if this run is not a rerun, or if that is no longer
    /// known.
    pub origin: Option<RunOrigin>,
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
    /// The run must not start before this instant.
    pub due_at: DateTime<Utc>,
    /// Maximum duration of the whole run, from the start of the first attempt.
    pub timeout: Option<TimeDelta>,
    /// The run's deadline, set when its first attempt starts.
    pub deadline_at: Option<DateTime<Utc>>,
    /// Runs with a higher priority go first.
    pub priority: i32,
    /// Values of the run's params.
    pub params: Map<String, Value>,
    /// What the run wrote as its result.
    pub result: Option<Value>,
    /// Why the run is in this state; none: there is no particular reason.
    pub reason: Option<Reason>,
    /// Why the run looks wrong although it succeeded; empty: it does not.
    pub suspicious: Vec<Reason>,
    /// When somebody asked the run to stop.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// Who asked the run to stop.
    pub cancel_requested_by: Option<String>,
    /// Whether somebody asked twice, so that the grace period is skipped.
    pub cancel_forced: bool,
    /// Number of attempts so far.
    pub attempt_count: u32,
    /// A number that grows with every claim and guards against a late writer.
    pub fence: i64,
    /// Name of the server that runs it.
    pub node: Option<String>,
    /// Bytes in the logs of all attempts.
    pub log_bytes: u64,
    /// Lines in the logs of all attempts.
    pub log_lines: u64,
    /// Whether bytes of a log were dropped.
    pub log_truncated: bool,
    /// Whether its task uses credentials.
    pub needs_vault: bool,
    /// Whether the run waits for dependencies.
    pub gated: bool,
}

/// A run to create.
#[derive(Debug, Clone, PartialEq)]
pub struct RunNew {
    /// Id of the run. The caller creates it, because ledger entries name the run before it exists.
    pub id: RunId,
    /// Id of the task.
    pub task: TaskId,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Name of the task.
    pub task_name: String,
    /// Version of the definition to run.
    pub task_version: u32,
    /// `queued`, `waiting`, or a final state with its reason.
    pub state: RunState,
    /// Why the run exists.
    pub trigger: TriggerRecord,
    /// Key in the database of the schedule that made the task due.
    pub schedule_row: Option<Key<Schedule>>,
    /// The slot for which the run is made.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// When the run is created.
    pub created_at: DateTime<Utc>,
    /// The run must not start before this instant.
    pub due_at: DateTime<Utc>,
    /// Maximum duration of the whole run, from the start of the first attempt.
    pub timeout: Option<TimeDelta>,
    /// Runs with a higher priority go first. The default is 50.
    pub priority: i32,
    /// Pool in which the run takes places.
    pub pool: Option<String>,
    /// Number of places that the run takes in the pool.
    pub pool_weight: u32,
    /// Key in the database of the run's backfill.
    pub backfill_key: Option<Key<Backfill>>,
    /// What started the first run in the chain of reruns.
    pub origin: Option<RunOrigin>,
    /// Values of the run's params.
    pub params: Map<String, Value>,
    /// Whether its task uses credentials.
    pub needs_vault: bool,
    /// Whether the run must wait for dependencies.
    pub gated: bool,
    /// Why the run is in this state; none: there is no particular reason.
    pub reason: Option<Reason>,
}

impl RunRecord {
    /// What started this run, or the first run in its chain of reruns. None if that is no longer known.
    pub fn first_trigger(&self) -> Option<RunOrigin> {
        match self.trigger.rerun_of {
            Some(_) => self.origin.clone(),
            None => Some(RunOrigin { kind: self.trigger.kind, by: self.trigger.by.clone() }),
        }
    }

    /// Whether a job elsewhere carries the run out: a heartbeat. Every other run that began has a server.
    pub fn is_elsewhere(&self) -> bool {
        self.node.is_none() && self.attempt_count > 0
    }

    /// The record of a new run.
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
            suspicious: Vec::new(),
            cancel_requested_at: None,
            cancel_requested_by: None,
            cancel_forced: false,
            attempt_count: 0,
            fence: 0,
            node: None,
            log_bytes: 0,
            log_lines: 0,
            log_truncated: false,
            needs_vault: new.needs_vault,
            gated: new.gated,
        }
    }
}

/// The runs that a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Runs of this task.
    pub task_key: Option<Key<Task>>,
    /// Runs in one of these states; empty: in any.
    pub states: Vec<RunState>,
    /// Runs with this kind of trigger.
    pub trigger: Option<TriggerKind>,
    /// Runs created at or after this instant.
    pub from_at: Option<DateTime<Utc>>,
    /// Runs created before this instant.
    pub until_at: Option<DateTime<Utc>>,
    /// Only runs that are marked as suspicious, or only others; none: all.
    pub suspicious: Option<bool>,
}

/// Result of a request to stop a run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunCancel {
    /// The run had not started and is cancelled.
    Cancelled(RunRecord),
    /// The run is in progress, and its runner must stop it (`cancel_forced`: without grace period).
    Requested(RunRecord),
    /// The run had ended already.
    Ended(RunRecord),
}

/// What a dispatcher has to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunOutlook {
    /// Whether queued runs are due.
    pub queued_due: bool,
    /// Whether runs that back off are due.
    pub backing_off_due: bool,
    /// Whether runs are waiting.
    pub waiting: bool,
    /// Whether what was seen of some run's dependencies is too old for its start.
    pub gates_stale: bool,
    /// The next instant at which one of these runs becomes due.
    pub next_due: Option<DateTime<Utc>>,
}

/// A run that may be deleted, with the attempts whose logs must be deleted too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneCandidate {
    /// Id of the run.
    pub run: RunId,
    /// Ids of its attempts.
    pub attempts: Vec<AttemptId>,
}

/// One step of a walk over all tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PruneStep {
    /// Runs that may be deleted.
    pub candidates: Vec<PruneCandidate>,
    /// Where the walk continues; none: it is complete.
    pub next: Option<Key<Task>>,
}

/// Counts of the runs that ended within one period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsPoint {
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
    /// Number of runs that were lost.
    pub lost_count: u64,
    /// Share of succeeded runs among succeeded, failed, timed out and lost ones.
    pub success_rate: Option<f64>,
    /// Median duration in seconds of runs that started, from a histogram.
    pub p50_seconds: Option<f64>,
    /// 95th percentile of the duration in seconds, from the same histogram.
    pub p95_seconds: Option<f64>,
}

/// Statistics over a range.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsRecord {
    /// Number of runs in progress now.
    pub running_count: u64,
    /// Number of queued runs now.
    pub queued_count: u64,
    /// Number of runs waiting or backing off now.
    pub waiting_count: u64,
    /// Counts of the whole range.
    pub total: StatsPoint,
    /// Points in order of time. Empty ones are left out.
    pub points: Vec<StatsPoint>,
}
