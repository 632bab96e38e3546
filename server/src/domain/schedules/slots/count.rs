//! Many slots at once: listing and counting slots over a period, such as the time a server was down.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Timelike, Utc};

use super::wall::{LocalTimes as _, Wall};
use crate::domain::core::time::zone::{Meaning, instant, meaning};
use crate::domain::schedules::compiled::{CompiledRule, CompiledSchedule};
use crate::domain::schedules::{Slot, SlotRange};

impl CompiledSchedule {
    /// The slots after `from` and up to and including `to`, ascending. Skipped ones are included.
    pub fn slots_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = Slot> {
        let first = self.next_after(from);
        std::iter::successors(first, |slot| self.next_after(slot.scheduled_for))
            .take_while(move |slot| slot.scheduled_for <= to)
    }

    /// Number of slots after `from` and up to and including `to`. Skipped ones are counted.
    ///
    /// Days without a clock change are counted as a whole, so a year of minutes costs about as much as 400 slots.
    pub fn count_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> u64 {
        self.range_between(from, to).map_or(0, |range| range.count)
    }

    /// First, last and number of the slots after `from` and up to and including `to`.
    pub fn range_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<SlotRange> {
        let first_at = self.next_after(from).filter(|slot| slot.scheduled_for <= to)?.scheduled_for;
        let last_at = self.latest_at_or_before(to)?.scheduled_for;
        if self.dates.as_ref().is_some_and(|dates| dates.rolls()) {
            let count = self.slots_between(from, last_at).count() as u64;
            return Some(SlotRange { first_at, last_at, count });
        }
        let count = match &self.rule {
            CompiledRule::Interval { every, .. } => ((last_at - first_at).num_seconds() / every) as u64 + 1,
            CompiledRule::Fixed(wall) | CompiledRule::Elapsed(wall) => self.count_wall(wall, first_at, last_at),
            CompiledRule::Windowed(rule) => rule.count(self.timezone, first_at.timestamp(), last_at.timestamp()),
            CompiledRule::At(_)
            | CompiledRule::AtLocal(_)
            | CompiledRule::Recurring(_)
            | CompiledRule::Startup { .. } => self.slots_between(from, to).count() as u64,
        };
        Some(SlotRange { first_at, last_at, count })
    }

    /// Counts from one slot to another, both included.
    fn count_wall(&self, wall: &Wall, first: DateTime<Utc>, last: DateTime<Utc>) -> u64 {
        let mut count = 0;
        let mut at = first;
        loop {
            let (counted, counted_to) = match self.whole_day(wall, at) {
                Some(end) if end <= last => (wall.times.count(), end),
                _ => (1, at),
            };
            count += counted;
            match self.rule_next(counted_to) {
                Some(slot) if slot.scheduled_for <= last => at = slot.scheduled_for,
                _ => return count,
            }
        }
    }

    /// The last slot of the local day that begins with the slot `at`, if the day has 24 hours and all of its times.
    fn whole_day(&self, wall: &Wall, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let now = self.wall_clock(at);
        if now.num_seconds_from_midnight() != wall.times.first() {
            return None;
        }
        let midnight = |date: NaiveDate| match meaning(self.timezone, date.and_time(NaiveTime::MIN)) {
            Meaning::Once(offset) => Some(offset),
            Meaning::Twice(_) | Meaning::Never(_) => None,
        };
        let offset = midnight(now.date())?;
        if midnight(now.date().succ_opt()?)? != offset || !wall.contains(now) {
            return None;
        }
        let last = now.date().and_time(NaiveTime::MIN) + Duration::seconds(i64::from(wall.times.last()));
        Some(instant(last, offset))
    }
}
