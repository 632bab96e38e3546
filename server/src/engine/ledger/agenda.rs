//! The scheduler's memory: when each task is due next, and which tasks it must still read. Pure.
//!
//! The entry of a task is small on purpose: 100,000 tasks take a few megabytes.

use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The memory, by the tasks' keys in the database.
#[derive(Debug, Default)]
pub(in crate::engine) struct PlanMemory {
    next: BTreeMap<i64, DateTime<Utc>>,
    due: BTreeSet<(DateTime<Utc>, i64)>,
    /// Tasks that must be read again.
    pub changed: BTreeSet<i64>,
    /// The key up to which the current reading of all tasks has come; none if no such reading is going on.
    pub sweep: Option<i64>,
    /// Whether all tasks have been read at least once.
    pub complete: bool,
    /// When the last reading of all tasks began.
    pub swept_at: Option<DateTime<Utc>>,
    /// When the scheduler last asked which tasks had changed.
    pub looked_at: DateTime<Utc>,
    /// When the last round began.
    pub round_at: Option<DateTime<Utc>>,
}

impl PlanMemory {
    /// Sets when a task is due next; none means never.
    pub fn put(&mut self, task: i64, at: Option<DateTime<Utc>>) {
        let before = match at {
            Some(at) => self.next.insert(task, at),
            None => self.next.remove(&task),
        };
        if let Some(before) = before {
            self.due.remove(&(before, task));
        }
        if let Some(at) = at {
            self.due.insert((at, task));
        }
    }

    /// Returns whether more than `most` tasks are due at the earliest instant.
    pub fn many_at_next(&self, most: usize) -> bool {
        self.due.first().is_some_and(|(at, _)| self.due_until(*at).nth(most).is_some())
    }

    /// Puts back a task that was taken out, unless it was read again meanwhile.
    pub fn put_back(&mut self, task: i64, at: DateTime<Utc>) {
        if !self.next.contains_key(&task) {
            self.put(task, Some(at));
        }
    }

    /// Takes out at most `most` due tasks, the longest overdue first.
    pub fn take_due(&mut self, now: DateTime<Utc>, most: usize) -> Vec<(i64, DateTime<Utc>)> {
        let due = self.due.iter().take_while(|(at, _)| *at <= now).take(most);
        let due: Vec<_> = due.map(|(at, task)| (*task, *at)).collect();
        due.iter().for_each(|(task, _)| self.put(*task, None));
        due
    }

    /// Number of tasks that will be due at some time.
    pub fn task_count(&self) -> usize {
        self.next.len()
    }

    /// Tasks that are due until `until`, with their instants, the earliest first.
    pub fn due_until(&self, until: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, i64)> {
        self.due.iter().copied().take_while(move |(at, _)| *at <= until)
    }

    /// Starts to read all tasks.
    pub fn sweep_begin(&mut self, now: DateTime<Utc>) {
        self.sweep = Some(0);
        (self.swept_at, self.looked_at) = (Some(now), now);
        // The reading of all tasks includes the changed ones.
        self.changed.clear();
    }

    /// Stores the result of reading the tasks with keys above `after`, up to `last`. Tasks missing in `next` are
    /// never due.
    pub fn sweep_on(&mut self, after: i64, last: i64, next: &HashMap<i64, DateTime<Utc>>) {
        if self.sweep != Some(after) {
            return;
        }
        let known: Vec<i64> = self.next.range(after + 1..=last).map(|(task, _)| *task).collect();
        known.into_iter().filter(|task| !next.contains_key(task)).for_each(|task| self.put(task, None));
        next.iter().for_each(|(task, at)| self.put(*task, Some(*at)));
        self.sweep = Some(last);
    }

    /// Ends the reading of all tasks, because no key is above `after`.
    pub fn sweep_end(&mut self, after: i64) {
        if self.sweep != Some(after) {
            return;
        }
        let known: Vec<i64> = self.next.range(after + 1..).map(|(task, _)| *task).collect();
        known.into_iter().for_each(|task| self.put(task, None));
        (self.sweep, self.complete) = (None, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("an instant")
    }

    #[test]
    fn the_longest_overdue_comes_first_and_what_is_taken_is_gone() {
        let mut memory = PlanMemory::default();
        for (task, second) in [(1, 30), (2, 10), (3, 20), (4, 40)] {
            memory.put(task, Some(at(second)));
        }
        memory.put(1, Some(at(5)));
        assert_eq!(memory.take_due(at(30), 2), [(1, at(5)), (2, at(10))]);
        assert_eq!(memory.take_due(at(30), 9), [(3, at(20))]);
        assert_eq!(
            (memory.take_due(at(30), 9), memory.due_until(at(1_000)).next().map(|(at, _)| at)),
            (vec![], Some(at(40)))
        );
        memory.put(4, None);
        assert_eq!(memory.due_until(at(1_000)).next().map(|(at, _)| at), None);
    }

    #[test]
    fn a_sweep_forgets_what_is_gone_and_begins_again_when_told_to() {
        let mut memory = PlanMemory::default();
        (1..=6).for_each(|task| memory.put(task, Some(at(task))));
        memory.changed.insert(5);
        memory.sweep_begin(at(100));
        assert!(memory.changed.is_empty() && !memory.complete);
        memory.sweep_on(0, 3, &HashMap::from([(2, at(50))]));
        assert_eq!((memory.sweep, memory.due_until(at(1_000)).next().map(|(at, _)| at)), (Some(3), Some(at(4))));
        memory.sweep_begin(at(101));
        memory.sweep_on(3, 4, &HashMap::new());
        assert_eq!(
            (memory.sweep, memory.due_until(at(1_000)).next().map(|(at, _)| at)),
            (Some(0), Some(at(4))),
            "an answer to the sweep before"
        );
        memory.sweep_on(0, 4, &HashMap::from([(4, at(60))]));
        memory.sweep_end(4);
        assert!(memory.complete);
        assert_eq!(memory.take_due(at(100), 9), [(4, at(60))]);
    }
}
