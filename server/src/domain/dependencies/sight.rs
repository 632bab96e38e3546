//! What was seen when a dependency was looked at: a closed list of facts.

use super::windows::Span;
use crate::domain::core::coded::coded;
use crate::domain::core::phrases::{counted, grouped, moment, seconds, statuses};
use crate::domain::ids::RunId;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};

coded! {
    /// What was seen of a dependency.
    Sight,
    /// Kind of what was seen, for programs.
    SightCode {
        /// The newest run of the task that counts has ended.
        TaskEnded {
            /// Name of the task.
            task: String,
            /// State in which the run ended.
            state: RunState,
            /// When the run ended.
            finished_at: DateTime<Utc>,
            /// Id of the run; null: seen by an earlier version of Orc.
            run: Option<RunId>,
        } => format!("the run of {task} {} at {}", super::words::ended(*state), moment(finished_at)),
        /// No run of the task that counts has ended.
        TaskNotEnded {
            /// Name of the task.
            task: String,
            /// When the run must have ended.
            span: Span,
            /// Whether a run is open.
            open: bool,
        } => format!("no run of {task} has ended {}{}", span.words(), if *open { "; one has not ended yet" } else { "" }),
        /// There is no such task.
        TaskMissing {
            /// Name of the task.
            task: String,
        } => format!("there is no task \"{task}\""),
        /// No file matches.
        FileAbsent {
            /// Path or pattern.
            path: String,
        } => format!("there is no {path}"),
        /// A file matches.
        FileThere {
            /// Path of the file.
            path: String,
            /// Size.
            bytes: u64,
            /// Date of the file.
            changed_at: DateTime<Utc>,
            /// Other files that match.
            others: usize,
        } => format!("{path} is there with {} bytes, changed at {}{}", grouped(*bytes), moment(changed_at), more(*others)),
        /// A folder, a socket or a pipe matches.
        PathThere {
            /// Its path.
            path: String,
            /// Others that match.
            others: usize,
        } => format!("{path} is there{}", besides(*others)),
        /// Only folders, sockets or pipes match, which have neither a size nor an age that counts.
        PathNoFile {
            /// Path of the first.
            path: String,
            /// Others that match.
            others: usize,
        } => format!("{path} is no file, so its size and its age do not count{}", besides(*others)),
        /// A file matches, but none may.
        FileStillThere {
            /// Path of the file.
            path: String,
            /// Other files that match.
            others: usize,
        } => format!("{path} is still there{}", more(*others)),
        /// A file matches, but is too young.
        FileTooYoung {
            /// Path of the file.
            path: String,
            /// Its age.
            age_milliseconds: u64,
            /// Minimum age.
            least_milliseconds: u64,
        } => format!("{path} is only {} old; {} are needed", seconds(*age_milliseconds), seconds(*least_milliseconds)),
        /// A file matches, but is too small.
        FileTooSmall {
            /// Path of the file.
            path: String,
            /// Its size.
            bytes: u64,
            /// Minimum size.
            least_bytes: u64,
        } => format!("{path} has only {} bytes; {} are needed", grouped(*bytes), grouped(*least_bytes)),
        /// A file matches, but Orc has not seen it unchanged for long enough.
        FileUnsettled {
            /// Path of the file.
            path: String,
            /// For how long nothing has changed.
            unchanged_milliseconds: u64,
            /// For how long nothing must have changed.
            least_milliseconds: u64,
        } => format!(
            "{path} has been unchanged for {}; {} are needed", seconds(*unchanged_milliseconds), seconds(*least_milliseconds)
        ),
        /// Files cannot be looked at.
        FileUnreadable {
            /// What is wrong.
            problem: String,
        } => problem.clone(),
        /// The address gave the expected answer.
        UrlAnswered {
            /// Status code.
            status: u16,
        } => format!("answered {status}"),
        /// The address gave an answer with another status.
        UrlOtherStatus {
            /// Status code.
            status: u16,
            /// Expected status codes; empty: 200 to 299.
            expected: Vec<u16>,
        } => format!("answered {status}, expected {}", statuses(expected)),
        /// The answer lacks the expected text.
        UrlTextMissing {
            /// Status code.
            status: u16,
        } => format!("answered {status}, but the answer does not contain the expected text"),
        /// The address may not be asked.
        UrlRefused {
            /// Why.
            problem: String,
        } => problem.clone(),
        /// The address gave no answer.
        UrlSilent {
            /// What happened.
            problem: String,
        } => problem.clone(),
        /// The command ended with exit code 0.
        CommandSucceeded {
            /// Its duration.
            milliseconds: u64,
        } => format!("the command ended with exit code 0 after {}", seconds(*milliseconds)),
        /// The command failed.
        CommandFailed {
            /// How it ended.
            problem: String,
            /// The last line that it wrote.
            last_line: Option<String>,
        } => match last_line {
            Some(line) => format!("the command failed: {problem}; its last line: {line}"),
            None => format!("the command failed: {problem}"),
        },
        /// The port accepts connections.
        TcpOpen {
            /// The address that was connected to.
            address: String,
        } => format!("{address} accepts connections"),
        /// The port does not accept connections.
        TcpClosed {
            /// Host and port.
            address: String,
            /// What happened.
            problem: String,
        } => format!("{address} does not accept connections: {problem}"),
        /// The machine offers what is needed.
        HostReady {
            /// What was measured, one sentence each.
            facts: Vec<String>,
        } => facts.join("; "),
        /// The machine does not offer what is needed.
        HostShort {
            /// What is missing, one sentence each.
            facts: Vec<String>,
        } => facts.join("; "),
        /// The network profile holds.
        NetworkHolds {
            /// Name of the profile.
            network: String,
            /// What was seen of its rules.
            seen: String,
        } => format!("{network} holds: {seen}"),
        /// The network profile does not hold.
        NetworkLacks {
            /// Name of the profile.
            network: String,
            /// What was seen of the rules that do not hold.
            seen: String,
        } => format!("{network} does not hold: {seen}"),
        /// There is no such network profile.
        NetworkMissing {
            /// Name of the profile.
            network: String,
        } => format!("there is no network profile \"{network}\"; create it, or change the task"),
        /// The look got no answer in time.
        NoAnswer {
            /// The limit.
            limit_milliseconds: u64,
        } => format!("there was no answer within {}", seconds(*limit_milliseconds)),
        /// The look could not be made.
        NotLooked {
            /// Why.
            problem: String,
        } => format!("could not be looked at: {problem}"),
    }
}

fn besides(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" (and {} more)", grouped(others as u64)) }
}

fn more(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" (and {})", counted(others as u64, "more file", "more files")) }
}
