//! Slots counted by local date, as the strip of a year shows them.
//!
//! Days with many slots are counted as a whole and judged by their first slot, so a year of a schedule that is due
//! every second costs as little as a year of daily slots. On days with a clock change each slot is examined.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};

use crate::domain::core::time::zone::{Meaning, instant, meaning};
use crate::domain::schedules::Note;
use crate::domain::schedules::compiled::CompiledSchedule;

/// Maximum number of slots of a day that are examined one by one.
const LOOKED_AT: u64 = 100;

/// The slots of one local date, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// The date in the schedule's zone.
    pub date: NaiveDate,
    /// Number of slots that become runs.
    pub planned: u64,
    /// Number of slots that are only recorded.
    pub skipped: u64,
    /// What is special about the slots, each note once. For a day with many slots and no clock change: about the
    /// first slot.
    pub notes: Vec<Note>,
}

impl CompiledSchedule {
    /// Counts for a number of local dates, beginning with that of an instant. Slots up to the instant do not count.
    pub fn day_counts(&self, after: DateTime<Utc>, days: u32) -> Vec<DayCount> {
        let today = self.wall_clock(after).date();
        let dates = (0..u64::from(days)).map_while(|step| today.checked_add_days(Days::new(step)));
        let mut next = self.next_after(after).map(|slot| slot.scheduled_for);
        let mut counts = Vec::new();
        for date in dates {
            let end = date.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |tomorrow| self.begin_of(tomorrow));
            let count = match next {
                Some(first) if first < end => {
                    let count = self.day_count(date, first, end);
                    next = self.next_after(end - Duration::seconds(1)).map(|slot| slot.scheduled_for);
                    count
                }
                _ => DayCount { date, planned: 0, skipped: 0, notes: Vec::new() },
            };
            counts.push(count);
        }
        counts
    }

    fn day_count(&self, date: NaiveDate, first: DateTime<Utc>, end: DateTime<Utc>) -> DayCount {
        let from = first - Duration::seconds(1);
        let to = end - Duration::seconds(1);
        let count = self.count_between(from, to);
        let changes = end - self.begin_of(date) != Duration::days(1);
        let looked_at = if count <= LOOKED_AT || changes { usize::MAX } else { 1 };
        let mut skipped = 0;
        let mut notes = Vec::new();
        for slot in self.slots_between(from, to).take(looked_at) {
            skipped += u64::from(slot.skipped);
            let fresh: Vec<_> = slot.notes.into_iter().filter(|note| !notes.contains(note)).collect();
            notes.extend(fresh);
        }
        if looked_at == 1 {
            skipped *= count;
        }
        DayCount { date, planned: count - skipped, skipped, notes }
    }

    pub(in crate::domain) fn begin_of(&self, date: NaiveDate) -> DateTime<Utc> {
        let midnight = date.and_time(NaiveTime::MIN);
        match meaning(self.timezone, midnight) {
            Meaning::Once(offset) => instant(midnight, offset),
            Meaning::Twice(twice) => instant(midnight, twice.first),
            Meaning::Never(at) => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedules::tests::schedule;
    use crate::domain::schedules::{Gap, Rule, Schedule, compile};

    fn counts(rule: Rule, from: &str, days: u32) -> Vec<DayCount> {
        let from: DateTime<Utc> = from.parse().expect("an instant");
        compile(&schedule(rule, "Europe/Berlin"), "it/it").expect("a good schedule").day_counts(from, days)
    }

    #[test]
    fn a_day_of_the_clock_change_has_its_own_number() {
        let hourly = Rule::Cron { expression: "0 * * * *".into() };
        let found = counts(hourly, "2026-10-23T22:00:00Z", 3);
        let planned: Vec<_> = found.iter().map(|day| day.planned).collect();
        assert_eq!(planned, [23, 25, 24]);
        assert_eq!(found[1].date, NaiveDate::from_ymd_opt(2026, 10, 25).expect("a date"));
    }

    #[test]
    fn each_second_of_a_year_is_counted_at_once() {
        let all = Rule::Interval { every_seconds: 1, anchor_at: None, window: None };
        let found = counts(all, "2026-12-31T23:00:00Z", 366);
        assert_eq!(found.len(), 366);
        assert_eq!(found.iter().map(|day| day.planned).sum::<u64>(), 366 * 86_400 - 1);
    }

    #[test]
    fn a_time_that_does_not_exist_is_noted_on_its_day() {
        let early = Rule::Cron { expression: "30 2 * * *".into() };
        let found = counts(early, "2026-03-27T23:00:00Z", 3);
        let notes: Vec<_> = found.iter().map(|day| day.notes.len()).collect();
        assert_eq!(notes, [0, 1, 0]);
    }

    #[test]
    fn what_a_gap_takes_of_a_day_with_many_slots_is_one_slot() {
        let many = Rule::Cron { expression: "* 2,5-8 * * *".into() };
        let skips = Schedule { gap: Gap::Skip, ..schedule(many, "Europe/Berlin") };
        let from: DateTime<Utc> = "2027-03-27T23:00:00Z".parse().expect("an instant");
        let found = &compile(&skips, "it/it").expect("a good schedule").day_counts(from, 1)[0];
        assert_eq!((found.planned, found.skipped, found.notes.len()), (240, 1, 1));
    }

    #[test]
    fn days_without_slots_are_there() {
        let weekly = Rule::Cron { expression: "0 9 * * MON".into() };
        let found = counts(weekly, "2026-11-23T00:00:00Z", 8);
        let planned: Vec<_> = found.iter().map(|day| day.planned).collect();
        assert_eq!(planned, [1, 0, 0, 0, 0, 0, 0, 1]);
    }
}
