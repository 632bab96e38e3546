//! What a person writes down: the stored definition of one calendar.

use crate::domain::vocabulary::Weekday;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// All calendars there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendars {
    /// Those that can be read.
    pub readable: Vec<Calendar>,
    /// Names of those that are stored but cannot be read.
    pub damaged: BTreeSet<String>,
}

/// A named set of dates. Each change makes a new version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Unique name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// A date that any entry contains is in the calendar, unless an `except` entry contains it too.
    pub entries: Vec<CalendarEntry>,
    /// Entries whose dates are taken away.
    pub except: Vec<CalendarEntry>,
    /// Set: a maintenance window, which stops schedules by itself.
    pub maintenance: Option<Maintenance>,
}

/// A part of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CalendarEntry {
    /// One date, or a stretch of dates.
    Date {
        /// First date.
        date: NaiveDate,
        /// Last date, included; none: only the first.
        until: Option<NaiveDate>,
        /// What the date is (`Easter Monday`); may be empty.
        title: String,
    },
    /// The same date every year.
    Yearly {
        /// Month, 1-12.
        month: u8,
        /// Day of the month, 1-31; 29 February only in leap years.
        day: u8,
        /// What the date is; may be empty.
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
        /// First date; the rule counts from it.
        dtstart: NaiveDate,
        /// What the dates are; may be empty.
        title: String,
    },
    /// Everything in another calendar.
    Calendar {
        /// Its name.
        name: String,
    },
}

/// When a maintenance window holds on the calendar's dates, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Zone of dates and times, an IANA name.
    pub timezone: String,
    /// Beginning, `HH:MM`; a slot exactly then is skipped.
    pub from: String,
    /// End (not included), `HH:MM` or `24:00`; before `from`: it reaches over midnight.
    pub to: String,
    /// Tasks with one of these tags; empty: all tasks.
    pub tags: Vec<String>,
}
