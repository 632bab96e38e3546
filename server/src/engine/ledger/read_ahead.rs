//! Definitions that the scheduler reads shortly before they are due, so that it need not read anything at the due
//! instant. Pure.
//!
//! The content may be out of date, because the transaction that books checks it again. It is never out of date for
//! long, because the scheduler forgets every task that it knows to have changed.

use crate::app::ledger::DueSlots;
use crate::app::schedules::agenda::Planned;
use crate::domain::keys::{self, Key};
use crate::domain::model::TaskRecord;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;

/// Maximum number of tasks kept. The others are read when they are due.
const MOST: usize = 10_000;

/// The tasks read so far, by their keys in the database.
#[derive(Debug, Default)]
pub(in crate::engine) struct ReadAhead {
    /// None for a task means that nothing of it seemed due. The task is read again when it is due.
    read: HashMap<Key<keys::Task>, Option<Task>>,
    /// What the tasks share: their calendars.
    common: DueSlots,
}

#[derive(Debug)]
struct Task {
    record: TaskRecord,
    schedules: Vec<Arc<Planned>>,
    later: Option<DateTime<Utc>>,
}

impl ReadAhead {
    /// Returns whether a task need not be read ahead, because it has been read or because too many tasks are kept.
    pub fn is_read(&self, task: Key<keys::Task>) -> bool {
        self.read.contains_key(&task) || self.read.len() >= MOST
    }

    /// Keeps the result of reading these tasks.
    pub fn keep(&mut self, tasks: &[Key<keys::Task>], mut slots: DueSlots) {
        if slots.calendars != self.common.calendars {
            self.clear();
            self.common.calendars = slots.calendars;
        }
        let mut schedules: HashMap<Key<keys::Task>, Vec<Arc<Planned>>> = HashMap::new();
        for planned in slots.schedules {
            schedules.entry(planned.task_key).or_default().push(planned);
        }
        for task in tasks {
            let kept = schedules.remove(task).and_then(|schedules| {
                let (record, later) = (slots.tasks.remove(task)?, slots.later.get(task).copied());
                Some(Task { record, schedules, later })
            });
            self.read.insert(*task, kept);
        }
    }

    /// Forgets a task whose definition has changed or that is no longer due.
    pub fn forget(&mut self, task: Key<keys::Task>) {
        self.read.remove(&task);
    }

    /// Forgets all tasks.
    pub fn clear(&mut self) {
        self.read.clear();
    }

    /// Takes out what was read of these tasks. Returns it with the keys of the tasks that must still be read.
    pub fn take(&mut self, tasks: impl IntoIterator<Item = Key<keys::Task>>) -> (DueSlots, Vec<Key<keys::Task>>) {
        let (mut slots, mut unread) = (self.common.clone(), Vec::new());
        for task in tasks {
            let Some(Task { record, schedules, later }) = self.read.remove(&task).flatten() else {
                unread.push(task);
                continue;
            };
            slots.tasks.insert(task, record);
            slots.schedules.extend(schedules);
            slots.later.extend(later.map(|at| (task, at)));
        }
        (slots, unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::CalendarMark;

    fn key(number: i64) -> Key<keys::Task> {
        Key::new(number)
    }

    #[test]
    fn nothing_read_with_other_calendars_is_kept_and_nothing_due_is_read_again() {
        let mut ahead = ReadAhead::default();
        ahead.keep(&[key(1), key(2)], DueSlots::default());
        assert!(ahead.is_read(key(1)) && ahead.is_read(key(2)) && !ahead.is_read(key(3)));
        let (slots, unread) = ahead.take([key(1), key(3)]);
        assert_eq!((slots.schedules.len(), unread), (0, vec![key(1), key(3)]), "of 1 nothing was due");
        assert!(!ahead.is_read(key(1)) && ahead.is_read(key(2)));
        let calendars = CalendarMark::sample();
        ahead.keep(&[key(4)], DueSlots { calendars, ..DueSlots::default() });
        assert!(!ahead.is_read(key(2)) && ahead.is_read(key(4)), "2 was read with other calendars");
        assert_eq!(ahead.take([key(4)]).0.calendars, calendars);
        ahead.forget(key(2));
        ahead.keep(&(0..MOST as i64).map(key).collect::<Vec<_>>(), DueSlots { calendars, ..DueSlots::default() });
        assert!(ahead.is_read(key(-1)), "there are too many");
        ahead.clear();
        assert!(!ahead.is_read(key(-1)));
    }
}
