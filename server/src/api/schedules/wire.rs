//! Wire types of schedules, as parts of a task's definition.

use crate::api::contract::names::ItemKey;
use crate::api::core::answer::{Reason, SlotNote};
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
            /// Key within the task. A schedule that keeps its key keeps its history across edits. Null: made from the
            /// kind.
            #[serde(default)]
            #[schema(value_type = Option<ItemKey>)]
            pub key: Option<String>,
            /// Whether the schedule fires.
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
            /// What happens to a local time that does not exist because the clocks go forward. This does not affect a
            /// rule that names every hour, because such a rule loses nothing.
            #[serde(default)]
            #[schema(inline = false)]
            pub gap: Gap,
            /// Which of two equal local times counts when the clocks go back.
            #[serde(default)]
            #[schema(inline = false)]
            pub fold: Fold,
            /// What happens to slots missed while the server was down or asleep, or because its clock jumped. If the
            /// server is back within a minute of the newest slot, that slot counts as on time.
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
            /// What happens to a slot on a date that the calendars exclude.
            #[serde(default)]
            #[schema(inline = false)]
            pub roll: Roll,
            /// UUID of the schedule, given by the server.
            #[serde(default)]
            #[schema(read_only)]
            pub id: Option<uuid::Uuid>,
            /// The schedule in words, given by the server.
            #[serde(default)]
            #[schema(read_only)]
            pub words: Option<String>,
            /// Why the schedule does not fire although it is stored; null: it can fire. Given by the server.
            #[serde(default)]
            #[schema(read_only, inline = false)]
            pub problem: Option<Reason>,
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
    /// A short form as used by the Windows Task Scheduler.
    ScheduleWindows {
        /// `06:00` daily, `MON 08:00` weekly, `15 09:30` monthly.
        #[schema(min_length = 1, max_length = 100, example = "MON 08:00")]
        pub text: String,
    }
}
schedule! {
    /// A fixed interval in seconds.
    ScheduleInterval {
        /// Seconds between two slots.
        #[schema(minimum = 1, maximum = 31_622_400, example = 90)]
        pub every_seconds: u32,
        /// Instant from which the slots are counted; null: 1970-01-01T00:00:00Z.
        #[serde(default)]
        pub anchor_at: Option<DateTime<Utc>>,
        /// Only within this part of the day. Without an anchor, slots are counted from the start of the window each
        /// day.
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
    /// A recurrence rule of RFC 5545. All its times are local times in the schedule's time zone.
    ScheduleRrule {
        /// The rule, without DTSTART. `FREQ=HOURLY` follows elapsed time over clock changes.
        #[schema(min_length = 1, max_length = 2000, example = "FREQ=MONTHLY;BYDAY=-1FR")]
        pub rule: String,
        /// First local time, from which the rule counts.
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
    /// Every start of the server.
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
    /// Start of the window, included.
    #[schema(min_length = 1, max_length = 8, example = "08:00")]
    pub from: String,
    /// End of the window, not included. If it is before the start, the window reaches over midnight.
    #[schema(min_length = 1, max_length = 8, example = "18:00")]
    pub to: String,
    /// Days of the week; empty: all.
    #[serde(default)]
    #[schema(max_items = 7, default = json!([]))]
    pub weekdays: Vec<Weekday>,
}

/// The days of a calendar rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayRule {
    /// Every nth day.
    EveryDays(DayRuleEveryDays),
    /// Days of the week, every nth week.
    EveryWeeks(DayRuleEveryWeeks),
    /// Days of the month.
    MonthDays(DayRuleMonthDays),
    /// Weekdays counted within the month.
    MonthWeekdays(DayRuleMonthWeekdays),
}

/// Every nth day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayRuleEveryDays {
    /// Number of days from one to the next.
    #[schema(minimum = 1, maximum = 3660)]
    pub every: u32,
    /// A day from which the others are counted; null: 1970-01-01.
    #[serde(default)]
    pub from: Option<chrono::NaiveDate>,
}

/// Days of the week, every nth week (weeks begin on Monday).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayRuleEveryWeeks {
    /// Number of weeks from one to the next.
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
    /// Days, 1 to 31, or counted from the end: -1 is the last, -2 the one before.
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
    /// Which weekdays of the month: 1 to 5, or counted from the end: -1 is the last.
    #[schema(min_items = 1, max_items = 10, example = json!([1]))]
    pub nth: Vec<i8>,
    /// Days of the week.
    #[schema(min_items = 1, max_items = 7)]
    pub weekdays: Vec<Weekday>,
}
schedule! {
    /// A single instant.
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
    /// A fixed interval in seconds.
    Interval(ScheduleInterval),
    /// A single instant.
    Once(ScheduleOnce),
    /// Days by rule with times of day.
    CalendarRule(ScheduleCalendarRule),
    /// A recurrence rule of RFC 5545.
    Rrule(ScheduleRrule),
    /// Every start of the server.
    Startup(ScheduleStartup),
}

/// What happens to a slot on a date that the calendars exclude.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
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

/// What happens to a local time that does not exist.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// The slot moves to the first instant after the gap.
    #[default]
    RunAfter,
    /// There is no slot; the ledger records this.
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
    /// Both of them.
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
    /// Maximum number of slots that run. If there are more, the newest of them run.
    #[serde(default = "thousand")]
    #[schema(minimum = 1, maximum = 10_000, default = 1000)]
    pub max_count: u32,
}

/// Missed slots that are not too old run, oldest first.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatchUpWindow {
    /// Maximum age in seconds. Older slots do not run.
    #[schema(minimum = 1, maximum = 31_622_400, example = 86_400)]
    pub max_age_seconds: u32,
    /// Maximum number of slots that run. If there are more, the newest of them run.
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
    /// The instant in the schedule's time zone, with its offset.
    #[schema(example = "2026-12-01T02:00:00+01:00")]
    pub scheduled_local: String,
    /// Key of the schedule within its task, if there is one.
    pub schedule_key: Option<String>,
    /// Whether the slot is only recorded and does not run; the notes say why.
    pub skipped: bool,
    /// What is special about the slot: moved out of a gap, first or second of a repeated hour, skipped by a calendar.
    pub notes: Vec<SlotNote>,
}
