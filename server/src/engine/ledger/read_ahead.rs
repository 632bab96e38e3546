//! What is read a moment before it is due, so that nothing needs to be read when it is. Pure.
//!
//! Whoever books it looks in its transaction whether it still holds, so this may be out of date, but not for long: what is
//! known to have changed is forgotten.

use crate::app::ledger::DueSlots;
use crate::app::schedules::agenda::Planned;
use crate::domain::keys::{self, Key};
use crate::domain::model::TaskRecord;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;

/// Tasks kept at the most; of more, the rest is read when it is due.
const MOST: usize = 10_000;

/// Tasks that were read, by their keys inside the database.
#[derive(Debug, Default)]
pub(in crate::engine) struct ReadAhead {
    /// None: nothing of it is due, as far as was seen; it is read again when it is due.
    read: HashMap<Key<keys::Task>, Option<Task>>,
    /// The rest of what was read: its calendars.
    common: DueSlots,
}

#[derive(Debug)]
struct Task {
    record: TaskRecord,
    schedules: Vec<Arc<Planned>>,
    later: Option<DateTime<Utc>>,
}

impl ReadAhead {
    /// Whether a task needs not be read ahead: it was, or there are too many.
    pub fn is_read(&self, task: Key<keys::Task>) -> bool {
        self.read.contains_key(&task) || self.read.len() >= MOST
    }

    /// Keeps what was read of these tasks.
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

    /// Forgets a task: it is no longer what was read, or no longer due.
    pub fn forget(&mut self, task: Key<keys::Task>) {
        self.read.remove(&task);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.read.clear();
    }

    /// Takes out what was read of these tasks, and those of which nothing was read.
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
