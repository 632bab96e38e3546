//! The control protocol: one JSON object per line, the same over the runner's standard streams and its socket.
//!
//! Standard input ends when the server dies. The runner then goes on and opens its socket; a new server attaches with
//! the plan's token. Nothing here may block the runner: progress is dropped when the server does not read.

use std::io;

use serde::{Deserialize, Serialize};

use crate::protocol::plan::Plan;
use crate::protocol::record::{CancelledBy, ExitRecord, TimeLimit};

/// Version of the protocol and of the log format.
pub const FORMAT_VERSION: u32 = 1;

/// From the server to the runner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The plan; the first and only first line on standard input. Input that ends before it: nothing starts.
    Start {
        /// The plan.
        plan: Box<Plan>,
    },
    /// First line on the socket; a wrong token closes the connection without an answer.
    Attach {
        /// The plan's token.
        token: String,
    },
    /// Ask the command to stop, kill after the grace. A second one kills at once.
    Cancel {
        /// Overrides the plan's grace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grace_seconds: Option<f64>,
    },
    /// Kill the whole tree at once.
    Kill,
}

/// From the runner to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunnerMessage {
    /// First line: who the runner is; the log file exists and is locked.
    Identity {
        /// Its identity.
        #[serde(flatten)]
        identity: Identity,
    },
    /// The runner could not even begin (log file exists, folder not writable ...) and exits.
    Refused {
        /// What happened, in words.
        message: String,
    },
    /// The command runs.
    Started {
        /// Its process.
        #[serde(flatten)]
        child: Started,
    },
    /// The log grew; at most every 50 ms.
    Log {
        /// Logical bytes so far.
        bytes: u64,
        /// Lines so far.
        lines: u64,
    },
    /// The stop ladder began.
    Stopping {
        /// Why.
        reason: StopReason,
    },
    /// The end; the same record is the last frame of the log file. The runner exits after this.
    Exited {
        /// The exit record.
        record: Box<ExitRecord>,
    },
}

/// Who a runner is: boot id, process id and start time together never repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of protocol and log format.
    pub format_version: u32,
    /// The attempt it serves.
    pub attempt: String,
    /// The kernel's boot id.
    pub boot_id: String,
    /// The runner's process id.
    pub runner_pid: u32,
    /// The runner's start, in clock ticks since boot.
    pub runner_start_ticks: u64,
}

impl Identity {
    /// The identity of no process, for logs that the server writes itself.
    #[must_use]
    pub fn blank(attempt: impl Into<String>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            attempt: attempt.into(),
            boot_id: String::new(),
            runner_pid: 0,
            runner_start_ticks: 0,
        }
    }
}

/// The command's own process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Process id; also the id of its process group and session.
    pub pid: u32,
    /// Its start, in clock ticks since boot.
    pub start_ticks: u64,
    /// When it started, microseconds since 1970 UTC.
    pub started_at_micros: i64,
}

/// Why a command is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StopReason {
    /// Somebody cancelled.
    Cancel {
        /// Who.
        by: CancelledBy,
    },
    /// A time limit passed.
    TimeLimit {
        /// Which one.
        limit: TimeLimit,
        /// The limit in seconds.
        seconds: f64,
    },
}

/// A message to the runner as a line, ready to be written to its standard input or socket.
pub fn line(message: &ServerMessage) -> Vec<u8> {
    line_of(message)
}

/// Any message as a line.
pub(crate) fn line_of(message: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("messages are plain data");
    line.push(b'\n');
    line
}

/// A line from the runner as a message; `InvalidData` when it is none.
pub fn parse(line: &[u8]) -> io::Result<RunnerMessage> {
    serde_json::from_slice(line).map_err(io::Error::from)
}
