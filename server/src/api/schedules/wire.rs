//! Wire types of schedules, as parts of a task's definition.

use crate::api::core::defaults::{one, yes};
use crate::domain::vocabulary::Weekday;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! schedule {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Key within the task; the same key keeps the schedule's history across edits. Null: made from the kind.
            #[serde(default)]
            #[schema(max_length = 50, pattern = "^[a-z0-9][a-z0-9._-]{0,49}$")]
            pub key: Option<String>,
            /// Whether it fires.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub enabled: bool,
            /// Time zone, an IANA name; null: the server's.
            #[serde(default)]
            #[schema(max_length = 100, example = "Europe/Berlin")]
            pub timezone: Option<String>,
            /// No slot before this instant.
            #[serde(default)]
            pub start_at: Option<DateTime<Utc>>,
            /// No slot at or after this instant.
            #[serde(default)]
            pub end_at: Option<DateTime<Utc>>,
            /// What happens to a local time that does not exist because the clocks go forward. A rule that names
            /// every hour loses nothing; this applies to all others.
            #[serde(default)]
            #[schema(inline = false)]
            pub gap: Gap,
            /// Which of two equal local times counts when the clocks go back.
            #[serde(default)]
            #[schema(inline = false)]
            pub fold: Fold,
            /// What happens to slots missed while the server was down, asleep, or its clock jumped. The newest slot is not missed but on
/// time if the server is back within a minute of it.
            #[serde(default)]
            #[schema(inline = false)]
            pub catch_up: CatchUp,
            /// Spreads runs: the run starts up to this many seconds after the slot, always by the same amount for
            /// this task and key.
            #[serde(default)]
            #[schema(minimum = 0, maximum = 86_400, default = 0)]
            pub splay_seconds: u32,
            /// Calendars of which at least one must contain the local date of the slot; empty: every date counts.
            #[serde(default)]
            #[schema(max_items = 20, default = json!([]))]
            pub run_only_on: Vec<String>,
            /// Calendars of which none may contain the local date of the slot.
            #[serde(default)]
            #[schema(max_items = 20, default = json!([]))]
            pub skip_on: Vec<String>,
            /// What becomes of a slot on a date that the calendars exclude.
            #[serde(default)]
            #[schema(inline = false)]
            pub roll: Roll,
            /// Id of the schedule, given by the server.
            #[serde(default)]
            #[schema(read_only)]
            pub id: Option<uuid::Uuid>,
            /// The schedule in words, given by the server.
            #[serde(default)]
            #[schema(read_only)]
            pub words: Option<String>,
            /// Why it does not fire although it is stored, in a sentence; null: it can fire. Given by the server.
            #[serde(default)]
            #[schema(read_only)]
            pub problem: Option<String>,
        }
    };
}

schedule! {
    /// A cron expression.
    ScheduleCron {
        /// Five fields (or six, seconds first), or a macro such as @daily.
        #[schema(min_length = 1, max_length = 500, example = "0 2 * * MON-FRI")]
        pub expression: String,
    }
}
schedule! {
    /// A short form as used with the Windows Task Scheduler.
    ScheduleWindows {
        /// `06:00` daily, `MON 08:00` weekly, `15 09:30` monthly.
        #[schema(min_length = 1, max_length = 100, example = "MON 08:00")]
        pub text: String,
    }
}
schedule! {
    /// Every so many seconds.
    ScheduleInterval {
        /// Seconds between two slots.
        #[schema(minimum = 1, maximum = 31_622_400, example = 90)]
        pub every_seconds: u32,
        /// Instant that the slots are counted from; null: 1970-01-01T00:00:00Z.
        #[serde(default)]
        pub anchor_at: Option<DateTime<Utc>>,
        /// Only within this part of the day; without an anchor the distance counts from its beginning each day.
        #[serde(default)]
        #[schema(inline = false)]
        pub window: Option<DailyWindow>,
    }
}
schedule! {
    /// Days by rule, each with one or more times of day.
    ScheduleCalendarRule {
        /// Which days.
        pub days: DayRule,
        /// Times of day, `HH:MM` or `HH:MM:SS`.
        #[schema(min_items = 1, max_items = 100, example = json!(["07:30"]))]
        pub times: Vec<String>,
    }
}
schedule! {
    /// A recurrence rule of RFC 5545; all its times are local times in the schedule's zone.
    ScheduleRrule {
        /// The rule, without DTSTART. `FREQ=HOURLY` follows elapsed time over clock changes.
        #[schema(min_length = 1, max_length = 2000, example = "FREQ=MONTHLY;BYDAY=-1FR")]
        pub rule: String,
        /// First local time; the rule counts from it.
        #[schema(min_length = 1, max_length = 40, example = "2026-01-30T09:00")]
        pub dtstart: String,
        /// Local times that are left out.
        #[serde(default)]
        #[schema(max_items = 1000, default = json!([]))]
        pub exdate: Vec<String>,
        /// Local times that are added.
        #[serde(default)]
        #[schema(max_items = 1000, default = json!([]))]
        pub rdate: Vec<String>,
    }
}
schedule! {
    /// Each start of the server.
    ScheduleStartup {
        /// Seconds between the start of the server and the start of the run.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 86_400, default = 0)]
        pub delay_seconds: u32,
    }
}

/// Part of a day, on some days of the week.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DailyWindow {
    /// Beginning of the window, included.
    #[schema(min_length = 1, max_length = 8, example = "08:00")]
    pub from: String,
    /// End of the window, not included. An end before the beginning means that the window reaches over midnight.
    #[schema(min_length = 1, max_length = 8, example = "18:00")]
    pub to: String,
    /// Days of the week; empty: all.
    #[serde(default)]
    #[schema(max_items = 7, default = json!([]))]
    pub weekdays: Vec<Weekday>,
}

/// Which days a calendar rule names.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayRule {
    /// Every so many days.
    EveryDays(DayRuleEveryDays),
    /// Days of the week, every so many weeks.
    EveryWeeks(DayRuleEveryWeeks),
    /// Days of the month.
    MonthDays(DayRuleMonthDays),
    /// Weekdays counted within the month.
    MonthWeekdays(DayRuleMonthWeekdays),
}

/// Every so many days.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayRuleEveryDays {
    /// Days from one day that counts to the next.
    #[schema(minimum = 1, maximum = 3660)]
    pub every: u32,
    /// A day from which the distance is counted; null: 1970-01-01.
    #[serde(default)]
    pub from: Option<chrono::NaiveDate>,
}

/// Days of the week, every so many weeks (weeks begin on Monday).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayRuleEveryWeeks {
    /// Weeks from one to the next.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 520, default = 1)]
    pub every: u32,
    /// Days of the week.
    #[schema(min_items = 1, max_items = 7)]
    pub weekdays: Vec<Weekday>,
    /// A day in a week that counts; null: 1970-01-01.
    #[serde(default)]
    pub from: Option<chrono::NaiveDate>,
}

/// Days of the month.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayRuleMonthDays {
    /// Months, 1 to 12; empty: all.
    #[serde(default)]
    #[schema(max_items = 12, default = json!([]))]
    pub months: Vec<u8>,
    /// Days, 1 to 31, or from the end: -1 is the last, -2 the one before.
    #[schema(min_items = 1, max_items = 62, example = json!([1, -1]))]
    pub days: Vec<i8>,
}

/// Weekdays counted within the month.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayRuleMonthWeekdays {
    /// Months, 1 to 12; empty: all.
    #[serde(default)]
    #[schema(max_items = 12, default = json!([]))]
    pub months: Vec<u8>,
    /// Which of them: 1 to 5, or from the end: -1 is the last.
    #[schema(min_items = 1, max_items = 10, example = json!([1]))]
    pub nth: Vec<i8>,
    /// Days of the week.
    #[schema(min_items = 1, max_items = 7)]
    pub weekdays: Vec<Weekday>,
}
schedule! {
    /// Once.
    ScheduleOnce {
        /// An instant (2026-12-01T02:00:00Z) or a local time in the schedule's zone (2026-12-01T02:00).
        #[schema(min_length = 1, max_length = 40, example = "2026-12-01T02:00")]
        pub at: String,
    }
}

/// Rule by which a task becomes due.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Schedule {
    /// A cron expression.
    Cron(ScheduleCron),
    /// A Windows short form.
    Windows(ScheduleWindows),
    /// Every so many seconds.
    Interval(ScheduleInterval),
    /// Once.
    Once(ScheduleOnce),
    /// Days by rule with times of day.
    CalendarRule(ScheduleCalendarRule),
    /// A recurrence rule of RFC 5545.
    Rrule(ScheduleRrule),
    /// Each start of the server.
    Startup(ScheduleStartup),
}

/// What becomes of a slot on a date that the calendars exclude.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It is skipped; the ledger says so.
    #[default]
    Skip,
    /// It moves to the same time on the next business day: Monday to Friday, and not excluded.
    NextBusinessDay,
    /// It moves to the same time on the business day before.
    PreviousBusinessDay,
}

/// What happens to a local time that does not exist.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// The slot is at the first instant after the gap.
    #[default]
    RunAfter,
    /// No slot; the ledger says so.
    Skip,
}

/// Which of two equal local times counts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// The first.
    #[default]
    First,
    /// The second.
    Second,
    /// Both.
    Both,
}

/// What happens to slots missed while the server was down.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CatchUp {
    /// None of them runs.
    None,
    /// The latest of them runs.
    #[default]
    Latest,
    /// All of them run, oldest first.
    All(CatchUpAll),
    /// Those that are not too old run, oldest first.
    Window(CatchUpWindow),
}

/// All missed slots run, oldest first.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatchUpAll {
    /// Most slots that run; if there are more, the newest of them.
    #[serde(default = "thousand")]
    #[schema(minimum = 1, maximum = 10_000, default = 1000)]
    pub max_count: u32,
}

/// Missed slots that are not too old run, oldest first.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatchUpWindow {
    /// Slots older than this, in seconds, do not run.
    #[schema(minimum = 1, maximum = 31_622_400, example = 86_400)]
    pub max_age_seconds: u32,
    /// Most slots that run; if there are more, the newest of them.
    #[serde(default = "thousand")]
    #[schema(minimum = 1, maximum = 10_000, default = 1000)]
    pub max_count: u32,
}

fn thousand() -> u32 {
    1000
}

/// A future slot.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SlotPreview {
    /// The instant.
    pub scheduled_for: DateTime<Utc>,
    /// The same in the schedule's zone, with its offset.
    #[schema(example = "2026-12-01T02:00:00+01:00")]
    pub scheduled_local: String,
    /// Key of the schedule within its task, where there is one.
    pub schedule_key: Option<String>,
    /// Whether it is only written down and does not run; the notes say why.
    pub skipped: bool,
    /// What is special about it: moved out of a gap, first or second of a repeated hour.
    pub notes: Vec<String>,
}
