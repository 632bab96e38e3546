//! What a person writes down: the stored definition of one schedule.
//!
//! A definition may be wrong (an old database, an unknown zone); it becomes trustworthy only by `compile`. Its JSON is flat:
//! the rule's `kind` and fields stand beside the common ones.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One schedule of a task, as stored in the task's definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Name of the schedule within its task; the same key keeps the same slots across edits. Empty means "choose one".
    #[serde(default)]
    pub key: String,
    /// A schedule that is not enabled is passed over by the scheduler; the task can still be run by hand.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// IANA name of the zone in which the rule's local times are meant.
    #[serde(default = "utc")]
    pub timezone: String,
    /// No slot before this instant (a slot exactly at it counts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<DateTime<Utc>>,
    /// No slot at or after this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_at: Option<DateTime<Utc>>,
    /// What happens to a local time that does not exist.
    #[serde(default)]
    pub gap: Gap,
    /// What happens to a local time that exists twice.
    #[serde(default)]
    pub fold: Fold,
    /// What happens to slots missed while the server was away.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// When the task becomes due.
    #[serde(flatten)]
    pub rule: Rule,
}

/// The rule of a schedule: one shape per kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rule {
    /// A crontab expression of five fields, or six with leading seconds, or a macro.
    Cron {
        /// The expression as written.
        expression: String,
    },
    /// A fixed distance in elapsed time.
    Interval {
        /// Seconds from slot to slot.
        every_seconds: u64,
        /// An instant at which a slot falls; the others are counted from it. Default: `start_at`, else 1970-01-01T00:00:00Z.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        anchor_at: Option<DateTime<Utc>>,
    },
    /// Exactly one slot.
    Once {
        /// An instant (`2026-12-01T02:00:00Z`) or a local time in the schedule's zone (`2026-12-01T02:00`).
        at: String,
    },
    /// The short forms of the Windows task list: `06:00`, `MON 08:00`, `15 09:30`.
    Windows {
        /// The short form as written.
        text: String,
    },
}

impl Rule {
    /// The kind of this rule.
    pub fn kind(&self) -> ScheduleKind {
        match self {
            Rule::Cron { .. } => ScheduleKind::Cron,
            Rule::Interval { .. } => ScheduleKind::Interval,
            Rule::Once { .. } => ScheduleKind::Once,
            Rule::Windows { .. } => ScheduleKind::Windows,
        }
    }
}

/// The kinds of schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// A crontab expression.
    Cron,
    /// A fixed distance in elapsed time.
    Interval,
    /// Exactly one slot.
    Once,
    /// A short form such as `MON 08:00`.
    Windows,
}

impl ScheduleKind {
    /// The spelling in JSON, database and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            ScheduleKind::Cron => "cron",
            ScheduleKind::Interval => "interval",
            ScheduleKind::Once => "once",
            ScheduleKind::Windows => "windows",
        }
    }
}

/// Policy for a local time that does not exist because the clock was set forward over it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// Run at the first instant after the gap.
    #[default]
    RunAfter,
    /// Do not run; the ledger says so.
    Skip,
}

/// Policy for a local time that exists twice because the clock was set back over it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// Run at the first of the two.
    #[default]
    First,
    /// Run at the second of the two.
    Second,
    /// Run at both.
    Both,
}

/// Policy for slots missed while the server was down, asleep or its clock jumped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// Missed slots are only written down.
    None,
    /// The newest missed slot is run.
    #[default]
    Latest,
}

/// Gives every schedule without a key its default: its kind, then `kind-2`, `kind-3` ...
pub fn fill_keys(schedules: &mut [Schedule]) {
    for index in 0..schedules.len() {
        if !schedules[index].key.is_empty() {
            continue;
        }
        let kind = schedules[index].rule.kind().as_str();
        let taken = |key: &str| schedules.iter().any(|other| other.key == key);
        let free = std::iter::once(kind.to_owned())
            .chain((2..).map(|number| format!("{kind}-{number}")))
            .find(|key| !taken(key))
            .expect("the numbers do not end");
        schedules[index].key = free;
    }
}

fn yes() -> bool {
    true
}

fn utc() -> String {
    "UTC".to_owned()
}
