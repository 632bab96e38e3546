//! Intervals that hold only within a part of the day.
//!
//! A window is a range of instants for each local day: from the first moment at or after its start to the last one
//! before its end. Without an anchor, slots are counted from the start of each window. With an anchor, a slot is any
//! multiple within a window.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::domain::core::time::zone::{Meaning, instant, local, meaning, offset_at};
use crate::domain::core::time::{ScheduleError, time_of_day};
use crate::domain::schedules::DailyWindow;
use crate::domain::schedules::rules::calendar_rule::week_mask;

/// A compiled window of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Window {
    /// Start in seconds since midnight.
    pub from: u32,
    /// End in seconds since midnight. If it is at or before `from`, it is on the next day.
    pub to: u32,
    /// Days on which the window begins, bits 0-6, 0 = Sunday.
    pub week_days: u8,
}

/// After this many days without a slot there is none. It is more than the four years of the longest rhythm of
/// weekdays and dates.
const MOST_DAYS: u64 = 1500;

/// Maximum number of multiples of a long distance that are tried.
const MOST_STEPS: i64 = 20_000;

const DAY: i64 = 86_400;

/// Compiles a window.
pub(in crate::domain) fn compile_window(window: &DailyWindow) -> Result<Window, ScheduleError> {
    let (from, to) = (time_of_day("window/from", &window.from)?, time_of_day("window/to", &window.to)?);
    Ok(Window { from, to, week_days: week_mask(&window.weekdays) })
}

/// The rule of an interval with a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Windowed {
    /// Seconds from slot to slot.
    pub every: i64,
    /// An instant from which slots are counted, in seconds; none: the start of each window.
    pub anchor: Option<i64>,
    /// The window.
    pub window: Window,
}

impl Windowed {
    /// The first slot after an instant, in seconds since 1970.
    pub fn next(&self, timezone: Tz, after: DateTime<Utc>) -> Option<i64> {
        let after = after.timestamp();
        if let (Some(anchor), true) = (self.anchor, self.every >= DAY) {
            let first = (after - anchor).div_euclid(self.every) + 1;
            let points = (first..first + MOST_STEPS).map(|step| anchor + step * self.every);
            return points.into_iter().find(|at| self.contains(timezone, *at));
        }
        let from = day_of(timezone, after)?.checked_sub_days(Days::new(1))?;
        (0..MOST_DAYS).find_map(|day| {
            let (begin, end) = self.stretch(timezone, from.checked_add_days(Days::new(day))?)?;
            let origin = self.anchor.unwrap_or(begin);
            let least = begin.max(after + 1);
            let at = origin + (least - origin + self.every - 1).div_euclid(self.every) * self.every;
            (at < end).then_some(at)
        })
    }

    /// The last slot at or before an instant, in seconds since 1970.
    pub fn latest(&self, timezone: Tz, at: DateTime<Utc>) -> Option<i64> {
        let at = at.timestamp();
        if let (Some(anchor), true) = (self.anchor, self.every >= DAY) {
            let last = (at - anchor).div_euclid(self.every);
            let points = (0..MOST_STEPS).map(|back| anchor + (last - back) * self.every);
            return points.into_iter().find(|at| self.contains(timezone, *at));
        }
        let from = day_of(timezone, at)?.checked_add_days(Days::new(1))?;
        (0..MOST_DAYS).find_map(|day| {
            let (begin, end) = self.stretch(timezone, from.checked_sub_days(Days::new(day))?)?;
            let origin = self.anchor.unwrap_or(begin);
            let most = at.min(end - 1);
            let found = origin + (most - origin).div_euclid(self.every) * self.every;
            (found >= begin && most >= begin).then_some(found)
        })
    }

    /// Number of slots from one slot to another, both included.
    pub fn count(&self, timezone: Tz, first: i64, last: i64) -> u64 {
        let (Some(from), Some(to)) = (day_of(timezone, first), day_of(timezone, last)) else { return 0 };
        let days = from.pred_opt().unwrap_or(from).iter_days().take_while(|day| *day <= to);
        let stretches = days.filter_map(|day| self.stretch(timezone, day));
        stretches
            .map(|(begin, end)| {
                let origin = self.anchor.unwrap_or(begin);
                let (least, most) = (begin.max(first), (end - 1).min(last));
                let steps_to = |at: i64| (at - origin).div_euclid(self.every);
                if most < least { 0 } else { (steps_to(most) - steps_to(least - 1)).unsigned_abs() }
            })
            .sum()
    }

    fn contains(&self, timezone: Tz, at: i64) -> bool {
        let Some(day) = day_of(timezone, at) else { return false };
        [day.pred_opt(), Some(day)]
            .into_iter()
            .flatten()
            .filter_map(|day| self.stretch(timezone, day))
            .any(|(begin, end)| (begin..end).contains(&at))
    }

    /// The range of instants of the window that begins on a day; none if no window begins on that day.
    fn stretch(&self, timezone: Tz, day: NaiveDate) -> Option<(i64, i64)> {
        use chrono::Datelike as _;
        if self.window.week_days >> day.weekday().num_days_from_sunday() & 1 == 0 {
            return None;
        }
        let begin = self.begin(timezone, day)?;
        let next = day.succ_opt()?;
        let end_day = if self.window.to <= self.window.from { next } else { day };
        let wall = end_day.and_time(time(self.window.to));
        let end = match meaning(timezone, wall) {
            Meaning::Once(offset) => instant(wall, offset),
            Meaning::Twice(twice) => instant(wall, twice.second),
            Meaning::Never(after) => after,
        };
        Some((begin, end.timestamp().min(self.begin(timezone, next)?)))
    }

    fn begin(&self, timezone: Tz, day: NaiveDate) -> Option<i64> {
        let wall = day.and_time(time(self.window.from));
        Some(match meaning(timezone, wall) {
            Meaning::Once(offset) => instant(wall, offset).timestamp(),
            Meaning::Twice(twice) => instant(wall, twice.first).timestamp(),
            Meaning::Never(after) => after.timestamp(),
        })
    }
}

fn time(second: u32) -> NaiveTime {
    NaiveTime::MIN + Duration::seconds(i64::from(second))
}

fn day_of(timezone: Tz, at: i64) -> Option<NaiveDate> {
    let at = DateTime::from_timestamp(at, 0)?;
    Some(local(at, offset_at(timezone, at)).date())
}
