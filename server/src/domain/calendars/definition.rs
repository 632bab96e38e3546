//! The stored definition of one calendar, as a person writes it.

use crate::domain::vocabulary::Weekday;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// All stored calendars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendars {
    /// The readable calendars.
    pub readable: Vec<Calendar>,
    /// Names of the stored calendars that cannot be read.
    pub damaged: BTreeSet<String>,
}

/// A named set of dates. Each change makes a new version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Unique name.
    pub name: String,
    /// What the calendar is for.
    pub description: String,
    /// The dates of the calendar: every date that an entry contains, unless an `except` entry contains it too.
    pub entries: Vec<CalendarEntry>,
    /// Entries whose dates are excluded.
    pub except: Vec<CalendarEntry>,
    /// If set, the calendar is a maintenance window, which stops schedules by itself.
    pub maintenance: Option<Maintenance>,
}

/// A part of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CalendarEntry {
    /// One date, or a range of dates.
    Date {
        /// First date.
        date: NaiveDate,
        /// Last date, included; none: only the first.
        until: Option<NaiveDate>,
        /// Name of the date (`Easter Monday`); may be empty.
        title: String,
    },
    /// The same date every year.
    Yearly {
        /// Month, 1-12.
        month: u8,
        /// Day of the month, 1-31; 29 February only in leap years.
        day: u8,
        /// Name of the date; may be empty.
        title: String,
    },
    /// Days of the week.
    Weekdays {
        /// The days.
        weekdays: Vec<Weekday>,
    },
    /// Dates by a recurrence rule of RFC 5545.
    Rrule {
        /// The rule, such as `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`.
        rule: String,
        /// First date, from which the rule counts.
        dtstart: NaiveDate,
        /// Name of the dates; may be empty.
        title: String,
    },
    /// Everything in another calendar.
    Calendar {
        /// Name of the other calendar.
        name: String,
    },
}

/// The hours of a maintenance window on the calendar's dates, and the tasks it applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Time zone of dates and times, an IANA name.
    pub timezone: String,
    /// Start, `HH:MM`. A slot exactly then is skipped.
    pub from: String,
    /// End (not included), `HH:MM` or `24:00`. If it is before `from`, the window reaches over midnight.
    pub to: String,
    /// Tasks with one of these tags; empty: all tasks.
    pub tags: Vec<String>,
}
