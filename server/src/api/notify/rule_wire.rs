//! Wire types of rules.

use crate::api::contract::names::Name;
use crate::api::core::defaults::yes;
use crate::api::core::page::page;
use crate::domain::notify::words::EventKind;
use crate::domain::reason::ReasonCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The tasks about which a rule tells. Without any name, it is all tasks; otherwise, one name that fits is enough.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleScope {
    /// Names of tasks. A task that gets another name is no longer meant.
    #[serde(default)]
    #[schema(max_items = 200, example = json!(["nightly-backup"]))]
    pub tasks: Vec<String>,
    /// Folders, each with the folders below it.
    #[serde(default)]
    #[schema(max_items = 200, example = json!(["finance/reports"]))]
    pub folders: Vec<String>,
    /// Tags.
    #[serde(default)]
    #[schema(max_items = 200, example = json!(["critical"]))]
    pub tags: Vec<String>,
    /// Owners under which tasks were last applied from files.
    #[serde(default)]
    #[schema(max_items = 200, example = json!(["infra"]))]
    pub owners: Vec<String>,
}

/// Each event at once. Whoever would get more than five messages within a minute gets the rest of them together.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleAtOnce {}

/// Everything of some minutes together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleGrouped {
    /// Number of minutes, counted from the first event.
    #[schema(minimum = 1, maximum = 1440, example = 10)]
    pub minutes: u32,
}

/// Everything since the last time together, once a day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDigest {
    /// Time of day, `HH:MM`.
    #[schema(min_length = 1, max_length = 8, example = "07:30")]
    pub at: String,
    /// Time zone of that time, an IANA name.
    #[schema(min_length = 1, max_length = 64, example = "Europe/Berlin")]
    pub timezone: String,
}

/// Whether a rule tells at once or collects.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RulePace {
    /// Each event at once.
    AtOnce(RuleAtOnce),
    /// Everything of some minutes together.
    Grouped(RuleGrouped),
    /// Everything since the last time together, once a day.
    Digest(RuleDigest),
}

/// Part of each day in which a rule tells nothing. What happens in it is told at its end.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleQuiet {
    /// Begin, `HH:MM`.
    #[schema(min_length = 1, max_length = 8, example = "22:00")]
    pub from: String,
    /// End, `HH:MM`. If it is before `from`, the hours reach over midnight.
    #[schema(min_length = 1, max_length = 8, example = "06:00")]
    pub to: String,
    /// Time zone of both, an IANA name.
    #[schema(min_length = 1, max_length = 64, example = "Europe/Berlin")]
    pub timezone: String,
}

/// Who is told when nobody takes an incident up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleEscalation {
    /// Number of minutes after the rule told the incident.
    #[schema(minimum = 1, maximum = 43200, example = 30)]
    pub after_minutes: u32,
    /// Names of the channels that are told.
    #[schema(min_items = 1, max_items = 200, value_type = Vec<Name>)]
    pub to: Vec<String>,
}

macro_rules! rule {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Unique name.
            #[schema(value_type = Name)]
            pub name: String,
            /// What the rule is for.
            #[serde(default)]
            #[schema(max_length = 2000, default = "")]
            pub description: String,
            /// Whether the rule tells anything.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub enabled: bool,
            /// The events about which the rule tells. It tells each incident once, and its end if `recovered` is listed.
            /// `disk_full`, `clock_doubted`, `worker_stuck`, `channel_failing`, `credential_expiring` and `backup_unproven` are
            /// about the server, whatever tasks the rule names.
            #[schema(min_items = 1, max_items = 40, example = json!(["failed", "timed_out", "lost", "recovered"]))]
            pub when: Vec<EventKind>,
            /// The tasks about which the rule tells.
            #[serde(default)]
            #[schema(inline = false)]
            pub what: RuleScope,
            /// Names of the channels that are told.
            #[schema(min_items = 1, max_items = 200, value_type = Vec<Name>)]
            pub who: Vec<String>,
            /// Whether the rule tells at once or collects.
            #[serde(default = "at_once")]
            #[schema(inline = false, default = json!({"kind": "at_once"}))]
            pub how: RulePace,
            /// Number of runs in a row that must show something about a task before the rule tells.
            #[serde(default = "one")]
            #[schema(minimum = 1, maximum = 1000, default = 1)]
            pub in_a_row: u32,
            /// Part of each day in which the rule tells nothing; null: none.
            #[serde(default)]
            pub quiet_hours: Option<RuleQuiet>,
            /// The reasons for which a run must have been skipped; empty: any. It is about the event `skipped` only.
            #[serde(default)]
            #[schema(max_items = 50, example = json!(["earlier_run"]))]
            pub skip_reasons: Vec<ReasonCode>,
            /// Number of minutes after which the rule tells again an incident that nobody has taken up, over and over;
            /// null: never.
            #[serde(default)]
            #[schema(minimum = 1, maximum = 43200, example = 240)]
            pub remind_minutes: Option<u32>,
            /// Who else is told when nobody takes an incident up; null: nobody.
            #[serde(default)]
            pub escalation: Option<RuleEscalation>,
        }
    };
}

rule! {
    /// Everything a person defines about a rule.
    RuleDefinition {}
}
rule! {
    /// Who is told what, about which tasks, and when.
    Rule {
        /// UUID of the rule.
        #[schema(read_only)]
        pub id: Uuid,
        /// Version of the definition. It grows by one with each change.
        #[schema(read_only)]
        pub version: u32,
        /// When the rule was created.
        #[schema(read_only)]
        pub created_at: DateTime<Utc>,
        /// When its definition last changed.
        #[schema(read_only)]
        pub updated_at: DateTime<Utc>,
    }
}
page!(
    /// A page of rules, by name.
    RulePage,
    Rule
);

/// What a rule would have told about the last 30 days. Nobody knows when people would have taken an incident up, so
/// reminders and escalations are only counted, as if nobody had.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleSimulation {
    /// Since when ends of runs were looked at. It is less than 30 days ago if there are more than 20,000 runs.
    pub from_at: DateTime<Utc>,
    /// Number of runs that were looked at.
    pub run_count: u64,
    /// Number of messages that each channel of the rule would have got.
    pub message_count: u64,
    /// The newest 100 of them, newest first.
    pub messages: Vec<RuleMessage>,
    /// Number of reminders that would have followed if nobody had taken anything up.
    pub reminder_count: u64,
    /// Number of escalations that would have followed if nobody had taken anything up.
    pub escalation_count: u64,
}

/// A message that each channel of a rule would have got.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleMessage {
    /// When.
    pub at: DateTime<Utc>,
    /// Number of events in it.
    pub event_count: u64,
    /// The first 20 of them.
    pub events: Vec<RuleEvent>,
}

/// An event about which a rule would have told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleEvent {
    /// Name that the task had then; null: it is about the server.
    pub task: Option<String>,
    /// Part of the server; null: it is about a task.
    pub part: Option<String>,
    /// What happened.
    #[schema(inline = false)]
    pub event: EventKind,
    /// UUID of the run that shows it; null: no run does.
    pub run: Option<Uuid>,
    /// When it happened.
    pub at: DateTime<Utc>,
}

fn at_once() -> RulePace {
    RulePace::AtOnce(RuleAtOnce {})
}
fn one() -> u32 {
    1
}
