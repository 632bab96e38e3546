//! The slots of all schedules, day by day: one number per slot, in order of time.

use super::scenario::{CHUNK, SLOTS_MAX, Scenario, SimulatedSchedule};
use crate::domain::forecast::Stop;
use chrono::{DateTime, Utc};
use std::sync::mpsc::SyncSender;

/// A schedule and the number of its task.
pub(in crate::domain) type Flat<'a> = (u32, &'a SimulatedSchedule);

/// All schedules, each with the number of its task.
pub(in crate::domain) fn flat(scenario: &Scenario) -> Vec<Flat<'_>> {
    let numbered = (0..).zip(&scenario.tasks);
    numbered.flat_map(|(task, it)| it.schedules.iter().map(move |schedule| (task, schedule))).collect()
}

/// The second from which all others are counted: the start of the first hour.
pub(in crate::domain) fn base(scenario: &Scenario) -> i64 {
    scenario.first_hour.timestamp()
}

/// Seconds from the base to the end.
pub(in crate::domain) fn length(scenario: &Scenario) -> u32 {
    u32::try_from(scenario.until.timestamp() - base(scenario)).unwrap_or_default()
}

/// The seconds at which a schedule's runs become due, splay included.
pub(in crate::domain) struct Dues<'a> {
    schedule: &'a SimulatedSchedule,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
    shift: i64,
    /// Number of slots that were skipped.
    pub skipped: u64,
}

impl<'a> Dues<'a> {
    /// Creates the sequence of a schedule for the whole scenario.
    pub fn new(scenario: &Scenario, schedule: &'a SimulatedSchedule) -> Self {
        let shift = schedule.compiled.delay().num_seconds() - base(scenario);
        Self { schedule, at: scenario.from, until: scenario.until, shift, skipped: 0 }
    }
}

impl Iterator for Dues<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            let slot = self.schedule.compiled.next_after(self.at).filter(|slot| slot.scheduled_for <= self.until)?;
            self.at = slot.scheduled_for;
            if !slot.skipped {
                return u32::try_from(self.at.timestamp() + self.shift).ok();
            }
            self.skipped += 1;
        }
    }
}

/// Sends all slots, a day at a time: the second in the upper half, the number of the schedule in the lower. Returns
/// the number of skipped slots, or none if told to stop or if there are too many slots.
pub(in crate::domain) fn make(
    scenario: &Scenario,
    flat: &[Flat<'_>],
    stop: &Stop,
    sender: SyncSender<Vec<u64>>,
) -> Option<u64> {
    let mut dues: Vec<Dues<'_>> = flat.iter().map(|(_, schedule)| Dues::new(scenario, schedule)).collect();
    let mut next: Vec<u32> = dues.iter_mut().map(|dues| dues.next().unwrap_or(u32::MAX)).collect();
    let (end, mut made) = (length(scenario), 0);
    for begin in (0..=end).step_by(CHUNK as usize) {
        let limit = begin.saturating_add(CHUNK).min(end.saturating_add(1));
        let mut chunk = Vec::new();
        for (number, (due, dues)) in (0_u64..).zip(next.iter_mut().zip(&mut dues)) {
            while *due < limit {
                chunk.push(u64::from(*due) << 32 | number);
                *due = dues.next().unwrap_or(u32::MAX);
            }
        }
        made += chunk.len() as u64;
        if made > SLOTS_MAX || stop.asked() {
            return None;
        }
        chunk.sort_unstable();
        sender.send(chunk).ok()?;
    }
    Some(dues.iter().map(|dues| dues.skipped).sum())
}
