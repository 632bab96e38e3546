//! The closed word lists of Orc: one spelling in database, JSON, logs and pages.
//!
//! `as_str` gives every word in snake_case, `FromStr` parses it, and `ALL` lists the words. All rooms share these
//! types.

pub use super::core::limit_words::{LimitAnswer, LimitKind, LimitMeans};
pub use super::core::links::{LinkKind, LinkState, NetworkMatch, TunnelKind};
pub use super::core::rights::{Grant, Permission, Role};
pub use super::core::words::UnknownWord;

use super::core::words::words;

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
    /// Part of a run in which it differs from another run of its task.
    ChangePart ("part of a run") {
        /// The definition of the task.
        Definition = "definition",
        /// The program, a script, or another file that the command names.
        File = "file",
        /// The values of params.
        Param = "param",
        /// The version of a credential's value. The value itself is never shown.
        Credential = "credential",
        /// Whether there is an environment variable. Its value is never shown.
        Environment = "environment",
        /// The server, its machine, and the version of Orc.
        Server = "server",
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
    /// What a credential is.
    CredentialKind ("credential kind") {
        /// One secret value of any use.
        Generic = "generic",
        /// A user name and a password.
        Login = "login",
        /// A token or key of a service.
        Token = "token",
        /// A private key for SSH.
        SshKey = "ssh_key",
        /// User name and password of a mail server, with its host and port.
        Smtp = "smtp",
        /// An address of a database that contains a password.
        DatabaseUrl = "database_url",
    }
);

words!(
    /// Whether the vault can open credentials.
    VaultState ("vault state") {
        /// Credentials can be used.
        Open = "open",
        /// The passphrase has not been given since the server started.
        Sealed = "sealed",
        /// The key cannot be used, for a stated reason.
        Unusable = "unusable",
    }
);

words!(
    /// Where the vault's key comes from.
    VaultKeyKind ("vault key kind") {
        /// A file in the data folder, readable by the server's account only.
        File = "file",
        /// A passphrase, which somebody gives after each start of the server.
        Passphrase = "passphrase",
    }
);

words!(
    /// What a credential allows besides looking at it.
    CredentialAction ("credential action") {
        /// Change its description or its expiry.
        Update = "update",
        /// Give it a new value.
        Rotate = "rotate",
        /// Delete the credential.
        Delete = "delete",
    }
);

words!(
    /// What became of a credential of another program.
    ImportOutcome ("import outcome") {
        /// It is stored in Orc. After a dry run: it would be.
        Imported = "imported",
        /// Orc has a credential of this name already, which stays as it is.
        Present = "present",
        /// Its name cannot be a name in Orc. Give it another one.
        NameRefused = "name_refused",
        /// Its value cannot be read, or cannot be a value in Orc.
        Unreadable = "unreadable",
    }
);

words!(
    /// What can be done with a run in its present state.
    RunAction ("run action") {
        /// Start the run without waiting any longer for its dependencies.
        Start = "start",
        /// Stop the run.
        Cancel = "cancel",
        /// Repeat the run.
        Rerun = "rerun",
        /// Say that a suspicious run is normal.
        Acknowledge = "acknowledge",
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
        /// Credentials.
        Credential = "credential",
        /// Channels of notifications.
        Channel = "channel",
        /// Rules and incidents.
        Incident = "incident",
        /// Reports.
        Report = "report",
        /// The vault that seals credentials.
        Vault = "vault",
        /// Network profiles.
        Network = "network",
        /// The server's own heartbeat.
        Heartbeat = "heartbeat",
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
