//! The exit record: the full result of one attempt.
//!
//! It is the last frame of the attempt's log file and the last message to the server. The runner writes it without
//! syncing, because the page cache survives the death of every process. The server makes the record durable when it
//! stores it.

use serde::{Deserialize, Serialize};

use crate::protocol::limits::{AppliedLimit, LimitKind};

/// The full result of one attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the attempt succeeded: the command exited by itself with one of the plan's success codes.
    pub success: bool,
    /// How the command itself ended, even if it was stopped. Absent if it never started.
    pub exit: Option<Exit>,
    /// Start of the command, in microseconds since 1970 UTC. If the start failed: when it was tried.
    pub started_at_micros: i64,
    /// End of the attempt, in microseconds since 1970 UTC, after the last of its processes was gone.
    pub finished_at_micros: i64,
    /// Processor seconds (user and system) of the command and all its reaped descendants.
    pub cpu_seconds: f64,
    /// Peak memory in bytes: of all processes together if the kernel or the runner measured that, otherwise resident
    /// memory of the largest process.
    pub peak_memory_bytes: u64,
    /// Bytes that its processes read from disks, not counting what was in memory already.
    #[serde(default)]
    pub disk_read_bytes: u64,
    /// Bytes that its processes wrote for disks.
    #[serde(default)]
    pub disk_written_bytes: u64,
    /// The limits of its processes.
    #[serde(default)]
    pub limits: Vec<AppliedLimit>,
    /// Figures of the log.
    pub log: LogTotals,
    /// Whether a descendant still held the output pipes after `leak_grace_seconds`.
    pub leaked_output: bool,
    /// Number of descendants that had to be killed after the command had ended.
    pub swept: u32,
    /// Processes that could not be killed. Normally empty.
    pub survivors: Vec<Survivor>,
    /// Processes that continue because the plan allows it.
    #[serde(default)]
    pub left_behind: Vec<LeftBehind>,
    /// The JSON that the command wrote to `ORC_RESULT_FILE`.
    pub result: Option<serde_json::Value>,
    /// Why the result file was rejected (not JSON, too large, not a file).
    pub result_error: Option<String>,
}

impl ExitRecord {
    /// Creates a record of a failed attempt that used nothing and left nothing; the caller fills in what else is
    /// known. Times are microseconds since 1970 UTC.
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
            disk_read_bytes: 0,
            disk_written_bytes: 0,
            limits: Vec::new(),
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
    /// A signal that the runner did not send ended the command.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// The command could not be started; nothing ran.
    SpawnFailed {
        /// Why the command did not start.
        reason: SpawnFailure,
        /// What happened to what, for people.
        message: String,
    },
    /// A time limit passed, and the runner stopped the command.
    TimedOut {
        /// Which limit.
        limit: TimeLimit,
        /// The limit in seconds.
        seconds: f64,
    },
    /// A limit of the processes was passed, and the runner stopped the command.
    LimitPassed {
        /// Which limit.
        limit: LimitKind,
        /// The limit, in the unit of its kind.
        value: i64,
    },
    /// Somebody asked for the stop.
    Cancelled {
        /// Who asked for the stop.
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
    /// No such program, or the interpreter named in its first line is missing.
    ProgramNotFound,
    /// The file exists but must not be executed.
    NotExecutable,
    /// The working directory is missing, is not a folder, or must not be entered.
    WorkingDirectoryMissing,
    /// The file is executable but is not a program for this machine.
    ExecFormat,
    /// The plan cannot be carried out (a NUL byte, a bad script suffix, an argument list that is too long).
    InvalidInput,
    /// The machine had no process, memory or file left. Trying again later makes sense.
    ResourceExhausted,
    /// Anything else. The message contains the system's words.
    Other,
}

impl SpawnFailure {
    /// The reason for a start that failed because a file could not be written.
    pub(crate) fn of_write(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::ResourceExhausted,
            _ => Self::Other,
        }
    }

    /// Returns whether the same plan may succeed a moment later.
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
    /// The server, by a message.
    Server,
    /// The operating system or a person, by a signal to the runner (for example when the machine shuts down).
    Signal,
}

/// Figures about a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTotals {
    /// Logical bytes: everything the command wrote, and the runner's own notes, with secrets masked and before any
    /// truncation.
    pub bytes: u64,
    /// Lines in those bytes. A last line without its end counts.
    pub lines: u64,
    /// Bytes that were not kept (caps, disk guard, write errors).
    pub dropped_bytes: u64,
    /// Number of the oldest tail segment that exists; 0 when the whole log is in one file.
    #[serde(default)]
    pub first_segment: u64,
    /// Number of the newest tail segment; 0 when the whole log is in one file.
    #[serde(default)]
    pub last_segment: u64,
}

/// A process that could not be killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivor {
    /// Its process id.
    pub pid: u32,
    /// Start time in clock ticks since boot. Together with the boot id and the process id it identifies the process.
    pub start_ticks: u64,
    /// Its short name.
    pub name: String,
}

/// A process that continues after its command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// Its process id.
    pub pid: u32,
    /// When it started, microseconds since 1970 UTC.
    pub started_at_micros: i64,
    /// Its short name.
    pub name: String,
}
