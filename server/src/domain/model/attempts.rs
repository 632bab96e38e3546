//! Attempts and claims: what starts and ends within a run.

use super::RunRecord;
use crate::domain::ids::AttemptId;
use crate::domain::ids::RunId;
use crate::domain::reason::Reason;
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::AttemptOutcome;
use crate::domain::vocabulary::RunState;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// An attempt as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Id.
    pub id: AttemptId,
    /// The run.
    pub run: RunId,
    /// Number, from 1.
    pub number: u32,
    /// Result; none: in progress.
    pub outcome: Option<AttemptOutcome>,
    /// Server that started it.
    pub node: String,
    /// Boot of the machine it runs on; none: nothing was started yet.
    pub boot_id: Option<String>,
    /// Process id of the runner.
    pub runner_pid: Option<u32>,
    /// Start time of the runner, as the system counts it.
    pub runner_started: Option<i64>,
    /// Process id of the command.
    pub pid: Option<u32>,
    /// Token with which the server talks to the runner.
    pub token: Option<String>,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<i32>,
    /// Why it ended so; none: there is nothing to say.
    pub reason: Option<Reason>,
    /// Processor time of the whole tree.
    pub cpu: Option<TimeDelta>,
    /// Peak memory of the largest process, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes logged.
    pub log_bytes: u64,
    /// Lines logged.
    pub log_lines: u64,
    /// Bytes of the log that were dropped.
    pub log_dropped_bytes: u64,
    /// Whether a left-behind process still held the output.
    pub leaked_output: bool,
    /// Processes that could not be stopped.
    pub survivor_count: u32,
    /// Processes that go on because the task says so.
    pub left_behind: Vec<LeftBehind>,
}

/// A process that goes on after its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// Process id.
    pub pid: u32,
    /// Short name of its program.
    pub name: String,
    /// When it started.
    pub started_at: DateTime<Utc>,
}

/// Who carries out an attempt. May be told twice: what is none keeps its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptStarted {
    /// The attempt.
    pub attempt: AttemptId,
    /// Fence of the claim.
    pub fence: i64,
    /// Boot of the machine.
    pub boot_id: Option<String>,
    /// Process id of the runner.
    pub runner_pid: Option<u32>,
    /// Start time of the runner, as the system counts it.
    pub runner_started: Option<i64>,
    /// Process id of the command.
    pub pid: Option<u32>,
    /// Token with which the server talks to the runner.
    pub token: Option<String>,
}

/// What becomes of a run after its attempt.
#[derive(Debug, Clone, PartialEq)]
pub enum RunNext {
    /// Another attempt at that instant (at once if it is not after the end).
    Retry {
        /// When.
        at: DateTime<Utc>,
    },
    /// The run is over.
    Finish {
        /// Final state.
        state: RunState,
        /// What the run wrote as its result.
        result: Option<Value>,
    },
    /// Nothing was started: the attempt is forgotten and the run is queued again.
    Requeue,
}

/// How an attempt ended, with the decision that follows.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptFinished {
    /// The attempt.
    pub attempt: AttemptId,
    /// The run.
    pub run: RunId,
    /// Fence of the claim.
    pub fence: i64,
    /// Result.
    pub outcome: AttemptOutcome,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Process id of the command; none keeps what is known.
    pub pid: Option<u32>,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<i32>,
    /// Why it ended so; none: there is nothing to say. It becomes the run's reason too.
    pub reason: Option<Reason>,
    /// Processor time of the whole tree.
    pub cpu: Option<TimeDelta>,
    /// Peak memory of the largest process, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes logged.
    pub log_bytes: u64,
    /// Lines logged.
    pub log_lines: u64,
    /// Bytes of the log that were dropped.
    pub log_dropped_bytes: u64,
    /// Whether a left-behind process still held the output.
    pub leaked_output: bool,
    /// Processes that could not be stopped.
    pub survivor_count: u32,
    /// Processes that go on because the task says so.
    pub left_behind: Vec<LeftBehind>,
    /// What follows.
    pub next: RunNext,
}

/// A run to carry out: claimed just now, or found running by a starting server.
#[derive(Debug, Clone)]
pub struct ClaimedRun {
    /// The run, `running`; its `fence` guards everything that is written about it.
    pub run: RunRecord,
    /// The attempt to carry out.
    pub attempt: AttemptRecord,
    /// The definition of the run's version.
    pub definition: Arc<Definition>,
    /// Why nothing can be run by it: it could not be read.
    pub damage: Option<String>,
}

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOrder {
    /// Highest priority, then longest due.
    Priority,
    /// Longest due, whatever the priority: so that nobody waits for ever.
    Age,
}
