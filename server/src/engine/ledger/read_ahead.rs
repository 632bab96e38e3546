//! Definitions that the scheduler reads shortly before they are due, so that it need not read anything at the due
//! instant. Pure.
//!
//! The content may be out of date, because the transaction that books checks it again. It is never out of date for
//! long, because the scheduler forgets every task that it knows to have changed.

use crate::app::ledger::DueSlots;
use crate::app::schedules::agenda::Planned;
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
    read: HashMap<i64, Option<Task>>,
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
    pub fn is_read(&self, task: i64) -> bool {
        self.read.contains_key(&task) || self.read.len() >= MOST
    }

    /// Keeps the result of reading these tasks.
    pub fn keep(&mut self, tasks: &[i64], mut slots: DueSlots) {
        if slots.calendars != self.common.calendars {
            self.clear();
            self.common.calendars = slots.calendars;
        }
        let mut schedules: HashMap<i64, Vec<Arc<Planned>>> = HashMap::new();
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
    pub fn forget(&mut self, task: i64) {
        self.read.remove(&task);
    }

    /// Forgets all tasks.
    pub fn clear(&mut self) {
        self.read.clear();
    }

    /// Takes out what was read of these tasks. Returns it with the keys of the tasks that must still be read.
    pub fn take(&mut self, tasks: impl IntoIterator<Item = i64>) -> (DueSlots, Vec<i64>) {
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

    #[test]
    fn nothing_read_with_other_calendars_is_kept_and_nothing_due_is_read_again() {
        let mut ahead = ReadAhead::default();
        ahead.keep(&[1, 2], DueSlots::default());
        assert!(ahead.is_read(1) && ahead.is_read(2) && !ahead.is_read(3));
        let (slots, unread) = ahead.take([1, 3]);
        assert_eq!((slots.schedules.len(), unread), (0, vec![1, 3]), "of 1 nothing was due");
        assert!(!ahead.is_read(1) && ahead.is_read(2));
        let calendars = CalendarMark::sample();
        ahead.keep(&[4], DueSlots { calendars, ..DueSlots::default() });
        assert!(!ahead.is_read(2) && ahead.is_read(4), "2 was read with other calendars");
        assert_eq!(ahead.take([4]).0.calendars, calendars);
        ahead.forget(2);
        ahead.keep(&(0..MOST as i64).collect::<Vec<_>>(), DueSlots { calendars, ..DueSlots::default() });
        assert!(ahead.is_read(-1), "there are too many");
        ahead.clear();
        assert!(!ahead.is_read(-1));
    }
}
