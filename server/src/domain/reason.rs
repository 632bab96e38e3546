//! Why something is as it is: a closed list of codes, each with its arguments and one English sentence.
//!
//! A reason is stored and sent as `code` and `args`. The sentence is made from them when somebody reads it.
//! Deliberately absent: reading a reason back from its sentence. `Text` is what was stored before there were codes.
//! Start reading at `Reason`, then `words`.

use super::schedules::Note;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? } => $words:expr),+ $(,)?) => {
        /// Why something is as it is.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "code", content = "args", rename_all = "snake_case")]
        pub enum Reason {
            $($(#[$doc])* $variant { $($(#[$field_doc])* $field: $kind),* },)+
            /// Several reasons. The first one counts; the others only add to its words.
            Several {
                /// The reasons, at least one.
                reasons: Vec<Reason>,
            },
        }

        /// The kind of reason, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ReasonCode {
            $($(#[$doc])* $variant,)+
        }

        impl Reason {
            /// Returns the code of the reason that counts.
            pub fn code(&self) -> ReasonCode {
                match self {
                    $(Self::$variant { .. } => ReasonCode::$variant,)+
                    Self::Several { reasons } => reasons.first().map_or(ReasonCode::Text, Self::code),
                }
            }

            /// Returns the reason in English.
            #[allow(unused_variables, reason = "not every sentence mentions every argument")]
            pub fn words(&self) -> String {
                match self {
                    $(Self::$variant { $($field),* } => $words,)+
                    Self::Several { reasons } => joined(reasons, Self::words),
                }
            }
        }
    };
}

reasons! {
    /// A sentence from the time before codes.
    Text {
        /// The sentence.
        text: String,
    } => text.clone(),
    /// The run waits for an earlier run of its task to end.
    EarlierRun {} => "waits for an earlier run of the task to end".to_owned(),
    /// The run waits for a place in its pool.
    PoolFull {
        /// Name of the pool.
        pool: String,
    } => format!("waits for a place in pool \"{pool}\""),
    /// The pool of the run has no places at all.
    PoolClosed {
        /// Name of the pool.
        pool: String,
    } => format!("pool \"{pool}\" is closed (capacity 0)"),
    /// The pool of the run does not exist.
    PoolMissing {
        /// Name of the pool.
        pool: String,
    } => format!("pool \"{pool}\" does not exist: create it, or change the task"),
    /// The run waits for a free place on the server.
    ServerFull {} => "waits for a free place on the server".to_owned(),
    /// The run waits for its next attempt.
    NextAttempt {
        /// When the attempt is due.
        at: DateTime<Utc>,
    } => format!("waits for its next attempt at {}", moment(at)),
    /// The previous run had not ended, and the overlap rule is `skip`.
    PreviousRunOpen {} => "the run before it had not ended (overlap: skip)".to_owned(),
    /// The maximum number of runs that the overlap rule `queue` allows were already waiting.
    QueueFull {
        /// Maximum number of waiting runs.
        max_waiting: u32,
    } => format!("{max_waiting} runs were already waiting (overlap: queue)"),
    /// The maximum number of runs that the overlap rule `allow` allows were already open.
    TooManyOpen {
        /// Maximum number of open runs.
        max: u32,
    } => format!("{max} runs were already open (overlap: allow)"),
    /// A newer run took the place of this run while it was waiting.
    Superseded {
        /// The overlap rule that caused it.
        overlap: Displacing,
    } => format!("a newer run took its place (overlap: {})", overlap.as_str()),
    /// A newer run replaced this run, because the overlap rule is `replace`.
    Replaced {
        /// The slot of the newer run; none if it has no slot.
        scheduled_for: Option<DateTime<Utc>>,
    } => replaced(scheduled_for.as_ref()),
    /// Somebody cancelled it.
    Cancelled {
        /// Name of the user or token.
        by: String,
    } => format!("cancelled by {by}"),
    /// Somebody cancelled it by deleting its task.
    CancelledWithTask {
        /// Name of the user or token.
        by: String,
    } => format!("cancelled by {by}, with its task"),
    /// Somebody cancelled it by cancelling its backfill.
    CancelledWithBackfill {
        /// Name of the user or token.
        by: String,
    } => format!("cancelled by {by}, with its backfill"),
    /// The task was disabled.
    TaskDisabled {} => "the task was disabled".to_owned(),
    /// The task was deleted.
    TaskDeleted {} => "the task was deleted".to_owned(),
    /// The stored definition of the task cannot be read.
    TaskDamaged {
        /// What is wrong with it.
        problem: String,
    } => problem.clone(),
    /// The schedule was disabled before the slot was caught up.
    ScheduleDisabled {} => "the schedule was disabled before the slot was caught up".to_owned(),
    /// The schedule was removed before the slot was caught up.
    ScheduleRemoved {} => "the schedule was removed before the slot was caught up".to_owned(),
    /// The stored schedule could not be read.
    ScheduleDamaged {
        /// What was wrong with it.
        problem: String,
    } => format!("the stored schedule was damaged: {problem}"),
    /// The schedule does not fire, because its rule is wrong or cannot be read.
    ScheduleInvalid {
        /// What is wrong with it.
        problem: String,
    } => format!("it does not fire: {problem}"),
    /// The schedule did not fire for a time, because its rule was wrong.
    ScheduleWasInvalid {
        /// What was wrong with it.
        problem: String,
    } => format!("it was invalid for a time and did not fire: {problem}"),
    /// The starts of the server are not recorded: what is in the ledger counts as expected.
    StartsNotKept {} => "the starts of the server are not recorded: what is in the ledger counts as expected".to_owned(),
    /// For some time it is unknown which slots there were.
    SlotsUnknown {
        /// What cannot be read.
        problem: String,
    } => format!("for some time it is unknown which slots there were: {problem}"),
    /// The newest version of the task cannot be read, so the task's own definition is used.
    VersionDamaged {
        /// What is wrong with the version.
        problem: String,
    } => format!("its newest version cannot be read, so the task's own definition is used: {problem}"),
    /// The stored definition of the calendar cannot be read.
    CalendarDamaged {
        /// What is wrong with it, and what is used instead.
        problem: String,
    } => problem.clone(),
    /// Params are missing or wrong.
    ParamsRefused {
        /// What is wrong with them, one sentence each.
        problems: Vec<String>,
    } => format!("{}; give it a default", problems.join("; ")),
    /// Everything was on hold.
    OnHold {
        /// The reason given for the hold.
        note: String,
    } => format!("everything was on hold: {note}"),
    /// A calendar or a clock change left out the slot.
    LeftOut {
        /// What happened to the slot.
        notes: Vec<Note>,
    } => joined(notes, Note::words),
    /// The server was not there, and catch-up is off.
    CatchUpOff {} => "the server was not there, and catch-up is off".to_owned(),
    /// The server was not there, and only the latest slot is caught up.
    OnlyLatestCaughtUp {} => "the server was not there; only the latest slot is caught up".to_owned(),
    /// The server was not there, and more slots were missed than are caught up.
    TooManyMissed {} => "the server was not there; more slots were missed than are caught up".to_owned(),
    /// The server was not there, and the slot is too old to be caught up.
    TooOld {} => "the server was not there, and the slot is too old to be caught up".to_owned(),
    /// The slot will be caught up after earlier ones.
    InTurn {} => "will be caught up after earlier slots".to_owned(),
    /// The process ended with an exit code that does not mean success.
    ExitCode {
        /// The exit code.
        exit_code: i32,
    } => format!("ended with exit code {exit_code}"),
    /// A signal ended the process.
    Signal {
        /// Number of the signal.
        signal: i32,
    } => format!("ended by signal {signal}"),
    /// The process could not be started.
    StartFailed {
        /// What went wrong.
        problem: String,
    } => format!("could not be started: {problem}"),
    /// The attempt exceeded its time limit.
    AttemptTimedOut {
        /// The limit in milliseconds.
        limit_milliseconds: u64,
    } => format!("stopped: the attempt took longer than {}", seconds(*limit_milliseconds)),
    /// The whole run exceeded its time limit.
    RunTimedOut {
        /// The limit in milliseconds.
        limit_milliseconds: u64,
    } => format!("stopped: the whole run took longer than {}", seconds(*limit_milliseconds)),
    /// The system told the runner to stop.
    RunnerStopped {} => "the system told the runner to stop".to_owned(),
    /// The runner is gone without an exit record.
    RunnerGone {} => "its runner is gone without an exit record (killed, or the machine went down)".to_owned(),
    /// The runner could not be started.
    RunnerFailed {
        /// What went wrong.
        problem: String,
    } => format!("the runner could not be started: {problem}"),
    /// The runner ended before it started the command.
    RunnerEndedEarly {} => "the runner ended before the command was started".to_owned(),
    /// The server is stopping.
    ServerStopping {} => "the server is stopping".to_owned(),
    /// Processes were left behind and were then stopped.
    ProcessesStopped {
        /// Number of processes.
        count: u32,
    } => format!("{count} processes left behind were stopped"),
    /// Processes were left behind and could not be stopped.
    ProcessesLeft {
        /// Number of processes.
        count: u32,
    } => format!("{count} processes could not be stopped"),
    /// The result that the run wrote was rejected.
    ResultRefused {
        /// What is wrong with it.
        problem: String,
    } => format!("its result was rejected: {problem}"),
    /// The log cannot be read.
    LogUnreadable {
        /// What went wrong.
        problem: String,
    } => format!("its log cannot be read: {problem}"),
    /// The log cannot be written.
    LogUnwritable {
        /// What went wrong.
        problem: String,
    } => format!("its log cannot be written: {problem}"),
    /// The address of the request is not allowed.
    RequestRefused {
        /// Which address, and why.
        problem: String,
    } => problem.clone(),
    /// The request got no answer, or its answer broke off.
    RequestFailed {
        /// What went wrong.
        problem: String,
    } => problem.clone(),
    /// The answer to the request has an unexpected status.
    UnexpectedStatus {
        /// Status of the answer.
        status: u16,
        /// Expected statuses; empty: 200 to 299.
        expected: Vec<u16>,
    } => format!("answered {status}, expected {}", statuses(expected)),
    /// The answer to the request does not contain the expected text.
    TextMissing {
        /// Status of the answer.
        status: u16,
    } => format!("answered {status}, but the answer does not contain the expected text"),
}

/// An overlap rule under which a newer run displaces those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Displacing {
    /// Only the newest run waits.
    QueueLatest,
    /// The newest run replaces the one in progress.
    Replace,
}

impl Displacing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::QueueLatest => "queue_latest",
            Self::Replace => "replace",
        }
    }
}

impl Reason {
    /// Combines the reason that counts with those that only add to its words. Returns none if there is no reason.
    pub fn of_all(mut reasons: Vec<Self>) -> Option<Self> {
        if reasons.len() > 1 { Some(Self::Several { reasons }) } else { reasons.pop() }
    }

    /// Returns the reason that counts.
    pub fn main(&self) -> &Self {
        match self {
            Self::Several { reasons } => reasons.first().map_or(self, Self::main),
            one => one,
        }
    }

    /// Returns who did it, if somebody did.
    pub fn by(&self) -> Option<&str> {
        match self.main() {
            Self::Cancelled { by } | Self::CancelledWithTask { by } | Self::CancelledWithBackfill { by } => Some(by),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

fn moment(at: &DateTime<Utc>) -> impl fmt::Display {
    at.format("%Y-%m-%d %H:%M:%S UTC")
}

fn replaced(scheduled_for: Option<&DateTime<Utc>>) -> String {
    let newer = scheduled_for.map_or_else(|| "a newer run".to_owned(), |at| format!("the run of {}", moment(at)));
    format!("cancelled by {newer}, which replaces it (overlap: replace)")
}

fn statuses(expected: &[u16]) -> String {
    let all: Vec<String> = expected.iter().map(ToString::to_string).collect();
    if all.is_empty() { "200 to 299".to_owned() } else { all.join(", ") }
}

fn seconds(milliseconds: u64) -> String {
    let (whole, rest) = (milliseconds / 1000, milliseconds % 1000);
    let decimals = format!(".{rest:03}");
    format!("{whole}{} s", decimals.trim_end_matches(['0', '.']))
}

fn joined<T>(parts: &[T], words: impl Fn(&T) -> String) -> String {
    parts.iter().map(words).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reason_is_code_and_arguments_and_comes_back_the_same() {
        let check = |reason: Reason, expected: serde_json::Value| {
            assert_eq!(serde_json::to_value(&reason).expect("plain data"), expected);
            assert_eq!(serde_json::from_value::<Reason>(expected.clone()).expect("a reason"), reason);
            assert_eq!(serde_json::to_value(reason.code()).expect("plain data"), expected["code"]);
        };
        check(Reason::EarlierRun {}, json!({"code": "earlier_run", "args": {}}));
        check(Reason::PoolFull { pool: "db".into() }, json!({"code": "pool_full", "args": {"pool": "db"}}));
        let notes = vec![Note::Maintenance { calendar: "upgrade".into() }];
        let args = json!({"notes": [{"kind": "maintenance", "calendar": "upgrade"}]});
        check(Reason::LeftOut { notes }, json!({"code": "left_out", "args": args}));
    }

    #[test]
    fn of_several_reasons_the_first_one_counts() {
        let ended = Reason::ExitCode { exit_code: 3 };
        let both = Reason::of_all(vec![ended.clone(), Reason::ProcessesStopped { count: 2 }]).expect("two reasons");
        assert_eq!((both.code(), both.main()), (ReasonCode::ExitCode, &ended));
        assert_eq!(both.words(), "ended with exit code 3; 2 processes left behind were stopped");
        assert_eq!(Reason::of_all(vec![ended.clone()]), Some(ended));
        assert_eq!(Reason::of_all(Vec::new()), None);
    }

    #[test]
    fn lengths_of_time_are_said_in_seconds() {
        let words = |limit_milliseconds| Reason::AttemptTimedOut { limit_milliseconds }.words();
        assert_eq!(words(1000), "stopped: the attempt took longer than 1 s");
        assert_eq!(words(1050), "stopped: the attempt took longer than 1.05 s");
        assert_eq!(words(300), "stopped: the attempt took longer than 0.3 s");
    }
}
