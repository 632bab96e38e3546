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
    /// What is wrong with a task.
    IncidentKind ("kind of incident") {
        /// Its runs fail, run out of time, or are lost.
        Failing = "failing",
        /// Its runs are skipped.
        Skipped = "skipped",
        /// Its runs succeed but look wrong.
        Suspicious = "suspicious",
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
