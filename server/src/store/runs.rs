//! Runs: one row per occurrence of a task, from its making to its end.

use super::{AttemptRecord, Page, PageRequest, Result, Store, StoreError, Tx};
use crate::domain::ids::{AttemptId, RunId, ScheduleId, TaskId};
use crate::domain::run::OpenRuns;
use crate::domain::vocabulary::{RunState, TriggerKind};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::collections::HashMap;

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

/// A run as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Id.
    pub id: RunId,
    /// Key inside the database.
    pub key: i64,
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
    /// Why it is in this state, in a sentence; may be empty.
    pub reason: String,
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
    /// The schedule that made it due.
    pub schedule: Option<ScheduleId>,
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
    /// Values of its params.
    pub params: Map<String, Value>,
    /// Why it is in this state; may be empty.
    pub reason: String,
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

/// A task that has waiting runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingTask {
    /// The task.
    pub task: TaskId,
    /// Its key inside the database.
    pub task_key: i64,
    /// Its open runs.
    pub open: OpenRuns,
}

impl Store {
    /// A run.
    pub async fn run_find(&self, _run: RunId) -> Result<Option<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// The attempts of a run, first to newest.
    pub async fn run_attempts(&self, _run: RunId) -> Result<Vec<AttemptRecord>> {
        Err(StoreError::Closed)
    }

    /// A page of runs, newest first.
    pub async fn run_list(&self, _filter: &RunFilter, _page: &PageRequest) -> Result<Page<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Tasks with waiting runs, and what of theirs is open.
    pub async fn run_waiting_tasks(&self) -> Result<Vec<WaitingTask>> {
        Err(StoreError::Closed)
    }

    /// Running runs of this server that somebody asked to stop.
    pub async fn run_cancel_list(&self, _node: &str) -> Result<Vec<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Earliest instant at which a run that backs off, or that is queued for later, becomes due.
    pub async fn run_next_due(&self, _after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// A run.
    pub async fn run_find(&self, _run: RunId) -> Result<Option<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Open runs of each task, by its key; tasks without any are absent.
    pub async fn runs_open(&self, _task_keys: &[i64]) -> Result<HashMap<i64, OpenRuns>> {
        Err(StoreError::Closed)
    }

    /// The open runs of a task.
    pub async fn run_list_open(&self, _task_key: i64) -> Result<Vec<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Makes runs, in order; keeps the tasks' newest run and, for final ones, the statistics.
    pub async fn runs_insert(&self, _runs: &[RunNew]) -> Result<Vec<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Stops a run, or asks for it. None: there is no such run.
    pub async fn run_cancel(&self, _run: RunId, _by: &str, _at: DateTime<Utc>) -> Result<Option<RunCancel>> {
        Err(StoreError::Closed)
    }

    /// Ends a run that is not running (waiting, queued, backing off). None: it is not in one of these states.
    pub async fn run_end(
        &self,
        _run: RunId,
        _to: RunState,
        _reason: &str,
        _at: DateTime<Utc>,
    ) -> Result<Option<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Makes the oldest waiting runs of a task ready to start.
    pub async fn runs_waiting_promote(
        &self,
        _task_key: i64,
        _count: u32,
        _at: DateTime<Utc>,
    ) -> Result<Vec<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Makes runs whose back-off is over ready to start.
    pub async fn runs_backing_off_promote(&self, _at: DateTime<Utc>) -> Result<Vec<RunRecord>> {
        Err(StoreError::Closed)
    }

    /// Removes a finished run and its attempts; answers whose logs are to be removed. None: there is no such run.
    /// `NotFinished` if it has not ended.
    pub async fn run_delete(&self, _run: RunId) -> Result<Option<Vec<AttemptId>>> {
        Err(StoreError::Closed)
    }
}
