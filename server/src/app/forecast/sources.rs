//! Schedules that fire, read a few tasks at a time, and the soonest of their slots.
//!
//! The schedules of all tasks are never in memory at once: they are examined while they are read, and only what is
//! shown is kept. Start reading at `sources_each`.

use crate::app::schedules::agenda::STRETCH;
use crate::app::schedules::compile;
use crate::app::schedules::source::Source;
use crate::app::{App, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{ScheduleRecord, StoredSchedules};
use crate::domain::schedules::Slot;
use chrono::{DateTime, Utc};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Some schedules, ordered by their task's name and their key. Those that cannot fire are separate.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub fire: Vec<Arc<Source>>,
    /// What is wrong with the schedules that cannot fire.
    pub faults: Vec<String>,
}

impl Sources {
    fn new(book: &CalendarBook, StoredSchedules { readable: mut records, damaged }: StoredSchedules) -> Self {
        let faults = damaged.into_iter().map(|it| fault(&it.task_name, &it.key, &it.error)).collect();
        let mut sources = Self { fire: Vec::with_capacity(records.len()), faults };
        records.sort_by(|a, b| (&a.task_name, &a.schedule.key).cmp(&(&b.task_name, &b.schedule.key)));
        for record in records {
            let ScheduleRecord { task_name: task, task_key, task_tags: tags, schedule, .. } = record;
            match compile(book, &task, &tags, &schedule) {
                Ok(compiled) => {
                    let (schedule_key, skip_on) = (schedule.key, schedule.skip_on);
                    sources.fire.push(Arc::new(Source { task, task_key, schedule_key, skip_on, tags, compiled }));
                }
                Err(error) => sources.faults.push(fault(&task, &schedule.key, &error.to_string())),
            }
        }
        sources
    }
}

impl App {
    /// The schedules of these tasks, given by key in the database.
    pub(super) async fn sources_of(&self, book: &CalendarBook, tasks: &[Key<Task>]) -> Result<Sources> {
        Ok(Sources::new(book, self.store().schedule_list_enabled_of(tasks).await?))
    }

    /// Examines the schedules of one task or of all, a few tasks at a time. The schedules of a task come together.
    pub(super) async fn sources_each(&self, only: Option<Key<Task>>, mut look: impl FnMut(Sources)) -> Result<()> {
        let book = self.calendar_book().await?;
        if let Some(task_key) = only {
            look(self.sources_of(&book, &[task_key]).await?);
            return Ok(());
        }
        let mut after = Key::NONE;
        while let Some((last, stored)) = self.store().schedule_list_enabled_next(after, STRETCH).await? {
            look(Sources::new(&book, stored));
            after = last;
        }
        Ok(())
    }
}

/// Describes a schedule that is not in a plan.
fn fault(task: &str, key: &str, error: &str) -> String {
    format!("{task}: schedule {key} does not fire: {error}")
}

/// A slot and its schedule, ordered by time, then by the task's name and the schedule's key.
#[derive(Debug)]
pub(super) struct Coming {
    pub slot: Slot,
    pub source: Arc<Source>,
}

impl PartialEq for Coming {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Coming {}

impl PartialOrd for Coming {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Coming {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.source, &other.source);
        let by_time = self.slot.scheduled_for.cmp(&other.slot.scheduled_for);
        by_time.then_with(|| (&a.task, &a.schedule_key).cmp(&(&b.task, &b.schedule_key)))
    }
}

/// The soonest slots of all examined schedules, at most `most` of them.
#[derive(Debug)]
pub(super) struct Soonest {
    most: usize,
    latest_first: BinaryHeap<Coming>,
}

impl Soonest {
    pub fn new(most: usize) -> Self {
        Self { most, latest_first: BinaryHeap::new() }
    }

    /// Takes the slots of a schedule after an instant and up to another, if they are soon enough.
    pub fn look(
        &mut self,
        source: &Arc<Source>,
        (after, until): (DateTime<Utc>, DateTime<Utc>),
        wanted: fn(&Slot) -> bool,
    ) {
        let mut at = after;
        while let Some(slot) = source.compiled.next_after(at).filter(|slot| slot.scheduled_for <= until) {
            at = slot.scheduled_for;
            if self.is_full() && self.latest_first.peek().is_some_and(|latest| latest.slot.scheduled_for < at) {
                return;
            }
            if !wanted(&slot) {
                continue;
            }
            self.latest_first.push(Coming { slot, source: Arc::clone(source) });
            if self.latest_first.len() > self.most {
                self.latest_first.pop();
            }
        }
    }

    fn is_full(&self) -> bool {
        self.latest_first.len() >= self.most
    }

    /// All of them, soonest first.
    pub fn into_sorted(self) -> Vec<Coming> {
        self.latest_first.into_sorted_vec()
    }
}
