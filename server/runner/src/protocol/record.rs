//! The exit record: what became of one attempt, in full.
//!
//! It is the last frame of the attempt's log file and the last message to the server. It is written, not synced: the
//! page cache survives the death of every process; the server makes it durable when it books it.

use serde::{Deserialize, Serialize};

use crate::os;

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it counts as success: it exited by itself with one of the plan's success codes.
    pub success: bool,
    /// How the command itself ended, also when it was stopped; absent when it never started.
    pub exit: Option<Exit>,
    /// Start of the command, microseconds since 1970 UTC (for a failed start: when it was tried).
    pub started_at_micros: i64,
    /// End of the attempt, microseconds since 1970 UTC, after the last of its processes was gone.
    pub finished_at_micros: i64,
    /// Processor seconds (user and system) of the command and all its reaped descendants.
    pub cpu_seconds: f64,
    /// Largest resident memory of any one of its processes, in bytes.
    pub peak_memory_bytes: u64,
    /// What the log holds.
    pub log: LogTotals,
    /// A descendant still held the output pipes when `leak_grace_seconds` were over.
    pub leaked_output: bool,
    /// Descendants that had to be killed although the command had ended.
    pub swept: u32,
    /// Processes that could not be ended; normally empty.
    pub survivors: Vec<Survivor>,
    /// Processes that go on because the plan says so.
    #[serde(default)]
    pub left_behind: Vec<LeftBehind>,
    /// What the command wrote to `ORC_RESULT_FILE`.
    pub result: Option<serde_json::Value>,
    /// Why the result file was not taken (not JSON, too large, not a file).
    pub result_error: Option<String>,
}

impl ExitRecord {
    /// A record of an attempt that used nothing, left nothing and is no success: what is known beyond that is filled in.
    /// Times are microseconds since 1970 UTC.
    #[must_use]
    pub fn blank(outcome: Outcome, started_at_micros: i64, finished_at_micros: i64) -> Self {
        Self {
            outcome,
            success: false,
            exit: None,
            started_at_micros,
            finished_at_micros,
            cpu_seconds: 0.0,
            peak_memory_bytes: 0,
            log: LogTotals::default(),
            leaked_output: false,
            swept: 0,
            survivors: Vec::new(),
            left_behind: Vec::new(),
            result: None,
            result_error: None,
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The command ended by itself with this exit code.
    Exited {
        /// The exit code.
        code: i32,
    },
    /// The command was ended by a signal that the runner did not send.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// The command could not be started; nothing ran.
    SpawnFailed {
        /// Why.
        reason: SpawnFailure,
        /// What happened, to what, in words.
        message: String,
    },
    /// A time limit passed and the command was stopped.
    TimedOut {
        /// Which limit.
        limit: TimeLimit,
        /// The limit in seconds.
        seconds: f64,
    },
    /// Somebody asked for the stop.
    Cancelled {
        /// Who.
        by: CancelledBy,
    },
}

/// How the command's own process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Exit {
    /// With an exit code.
    Code {
        /// The exit code.
        code: i32,
    },
    /// By a signal.
    Signal {
        /// The signal's number.
        signal: i32,
    },
}

/// Why a command could not be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpawnFailure {
    /// No such program, or the interpreter its first line names is missing.
    ProgramNotFound,
    /// The file exists and may not be executed.
    NotExecutable,
    /// The working directory is missing, is not a folder, or may not be entered.
    WorkingDirectoryMissing,
    /// The file is executable and no program this machine understands.
    ExecFormat,
    /// The plan cannot be expressed (a NUL byte, a bad script suffix, an argument list that is too long).
    InvalidInput,
    /// The machine had no process, memory or file left; trying again later makes sense.
    ResourceExhausted,
    /// Anything else; the message has the system's words.
    Other,
}

impl SpawnFailure {
    /// Whether the same plan may well start a moment later.
    pub fn retryable(self) -> bool {
        self == Self::ResourceExhausted
    }
}

/// Which time limit was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeLimit {
    /// `attempt_timeout_seconds`.
    Attempt,
    /// `run_deadline_seconds`.
    Run,
}

/// Who asked for a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// The server, by message.
    Server,
    /// The operating system or a person, by a signal to the runner (shutdown of the machine, for example).
    Signal,
}

/// Figures about a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTotals {
    /// Logical bytes: everything the command wrote, and the runner's own notes, before any truncation.
    pub bytes: u64,
    /// Lines in those bytes; a last line without its end counts.
    pub lines: u64,
    /// How many of the bytes are not kept (caps, disk guard, write errors).
    pub dropped_bytes: u64,
    /// Number of the oldest tail segment that exists; 0 when the whole log is in one file.
    #[serde(default)]
    pub first_segment: u64,
    /// Number of the newest tail segment; 0 when the whole log is in one file.
    #[serde(default)]
    pub last_segment: u64,
}

/// A process that could not be ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivor {
    /// Its process id.
    pub pid: u32,
    /// When it started, in the system's clock ticks since boot: with the boot id, its identity.
    pub start_ticks: u64,
    /// Its short name.
    pub name: String,
}

/// A process that goes on after its command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// Its process id.
    pub pid: u32,
    /// When it started, microseconds since 1970 UTC.
    pub started_at_micros: i64,
    /// Its short name.
    pub name: String,
}

impl LeftBehind {
    pub(crate) fn of(process: Survivor) -> Self {
        let started_at_micros = os::started_at_micros(process.start_ticks);
        Self { pid: process.pid, started_at_micros, name: process.name }
    }
}
