//! The scheduler's memory: when each task is due next, and which tasks it must still read. Pure.
//!
//! The entry of a task is small on purpose: 100,000 tasks take a few megabytes.

use crate::domain::keys::{Key, Task};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Included, Unbounded};

/// The memory, by the tasks' keys in the database.
#[derive(Debug, Default)]
pub(in crate::engine) struct PlanMemory {
    next: BTreeMap<Key<Task>, DateTime<Utc>>,
    due: BTreeSet<(DateTime<Utc>, Key<Task>)>,
    /// Tasks that must be read again.
    pub changed: BTreeSet<Key<Task>>,
    /// The key up to which the current reading of all tasks has come; none if no such reading is going on.
    pub sweep: Option<Key<Task>>,
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
    pub fn put(&mut self, task: Key<Task>, at: Option<DateTime<Utc>>) {
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
    pub fn put_back(&mut self, task: Key<Task>, at: DateTime<Utc>) {
        if !self.next.contains_key(&task) {
            self.put(task, Some(at));
        }
    }

    /// Takes out at most `most` due tasks, the longest overdue first.
    pub fn take_due(&mut self, now: DateTime<Utc>, most: usize) -> Vec<(Key<Task>, DateTime<Utc>)> {
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
    pub fn due_until(&self, until: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, Key<Task>)> {
        self.due.iter().copied().take_while(move |(at, _)| *at <= until)
    }

    /// Starts to read all tasks.
    pub fn sweep_begin(&mut self, now: DateTime<Utc>) {
        self.sweep = Some(Key::NONE);
        (self.swept_at, self.looked_at) = (Some(now), now);
        // The reading of all tasks includes the changed ones.
        self.changed.clear();
    }

    /// Stores the result of reading the tasks with keys above `after`, up to `last`. Tasks missing in `next` are
    /// never due.
    pub fn sweep_on(&mut self, after: Key<Task>, last: Key<Task>, next: &HashMap<Key<Task>, DateTime<Utc>>) {
        if self.sweep != Some(after) {
            return;
        }
        let known: Vec<Key<Task>> = self.next.range((Excluded(after), Included(last))).map(|(task, _)| *task).collect();
        known.into_iter().filter(|task| !next.contains_key(task)).for_each(|task| self.put(task, None));
        next.iter().for_each(|(task, at)| self.put(*task, Some(*at)));
        self.sweep = Some(last);
    }

    /// Ends the reading of all tasks, because no key is above `after`.
    pub fn sweep_end(&mut self, after: Key<Task>) {
        if self.sweep != Some(after) {
            return;
        }
        let known: Vec<Key<Task>> = self.next.range((Excluded(after), Unbounded)).map(|(task, _)| *task).collect();
        known.into_iter().for_each(|task| self.put(task, None));
        (self.sweep, self.complete) = (None, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: i64) -> Key<Task> {
        Key::new(number)
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("an instant")
    }

    #[test]
    fn the_longest_overdue_comes_first_and_what_is_taken_is_gone() {
        let mut memory = PlanMemory::default();
        for (task, second) in [(1, 30), (2, 10), (3, 20), (4, 40)] {
            memory.put(key(task), Some(at(second)));
        }
        memory.put(key(1), Some(at(5)));
        assert_eq!(memory.take_due(at(30), 2), [(key(1), at(5)), (key(2), at(10))]);
        assert_eq!(memory.take_due(at(30), 9), [(key(3), at(20))]);
        assert_eq!(
            (memory.take_due(at(30), 9), memory.due_until(at(1_000)).next().map(|(at, _)| at)),
            (vec![], Some(at(40)))
        );
        memory.put(key(4), None);
        assert_eq!(memory.due_until(at(1_000)).next().map(|(at, _)| at), None);
    }

    #[test]
    fn a_sweep_forgets_what_is_gone_and_begins_again_when_told_to() {
        let mut memory = PlanMemory::default();
        (1..=6).for_each(|task| memory.put(key(task), Some(at(task))));
        memory.changed.insert(key(5));
        memory.sweep_begin(at(100));
        assert!(memory.changed.is_empty() && !memory.complete);
        memory.sweep_on(Key::NONE, key(3), &HashMap::from([(key(2), at(50))]));
        assert_eq!((memory.sweep, memory.due_until(at(1_000)).next().map(|(at, _)| at)), (Some(key(3)), Some(at(4))));
        memory.sweep_begin(at(101));
        memory.sweep_on(key(3), key(4), &HashMap::new());
        assert_eq!(
            (memory.sweep, memory.due_until(at(1_000)).next().map(|(at, _)| at)),
            (Some(Key::NONE), Some(at(4))),
            "an answer to the sweep before"
        );
        memory.sweep_on(Key::NONE, key(4), &HashMap::from([(key(4), at(60))]));
        memory.sweep_end(key(4));
        assert!(memory.complete);
        assert_eq!(memory.take_due(at(100), 9), [(key(4), at(60))]);
    }
}
