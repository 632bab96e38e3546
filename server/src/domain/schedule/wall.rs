//! Local wall time: days x times, searched forwards and backwards without any notion of a zone.

use chrono::{Duration, NaiveDateTime, NaiveTime, Timelike};

use super::days::Days;
use super::times::Times;

/// The local times a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wall {
    pub days: Days,
    pub times: Times,
}

impl Wall {
    /// True if the rule names this local time.
    pub fn contains(&self, local: NaiveDateTime) -> bool {
        self.times.contains(local.num_seconds_from_midnight()) && self.days.contains(local.date())
    }

    /// The first local time at or after `from` (whole seconds).
    pub fn next(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        if let Some(second) = self.times.next(from.num_seconds_from_midnight())
            && self.days.contains(from.date())
        {
            return Some(from.date().and_time(time(second)));
        }
        let date = self.days.next(from.date().succ_opt()?)?;
        Some(date.and_time(time(self.times.first())))
    }

    /// The last local time at or before `from` (whole seconds).
    pub fn previous(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        if let Some(second) = self.times.previous(from.num_seconds_from_midnight())
            && self.days.contains(from.date())
        {
            return Some(from.date().and_time(time(second)));
        }
        let date = self.days.previous(from.date().pred_opt()?)?;
        Some(date.and_time(time(self.times.last())))
    }
}

/// A second of the day as a time.
fn time(second: u32) -> NaiveTime {
    NaiveTime::MIN + Duration::seconds(i64::from(second))
}
