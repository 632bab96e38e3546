//! Local wall time: days x times, searched forwards and backwards without any time zone.

use chrono::{Duration, NaiveDateTime, NaiveTime, Timelike};

use crate::domain::core::time::recurrence::Recurrence;
use crate::domain::schedules::rules::days::Days;
use crate::domain::schedules::rules::times::Times;

/// The local times that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Wall {
    pub days: Days,
    pub times: Times,
}

/// Local times in order, searched without any time zone.
pub(in crate::domain) trait LocalTimes {
    /// Returns whether the rule names this local time.
    fn contains(&self, local: NaiveDateTime) -> bool;

    /// The first local time at or after `from` (whole seconds).
    fn next(&self, from: NaiveDateTime) -> Option<NaiveDateTime>;

    /// The last local time at or before `from` (whole seconds).
    fn previous(&self, from: NaiveDateTime) -> Option<NaiveDateTime>;

    /// Returns whether the rule names only some hours. A time in an hour that the clock jumps over is then lost,
    /// because the next hour does not make up for it.
    fn some_hours(&self) -> bool;
}

impl LocalTimes for Recurrence {
    fn contains(&self, local: NaiveDateTime) -> bool {
        Recurrence::next(self, local) == Some(local)
    }

    fn next(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        Recurrence::next(self, from)
    }

    fn previous(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        Recurrence::previous(self, from)
    }

    fn some_hours(&self) -> bool {
        self.some_hours
    }
}

impl LocalTimes for Wall {
    fn contains(&self, local: NaiveDateTime) -> bool {
        self.times.contains(local.num_seconds_from_midnight()) && self.days.contains(local.date())
    }

    fn next(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        if let Some(second) = self.times.next(from.num_seconds_from_midnight())
            && self.days.contains(from.date())
        {
            return Some(from.date().and_time(time(second)));
        }
        let date = self.days.next(from.date().succ_opt()?)?;
        Some(date.and_time(time(self.times.first())))
    }

    fn previous(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        if let Some(second) = self.times.previous(from.num_seconds_from_midnight())
            && self.days.contains(from.date())
        {
            return Some(from.date().and_time(time(second)));
        }
        let date = self.days.previous(from.date().pred_opt()?)?;
        Some(date.and_time(time(self.times.last())))
    }

    fn some_hours(&self) -> bool {
        self.times.some_hours()
    }
}

/// A second of the day as a time.
fn time(second: u32) -> NaiveTime {
    NaiveTime::MIN + Duration::seconds(i64::from(second))
}
