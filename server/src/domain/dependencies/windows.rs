//! When the run of another task must have ended: windows of time, in days of a time zone.
//!
//! A day is a date on the clocks of its zone, however many hours it has; so an instant is never in two days, also when a
//! clock change hides or repeats midnight. A window of a definition becomes a span when a run is made, because some
//! depend on the run. Deliberately absent: reading runs. Start reading at `Span::holds`.

use crate::domain::core::phrases::{moment, seconds};
use crate::domain::core::time::zone_parse;
use crate::domain::ids::RunId;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// When the run of the other task must have ended, as a definition says it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Window {
    /// At any time.
    AnyTime,
    /// On the day of the look.
    Today,
    /// Since the last run of the depending task started.
    SinceLastRun,
    /// Within the last seconds before the look.
    Within {
        /// Number of seconds.
        seconds: f64,
    },
    /// For a slot on the same day as the slot of the depending run.
    SameSlotDay,
}

/// When the run of the other task must have ended, for one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Span {
    /// At any time.
    AnyTime,
    /// On the day of the look.
    Today {
        /// Zone in which the day begins.
        timezone: String,
    },
    /// After an instant.
    Since {
        /// The instant.
        at: DateTime<Utc>,
    },
    /// Within the last milliseconds before the look.
    Within {
        /// Number of milliseconds.
        milliseconds: u64,
    },
    /// For a slot on a day.
    SlotDay {
        /// The day.
        day: NaiveDate,
        /// Zone in which the day begins.
        timezone: String,
    },
}

/// A run that makes a window a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depending {
    /// Its slot, or its creation if it has none.
    pub slot_at: DateTime<Utc>,
    /// When the last run of its task before it started.
    pub last_started_at: Option<DateTime<Utc>>,
}

/// A run of the other task that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedRun {
    /// Its id.
    pub id: RunId,
    /// Its slot, or its creation if it has none.
    pub slot_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
}

impl Window {
    /// The span for one run.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be at most a year")]
    pub fn of(self, run: Depending, timezone: &str) -> Span {
        let timezone = timezone.to_owned();
        match self {
            Self::AnyTime => Span::AnyTime,
            Self::Today => Span::Today { timezone },
            Self::SinceLastRun => run.last_started_at.map_or(Span::AnyTime, |at| Span::Since { at }),
            Self::Within { seconds } => Span::Within { milliseconds: (seconds * 1000.0) as u64 },
            Self::SameSlotDay => Span::SlotDay { day: day_of(run.slot_at, &timezone), timezone },
        }
    }
}

impl Span {
    /// Returns whether a run counts at this instant.
    pub fn holds(&self, run: EndedRun, now: DateTime<Utc>) -> bool {
        match self {
            Self::AnyTime => true,
            Self::Today { timezone } => day_of(run.finished_at, timezone) == day_of(now, timezone),
            Self::Since { at } => run.finished_at > *at,
            Self::Within { milliseconds } => {
                let length = i64::try_from(*milliseconds).unwrap_or(i64::MAX);
                run.finished_at >= now - TimeDelta::try_milliseconds(length).unwrap_or(TimeDelta::MAX)
            }
            Self::SlotDay { day, timezone } => day_of(run.slot_at, timezone) == *day,
        }
    }

    /// Instants around the slots that may count; none: runs are not chosen by their slots.
    pub fn slots_around(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let Self::SlotDay { day, .. } = self else { return None };
        let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
        // No zone is further than 15 hours from UTC, and no day is longer than 48 hours.
        Some((midnight - TimeDelta::hours(48), midnight + TimeDelta::hours(72)))
    }

    /// The span as the end of a sentence about a run that ended.
    pub fn words(&self) -> String {
        match self {
            Self::AnyTime => "so far".to_owned(),
            Self::Today { timezone } => format!("today ({timezone})"),
            Self::Since { at } => format!("since {}", moment(at)),
            Self::Within { milliseconds } => format!("in the last {}", seconds(*milliseconds)),
            Self::SlotDay { day, timezone } => format!("for a slot of {day} ({timezone})"),
        }
    }
}

/// The date of an instant on the clocks of a zone. A zone that is unknown to this version counts as UTC.
fn day_of(at: DateTime<Utc>, timezone: &str) -> NaiveDate {
    at.with_timezone(&zone_parse(timezone).unwrap_or(Tz::UTC)).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn ended(slot: &str, finished: &str) -> EndedRun {
        EndedRun { id: RunId(uuid::Uuid::nil()), slot_at: at(slot), finished_at: at(finished) }
    }

    fn today(timezone: &str, finished: &str, now: &str) -> bool {
        Span::Today { timezone: timezone.to_owned() }.holds(ended(finished, finished), at(now))
    }

    #[test]
    fn today_is_a_date_on_the_clocks_of_the_zone() {
        assert!(today("UTC", "2026-11-29T00:00:00Z", "2026-11-29T23:59:59Z"));
        assert!(!today("UTC", "2026-11-28T23:59:59Z", "2026-11-29T00:00:00Z"), "the second before midnight");
        assert!(today("Europe/Berlin", "2026-11-28T23:00:00Z", "2026-11-29T22:59:59Z"));
        assert!(!today("Europe/Berlin", "2026-11-28T22:59:59Z", "2026-11-28T23:00:00Z"));
        assert!(!today("Pacific/Kiritimati", "2026-11-29T09:59:59Z", "2026-11-29T10:00:00Z"), "midnight at UTC+14");
        assert!(!today("Asia/Kathmandu", "2026-11-28T18:14:59Z", "2026-11-28T18:15:00Z"), "a zone of 5 h 45 min");
    }

    #[test]
    fn days_of_23_and_25_hours_are_whole_days() {
        // Berlin, 2026-03-29: 23 hours, from 23:00 UTC to 22:00 UTC.
        assert!(today("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"));
        assert!(!today("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
        // Berlin, 2026-10-25: 25 hours, from 22:00 UTC to 23:00 UTC.
        assert!(today("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"));
        assert!(!today("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));
    }

    #[test]
    fn a_midnight_that_is_hidden_or_repeated_changes_nothing() {
        // Beirut, 2026-03-29: clocks go from 00:00 to 01:00, so the day begins at 01:00 (22:00 UTC).
        assert!(!today("Asia/Beirut", "2026-03-28T21:59:59Z", "2026-03-28T22:00:00Z"));
        assert!(today("Asia/Beirut", "2026-03-28T22:00:00Z", "2026-03-29T20:59:59Z"));
        // Havana, 2026-11-01: clocks go from 01:00 back to 00:00, and the day has 25 hours.
        assert!(today("America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z"));
        assert!(!today("America/Havana", "2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z"));
        assert!(!today("America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"));
        // Apia had no 2011-12-30.
        assert!(!today("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"));
    }

    #[test]
    fn spans_of_seconds_and_since_a_run() {
        let within = Window::Within { seconds: 3600.0 };
        let run = Depending { slot_at: at("2026-11-29T02:00:00Z"), last_started_at: Some(at("2026-11-28T02:00:00Z")) };
        let span = within.of(run, "UTC");
        assert!(span.holds(ended("2026-11-29T00:00:00Z", "2026-11-29T01:00:00Z"), at("2026-11-29T02:00:00Z")));
        assert!(!span.holds(ended("2026-11-29T00:00:00Z", "2026-11-29T01:00:00Z"), at("2026-11-29T02:00:01Z")));
        let since = Window::SinceLastRun.of(run, "UTC");
        assert!(since.holds(ended("2026-11-28T00:00:00Z", "2026-11-28T02:00:01Z"), at("2026-12-29T02:00:00Z")));
        assert!(!since.holds(ended("2026-11-28T00:00:00Z", "2026-11-28T02:00:00Z"), at("2026-11-28T02:00:00Z")));
        let first = Depending { last_started_at: None, ..run };
        assert_eq!(Window::SinceLastRun.of(first, "UTC"), Span::AnyTime, "the first run counts every end");
    }

    #[test]
    fn the_day_of_a_slot_counts_not_the_day_of_the_end() {
        // The slot of 23:30 in New York is on the next day in UTC, and its run ends on the next day in New York too.
        let run = Depending { slot_at: at("2026-11-30T04:45:00Z"), last_started_at: None };
        let span = Window::SameSlotDay.of(run, "America/New_York");
        assert_eq!(span.words(), "for a slot of 2026-11-29 (America/New_York)");
        assert!(span.holds(ended("2026-11-30T04:30:00Z", "2026-11-30T06:00:00Z"), at("2026-12-24T00:00:00Z")));
        assert!(!span.holds(ended("2026-11-30T05:00:00Z", "2026-11-30T06:00:00Z"), at("2026-11-30T07:00:00Z")));
        let (from, until) = span.slots_around().expect("by slots");
        assert!(from <= at("2026-11-29T05:00:00Z") && at("2026-11-30T05:00:00Z") <= until);
    }
}
