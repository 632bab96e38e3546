//! Schedules that can fire, read from the store and compiled, and reports of the invalid ones.
//!
//! Callers can read all schedules, those of some tasks, or a few tasks at a time. A change of one task therefore does
//! not read 100,000 others, and nobody must hold all schedules at once.

use super::compile;
use crate::app::core::events::Change;
use crate::app::{App, Result, Signal};
use crate::domain::ids::{ScheduleId, TaskId};
use crate::domain::keys::{Key, Schedule, Task};
use crate::domain::model::{ScheduleRecord, StoredSchedules};
use crate::domain::schedules::{CatchUp, CompiledSchedule};
use crate::domain::vocabulary::SystemPart;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

/// Number of tasks read at once.
pub(in crate::app) const STRETCH: u64 = 500;

/// A schedule that can fire, compiled.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Id of the schedule.
    pub schedule: ScheduleId,
    /// Key in the database.
    pub row: Key<Schedule>,
    /// Key within the task.
    pub key: String,
    /// Id of the task.
    pub task: TaskId,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Version of the task from which it was read.
    pub task_version: u32,
    /// What happens to missed slots.
    pub catch_up: CatchUp,
    /// The compiled rule.
    pub compiled: Arc<CompiledSchedule>,
    /// Whether the schedule is enabled.
    pub enabled: bool,
    /// The instant up to which the ledger is complete.
    pub watermark_at: DateTime<Utc>,
    /// Whether there are ledger entries after the watermark, because the clock was set back.
    pub told_ahead: bool,
}

impl Planned {
    pub(in crate::app) fn new(record: ScheduleRecord, task_version: u32, compiled: Arc<CompiledSchedule>) -> Self {
        Self {
            schedule: record.id,
            row: record.row,
            key: record.schedule.key,
            task: record.task,
            task_key: record.task_key,
            task_version,
            catch_up: record.schedule.catch_up,
            compiled,
            enabled: record.schedule.enabled,
            watermark_at: record.watermark_at,
            told_ahead: record.told_until_at.is_some_and(|at| at > record.watermark_at),
        }
    }

    /// The next slot after the watermark.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        self.next_at_after(self.watermark_at)
    }

    /// The next slot after an instant.
    pub fn next_at_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.compiled.next_after(at).map(|slot| slot.scheduled_for)
    }
}

/// A schedule that does not fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSchedule {
    /// Name of its task.
    pub task_name: String,
    /// What is wrong with the schedule.
    pub error: String,
}

/// Schedules that do not fire, by the key of their task in the database and their own key.
pub type InvalidSchedules = BTreeMap<(Key<Task>, String), InvalidSchedule>;

/// Tasks that must be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replan {
    /// Keys of the tasks in the database.
    pub tasks: BTreeSet<Key<Task>>,
    /// Whether all tasks must be read again.
    pub all: bool,
}

impl App {
    /// Returns the keys of tasks that changed since an instant.
    pub async fn task_keys_updated(&self, since: DateTime<Utc>) -> Result<Vec<Key<Task>>> {
        Ok(self.store().task_keys_updated(since).await?)
    }

    /// All schedules that can fire. An invalid one is left out, visibly, and does not affect the others. A ledger
    /// that reaches into the future is brought back to now, with an audit entry.
    pub async fn schedules_planned(&self, now: DateTime<Utc>) -> Result<Vec<Arc<Planned>>> {
        let (mut all, mut after) = (Vec::new(), Key::NONE);
        while let Some((last, planned)) = self.schedules_planned_next(after, now).await? {
            all.extend(planned.into_iter().map(Arc::new));
            after = last;
        }
        Ok(all)
    }

    /// The schedules that can fire of the next few tasks with a key above `after`, as `schedules_planned` returns
    /// them, and the last of these keys. None if there are no more tasks.
    pub async fn schedules_planned_next(
        &self,
        after: Key<Task>,
        now: DateTime<Utc>,
    ) -> Result<Option<(Key<Task>, Vec<Planned>)>> {
        if after == Key::NONE {
            // All schedules are read again at intervals. This is also when damage of a calendar without a change is
            // found.
            self.calendars_read_anew().await?;
        }
        let next = self.store().schedule_list_enabled_next(after, STRETCH).await?;
        let Some((last, stored)) = next else {
            self.invalid_found(|task| task > after, InvalidSchedules::new());
            return Ok(None);
        };
        let planned = self.planned(stored, |task| after < task && task <= last, now).await?;
        Ok(Some((last, planned)))
    }

    /// The schedules of these tasks that can fire, as `schedules_planned` returns them.
    pub async fn schedules_planned_of(&self, task_keys: &[Key<Task>], now: DateTime<Utc>) -> Result<Vec<Planned>> {
        let stored = self.store().schedule_list_enabled_of(task_keys).await?;
        self.planned(stored, |task| task_keys.contains(&task), now).await
    }

    async fn planned(
        &self,
        stored: StoredSchedules,
        concerns: impl Fn(Key<Task>) -> bool,
        now: DateTime<Utc>,
    ) -> Result<Vec<Planned>> {
        let book = self.calendar_book().await?;
        let mut planned = Vec::with_capacity(stored.readable.len());
        let damaged = stored.damaged.into_iter();
        let mut invalid: InvalidSchedules = damaged
            .map(|it| ((it.task_key, it.key), InvalidSchedule { task_name: it.task_name, error: it.error }))
            .collect();
        for mut record in stored.readable {
            let compiled = match compile(&book, &record.task_name, &record.task_tags, &record.schedule) {
                Ok(compiled) => compiled,
                Err(error) => {
                    let found = InvalidSchedule { task_name: record.task_name, error: error.to_string() };
                    invalid.insert((record.task_key, record.schedule.key), found);
                    continue;
                }
            };
            let compiled = Arc::new(compiled.started_at(self.started_at()));
            self.ledger_bring_back(&mut record, &compiled, now).await?;
            let version = record.task_version;
            planned.push(Planned::new(record, version, compiled));
        }
        self.invalid_found(concerns, invalid);
        Ok(planned)
    }

    /// Schedules that could not be computed when their definitions were last read.
    pub fn invalid_schedules(&self) -> Arc<InvalidSchedules> {
        Arc::clone(&self.inner.boards.invalid.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Updates the list of invalid schedules for the tasks that `concerns` selects.
    fn invalid_found(&self, concerns: impl Fn(Key<Task>) -> bool, found: InvalidSchedules) {
        let mut known = self.inner.boards.invalid.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.iter().filter(|((task, _), _)| concerns(*task));
        if before.eq(found.iter()) {
            return;
        }
        for ((task, key), InvalidSchedule { task_name, error }) in &found {
            if !known.contains_key(&(*task, key.clone())) {
                tracing::error!(
                    task = task_name,
                    key,
                    "this schedule does not fire; open the task and correct it: {error}"
                );
            }
        }
        let others = known.iter().filter(|((task, _), _)| !concerns(*task));
        let others = others.map(|(name, problem)| (name.clone(), problem.clone()));
        *known = Arc::new(others.chain(found).collect());
        drop(known);
        self.events().publish(Change::System { what: SystemPart::Schedules });
    }

    /// Makes the scheduler read a task again, because its definition changed. Call this after the commit.
    pub(in crate::app) fn replan_task(&self, task_key: Key<Task>) {
        self.inner.boards.replan.lock().unwrap_or_else(PoisonError::into_inner).tasks.insert(task_key);
        self.signals().raise(Signal::Schedules);
    }

    /// Makes the scheduler read all tasks again, because something that they all depend on changed. Call this after
    /// the commit.
    pub(in crate::app) fn replan_all(&self) {
        self.inner.boards.replan.lock().unwrap_or_else(PoisonError::into_inner).all = true;
        self.signals().raise(Signal::Schedules);
    }

    /// Takes the tasks that must be read again since the last call. The caller must read them.
    pub fn replan_take(&self) -> Replan {
        std::mem::take(&mut *self.inner.boards.replan.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
