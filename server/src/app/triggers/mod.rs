//! Triggers of tasks: updating them with definitions, giving them secrets, and following the ends of other tasks'
//! runs.
//!
//! Deliberately absent: watching folders, which `engine::triggers` does. Start reading at `hooks`, then `files`.

pub mod call;
pub mod compare;
pub mod file_roots;
pub mod files;
pub mod heartbeats;
pub mod hook_log;
mod hook_proof;
pub mod hooks;
pub mod secrets;

use super::core::hold::on_hold;
use super::core::write::Moment;
use super::runs::admit;
use super::runs::admit::{Inserted, Wanted};
use super::{App, Caller, Error, Result};
use crate::domain::core::phrases::first_ten;
use crate::domain::core::problem::Problem;
use crate::domain::ids::TriggerId;
use crate::domain::keys::{Firing, Key};
use crate::domain::model::{FiringRecord, TaskRecord, TaskRef, TaskTriggerRecord};
use crate::domain::reason::Reason;
use crate::domain::runs::bindings::{self, Origin, Source, Unfilled};
use crate::domain::triggers::{TaskEnd, circle};
use crate::domain::triggers::{Trigger, TriggerRule};
use crate::domain::vocabulary::{Permission, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Maximum number of ends of runs handled in one round.
const ROUND: u64 = 100;

/// A trigger and its present state.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggerView {
    /// Its definition.
    pub definition: Trigger,
    /// The stored trigger.
    pub record: TaskTriggerRecord,
    /// Why the trigger cannot work; none if it can.
    pub problem: Option<Reason>,
}

/// Whether the triggers of a definition may make tasks start each other in a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circles {
    /// Unknown: all stored triggers must be checked.
    LookedFor,
    /// Excluded: the caller saves many definitions together and has checked all triggers once.
    RuledOut,
}

/// Checks what a definition's triggers listen to, and updates the stored triggers.
pub(super) async fn triggers_settle(tx: &Tx, task: &TaskRecord, circles: Circles, now: DateTime<Utc>) -> Result<()> {
    let definition = &task.definition;
    if definition.triggers.is_empty() && tx.trigger_list(task.key).await?.is_empty() {
        return Ok(());
    }
    let (mut sources, mut problems) = (BTreeMap::new(), Vec::new());
    let listens = definition.triggers.iter().any(|trigger| matches!(trigger.rule, TriggerRule::Task { .. }));
    let edges = match circles {
        Circles::LookedFor if listens => tx.trigger_edges().await?,
        Circles::LookedFor | Circles::RuledOut => Vec::new(),
    };
    for (index, trigger) in definition.triggers.iter().enumerate() {
        let TriggerRule::Task { tasks, .. } = &trigger.rule else { continue };
        let at = |message: String| Problem::at(format!("/triggers/{index}/tasks"), message);
        let mut keys = Vec::new();
        for name in tasks {
            match tx.task_find(&TaskRef::Name(name.clone())).await?.filter(|task| task.deleted_at.is_none()) {
                Some(source) => keys.push(source.key),
                None => problems.push(at(format!("there is no task \"{name}\""))),
            }
        }
        if let Some(path) = circle(&definition.name, tasks, &edges) {
            problems.push(at(format!("the tasks would trigger each other in a circle: {}", path.join(" <- "))));
        }
        keys.sort_unstable();
        keys.dedup();
        sources.insert(trigger.key.clone(), keys);
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(tx.triggers_sync(task.key, definition, &sources, now).await?)
}

/// Refuses to delete or rename (`verb`) a task that other tasks listen to by name.
pub(super) async fn nobody_listens(tx: &Tx, task: &TaskRecord, verb: &str) -> Result<()> {
    let listeners = tx.trigger_listeners(task.key).await?;
    if listeners.is_empty() {
        return Ok(());
    }
    let places = first_ten(listeners.iter().map(|task| format!("task \"{task}\"")).collect());
    let detail = format!(
        "task \"{}\" cannot be {verb}, its end triggers {}; change these first",
        task.definition.name,
        places.join(", ")
    );
    Err(Error::conflict("task_in_use", detail))
}

impl App {
    /// Returns whether ends of runs have not been handled yet.
    pub async fn firings_are_there(&self) -> Result<bool> {
        Ok(self.store().firings_are_there().await?)
    }

    /// The triggers of a task.
    pub async fn trigger_list(&self, caller: &Caller, task: &str) -> Result<Vec<TriggerView>> {
        caller.require(Permission::Read)?;
        let task = self.living(task).await?;
        let records = self.store().trigger_list(task.key).await?;
        let view = |definition: &Trigger| {
            let record = records.iter().find(|record| record.key == definition.key)?.clone();
            let problem = match definition.rule {
                TriggerRule::Webhook(ref rule) => self.secret_problem(&record, rule),
                TriggerRule::File { .. } => self.file_problem(record.id),
                TriggerRule::Task { .. } => None,
            };
            Some(TriggerView { definition: definition.clone(), record, problem })
        };
        Ok(task.definition.triggers.iter().filter_map(view).collect())
    }

    /// Handles the ends of runs that triggers listen to. Returns how many were handled.
    ///
    /// # Errors
    /// The first failure. An end that cannot be handled stays; all others have been handled all the same.
    pub async fn firings_follow(&self) -> Result<usize> {
        let (mut handled, mut after, mut most, mut failed) = (0, Key::NONE, ROUND, None);
        loop {
            let write = async move |tx: &Tx, Moment { now, .. }: Moment| follow(tx, (after, most), now).await;
            match self.write(write, |app: &Self, (inserted, _)| app.announce_inserted(inserted)).await {
                Ok((_, seen)) => {
                    let Some(last) = seen.last() else { break };
                    (handled, after) = (handled + seen.len(), *last);
                }
                // One of them fails all. Taken one at a time, only that one fails.
                Err(_) if most > 1 => most = 1,
                Err(error) => {
                    failed = failed.or(Some(error));
                    let Some(skipped) = self.store().firing_after(after).await? else { break };
                    after = skipped;
                }
            }
        }
        failed.map_or(Ok(handled), Err)
    }
}

/// Returns whether everything is on hold, so that no trigger starts anything.
async fn held(tx: &Tx) -> Result<bool> {
    Ok(on_hold(tx).await?.is_some())
}

/// Handles ends of runs: at most a number of them, after one. Returns which ones. While everything is on hold, they
/// wait.
async fn follow(
    tx: &Tx,
    (after, most): (Key<Firing>, u64),
    now: DateTime<Utc>,
) -> Result<(Inserted, Vec<Key<Firing>>)> {
    let (mut all, mut seen) = (Inserted::default(), Vec::new());
    if held(tx).await? {
        return Ok((all, seen));
    }
    for firing in tx.firings(after, most).await? {
        seen.push(firing.row);
        if !tx.firing_delete(firing.row).await? {
            continue;
        }
        let Some(task) = listening(tx, &firing).await? else { continue };
        let params = bound(tx, &task, &firing).await?;
        let end = TaskEnd { task: firing.task_name, state: firing.state, run: firing.run };
        let wanted = Wanted::new(&task, TriggerKind::Task, Some(end.to_string()), now);
        let inserted = match params {
            Ok(params) => admit::one_or_skipped(tx, Wanted { params, ..wanted }, now).await?,
            Err(reason) => admit::failed(tx, wanted, reason, now).await?,
        };
        if !inserted.made.is_empty() {
            tx.trigger_used(firing.trigger.row, now).await?;
        }
        all += inserted;
    }
    Ok((all, seen))
}

/// The task of a firing, if it listens to that end. A disabled task does not listen.
async fn listening(tx: &Tx, firing: &FiringRecord) -> Result<Option<TaskRecord>> {
    let task = tx.task_find(&TaskRef::Id(firing.task)).await?;
    let listens = |task: &TaskRecord| {
        let trigger = task.definition.triggers.iter().find(|trigger| trigger.key == firing.trigger.key);
        task.deleted_at.is_none()
            && task.definition.enabled
            && trigger.is_some_and(|trigger| match &trigger.rule {
                TriggerRule::Task { states, .. } => trigger.enabled && states.contains(&firing.state),
                TriggerRule::Webhook(_) | TriggerRule::File { .. } => false,
            })
    };
    Ok(task.filter(listens))
}

/// The params that a run takes from the run whose end triggers it, or why it cannot.
async fn bound(
    tx: &Tx,
    task: &TaskRecord,
    firing: &FiringRecord,
) -> Result<std::result::Result<Map<String, Value>, Reason>> {
    let trigger = task.definition.triggers.iter().find(|trigger| trigger.key == firing.trigger.key);
    let Some(TriggerRule::Task { params, .. }) = trigger.map(|trigger| &trigger.rule) else {
        return Ok(Ok(Map::new()));
    };
    if params.is_empty() {
        return Ok(Ok(Map::new()));
    }
    // A run that was deleted meanwhile has nothing to give.
    let run = tx.run_find(firing.run).await?;
    let nothing = Map::new();
    let source = Source {
        result: run.as_ref().and_then(|run| run.result.as_ref()),
        params: run.as_ref().map_or(&nothing, |run| &run.params),
    };
    Ok(bindings::fill(Origin::Trigger, &task.definition.params, params, source).map_err(unfilled))
}

fn unfilled(Unfilled { param, template, problem }: Unfilled) -> Reason {
    match problem {
        Some(problem) => Reason::TriggerValueRefused { param, template, problem },
        None => Reason::TriggerValueMissing { param, template },
    }
}

/// Parses a trigger's id in an address.
pub(super) fn trigger_id(text: &str) -> Option<TriggerId> {
    uuid::Uuid::try_parse(text).ok().filter(|_| text.len() == 32).map(TriggerId)
}
