//! The schedules that a change of calendars affects, and the work to do for them before the change.
//!
//! Slots that are due until then follow the calendars as they were, so the ledger must be complete first. The ledger stands
//! above calendars: it hands its part in as `BeforeChange` where the room is put together. Deliberately absent: that part.

use super::book::containing;
use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::calendars::Calendar;
use crate::domain::keys::{Key, Schedule, Task};
use crate::domain::model::{ScheduleRecord, StoredCalendars};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use std::collections::BTreeSet;

/// Completes when the work is done.
type Done<'a, T> = BoxFuture<'a, Result<T>>;

/// What is done before calendars change, for the schedules of a concern.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct BeforeChange {
    /// Most of the work, in short transactions ahead of the change.
    pub ahead: for<'a> fn(&'a App, Concern) -> Done<'a, Completed>,
    /// The rest, in the transaction of the change.
    pub within: for<'a> fn(&'a Tx, &'a Concern, &'a Completed, Moment) -> Done<'a, ()>,
}

/// How far ledgers were completed before the transaction that changes the calendars.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Completed {
    /// Up to this instant, at which their watermarks stand unless something happened since.
    pub at: DateTime<Utc>,
    /// The schedules whose ledgers were completed.
    pub schedules: Vec<CompletedSchedule>,
}

/// A schedule whose ledger was completed.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct CompletedSchedule {
    /// Its key.
    pub row: Key<Schedule>,
    /// The key of its task.
    pub task_key: Key<Task>,
    /// The next slot after the instant; none: there is none.
    pub next_at: Option<DateTime<Utc>>,
}

/// The schedules that a change of calendars affects.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Concern {
    /// Schedules that name one of these calendars.
    pub names: BTreeSet<String>,
    /// Schedules whose task has one of these tags. Empty: all tasks; none: no task, because there is no maintenance
    /// window.
    pub tags: Option<Vec<String>>,
}

impl Concern {
    /// Whether no schedule is affected.
    pub fn is_nobody(&self) -> bool {
        self.names.is_empty() && self.tags.is_none()
    }

    /// Whether a schedule is affected.
    pub fn is(&self, record: &ScheduleRecord) -> bool {
        let mut named = record.schedule.run_only_on.iter().chain(&record.schedule.skip_on);
        let labelled = |tags: &Vec<String>| tags.is_empty() || tags.iter().any(|tag| record.task_tags.contains(tag));
        named.any(|name| self.names.contains(name)) || self.tags.as_ref().is_some_and(labelled)
    }
}

/// The schedules that a change of a calendar affects. Without a new definition the calendar is deleted.
pub(super) fn concern(stored: &StoredCalendars, old: &Calendar, new: Option<&Calendar>) -> Concern {
    let all: Vec<Calendar> = stored.records.iter().map(|record| record.definition.clone()).collect();
    let names = containing(&all, &old.name);
    let windows = all.iter().filter(|calendar| names.contains(&calendar.name)).chain(new);
    let mut tags: Option<Vec<String>> = None;
    for window in windows.filter_map(|calendar| calendar.maintenance.as_ref()) {
        let everybody = window.tags.is_empty() || tags.as_ref().is_some_and(Vec::is_empty);
        let more = if everybody { Vec::new() } else { [tags.unwrap_or_default(), window.tags.clone()].concat() };
        tags = Some(more);
    }
    Concern { names, tags }
}
