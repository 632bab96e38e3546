//! Attempts and claims: what starts and ends within a run.

use super::{CredentialUsed, RunRecord};
use crate::domain::core::limits::AppliedLimit;
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
use uuid::Uuid;

/// An attempt as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Id of the attempt.
    pub id: AttemptId,
    /// Id of the run.
    pub run: RunId,
    /// Number of the attempt, starting at 1.
    pub number: u32,
    /// Outcome of the attempt; none: it is in progress.
    pub outcome: Option<AttemptOutcome>,
    /// Name of the server that started it.
    pub node: String,
    /// Boot id of the machine; none: nothing was started yet.
    pub boot_id: Option<String>,
    /// Process id of the runner.
    pub runner_pid: Option<u32>,
    /// Start time of the runner, in the system's clock ticks.
    pub runner_started: Option<i64>,
    /// Process id of the command.
    pub pid: Option<u32>,
    /// Token for connections to the runner.
    pub token: Option<String>,
    /// When the attempt started.
    pub started_at: DateTime<Utc>,
    /// When the attempt ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<i32>,
    /// Why the attempt ended like this; none: there is no particular reason.
    pub reason: Option<Reason>,
    /// Processor time of the whole process tree.
    pub cpu: Option<TimeDelta>,
    /// Peak memory in bytes: of all processes together where that is measured, otherwise of the largest one.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes that its processes read from disks.
    pub disk_read_bytes: Option<u64>,
    /// Bytes that its processes wrote for disks.
    pub disk_written_bytes: Option<u64>,
    /// The limits that its processes had.
    pub limits: Vec<AppliedLimit>,
    /// Bytes in the log.
    pub log_bytes: u64,
    /// Lines in the log.
    pub log_lines: u64,
    /// Bytes of the log that were dropped.
    pub log_dropped_bytes: u64,
    /// Whether a process left behind still held the output.
    pub leaked_output: bool,
    /// Number of processes that could not be stopped.
    pub survivor_count: u32,
    /// Processes that continue because the task allows it.
    pub left_behind: Vec<LeftBehind>,
    /// The credentials that the attempt got.
    pub credentials: Vec<CredentialUsed>,
    /// What the attempt found when it started; none: it was not noted.
    pub conditions: Option<Conditions>,
}

/// What an attempt found when it started.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Conditions {
    /// The program, and files that its arguments name.
    pub files: Vec<StartedFile>,
    /// Names of the environment variables, without Orc's own. Values are not kept.
    pub environment: Vec<String>,
    /// Name of the machine, with its operating system.
    pub machine: String,
    /// Version of Orc.
    pub version: String,
}

/// A file at the start of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StartedFile {
    /// Path of the file.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// When its content last changed, as the file system says.
    pub modified_at: DateTime<Utc>,
    /// SHA-256 of the content, in hexadecimal digits; none: the file is no program or script, or is very large.
    pub sha256: Option<String>,
}

/// A process that continues after its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// Process id.
    pub pid: u32,
    /// Short name of its program.
    pub name: String,
    /// When it started.
    pub started_at: DateTime<Utc>,
}

/// The processes that carry out an attempt. This may be reported twice: fields that are none keep their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptStarted {
    /// Id of the attempt.
    pub attempt: AttemptId,
    /// Fence of the claim.
    pub fence: i64,
    /// Boot id of the machine.
    pub boot_id: Option<String>,
    /// Process id of the runner.
    pub runner_pid: Option<u32>,
    /// Start time of the runner, in the system's clock ticks.
    pub runner_started: Option<i64>,
    /// Process id of the command.
    pub pid: Option<u32>,
    /// Token for connections to the runner.
    pub token: Option<String>,
    /// What the attempt found.
    pub conditions: Option<Conditions>,
}

impl AttemptStarted {
    /// Nothing is known yet about the attempt of this claim.
    pub fn of(claimed: &ClaimedRun) -> Self {
        Self {
            attempt: claimed.attempt.id,
            fence: claimed.run.fence,
            boot_id: None,
            runner_pid: None,
            runner_started: None,
            pid: None,
            token: None,
            conditions: None,
        }
    }
}

/// What happens to a run after its attempt.
#[derive(Debug, Clone, PartialEq)]
pub enum RunNext {
    /// Another attempt at that instant, or at once if the instant is not after the end.
    Retry {
        /// When the next attempt is due.
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
    /// Id of the attempt.
    pub attempt: AttemptId,
    /// Id of the run.
    pub run: RunId,
    /// Fence of the claim.
    pub fence: i64,
    /// Outcome of the attempt.
    pub outcome: AttemptOutcome,
    /// When the attempt ended.
    pub finished_at: DateTime<Utc>,
    /// Process id of the command; none keeps the known one.
    pub pid: Option<u32>,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<i32>,
    /// Why the attempt ended like this; none: there is no particular reason. It becomes the run's reason too.
    pub reason: Option<Reason>,
    /// Processor time of the whole process tree.
    pub cpu: Option<TimeDelta>,
    /// Peak memory in bytes: of all processes together where that is measured, otherwise of the largest one.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes that its processes read from disks.
    pub disk_read_bytes: Option<u64>,
    /// Bytes that its processes wrote for disks.
    pub disk_written_bytes: Option<u64>,
    /// The limits that its processes had.
    pub limits: Vec<AppliedLimit>,
    /// Bytes in the log.
    pub log_bytes: u64,
    /// Lines in the log.
    pub log_lines: u64,
    /// Bytes of the log that were dropped.
    pub log_dropped_bytes: u64,
    /// Whether a process left behind still held the output.
    pub leaked_output: bool,
    /// Number of processes that could not be stopped.
    pub survivor_count: u32,
    /// Processes that continue because the task allows it.
    pub left_behind: Vec<LeftBehind>,
    /// What happens to the run.
    pub next: RunNext,
}

/// A run to carry out: just claimed, or found running when the server started.
#[derive(Debug, Clone)]
pub struct ClaimedRun {
    /// The run, in state `running`. Its `fence` guards every write about it.
    pub run: RunRecord,
    /// The attempt to carry out.
    pub attempt: AttemptRecord,
    /// The definition of the run's version.
    pub definition: Arc<Definition>,
    /// Why the definition cannot be run: it could not be read.
    pub damage: Option<String>,
}

/// The runs that a server claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Maximum number of runs.
    pub limit: u32,
    /// Which run goes first.
    pub order: ClaimOrder,
    /// Whether runs that need credentials may start.
    pub vault_open: bool,
}

impl Claim {
    /// Up to `limit` runs in an order, with an open vault.
    pub const fn of(limit: u32, order: ClaimOrder) -> Self {
        Self { limit, order, vault_open: true }
    }
}

/// Which run goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOrder {
    /// The one with the highest priority, then the longest due.
    Priority,
    /// The longest due one, whatever its priority, so that no run waits for ever.
    Age,
}

/// An open run that a job elsewhere carries out: a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElsewhereRun {
    /// Id of the run.
    pub run: RunId,
    /// Id of its attempt.
    pub attempt: AttemptId,
    /// What the job gave for its start and its end.
    pub rid: Option<Uuid>,
    /// Time limit of the run.
    pub timeout: Option<TimeDelta>,
    /// When the run ends, if the job has not told its end.
    pub deadline_at: Option<DateTime<Utc>>,
}

/// The begin of a run that a job elsewhere carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElsewhereBegin {
    /// Id of the run, which is queued.
    pub run: RunId,
    /// Id of the new attempt.
    pub attempt: AttemptId,
    /// Address of the job.
    pub from: String,
    /// What the job gives for its start and its end.
    pub rid: Option<Uuid>,
    /// When it began.
    pub at: DateTime<Utc>,
}

/// Size of the log of an open run that a job elsewhere carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElsewhereLog {
    /// Id of the run.
    pub run: RunId,
    /// Id of its attempt.
    pub attempt: AttemptId,
    /// Bytes in the log.
    pub bytes: u64,
    /// Lines in the log.
    pub lines: u64,
    /// Bytes that were not kept now, in addition to those before.
    pub dropped_bytes: u64,
}

/// The end of a run that a job elsewhere carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElsewhereEnd {
    /// Id of the run.
    pub run: RunId,
    /// Its final state.
    pub state: RunState,
    /// Outcome of its attempt.
    pub outcome: AttemptOutcome,
    /// Exit code that the job told.
    pub exit_code: Option<i32>,
    /// Why it ended like this; none: there is no particular reason.
    pub reason: Option<Reason>,
    /// When it ended.
    pub at: DateTime<Utc>,
}
