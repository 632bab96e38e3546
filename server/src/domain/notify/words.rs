//! Closed lists of words about notifications.

use crate::domain::core::words::words;

words!(
    /// What a channel leads to.
    ChannelKind ("kind of channel") {
        /// Mail through an SMTP server.
        Mail = "mail",
        /// An HTTP request.
        Webhook = "webhook",
        /// Slack.
        Slack = "slack",
        /// Microsoft Teams.
        Teams = "teams",
        /// Discord.
        Discord = "discord",
        /// Telegram.
        Telegram = "telegram",
        /// ntfy.
        Ntfy = "ntfy",
        /// Gotify.
        Gotify = "gotify",
        /// Pushover.
        Pushover = "pushover",
        /// PagerDuty.
        Pagerduty = "pagerduty",
        /// Opsgenie.
        Opsgenie = "opsgenie",
        /// Matrix.
        Matrix = "matrix",
        /// A command on the server's machine.
        Command = "command",
    }
);

words!(
    /// How a connection to an SMTP server is encrypted.
    MailSecurity ("security of mail") {
        /// The connection begins in plain text and must become encrypted before anything else is said.
        Starttls = "starttls",
        /// The connection is encrypted from its first byte.
        Tls = "tls",
        /// Not at all, which is allowed only on this machine.
        None = "none",
    }
);

words!(
    /// Whether a channel is known to work.
    ChannelHealth ("health of a channel") {
        /// Nothing has been sent through it yet.
        Unproven = "unproven",
        /// The last notification was accepted.
        Working = "working",
        /// The last notification was not accepted.
        Failing = "failing",
    }
);

words!(
    /// How serious a notification is.
    NoticeLevel ("level of a notification") {
        /// Somebody has to act.
        Critical = "critical",
        /// Somebody should look.
        Warning = "warning",
        /// Good to know.
        Info = "info",
        /// What was reported before is over.
        Resolved = "resolved",
    }
);

words!(
    /// Who said a line of a conversation.
    Speaker ("side of a conversation") {
        /// This server.
        Orc = "orc",
        /// The other side.
        Service = "service",
    }
);

words!(
    /// Where a delivery stands.
    DeliveryState ("state of a delivery") {
        /// It was not tried yet.
        Pending = "pending",
        /// The other side accepted it.
        Delivered = "delivered",
        /// It was not accepted, and is tried again.
        Failed = "failed",
        /// It was not accepted for so long that Orc gave up.
        Dead = "dead",
        /// It is not sent, for the reason that it names.
        Suppressed = "suppressed",
    }
);

words!(
    /// What is wrong with a task or with the server.
    IncidentKind ("kind of incident") {
        /// Its runs fail, run out of time, or are lost.
        Failing = "failing",
        /// Its runs are skipped.
        Skipped = "skipped",
        /// Its runs succeed but look wrong.
        Suspicious = "suspicious",
        /// Its runs start or end later than expected.
        Late = "late",
        /// Its slots have no run, although nobody wanted that.
        Missed = "missed",
        /// None of its runs has succeeded for longer than expected.
        Silent = "silent",
        /// A run of it takes much longer than usual.
        RunningLong = "running_long",
        /// A run of it waits for longer than expected.
        WaitingLong = "waiting_long",
        /// A schedule of it will never fire again, although it is enabled and nobody wanted that.
        NeverFires = "never_fires",
        /// The disk with the data folder is so full that Orc stops logs or runs.
        DiskFull = "disk_full",
        /// The machine's clock jumped and is doubted.
        ClockDoubted = "clock_doubted",
        /// A worker of the server does not finish its round, or its rounds fail again and again.
        WorkerStuck = "worker_stuck",
        /// What is sent by a channel is not accepted, several times in a row.
        ChannelFailing = "channel_failing",
        /// The value of a credential expires soon, or has expired.
        CredentialExpiring = "credential_expiring",
        /// There is no recent copy of the database of which it is known that it can be read.
        BackupUnproven = "backup_unproven",
    }
);

words!(
    /// How far an incident is.
    IncidentState ("state of an incident") {
        /// Nobody has taken it up.
        Open = "open",
        /// Somebody has taken it up. No further rule tells about it until it is over.
        Acknowledged = "acknowledged",
        /// It is over.
        Resolved = "resolved",
    }
);

words!(
    /// What a rule tells about.
    EventKind ("event") {
        /// A run failed.
        Failed = "failed",
        /// A run was stopped because it exceeded a time limit.
        TimedOut = "timed_out",
        /// The outcome of a run cannot be known.
        Lost = "lost",
        /// A run was skipped.
        Skipped = "skipped",
        /// A run succeeded but looks wrong.
        Suspicious = "suspicious",
        /// A run had not started or ended by the time that its task expects.
        Late = "late",
        /// A slot has no run, although nobody wanted that.
        Missed = "missed",
        /// No run has succeeded for longer than its task expects.
        Silent = "silent",
        /// A run takes longer than its task expects, by what is usual.
        RunningLong = "running_long",
        /// A run waits for longer than its task expects.
        WaitingLong = "waiting_long",
        /// A schedule of an enabled task will never fire again, although nobody wanted that.
        NeverFires = "never_fires",
        /// The disk of the server is so full that Orc stops logs or runs.
        DiskFull = "disk_full",
        /// The machine's clock jumped and is doubted.
        ClockDoubted = "clock_doubted",
        /// A worker of the server does not finish its round, or its rounds fail again and again.
        WorkerStuck = "worker_stuck",
        /// What is sent by a channel is not accepted, several times in a row. Other channels tell it.
        ChannelFailing = "channel_failing",
        /// The value of a credential expires within two weeks, or has expired.
        CredentialExpiring = "credential_expiring",
        /// There is no recent copy of the database of which it is known that it can be read.
        BackupUnproven = "backup_unproven",
        /// What the rule told about before is over.
        Recovered = "recovered",
        /// A run succeeded.
        Succeeded = "succeeded",
    }
);

words!(
    /// By what a rule means a task.
    ScopeMatch ("way in which a rule means a task") {
        /// The rule is about all tasks.
        All = "all",
        /// The rule names the task.
        Task = "task",
        /// The rule names the task's folder or one above it.
        Folder = "folder",
        /// The rule names a tag of the task.
        Tag = "tag",
        /// The rule names the owner under which the task was last applied.
        Owner = "owner",
    }
);

words!(
    /// Where a silence stands.
    SilenceState ("state of a silence") {
        /// It has not begun.
        Planned = "planned",
        /// It holds.
        Active = "active",
        /// It is over.
        Ended = "ended",
    }
);

words!(
    /// Why a rule tells something.
    TellStep ("step") {
        /// An event that the rule asks for.
        Event = "event",
        /// What the rule told about is still there, and nobody has taken it up.
        Reminder = "reminder",
        /// Nobody has taken it up in time, so others are told.
        Escalation = "escalation",
        /// What the rule told about is over.
        Recovery = "recovery",
    }
);

impl IncidentKind {
    /// Whether slots show it and not ends of runs.
    pub const fn is_lateness(self) -> bool {
        matches!(self, Self::Late | Self::Missed | Self::Silent)
    }

    /// Whether each look finds it anew, as long as it is there. Then it does not come in a row, and Orc alone says when it is
    /// over: if a person said so, the next look would begin it again.
    pub const fn is_found_by_looks(self) -> bool {
        self.is_about_server() || matches!(self, Self::RunningLong | Self::WaitingLong | Self::NeverFires)
    }

    /// Whether it is about a part of the server and not about a task.
    pub const fn is_about_server(self) -> bool {
        matches!(
            self,
            Self::DiskFull
                | Self::ClockDoubted
                | Self::WorkerStuck
                | Self::ChannelFailing
                | Self::CredentialExpiring
                | Self::BackupUnproven
        )
    }
}

impl EventKind {
    /// Whether it is about a part of the server and not about a task. An end may be about either.
    pub const fn is_about_server(self) -> bool {
        matches!(
            self,
            Self::DiskFull
                | Self::ClockDoubted
                | Self::WorkerStuck
                | Self::ChannelFailing
                | Self::CredentialExpiring
                | Self::BackupUnproven
        )
    }
}
