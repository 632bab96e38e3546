//! When a report is due, and which days it covers.
//!
//! A report is due on some local days, at a local time. It covers the whole local days since the day on which the one
//! before it was due: that of a Monday covers Monday to Sunday, that of the first of a month the month before, and no
//! day is covered twice or never. A time that the clocks never show is the first one after the gap, and of two equal
//! times the first counts. Start reading at `Calling`.

use crate::domain::core::time::zone::{local, offset_at, shown_at};
use crate::domain::core::time::{ScheduleError, time_of_day, zone_parse};
use crate::domain::vocabulary::Weekday;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Number of days within which any report is due at least once, with those that a zone left out.
const DAYS_MOST: u64 = 64;

/// How often a report is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Period {
    /// Each day.
    Daily {},
    /// Each week.
    Weekly {
        /// The day.
        weekday: Weekday,
    },
    /// Each month.
    Monthly {
        /// The day of the month, or `last`. In a month without that day, it is the last one.
        day: String,
    },
}

/// When a report is due. This also decides which days it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTiming {
    /// How often.
    pub period: Period,
    /// Time of day, `HH:MM`.
    pub at: String,
    /// Time zone of that time and of the days that are covered.
    pub timezone: String,
}

impl Period {
    /// Its name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Daily {} => "daily",
            Self::Weekly { .. } => "weekly",
            Self::Monthly { .. } => "monthly",
        }
    }

    /// How many days ahead a report looks.
    pub const fn days_ahead(&self) -> u64 {
        match self {
            Self::Daily {} => 7,
            Self::Weekly { .. } => 14,
            Self::Monthly { .. } => 45,
        }
    }
}

/// A day of the month. 31 is the last one of every month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthDay(u32);

impl FromStr for MonthDay {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "last" {
            return Ok(Self(31));
        }
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|day| plain && (1..=31).contains(day)).map(Self).ok_or(())
    }
}

/// The time that a report covers, `until_at` not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning.
    pub from_at: DateTime<Utc>,
    /// Its end.
    pub until_at: DateTime<Utc>,
    /// Its first local day.
    pub first_day: NaiveDate,
    /// Its last local day.
    pub last_day: NaiveDate,
}

/// The timing of a report, ready to be asked.
#[derive(Debug, Clone)]
pub struct Calling {
    period: Period,
    at: NaiveTime,
    zone: Tz,
}

impl Calling {
    /// Reads a timing. What is wrong with one, `ReportDefinition::problems` says better.
    pub fn read(timing: &ReportTiming) -> Result<Self, ScheduleError> {
        let seconds = time_of_day("at", &timing.at)?;
        let at = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default();
        Ok(Self { period: timing.period.clone(), at, zone: zone_parse(&timing.timezone)? })
    }

    /// The zone of the report.
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// The next instant after another at which the report is due.
    pub fn next_due(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = self.day_of(after);
        let days = (0..DAYS_MOST).filter_map(|days| today.checked_add_days(Days::new(days)));
        days.filter(|day| self.is_due_on(*day)).map(|day| self.due_at(day)).find(|due| *due > after)
    }

    /// The newest instant, up to another, at which the report was due.
    pub fn last_due(&self, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let tomorrow = self.day_of(until).succ_opt()?;
        let days = (0..DAYS_MOST).filter_map(|days| tomorrow.checked_sub_days(Days::new(days)));
        days.filter(|day| self.is_due_on(*day)).map(|day| self.due_at(day)).find(|due| *due <= until)
    }

    /// The day on which a report that is due at an instant is due. A time in a gap may be shown on the next day.
    pub fn due_day(&self, due: DateTime<Utc>) -> NaiveDate {
        let day = self.day_of(due);
        let before = day.pred_opt().filter(|before| self.is_due_on(*before) && self.due_at(*before) == due);
        before.unwrap_or(day)
    }

    /// The day on which the report that covers a day is due.
    pub fn due_day_of(&self, covered: NaiveDate) -> Option<NaiveDate> {
        self.day_after(covered)
    }

    /// What the report of a day covers.
    pub fn covers(&self, due_day: NaiveDate) -> Option<Stretch> {
        let first_day = self.day_before(due_day)?;
        Some(Stretch {
            from_at: self.midnight(first_day),
            until_at: self.midnight(due_day),
            first_day,
            last_day: due_day.pred_opt()?,
        })
    }

    /// What the report before that of a day covers.
    pub fn covers_before(&self, due_day: NaiveDate) -> Option<Stretch> {
        self.covers(self.day_before(due_day)?)
    }

    /// The local day of an instant.
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        local(at, offset_at(self.zone, at)).date()
    }

    fn day_after(&self, day: NaiveDate) -> Option<NaiveDate> {
        (1..DAYS_MOST).filter_map(|days| day.checked_add_days(Days::new(days))).find(|day| self.is_due_on(*day))
    }

    fn day_before(&self, day: NaiveDate) -> Option<NaiveDate> {
        (1..DAYS_MOST).filter_map(|days| day.checked_sub_days(Days::new(days))).find(|day| self.is_due_on(*day))
    }

    /// Whether the report is due on a day. A zone that moves over the date line leaves out a whole day, and nothing is
    /// due on that.
    fn is_due_on(&self, day: NaiveDate) -> bool {
        let chosen = match &self.period {
            Period::Daily {} => true,
            Period::Weekly { weekday } => number(*weekday) == day.weekday().num_days_from_monday(),
            Period::Monthly { day: wanted } => {
                let last = u32::from(day.num_days_in_month());
                wanted.parse::<MonthDay>().is_ok_and(|MonthDay(wanted)| day.day() == wanted.min(last))
            }
        };
        chosen && day.succ_opt().is_some_and(|next| self.midnight(day) < self.midnight(next))
    }

    fn due_at(&self, day: NaiveDate) -> DateTime<Utc> {
        shown_at(self.zone, day.and_time(self.at))
    }

    fn midnight(&self, day: NaiveDate) -> DateTime<Utc> {
        shown_at(self.zone, day.and_time(NaiveTime::MIN))
    }
}

const fn number(weekday: Weekday) -> u32 {
    match weekday {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}
