//! Runs: starting them, cancelling, repeating, deleting, counting.
//!
//! Slots become runs in `ledger`, and attempts end them in `attempts`. All of them insert through `admit`.

pub mod admit;
pub mod attempts;
pub mod bands;
pub mod changes;
pub mod idempotency;
pub mod log_follow;
pub(in crate::app) mod logs;
pub mod progress;
mod waiting;
mod work;

use self::admit::{Inserted, Wanted};
use self::idempotency::{Idempotency, remember, repeated};
use super::core::events::Change;
use super::core::write::{Moment, silent};
use super::{App, Caller, Error, Result};
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{
    AttemptRecord, Page, PageRequest, RunCancel, RunDependencyRecord, RunFilter, RunRecord, StatsRecord, TaskRecord,
    TaskRef,
};
use crate::domain::reason::Reason;
use crate::domain::runs::params;
use crate::domain::tasks::Definition;
use crate::domain::tasks::start_limits::StartLimits;
use crate::domain::vocabulary::{Permission, RunState, StatsStep, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// A run with its attempts.
#[derive(Debug, Clone)]
pub struct RunView {
    /// The run.
    pub run: RunRecord,
    /// Attempts of the run, oldest first.
    pub attempts: Vec<AttemptRecord>,
    /// What the run waits or waited for before its start.
    pub dependencies: Vec<RunDependencyRecord>,
}

/// The run to start, and why.
#[derive(Debug, Clone)]
struct NewRun {
    task: TaskRecord,
    definition: Definition,
    version: u32,
    params: Map<String, Value>,
    /// Whether somebody gave the params, although the run that is repeated has some.
    edited: bool,
    /// The run that is repeated.
    again: Option<RunRecord>,
    limits: StartLimits,
}

impl App {
    /// Runs a task now.
    pub async fn run_create(
        &self,
        caller: &Caller,
        task: &str,
        params: Map<String, Value>,
        idempotency: Option<Idempotency>,
    ) -> Result<RunRecord> {
        caller.require(Permission::Run)?;
        let (caller, task) = (caller.clone(), TaskRef::from(task));
        if !params.is_empty()
            && let Some(found) = self.store().task_find(&task).await?
        {
            self.params_refuse_values(&found.definition, &params).await?;
        }
        let limits = self.settings().surroundings.limits;
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            if let Some(run) = repeated(tx, idempotency.as_ref(), now).await? {
                return Ok((run, Inserted::default()));
            }
            let task = living_task(tx, &task).await?;
            let (definition, version) = (task.definition.clone(), task.version);
            let new = NewRun { task, definition, version, params: params.clone(), edited: false, again: None, limits };
            insert(tx, &caller, new, idempotency.as_ref(), now).await.and_then(first)
        };
        Ok(self.write(write, Self::announce_new).await?.0)
    }

    /// Repeats a run, with its own version or the newest, with its own params or others.
    pub async fn run_rerun(
        &self,
        caller: &Caller,
        run: RunId,
        params: Option<Map<String, Value>>,
        newest_version: bool,
        idempotency: Option<Idempotency>,
    ) -> Result<RunRecord> {
        caller.require(Permission::Run)?;
        let old = self.store().run_find(run).await?.ok_or_else(|| no_run(run))?;
        if !old.state.is_final() {
            return Err(Error::conflict("not_finished", "the run has not ended; cancel it first, or wait"));
        }
        let stored = self.store().task_version_find(old.task_key, old.task_version).await?;
        if let (None, Some(Reason::ParamHoldsCredential { param })) = (&params, &old.reason) {
            let detail = format!("param \"{param}\" of the run was masked, so its value is gone; give the params anew");
            return Err(Error::conflict("params_masked", detail));
        }
        if let Some(params) = &params {
            let newest = self.store().task_find(&TaskRef::Id(old.task)).await?.map(|task| task.definition);
            let same = stored.as_ref().filter(|_| !newest_version).map(|stored| stored.definition.clone());
            if let Some(definition) = same.or(newest) {
                self.params_refuse_values(&definition, params).await?;
            }
        }
        let (caller, limits) = (caller.clone(), self.settings().surroundings.limits);
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            if let Some(run) = repeated(tx, idempotency.as_ref(), now).await? {
                return Ok((run, Inserted::default()));
            }
            let task = living_task(tx, &TaskRef::Id(old.task)).await?;
            let same = stored.clone().filter(|_| !newest_version);
            if let Some(damage) = same.as_ref().and_then(|same| same.damage.rest.as_ref()) {
                return Err(admit::damaged(&old.task_name, damage));
            }
            let same = same.map(|stored| (stored.definition, stored.version));
            let (definition, version) = same.unwrap_or_else(|| (task.definition.clone(), task.version));
            not_brought_back(&caller, &definition, &task.definition)?;
            let edited = params.is_some();
            let params = params.clone().unwrap_or_else(|| old.params.clone());
            let new = NewRun { task, definition, version, params, edited, again: Some(old.clone()), limits };
            insert(tx, &caller, new, idempotency.as_ref(), now).await.and_then(first)
        };
        Ok(self.write(write, Self::announce_new).await?.0)
    }

    /// Stops a run, or asks its runner to. A second call skips the grace period.
    pub async fn run_cancel(&self, caller: &Caller, run: RunId) -> Result<RunRecord> {
        caller.require(Permission::Run)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let reason = Reason::Cancelled { by: caller.name.clone() };
            let cancelled = tx.run_cancel(run, &reason, now).await?.ok_or_else(|| no_run(run))?;
            if let RunCancel::Cancelled(record) | RunCancel::Requested(record) = &cancelled {
                let detail = json!({"task": record.task_name, "forced": record.cancel_forced});
                tx.audit_append(&caller.audit(now, "run_cancel", ("run", run.to_string()), detail)).await?;
            }
            Ok(cancelled)
        };
        match self.write(write, |app, cancelled| app.announce_cancelled(std::slice::from_ref(cancelled))).await? {
            RunCancel::Cancelled(record) | RunCancel::Requested(record) => Ok(record),
            RunCancel::Ended(record) => {
                Err(Error::conflict("run_finished", format!("the run has ended already: {}", record.state)))
            }
        }
    }

    /// Deletes a finished run and its logs.
    pub async fn run_delete(&self, caller: &Caller, run: RunId) -> Result<()> {
        caller.require(Permission::Define)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let record = tx.run_find(run).await?.ok_or_else(|| no_run(run))?;
            if !record.state.is_final() {
                return Err(Error::conflict("not_finished", "the run has not ended; cancel it first, or wait"));
            }
            let attempts = tx.run_delete(run).await?.ok_or_else(|| no_run(run))?;
            let detail = json!({"task": record.task_name, "state": record.state});
            tx.audit_append(&caller.audit(now, "run_delete", ("run", run.to_string()), detail)).await?;
            Ok(attempts)
        };
        // What is left if nobody waits for this any more is found by the pruner.
        self.logs_delete(self.write(write, silent).await?).await;
        Ok(())
    }

    /// A page of runs, newest first; `task` is a name or id.
    pub async fn run_list(
        &self,
        caller: &Caller,
        task: Option<&str>,
        mut filter: RunFilter,
        page: &PageRequest,
    ) -> Result<Page<RunRecord>> {
        caller.require(Permission::Read)?;
        Error::unless_in_order(filter.from_at, filter.until_at, "?until_at")?;
        if let Some(task) = task {
            filter.task_key = Some(self.task_key(task).await?);
        }
        let mut listed = self.store().run_list(&filter, page).await?;
        self.progress().add_to_runs(&mut listed.items);
        self.explain_sealed(&mut listed.items);
        Ok(listed)
    }

    /// Returns a run with its attempts.
    pub async fn run_view(&self, caller: &Caller, run: RunId) -> Result<RunView> {
        caller.require(Permission::Read)?;
        let record = self.store().run_find(run).await?.ok_or_else(|| no_run(run))?;
        self.run_with_attempts(record).await
    }

    /// The body of the call that started a run, or the run that it repeats.
    pub async fn run_body(&self, run: &RunRecord) -> Result<Option<Vec<u8>>> {
        if run.first_trigger().is_none_or(|first| first.kind != TriggerKind::Webhook) {
            return Ok(None);
        }
        Ok(self.store().run_body(run.id).await?)
    }

    /// Adds its attempts to a run. A new run has none, so the database is not asked.
    pub async fn run_with_attempts(&self, mut run: RunRecord) -> Result<RunView> {
        let mut attempts = match run.attempt_count {
            0 => Vec::new(),
            _ => self.store().run_attempts(run.id).await?,
        };
        self.progress().add_to_run(&mut run, &mut attempts);
        self.explain_sealed(std::slice::from_mut(&mut run));
        // A run that nothing has happened to has none yet.
        let fresh = !run.gated && run.attempt_count == 0 && run.state == RunState::Queued;
        let dependencies = if fresh { Vec::new() } else { self.store().run_dependencies(run.id).await? };
        Ok(RunView { run, attempts, dependencies })
    }

    /// Counts of runs over time.
    pub async fn run_stats(
        &self,
        caller: &Caller,
        task: Option<&str>,
        range: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        step: StatsStep,
    ) -> Result<StatsRecord> {
        caller.require(Permission::Read)?;
        let until = range.1.unwrap_or_else(|| self.clock().now() + TimeDelta::hours(1));
        let from = range.0.unwrap_or(until - TimeDelta::days(30));
        if until <= from || until - from > TimeDelta::days(3660) {
            return Err(Error::invalid("?until_at", "must be after from_at, and at most ten years after it"));
        }
        let key = match task {
            Some(task) => Some(self.task_key(task).await?),
            None => None,
        };
        Ok(self.store().run_stats(key, from, until, step).await?)
    }

    /// Key of a task in the database, by name or id.
    pub(super) async fn task_key(&self, task: &str) -> Result<Key<Task>> {
        let found = self.store().task_find(&TaskRef::from(task)).await?;
        found.map(|task| task.key).ok_or_else(|| no_task(task))
    }

    /// Announces a change of a run.
    pub fn announce_run(&self, run: &RunRecord, created: bool) {
        self.events().publish(Change::Run {
            id: run.id,
            state: run.state,
            task_id: run.task,
            task: run.task_name.clone(),
            created,
        });
    }

    fn announce_new(&self, (_, inserted): &(RunRecord, Inserted)) {
        self.announce_inserted(inserted);
    }
}

/// The requested run, and everything else that was changed.
fn first(inserted: Inserted) -> Result<(RunRecord, Inserted)> {
    Ok((inserted.first()?.clone(), inserted))
}

/// The error for a run that does not exist.
pub fn no_run(run: RunId) -> Error {
    Error::NotFound(format!("there is no run {run}; it may have been deleted by its retention"))
}

/// The error for a task that does not exist.
pub fn no_task(task: &str) -> Error {
    Error::NotFound(format!("there is no task \"{task}\""))
}

/// Refuses a caller who would bring back what an editor took away: the user or a credential of an older version.
fn not_brought_back(caller: &Caller, older: &Definition, newest: &Definition) -> Result<()> {
    if older.run_as.is_some() && older.run_as != newest.run_as {
        caller.require(Permission::TasksRunAs)?;
    }
    if !older.credential_names().is_subset(&newest.credential_names()) {
        caller.require(Permission::CredentialsUse)?;
    }
    Ok(())
}

async fn living_task(tx: &Tx, task: &TaskRef) -> Result<TaskRecord> {
    let name = match task {
        TaskRef::Id(id) => id.to_string(),
        TaskRef::Name(name) => name.clone(),
    };
    let found = tx.task_find(task).await?.filter(|task| task.deleted_at.is_none());
    found.ok_or_else(|| no_task(&name))
}

async fn insert(
    tx: &Tx,
    caller: &Caller,
    new: NewRun,
    idempotency: Option<&Idempotency>,
    now: DateTime<Utc>,
) -> Result<Inserted> {
    let NewRun { task, definition, version, params, edited, again, limits } = new;
    let rerun_of = again.as_ref().map(|old| old.id);
    let kind = if rerun_of.is_some() { TriggerKind::Rerun } else { caller.trigger() };
    let mut wanted = Wanted::new(&task, kind, Some(caller.name.clone()), now);
    wanted.trigger.rerun_of = rerun_of;
    if edited && let (Some(old), Ok(params)) = (&again, params::resolve(&definition.params_admitted(), &params)) {
        wanted.trigger.edited_params = params::edited(&old.params, &params);
    }
    let wanted = Wanted {
        definition: &definition,
        version,
        // A repeated run has the same slot as before, but the ledger already has an entry for it.
        scheduled_for: again.as_ref().and_then(|old| old.scheduled_for),
        params,
        origin: again.and_then(|old| old.first_trigger()),
        limits,
        ..wanted
    };
    let inserted = admit::one(tx, wanted, now).await?;
    let made = inserted.first()?;
    if let Some(old) = rerun_of {
        tx.run_body_copy(old, made.id).await?;
    }
    let action = if rerun_of.is_some() { "run_rerun" } else { "task_run" };
    let detail = json!({
        "task": made.task_name,
        "version": made.task_version,
        "rerun_of": rerun_of.map(|run| run.to_string()),
        "edited_params": made.trigger.edited_params,
    });
    tx.audit_append(&caller.audit(now, action, ("run", made.id.to_string()), detail)).await?;
    remember(tx, idempotency, made.id, now).await?;
    Ok(inserted)
}
