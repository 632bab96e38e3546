//! Tasks: creating, changing and deleting definitions. Every change is a version, an audit entry and an event.
//!
//! Bulk actions and applying files are in `sets`; what happens within a transaction is in `saving`.

pub mod export;
pub mod import;
mod saving;
pub mod sets;

use self::saving::{Saving, create, delete, renamable, update};
use super::calendars::calendar_problems;
use super::core::events::Change;
use super::core::write::{Write, silent};
use super::runs::admit::whole;
use super::runs::no_task;
use super::schedules::{next_slots, refuse_ended};
use super::{App, Caller, Error, Result, Signal};
use crate::domain::core::limits::Abilities;
use crate::domain::ids::{ScheduleId, TaskId};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{
    Damage, DamagedSchedule, Page, PageRequest, RunCancel, ScheduleRecord, StoredSchedules, TaskFilter, TaskLateness,
    TaskRecord, TaskRef, TaskVersionRecord,
};
use crate::domain::reason::Reason;
use crate::domain::schedules::{Schedule, Slot};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::{Permission, TaskAction, TaskSort};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Number of next slots shown with a task.
const NEXT_SLOTS: usize = 5;

/// A task and what follows from its definition now.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task.
    pub record: TaskRecord,
    /// Ids of its schedules by key.
    pub schedule_ids: HashMap<String, ScheduleId>,
    /// Why schedules do not fire, by key. Schedules that can fire are absent.
    pub schedule_problems: HashMap<String, Reason>,
    /// Its next slots with the keys of their schedules, soonest first.
    pub next_slots: Vec<(String, Slot)>,
    /// What the server can do with its processes.
    pub abilities: Abilities,
    /// What is late now; none: nothing.
    pub lateness: Option<TaskLateness>,
}

/// A task in a list.
#[derive(Debug, Clone)]
pub struct TaskListed {
    /// The task.
    pub record: TaskRecord,
    /// What is late now; none: nothing.
    pub lateness: Option<TaskLateness>,
}

/// What can be done with a task.
pub fn actions(task: &TaskRecord) -> Vec<TaskAction> {
    if task.damage.rest.is_some() {
        vec![TaskAction::Update, TaskAction::Delete]
    } else if task.definition.enabled {
        let run = (!task.definition.run.is_heartbeat()).then_some(TaskAction::Run);
        run.into_iter().chain([TaskAction::Disable, TaskAction::Update, TaskAction::Delete]).collect()
    } else {
        vec![TaskAction::Enable, TaskAction::Update, TaskAction::Delete]
    }
}

impl App {
    /// A page of tasks.
    pub async fn task_list(
        &self,
        caller: &Caller,
        filter: &TaskFilter,
        sort: TaskSort,
        page: &PageRequest,
    ) -> Result<Page<TaskListed>> {
        caller.require(Permission::Read)?;
        let listed = self.store().task_list(filter, sort, page).await?;
        let keys: Vec<Key<Task>> = listed.items.iter().map(|task| task.key).collect();
        let mut late = self.store().tasks_slow(&keys).await?;
        late.extend(self.store().tasks_late(&keys).await?);
        Ok(listed.map(|record| TaskListed { lateness: late.remove(&record.key), record }))
    }

    /// Finds a task by name or id.
    pub async fn task_view(&self, caller: &Caller, task: &str) -> Result<TaskView> {
        caller.require(Permission::Read)?;
        let record = self.living(task).await?;
        self.task_seen(record).await
    }

    /// Creates a task.
    pub async fn task_create(&self, caller: &Caller, definition: Definition, dry_run: bool) -> Result<TaskView> {
        caller.require(Permission::Define)?;
        self.sound(&definition).await?;
        let now = self.clock().now();
        refuse_ended(&definition, None, &*self.calendar_book().await?, now)?;
        if dry_run {
            self.references_sound(&definition).await?;
            if self.store().task_find(&TaskRef::Name(definition.name.clone())).await?.is_some() {
                return Err(Error::taken("task", &definition.name));
            }
            return self.task_would_be(definition, now).await;
        }
        self.made(caller, definition, "task_create").await
    }

    /// Replaces a task's definition.
    pub async fn task_update(
        &self,
        caller: &Caller,
        task: &str,
        definition: Definition,
        write: Write,
    ) -> Result<TaskView> {
        caller.require(Permission::Define)?;
        self.sound(&definition).await?;
        let record = self.living(task).await?;
        Error::unless_at(record.version, write.base)?;
        refuse_ended(&definition, Some(&record.definition), &*self.calendar_book().await?, self.clock().now())?;
        if write.dry_run {
            self.references_sound(&definition).await?;
            if definition.name != record.definition.name {
                let (read, name) = (record.clone(), definition.name.clone());
                self.write(async move |tx: &Tx, _| renamable(tx, &read, &name).await, silent).await?;
            }
            return self.task_seen(TaskRecord { definition, damage: Damage::default(), ..record }).await;
        }
        self.changed(caller, record.id, write.base, move |_| definition.clone(), "task_update").await
    }

    /// Enables or disables a task.
    pub async fn task_switch(&self, caller: &Caller, task: &str, enabled: bool) -> Result<TaskView> {
        caller.require(Permission::Define)?;
        let record = self.living(task).await?;
        whole(&record)?;
        let action = if enabled { "task_enable" } else { "task_disable" };
        let switch = move |definition: &Definition| Definition { enabled, ..definition.clone() };
        self.changed(caller, record.id, None, switch, action).await
    }

    /// Copies a task under another name.
    pub async fn task_clone(&self, caller: &Caller, task: &str, name: String, enabled: bool) -> Result<TaskView> {
        caller.require(Permission::Define)?;
        let cloned = self.living(task).await?;
        whole(&cloned)?;
        let definition = Definition { name, enabled, ..cloned.definition };
        self.sound(&definition).await?;
        self.made(caller, definition, "task_clone").await
    }

    async fn made(&self, caller: &Caller, definition: Definition, action: &'static str) -> Result<TaskView> {
        let caller = caller.clone();
        let write = async move |tx: &Tx, moment| create(tx, &caller, &definition, action, moment).await;
        let made = self.write(write, |app, made| app.announce_task(made, Some(made.version))).await?;
        self.task_seen(made).await
    }

    /// Deletes a task. Its open runs are cancelled on request; otherwise they prevent the deletion.
    pub async fn task_delete(&self, caller: &Caller, task: &str, base: Option<u32>, cancel_runs: bool) -> Result<()> {
        caller.require(Permission::Define)?;
        let record = self.living(task).await?;
        Error::unless_at(record.version, base)?;
        let (caller, id) = (caller.clone(), record.id);
        let deleted = async move |tx: &Tx, moment| {
            let record = tx.task_find(&TaskRef::Id(id)).await?.filter(|task| task.deleted_at.is_none());
            let record = record.ok_or_else(|| no_task(&id.to_string()))?;
            Error::unless_at(record.version, base)?;
            delete(tx, &caller, &record, cancel_runs, moment).await
        };
        let announce = move |app: &Self, runs: &Vec<RunCancel>| {
            app.announce_task(&record, None);
            app.announce_cancelled(runs);
        };
        self.write(deleted, announce).await.map(drop)
    }

    /// A page of a task's versions, newest first, each with the previous version, if there is one.
    pub async fn task_version_list(
        &self,
        caller: &Caller,
        task: &str,
        page: &PageRequest,
    ) -> Result<Page<TaskVersionRecord>> {
        caller.require(Permission::Read)?;
        let key = self.living(task).await?.key;
        Ok(self.store().task_version_list(key, page).await?)
    }

    /// One version of a task, and the previous one.
    pub async fn task_version_view(
        &self,
        caller: &Caller,
        task: &str,
        version: u32,
    ) -> Result<(TaskVersionRecord, Option<TaskVersionRecord>)> {
        caller.require(Permission::Read)?;
        let key = self.living(task).await?.key;
        let found = self.store().task_version_find(key, version).await?;
        let found = found.ok_or_else(|| Error::NotFound(format!("task \"{task}\" has no version {version}")))?;
        let before = match version.checked_sub(1) {
            Some(before) if before > 0 => self.store().task_version_find(key, before).await?,
            _ => None,
        };
        Ok((found, before))
    }

    /// Finds a task that is not deleted, by name or id.
    pub(super) async fn living(&self, task: &str) -> Result<TaskRecord> {
        let found = self.store().task_find(&TaskRef::from(task)).await?;
        found.filter(|task| task.deleted_at.is_none()).ok_or_else(|| no_task(task))
    }

    /// Refuses a definition that names missing pools or calendars.
    async fn references_sound(&self, definition: &Definition) -> Result<()> {
        let mut problems = calendar_problems(&*self.calendar_book().await?, definition);
        problems.extend(self.pool_problem(definition).await?);
        problems.extend(self.credential_problems(definition).await?);
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    async fn changed(
        &self,
        caller: &Caller,
        id: TaskId,
        base: Option<u32>,
        change: impl Fn(&Definition) -> Definition + Send + Sync + 'static,
        action: &'static str,
    ) -> Result<TaskView> {
        let caller = caller.clone();
        let update = async move |tx: &Tx, moment| {
            let record = tx.task_find(&TaskRef::Id(id)).await?.filter(|task| task.deleted_at.is_none());
            let record = record.ok_or_else(|| no_task(&id.to_string()))?;
            Error::unless_at(record.version, base)?;
            update(tx, &caller, &record, &change(&record.definition), Saving::alone(action), moment).await
        };
        let written = self.write(update, |app, written| app.announce_task(written, Some(written.version))).await?;
        self.task_seen(written).await
    }

    async fn task_seen(&self, record: TaskRecord) -> Result<TaskView> {
        let StoredSchedules { readable, damaged } = self.store().schedule_list(record.key).await?;
        let book = self.calendar_book().await?;
        let invalid = |problem: String| Reason::ScheduleInvalid { problem };
        let (mut schedule_ids, mut schedule_problems) = (HashMap::new(), HashMap::new());
        for ScheduleRecord { id, task_name, task_tags, schedule, .. } in readable {
            if let Err(error) = super::schedules::compile(&book, &task_name, &task_tags, &schedule) {
                schedule_problems.insert(schedule.key.clone(), invalid(error.to_string()));
            }
            schedule_ids.insert(schedule.key, id);
        }
        for DamagedSchedule { id, key, error, .. } in damaged {
            schedule_ids.insert(key.clone(), id);
            schedule_problems.insert(key, invalid(error));
        }
        for (key, error) in &record.damage.schedules {
            schedule_problems.entry(key.clone()).or_insert_with(|| invalid(error.clone()));
        }
        let (name, tags) = (&record.definition.name, &record.definition.tags);
        for schedule in &record.definition.schedules {
            if let Err(error) = super::schedules::compile(&book, name, tags, schedule) {
                schedule_problems.entry(schedule.key.clone()).or_insert_with(|| invalid(error.to_string()));
            }
        }
        let fires = |schedule: &Schedule| !schedule_problems.contains_key(&schedule.key);
        let next_slots = next_slots(&book, &record.definition, fires, self.clock().now(), NEXT_SLOTS);
        let abilities = self.settings().surroundings.abilities.clone();
        let slow = self.store().tasks_slow(&[record.key]).await?.remove(&record.key);
        let lateness = self.store().tasks_late(&[record.key]).await?.remove(&record.key).or(slow);
        Ok(TaskView { record, schedule_ids, schedule_problems, next_slots, abilities, lateness })
    }

    async fn task_would_be(&self, definition: Definition, now: DateTime<Utc>) -> Result<TaskView> {
        let book = self.calendar_book().await?;
        let next_slots = next_slots(&book, &definition, |_| true, now, NEXT_SLOTS);
        let record = TaskRecord {
            id: TaskId(uuid::Uuid::nil()),
            key: Key::NONE,
            definition,
            damage: Damage::default(),
            version: 1,
            owner: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            last_run: None,
            run_count: 0,
        };
        let abilities = self.settings().surroundings.abilities.clone();
        let (schedule_ids, schedule_problems) = (HashMap::new(), HashMap::new());
        Ok(TaskView { record, schedule_ids, schedule_problems, next_slots, abilities, lateness: None })
    }

    /// Announces a task (no version: it was deleted), and makes the scheduler read it again.
    pub(super) fn announce_task(&self, task: &TaskRecord, version: Option<u32>) {
        let name = task.definition.name.clone();
        self.events().publish(Change::Task { id: task.id, name, version });
        self.replan_task(task.key);
        // Completing its ledger may have made a run.
        self.signals().raise(Signal::Queue);
    }

    /// Announces runs that were cancelled with their task.
    pub(super) fn announce_cancelled(&self, runs: &[RunCancel]) {
        for cancelled in runs {
            if let RunCancel::Cancelled(run) | RunCancel::Requested(run) = cancelled {
                self.announce_run(run, false);
            }
        }
        if !runs.is_empty() {
            self.signals().raise(Signal::Cancel);
            self.signals().raise(Signal::Finished);
        }
    }
}
