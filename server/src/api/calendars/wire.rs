//! Wire types of calendars.

use crate::api::contract::names::Name;
use crate::api::core::answer::Reason;
use crate::api::core::page::page;
use crate::domain::calendars as domain;
use crate::domain::vocabulary::Weekday;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

macro_rules! calendar {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Unique name, by which schedules refer to the calendar.
            #[schema(value_type = Name)]
            pub name: String,
            /// What the calendar is for.
            #[serde(default)]
            #[schema(max_length = 2000, default = "")]
            pub description: String,
            /// Dates of the calendar: every date that at least one of these entries contains.
            #[serde(default)]
            #[schema(max_items = 20_000, default = json!([]))]
            pub entries: Vec<CalendarEntry>,
            /// Exceptions: dates that one of these entries contains are not in the calendar.
            #[serde(default)]
            #[schema(max_items = 20_000, default = json!([]))]
            pub except: Vec<CalendarEntry>,
            /// If set, the calendar is a maintenance window, during which schedules start nothing.
            #[serde(default)]
            #[schema(inline = false)]
            pub maintenance: Option<Maintenance>,
        }
    };
}

calendar! {
    /// Everything a person defines about a calendar.
    CalendarDefinition {}
}
calendar! {
    /// A named set of dates.
    Calendar {
        /// UUID of the calendar.
        #[schema(read_only)]
        pub id: Uuid,
        /// Version of the definition. It grows by one with each change.
        #[schema(read_only)]
        pub version: u32,
        /// When the calendar was created.
        #[schema(read_only)]
        pub created_at: DateTime<Utc>,
        /// When its definition last changed.
        #[schema(read_only)]
        pub updated_at: DateTime<Utc>,
        /// What is wrong with the stored definition if it was damaged. An older version may be shown in its place.
        #[schema(read_only, inline = false)]
        pub problem: Option<Reason>,
        /// Names of the tasks whose schedules use the calendar.
        #[schema(read_only)]
        pub used_by: Vec<String>,
        /// Names of the calendars that contain this one.
        #[schema(read_only)]
        pub contained_in: Vec<String>,
        /// Schedules that never fire because of this calendar, each with the reason.
        #[schema(read_only)]
        pub warnings: Vec<Reason>,
    }
}

/// A calendar in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarSummary {
    /// UUID of the calendar.
    pub id: Uuid,
    /// Unique name.
    pub name: String,
    /// What the calendar is for.
    pub description: String,
    /// Version of the definition.
    pub version: u32,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// What is wrong with the stored definition if it was damaged.
    pub problem: Option<Reason>,
    /// Number of its entries.
    pub entry_count: usize,
    /// Whether the calendar is a maintenance window.
    pub maintenance: bool,
    /// Number of tasks and calendars that use it.
    pub used_by_count: usize,
    /// Its next date, today included.
    pub next_date: Option<NaiveDate>,
}
page!(
    /// A page of calendars, by name.
    CalendarPage,
    CalendarSummary
);

/// A part of a calendar.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CalendarEntry {
    /// One date, or a range of dates.
    Date(CalendarEntryDate),
    /// The same date every year.
    Yearly(CalendarEntryYearly),
    /// Days of the week.
    Weekdays(CalendarEntryWeekdays),
    /// Dates by a recurrence rule of RFC 5545.
    Rrule(CalendarEntryRrule),
    /// Everything in another calendar.
    Calendar(CalendarEntryCalendar),
}

/// One date, or a range of dates.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntryDate {
    /// First date.
    pub date: NaiveDate,
    /// Last date, included; null: only the first.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// Name of the date.
    #[serde(default)]
    #[schema(max_length = 200, default = "", example = "Easter Monday")]
    pub title: String,
}

/// The same date every year.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntryYearly {
    /// Month, 1 to 12.
    #[schema(minimum = 1, maximum = 12)]
    pub month: u8,
    /// Day of the month; 29 February only in leap years.
    #[schema(minimum = 1, maximum = 31)]
    pub day: u8,
    /// Name of the date.
    #[serde(default)]
    #[schema(max_length = 200, default = "", example = "Christmas Day")]
    pub title: String,
}

/// Days of the week.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntryWeekdays {
    /// The days.
    #[schema(min_items = 1, max_items = 7)]
    pub weekdays: Vec<Weekday>,
}

/// Dates by a recurrence rule of RFC 5545.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntryRrule {
    /// The rule, without DTSTART.
    #[schema(min_length = 1, max_length = 2000, example = "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")]
    pub rule: String,
    /// First date, from which the rule counts.
    pub dtstart: NaiveDate,
    /// Name of the dates.
    #[serde(default)]
    #[schema(max_length = 200, default = "")]
    pub title: String,
}

/// Everything in another calendar.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntryCalendar {
    /// Name of the other calendar.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
}

/// The hours of a maintenance window on the calendar's dates, and the tasks it applies to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// Time zone of dates and times, an IANA name.
    #[schema(max_length = 100, example = "Europe/Berlin")]
    pub timezone: String,
    /// Start of the window. A slot exactly then is skipped.
    #[schema(min_length = 4, max_length = 8, example = "22:00")]
    pub from: String,
    /// End of the window, not included, up to 24:00. If it is not after the start, the window reaches over midnight.
    #[schema(min_length = 4, max_length = 8, example = "06:00")]
    pub to: String,
    /// Tasks with one of these tags; empty: all tasks.
    #[serde(default)]
    #[schema(max_items = 50, default = json!([]))]
    pub tags: Vec<String>,
}

/// The dates of a calendar to show.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CalendarDatesQuery {
    /// First date.
    pub from: NaiveDate,
    /// Last date, at most ten years after the first.
    pub until: NaiveDate,
}

/// A date of a calendar.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarDate {
    /// The date.
    pub date: NaiveDate,
    /// Name of the date; may be empty.
    pub title: String,
}

/// The dates of a calendar within a range.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarDates {
    /// The dates, earliest first.
    pub dates: Vec<CalendarDate>,
}

/// Converts a definition to the domain.
pub fn calendar_in(body: CalendarDefinition) -> domain::Calendar {
    let CalendarDefinition { name, description, entries, except, maintenance } = body;
    domain::Calendar {
        name,
        description,
        entries: entries.into_iter().map(entry_in).collect(),
        except: except.into_iter().map(entry_in).collect(),
        maintenance: maintenance.map(|Maintenance { timezone, from, to, tags }| domain::Maintenance {
            timezone,
            from,
            to,
            tags,
        }),
    }
}

/// Converts a definition to the wire.
pub fn calendar_out(calendar: domain::Calendar) -> CalendarDefinition {
    let domain::Calendar { name, description, entries, except, maintenance } = calendar;
    CalendarDefinition {
        name,
        description,
        entries: entries.into_iter().map(entry_out).collect(),
        except: except.into_iter().map(entry_out).collect(),
        maintenance: maintenance.map(|domain::Maintenance { timezone, from, to, tags }| Maintenance {
            timezone,
            from,
            to,
            tags,
        }),
    }
}

fn entry_in(entry: CalendarEntry) -> domain::CalendarEntry {
    use domain::CalendarEntry as Entry;
    match entry {
        CalendarEntry::Date(CalendarEntryDate { date, until, title }) => Entry::Date { date, until, title },
        CalendarEntry::Yearly(CalendarEntryYearly { month, day, title }) => Entry::Yearly { month, day, title },
        CalendarEntry::Weekdays(CalendarEntryWeekdays { weekdays }) => Entry::Weekdays { weekdays },
        CalendarEntry::Rrule(CalendarEntryRrule { rule, dtstart, title }) => Entry::Rrule { rule, dtstart, title },
        CalendarEntry::Calendar(CalendarEntryCalendar { name }) => Entry::Calendar { name },
    }
}

fn entry_out(entry: domain::CalendarEntry) -> CalendarEntry {
    use domain::CalendarEntry as Entry;
    match entry {
        Entry::Date { date, until, title } => CalendarEntry::Date(CalendarEntryDate { date, until, title }),
        Entry::Yearly { month, day, title } => CalendarEntry::Yearly(CalendarEntryYearly { month, day, title }),
        Entry::Weekdays { weekdays } => CalendarEntry::Weekdays(CalendarEntryWeekdays { weekdays }),
        Entry::Rrule { rule, dtstart, title } => CalendarEntry::Rrule(CalendarEntryRrule { rule, dtstart, title }),
        Entry::Calendar { name } => CalendarEntry::Calendar(CalendarEntryCalendar { name }),
    }
}
