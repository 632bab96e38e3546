//! The stored definition of one schedule, as a person writes it.
//!
//! A definition may be wrong (an old database, an unknown time zone). Only `compile` makes it trustworthy. Its JSON
//! is flat: the rule's `kind` and fields are beside the common ones.

use crate::domain::vocabulary::Weekday;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// One schedule of a task, as stored in the task's definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Key of the schedule within its task. A schedule that keeps its key keeps its slots across edits. Empty means
    /// "choose one".
    #[serde(default)]
    pub key: String,
    /// Whether the scheduler considers this schedule. If not, people can still run the task.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// IANA name of the time zone for the rule's local times.
    #[serde(default = "utc")]
    pub timezone: String,
    /// No slot before this instant (a slot exactly at it counts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<DateTime<Utc>>,
    /// No slot at or after this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_at: Option<DateTime<Utc>>,
    /// What happens to a local time that does not exist. A rule that follows elapsed time and names all hours loses
    /// nothing.
    #[serde(default)]
    pub gap: Gap,
    /// What happens to a local time that exists twice.
    #[serde(default)]
    pub fold: Fold,
    /// What happens to slots missed while the server was not running.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// Maximum delay of the run after the slot, in seconds. A stable hash of task and key decides the delay.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub splay_seconds: u32,
    /// Calendars of which at least one must contain the slot's local date; empty: every date counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub run_only_on: Vec<String>,
    /// Calendars of which none may contain the slot's local date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip_on: Vec<String>,
    /// What happens to a slot on a date that the calendars exclude.
    #[serde(default)]
    pub roll: Roll,
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
        /// An instant of a slot, from which the others are counted. Default: `start_at`, or 1970-01-01T00:00:00Z.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        anchor_at: Option<DateTime<Utc>>,
        /// Only within this part of the day. Without an anchor, slots are counted from the start of the window each
        /// day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<DailyWindow>,
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
    /// Days by rule, each with one or more times of day.
    CalendarRule {
        /// Which days.
        days: DayRule,
        /// Times of day, `HH:MM` or `HH:MM:SS`.
        times: Vec<String>,
    },
    /// A recurrence rule of RFC 5545. All its times are local times in the schedule's zone.
    Rrule {
        /// The rule, such as `FREQ=MONTHLY;BYDAY=-1FR`.
        rule: String,
        /// First local time (`2026-01-30T09:00`), from which the rule counts.
        dtstart: String,
        /// Local times that are left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exdate: Vec<String>,
        /// Local times that are added.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rdate: Vec<String>,
    },
    /// Every start of the server.
    Startup {
        /// Seconds between the start of the server and the start of the run.
        #[serde(default)]
        delay_seconds: u32,
    },
}

/// Part of a day, on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyWindow {
    /// Start, `HH:MM` or `HH:MM:SS`. A slot exactly then counts.
    pub from: String,
    /// End (not included). If it is before `from`, the window reaches over midnight and belongs to the day on which
    /// it begins.
    pub to: String,
    /// Days of the week; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<Weekday>,
}

/// The days of a calendar rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayRule {
    /// Every nth day.
    EveryDays {
        /// Number of days from one to the next.
        every: u32,
        /// A day that counts, from which the others are counted. Default: 1970-01-01.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
    },
    /// Days of the week, every nth week. Weeks begin on Monday.
    EveryWeeks {
        /// Number of weeks from one to the next.
        every: u32,
        /// Days of the week.
        weekdays: Vec<Weekday>,
        /// A day in a week that counts. Default: 1970-01-01.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
    },
    /// Days of the month.
    MonthDays {
        /// Months, 1-12; empty: all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        months: Vec<u8>,
        /// Days, 1-31, or counted from the end: -1 is the last, -2 the one before.
        days: Vec<i8>,
    },
    /// Weekdays counted within the month.
    MonthWeekdays {
        /// Months, 1-12; empty: all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        months: Vec<u8>,
        /// Which weekdays of the month: 1-5, or counted from the end: -1 is the last.
        nth: Vec<i8>,
        /// Days of the week.
        weekdays: Vec<Weekday>,
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
            Rule::CalendarRule { .. } => ScheduleKind::CalendarRule,
            Rule::Rrule { .. } => ScheduleKind::Rrule,
            Rule::Startup { .. } => ScheduleKind::Startup,
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
    /// Days by rule with times of day.
    CalendarRule,
    /// A recurrence rule of RFC 5545.
    Rrule,
    /// Every start of the server.
    Startup,
}

impl ScheduleKind {
    /// The spelling in JSON, database and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            ScheduleKind::Cron => "cron",
            ScheduleKind::Interval => "interval",
            ScheduleKind::Once => "once",
            ScheduleKind::Windows => "windows",
            ScheduleKind::CalendarRule => "calendar_rule",
            ScheduleKind::Rrule => "rrule",
            ScheduleKind::Startup => "startup",
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
    /// Do not run; the ledger records this.
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

/// Policy for slots missed while the server was down or asleep, or because its clock jumped. If the server is back
/// within a minute of the newest slot, that slot counts as on time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// Missed slots are only recorded.
    None,
    /// The newest missed slot is run.
    #[default]
    Latest,
    /// All missed slots are run, oldest first. If there are more than `max_count`, the newest of them are run.
    All {
        /// Maximum number of slots that are run.
        max_count: u32,
    },
    /// Missed slots that are not too old are run, oldest first. If there are more than `max_count`, the newest of
    /// them are run.
    Window {
        /// Maximum age in seconds. Older slots are only recorded.
        max_age_seconds: u32,
        /// Maximum number of slots that are run.
        max_count: u32,
    },
}

/// What happens to a slot on a date that the calendars exclude.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// The slot is skipped and recorded in the ledger.
    #[default]
    Skip,
    /// The slot moves to the same time on the next business day: Monday to Friday, and not excluded.
    NextBusinessDay,
    /// The slot moves to the same time on the previous business day.
    PreviousBusinessDay,
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

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn yes() -> bool {
    true
}

fn utc() -> String {
    "UTC".to_owned()
}
