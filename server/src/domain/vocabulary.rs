//! The closed word lists of Orc: one spelling in database, JSON, logs and pages.
//!
//! `as_str` gives every word in snake_case, `FromStr` parses it, and `ALL` lists the words. All rooms share these
//! types.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A word that is not in its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is not a {list}")]
pub struct UnknownWord {
    /// The word that was read.
    pub word: String,
    /// Name of the list.
    pub list: &'static str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident ($list:literal) { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word of the list, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord { word: text.into(), list: $list }) }
            }
        }
    };
}

pub(in crate::domain) use words;

words!(
    /// State of a run: `waiting` -> `queued` -> `running` (-> `backing_off` -> `queued`)* -> a final state.
    RunState ("run state") {
        /// Waits for another run of its task (overlap), for a dependency or for a pool.
        Waiting = "waiting",
        /// Is ready to start and waits for a free place on the server.
        Queued = "queued",
        /// An attempt is in progress.
        Running = "running",
        /// Waits for its next attempt.
        BackingOff = "backing_off",
        /// Ended with success.
        Succeeded = "succeeded",
        /// Ended with a failure.
        Failed = "failed",
        /// Stopped because it exceeded a time limit.
        TimedOut = "timed_out",
        /// Stopped on request.
        Cancelled = "cancelled",
        /// Never started, for a stated reason.
        Skipped = "skipped",
        /// Its outcome cannot be known (reboot, runner killed).
        Lost = "lost",
    }
);

impl RunState {
    /// Returns whether the run has ended and will never change again.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::TimedOut | Self::Cancelled | Self::Skipped | Self::Lost)
    }
}

words!(
    /// Outcome of one attempt.
    AttemptOutcome ("attempt outcome") {
        /// Ended with a success code.
        Succeeded = "succeeded",
        /// Ended with another code or a signal, or could not be started.
        Failed = "failed",
        /// Stopped because it exceeded a time limit.
        TimedOut = "timed_out",
        /// Stopped on request.
        Cancelled = "cancelled",
        /// Unknown: its runner is gone without an exit record.
        Lost = "lost",
    }
);

words!(
    /// Why a run exists.
    TriggerKind ("trigger kind") {
        /// A person, through the page or the local command line.
        Manual = "manual",
        /// A slot of a schedule, on time.
        Schedule = "schedule",
        /// A slot that was missed and is caught up.
        CatchUp = "catch_up",
        /// The repetition of another run.
        Rerun = "rerun",
        /// A program with an API token.
        Api = "api",
        /// A slot of a past period, run again on request.
        Backfill = "backfill",
        /// A call to the task's webhook.
        Webhook = "webhook",
        /// A file that appeared or changed.
        File = "file",
        /// The end of a run of another task.
        Task = "task",
    }
);

words!(
    /// State of a backfill.
    BackfillState ("backfill state") {
        /// Is making runs, or waits for them to end.
        Running = "running",
        /// All runs were made and have ended.
        Finished = "finished",
        /// Was stopped and makes no more runs.
        Cancelled = "cancelled",
    }
);

words!(
    /// Day of the week.
    Weekday ("weekday") {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
);

words!(
    /// What must happen to a file before a run is made.
    FileChange ("file change") {
        /// A new file exists, or has taken the place of another one.
        Created = "created",
        /// The file is new, or its size, date, or content has changed.
        Changed = "changed",
        /// The file is new or has changed, and Orc has seen no change for a while, so its writer is done.
        Settled = "settled",
    }
);

words!(
    /// How a webhook's caller proves that it is allowed to call.
    WebhookProof ("webhook proof") {
        /// By knowing the secret address.
        SecretUrl = "secret_url",
        /// By an HMAC-SHA256 signature over time and body, made with the shared secret.
        Signature = "signature",
    }
);

words!(
    /// What became of a slot.
    SlotOutcome ("slot outcome") {
        /// A run was made for it.
        Run = "run",
        /// There is no run, on purpose, for a stated reason.
        Skipped = "skipped",
        /// There is no run, because the server was not there to start it.
        Missed = "missed",
        /// The slot was missed and will be caught up.
        Pending = "pending",
    }
);

words!(
    /// What a person or token may do. Each role includes those before it.
    Role ("role") {
        /// Can see everything except secrets.
        Viewer = "viewer",
        /// Can start, cancel and rerun.
        Operator = "operator",
        /// Can define tasks.
        Editor = "editor",
        /// Can manage users, tokens and the server.
        Admin = "admin",
    }
);

words!(
    /// Permission that an operation requires.
    Permission ("permission") {
        /// Read everything that is not reserved for administrators.
        Read = "read",
        /// Change one's own session, password and tokens.
        Own = "own",
        /// Start, cancel, rerun.
        Run = "run",
        /// Create, change and delete definitions.
        Define = "define",
        /// Manage users, tokens, settings, audit.
        Admin = "admin",
    }
);

impl Permission {
    /// The lowest role that has this permission.
    pub const fn least_role(self) -> Role {
        match self {
            Self::Read | Self::Own => Role::Viewer,
            Self::Run => Role::Operator,
            Self::Define => Role::Editor,
            Self::Admin => Role::Admin,
        }
    }
}

words!(
    /// What can be done with a run in its present state.
    RunAction ("run action") {
        /// Stop the run.
        Cancel = "cancel",
        /// Repeat the run.
        Rerun = "rerun",
        /// Delete the run and its log.
        Delete = "delete",
    }
);

words!(
    /// What can be done with a task in its present state.
    TaskAction ("task action") {
        /// Start a run.
        Run = "run",
        /// Let its schedules fire.
        Enable = "enable",
        /// Stop its schedules and refuse runs.
        Disable = "disable",
        /// Change the definition.
        Update = "update",
        /// Delete the task.
        Delete = "delete",
    }
);

words!(
    /// What happens to a run when the server stops in an orderly way.
    OnServerStop ("on_server_stop") {
        /// The run continues, and the next server adopts it.
        Keep = "keep",
        /// The run is cancelled.
        Cancel = "cancel",
    }
);

words!(
    /// Log stream of a line.
    LogStream ("log stream") {
        /// Standard output.
        Stdout = "stdout",
        /// Standard error.
        Stderr = "stderr",
        /// Notes of Orc itself.
        System = "system",
    }
);

words!(
    /// What was changed in a task when it was saved, so that it can run.
    TaskMend ("mend") {
        /// Windows line ends became Unix line ends in a script or line for a Unix interpreter.
        LineEnds = "line_ends",
        /// The byte order mark before a script was removed.
        ByteOrderMark = "byte_order_mark",
    }
);

words!(
    /// Why bytes of a log were not kept.
    LogGap ("log gap") {
        /// The middle of a line that exceeds the maximum length of a line.
        LongLine = "long_line",
        /// The middle of a log that exceeds the task's limit.
        LongLog = "long_log",
        /// The disk was nearly full.
        FullDisk = "full_disk",
        /// The log could not be written.
        WriteError = "write_error",
        /// A part of the file is damaged.
        Damaged = "damaged",
        /// Redraws of a line, such as a progress bar, that newer ones replaced at once.
        Redraws = "redraws",
    }
);

words!(
    /// Order of a list of tasks.
    TaskSort ("order of tasks") {
        /// By name.
        Name = "name",
        /// Last changed first.
        UpdatedAt = "updated_at",
        /// Task with the newest run first.
        LastRunAt = "last_run_at",
    }
);

words!(
    /// Width of one point in statistics.
    StatsStep ("width of a point") {
        /// One hour.
        Hour = "hour",
        /// One day in UTC.
        Day = "day",
    }
);

words!(
    /// Why events of a stream were lost.
    EventLoss ("loss of events") {
        /// The server was restarted, and only events of its present life are kept.
        Restart = "restart",
        /// More events came than are kept or than the client read.
        Overrun = "overrun",
    }
);

words!(
    /// A part of the server whose own state changes.
    SystemPart ("part of the system") {
        /// The hold of all schedules and runs.
        Hold = "hold",
        /// Free space.
        Disk = "disk",
        /// The machine's clock and whether it is trusted.
        Clock = "clock",
        /// Calendars.
        Calendar = "calendar",
        /// Pools.
        Pool = "pool",
        /// Backfills.
        Backfill = "backfill",
        /// Schedules that do not fire because they are invalid.
        Schedules = "schedules",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_json_spells_the_same() {
        for state in RunState::ALL {
            assert_eq!(state.as_str().parse::<RunState>().as_ref(), Ok(state));
            assert_eq!(serde_json::to_value(state).expect("json"), state.as_str());
        }
        for kind in TriggerKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("json"), kind.as_str());
        }
        assert!("done".parse::<RunState>().is_err());
    }
}
