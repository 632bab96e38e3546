//! The control protocol: one JSON object per line, the same over the runner's standard streams and its socket.
//!
//! Standard input ends when the server dies. The runner then continues and opens its socket, and a new server
//! attaches with the plan's token. Nothing here may block the runner: progress is dropped when the server does not
//! read.

use std::io;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::protocol::limits::LimitKind;
use crate::protocol::plan::Plan;
use crate::protocol::record::{CancelledBy, ExitRecord, TimeLimit};

/// Version of the protocol and of the log format.
pub const FORMAT_VERSION: u32 = 1;

/// Messages from the server to the runner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The plan: the first line on standard input, sent once. If input ends before it, nothing starts.
    Start {
        /// The plan.
        plan: Box<Plan>,
    },
    /// First line on the socket. A wrong token closes the connection without an answer.
    Attach {
        /// The plan's token.
        token: String,
    },
    /// Asks the command to stop and kills it after the grace period. A second `Cancel` kills at once.
    Cancel {
        /// Overrides the plan's grace period, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grace_seconds: Option<f64>,
    },
    /// Kills the whole process tree at once.
    Kill,
}

/// Messages from the runner to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunnerMessage {
    /// First line: who the runner is. The log file exists and is locked by then.
    Identity {
        /// Its identity.
        #[serde(flatten)]
        identity: Identity,
    },
    /// The runner could not begin (the log file exists, the folder is not writable ...) and exits.
    Refused {
        /// What happened, for people.
        message: String,
    },
    /// The command runs.
    Started {
        /// Its process.
        #[serde(flatten)]
        child: Started,
    },
    /// The log grew. Sent at most every 50 ms.
    Log {
        /// Logical bytes so far.
        bytes: u64,
        /// Lines so far.
        lines: u64,
        /// Bytes that were not kept. Runners of an earlier release do not send it.
        #[serde(default)]
        dropped_bytes: u64,
    },
    /// The runner began to stop the command.
    Stopping {
        /// Why the command is being stopped.
        reason: StopReason,
    },
    /// The attempt ended. The same record is the last frame of the log file. The runner exits after this message.
    Exited {
        /// The exit record.
        record: Box<ExitRecord>,
    },
}

/// Who a runner is. Boot id, process id and start time together never repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of protocol and log format.
    pub format_version: u32,
    /// Id of the attempt that the runner serves.
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
    /// Start time, in clock ticks since boot.
    pub start_ticks: u64,
    /// Start time, in microseconds since 1970 UTC.
    pub started_at_micros: i64,
}

/// Why a command is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StopReason {
    /// Somebody cancelled the run.
    Cancel {
        /// Who asked for the stop.
        by: CancelledBy,
    },
    /// A time limit passed.
    TimeLimit {
        /// Which limit passed.
        limit: TimeLimit,
        /// The limit in seconds.
        seconds: f64,
    },
    /// The processes passed a limit.
    Limit {
        /// Which limit passed.
        limit: LimitKind,
        /// The limit, in the unit of its kind.
        value: i64,
    },
}

impl StopReason {
    /// The reason as part of a note in the log.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Cancel { by: CancelledBy::Server } => "cancelled".to_owned(),
            Self::Cancel { by: CancelledBy::Signal } => "a signal asked the runner to end".to_owned(),
            Self::TimeLimit { limit: TimeLimit::Attempt, seconds } => format!("attempt timeout of {seconds} s passed"),
            Self::TimeLimit { limit: TimeLimit::Run, seconds } => format!("run timeout passed ({seconds} s were left)"),
            Self::Limit { limit: LimitKind::Memory, value } => format!("more memory than {value} bytes"),
            Self::Limit { limit: LimitKind::Processes, value } => format!("more than {value} processes"),
            Self::Limit { limit, value } => format!("the limit {limit:?} of {value} was passed"),
        }
    }
}

/// Encodes a message to the runner as a line for its standard input or socket. The line is wiped when it is dropped,
/// because a plan holds secrets, and is written to one buffer only.
pub fn line(message: &ServerMessage) -> Zeroizing<Vec<u8>> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, message).expect("messages are plain data");
    let mut line = Zeroizing::new(Vec::with_capacity(length.0 + 1));
    serde_json::to_writer(&mut *line, message).expect("messages are plain data");
    line.push(b'\n');
    line
}

/// Counts what is written to it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Encodes any message as a line.
pub(crate) fn line_of(message: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("messages are plain data");
    line.push(b'\n');
    line
}

/// Decodes a line from the runner. Fails with `InvalidData` when the line is not a message.
pub fn parse(line: &[u8]) -> io::Result<RunnerMessage> {
    read_message(line).map_err(io::Error::from)
}

/// The result that a command wrote is set aside while the rest is read, because a tagged message cannot hold numbers
/// beyond 64 bits.
fn read_message(line: &[u8]) -> serde_json::Result<RunnerMessage> {
    let mut value: serde_json::Value = serde_json::from_slice(line)?;
    let result = value.pointer_mut("/record/result").map(serde_json::Value::take);
    let mut message = serde_json::from_value(value)?;
    if let RunnerMessage::Exited { record } = &mut message {
        record.result = result.filter(|result| !result.is_null());
    }
    Ok(message)
}

/// Reads JSON with tagged parts. Numbers keep their digits while they are read, and tagged parts take only numbers that
/// were read before.
pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::from_slice(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::record::{ExitRecord, Outcome};

    #[test]
    fn messages_read_back_with_every_digit_of_a_result() {
        let mut record = ExitRecord::blank(Outcome::TimedOut { limit: TimeLimit::Run, seconds: 0.1 }, 1, 2);
        let result = r#"{"big":123456789012345678901234567890,"id":18446744073709551615,"price":1.50,"far":1e+400}"#;
        record.result = Some(serde_json::from_str(result).expect("JSON"));
        record.cpu_seconds = 1e-7;
        let message = RunnerMessage::Exited { record: Box::new(record.clone()) };
        assert_eq!(parse(&line_of(&message)).expect("a message"), message);
        let text = serde_json::to_vec(&record).expect("plain data");
        assert_eq!(read::<ExitRecord>(&text).expect("a record"), record);
        assert!(String::from_utf8(text).expect("text").contains(result), "the digits stay as they came");
    }

    #[test]
    fn messages_to_the_runner_read_back() {
        let message = ServerMessage::Cancel { grace_seconds: Some(2.5) };
        assert!(matches!(
            read(&line(&message)).expect("a message"),
            ServerMessage::Cancel { grace_seconds: Some(2.5) }
        ));
    }
}
