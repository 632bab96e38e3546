//! A schedule that fires, with the names that people know it by, and the slots of several in order of time.
//!
//! Deliberately absent: reading them from the store; the plan and backfills each read what they need.

use crate::domain::keys::{Key, Task};
use crate::domain::schedules::{CompiledSchedule, Slot};
use chrono::{DateTime, Utc};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A schedule that fires, with its names for people.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name of the task.
    pub task: String,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// Calendars in its `skip_on`.
    pub skip_on: Vec<String>,
    /// Tags of the task.
    pub tags: Vec<String>,
    /// The compiled schedule.
    pub compiled: CompiledSchedule,
}

/// The slots of all sources after an instant and up to another, in order of time, then of their source.
pub fn merged(sources: &[Source], after: DateTime<Utc>, until: DateTime<Utc>) -> impl Iterator<Item = (Slot, &Source)> {
    let mut heap: BinaryHeap<Reverse<(DateTime<Utc>, usize)>> = BinaryHeap::new();
    let mut slots: Vec<Option<Slot>> = vec![None; sources.len()];
    for (index, source) in sources.iter().enumerate() {
        if let Some(slot) = source.compiled.next_after(after).filter(|slot| slot.scheduled_for <= until) {
            heap.push(Reverse((slot.scheduled_for, index)));
            slots[index] = Some(slot);
        }
    }
    std::iter::from_fn(move || {
        let Reverse((at, index)) = heap.pop()?;
        let source = &sources[index];
        let found = slots[index].take()?;
        if let Some(next) = source.compiled.next_after(at).filter(|slot| slot.scheduled_for <= until) {
            heap.push(Reverse((next.scheduled_for, index)));
            slots[index] = Some(next);
        }
        Some((found, source))
    })
}
