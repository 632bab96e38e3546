//! Several tasks at once: one action on many, and definitions applied from files.

use super::saving::{Saving, delete, insert, update};
use crate::app::core::write::Moment;
use crate::app::dependencies::edges::dependencies_settle;
use crate::app::schedules::refuse_ended;
use crate::app::triggers::Circles;
use crate::app::{App, Caller, Error, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::core::problem::Problem;
use crate::domain::ids::{RunId, TaskId};
use crate::domain::model::{RunCancel, TaskRecord, TaskRef};
use crate::domain::tasks::Definition;
use crate::domain::triggers::TriggerRule;
use crate::domain::triggers::{circle, sources_first};
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Number of tasks that one prune may delete without confirmation.
const PRUNE_FREE: usize = 10;

/// One action on many tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bulk {
    /// Enable or disable the tasks.
    Switch(bool),
    /// Start a run of each task.
    Run,
    /// Delete the tasks.
    Delete,
    /// Move the tasks to a folder.
    Move(String),
    /// Add a tag to the tasks.
    Tag(String),
}

/// Definitions to apply together.
#[derive(Debug, Clone)]
pub struct Apply {
    /// The definitions.
    pub definitions: Vec<Definition>,
    /// Owner of the tasks.
    pub owner: Option<String>,
    /// Whether to delete tasks of the owner that are not listed.
    pub prune: bool,
    /// Confirms a large prune.
    pub yes: bool,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// What applying changes about one task.
#[derive(Debug, Clone)]
pub enum Applied {
    /// The task is new.
    Created(String),
    /// The definition differs: before and after.
    Updated(Box<(Definition, Definition)>),
    /// Nothing differs.
    Unchanged(String),
    /// The task is no longer listed.
    Deleted(String),
}

impl App {
    /// Performs an action on one of many tasks. Returns the run, if one was made.
    pub async fn task_bulk_one(&self, caller: &Caller, task: &str, action: &Bulk) -> Result<Option<RunId>> {
        match action {
            Bulk::Run => Ok(Some(self.run_create(caller, task, Map::new(), None).await?.id)),
            Bulk::Switch(enabled) => self.task_switch(caller, task, *enabled).await.map(|_| None),
            Bulk::Delete => self.task_delete(caller, task, None, false).await.map(|()| None),
            Bulk::Move(folder) => {
                self.task_edit(caller, task, |definition| definition.folder.clone_from(folder)).await.map(|()| None)
            }
            Bulk::Tag(tag) => {
                let add = |definition: &mut Definition| {
                    if !definition.tags.contains(tag) {
                        definition.tags.push(tag.clone());
                    }
                };
                self.task_edit(caller, task, add).await.map(|()| None)
            }
        }
    }

    async fn task_edit(&self, caller: &Caller, task: &str, edit: impl Fn(&mut Definition)) -> Result<()> {
        caller.require(Permission::Define)?;
        let record = self.living(task).await?;
        crate::app::runs::admit::whole(&record)?;
        let mut definition = record.definition.clone();
        edit(&mut definition);
        let write = super::Write { base: Some(record.version), dry_run: false };
        self.task_update(caller, task, definition, write).await.map(|_| ())
    }

    /// Creates and updates tasks from definitions, and prunes, all or nothing. A dry run does the same and rolls it
    /// back.
    pub async fn task_apply(&self, caller: &Caller, apply: Apply) -> Result<Vec<Applied>> {
        caller.require(Permission::Define)?;
        self.all_sound(&apply.definitions).await?;
        if apply.prune && apply.owner.is_none() {
            return Err(Error::invalid(
                "/owner",
                "prune needs an owner, because it deletes only tasks last applied by that owner",
            ));
        }
        let (caller, dry_run) = (caller.clone(), apply.dry_run);
        let write = async move |tx: &Tx, moment| apply_in(tx, &caller, &apply, moment).await;
        let announce = |app: &Self, done: &AppliedIn| {
            for (task, gone) in &done.touched {
                app.announce_task(task, (!gone).then_some(task.version));
            }
            app.announce_cancelled(&done.cancelled);
        };
        Ok(self.write_or_try(dry_run, write, announce).await?.items)
    }

    async fn all_sound(&self, definitions: &[Definition]) -> Result<()> {
        let mut problems = Vec::new();
        let mut names = HashSet::new();
        for (index, definition) in definitions.iter().enumerate() {
            match self.sound(definition).await {
                Ok(()) => {}
                Err(Error::Invalid(found)) => problems.extend(found.into_iter().map(|it| indexed(index, it))),
                Err(unknown) => return Err(unknown),
            }
            if !names.insert(&definition.name) {
                let message = format!("\"{}\" is defined twice", definition.name);
                problems.push(Problem::at(format!("/tasks/{index}/name"), message));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}

fn compared(before: Option<&TaskRecord>, after: &Definition) -> Applied {
    match before {
        None => Applied::Created(after.name.clone()),
        Some(before) if before.definition == *after && before.damage.is_none() => {
            Applied::Unchanged(after.name.clone())
        }
        Some(before) => Applied::Updated(Box::new((before.definition.clone(), after.clone()))),
    }
}

fn gone<'a>(listed: &'a [Definition], owned: &'a [TaskRecord]) -> impl Iterator<Item = &'a TaskRecord> {
    owned.iter().filter(|task| !listed.iter().any(|definition| definition.name == task.definition.name))
}

/// What the transaction of an apply did.
struct AppliedIn {
    items: Vec<Applied>,
    /// The tasks that were written, each with whether it is gone.
    touched: Vec<(TaskRecord, bool)>,
    /// Runs that were cancelled with their tasks.
    cancelled: Vec<RunCancel>,
}

async fn apply_in(tx: &Tx, caller: &Caller, apply: &Apply, moment: Moment) -> Result<AppliedIn> {
    let (mut items, mut touched, mut cancelled) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut written_at = Vec::new();
    let book = crate::app::calendars::calendar_book(tx).await?;
    for index in in_order(&apply.definitions, tx.trigger_edges().await?)? {
        let saved = apply_one(tx, caller, (apply, index), &book, moment).await;
        let (item, written) = saved.map_err(|error| at(index, error))?;
        items.insert(index, item);
        written_at.push((index, written.clone()));
        touched.push((written, false));
    }
    // Only now is every task stored that another one may depend on.
    for (index, task) in &written_at {
        dependencies_settle(tx, task).await.map_err(|error| at(*index, error))?;
    }
    let mut items: Vec<Applied> = items.into_values().collect();
    if let (true, Some(owner)) = (apply.prune, &apply.owner) {
        let total = usize::try_from(tx.task_count().await?).unwrap_or(usize::MAX);
        let owned = tx.tasks_of_owner(owner).await?;
        let unlisted: Vec<&TaskRecord> = gone(&apply.definitions, &owned).collect();
        confirm_prune(unlisted.len(), total, apply.yes || apply.dry_run)?;
        let names: Vec<&str> = unlisted.iter().map(|task| task.definition.name.as_str()).collect();
        let (order, _) = sources_first(&names, &tx.trigger_edges().await?);
        for task in &unlisted {
            tx.task_dependencies_put(task.key, &[]).await?;
        }
        for task in order.into_iter().rev().map(|index| unlisted[index]) {
            cancelled.extend(delete(tx, caller, task, false, moment).await?);
            items.push(Applied::Deleted(task.definition.name.clone()));
            touched.push((task.clone(), true));
        }
    }
    let ids: Vec<TaskId> = touched.iter().map(|(task, _)| task.id).collect();
    let detail = json!({"tasks": ids.len(), "owner": apply.owner, "prune": apply.prune});
    tx.audit_append(&caller.audit(moment.now, "task_apply", ("task", format!("{} tasks", ids.len())), detail)).await?;
    Ok(AppliedIn { items, touched, cancelled })
}

async fn apply_one(
    tx: &Tx,
    caller: &Caller,
    (apply, index): (&Apply, usize),
    book: &CalendarBook,
    moment: Moment,
) -> Result<(Applied, TaskRecord)> {
    let definition = &apply.definitions[index];
    let before = tx.task_find(&TaskRef::Name(definition.name.clone())).await?;
    let known = before.as_ref().map(|task| &task.definition);
    refuse_ended(definition, known, book, moment.now)?;
    let item = compared(before.as_ref(), definition);
    // `in_order` has already refused circles among all definitions.
    let saving = Saving { action: "task_apply", owner: apply.owner.clone(), circles: Circles::RuledOut };
    let written = match &before {
        Some(before) => update(tx, caller, before, definition, saving, moment).await?,
        None => insert(tx, caller, definition, saving, moment).await?,
    };
    Ok((item, written))
}

/// Adds to an error the index of its definition.
fn at(index: usize, error: Error) -> Error {
    match error {
        Error::Invalid(problems) => Error::Invalid(problems.into_iter().map(|it| indexed(index, it)).collect()),
        other => other,
    }
}

fn indexed(index: usize, problem: Problem) -> Problem {
    Problem::at(format!("/tasks/{index}{}", problem.pointer), problem.message)
}

/// Indexes of definitions, with sources before their listeners, even if tasks that are not listed are in between.
/// `stored` are the present edges.
fn in_order(definitions: &[Definition], stored: Vec<(String, String)>) -> Result<Vec<usize>> {
    let mut names: Vec<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
    let listed: HashSet<&str> = names.iter().copied().collect();
    let mut edges: Vec<(String, String)> =
        stored.into_iter().filter(|(listener, _)| !listed.contains(listener.as_str())).collect();
    let between: BTreeSet<String> = edges.iter().map(|(listener, _)| listener.clone()).collect();
    names.extend(between.iter().map(String::as_str));
    for definition in definitions {
        edges.extend(sources(definition).map(|(_, source)| (definition.name.clone(), source.clone())));
    }
    let (order, stuck) = sources_first(&names, &edges);
    let mut problems = Vec::new();
    for index in stuck.into_iter().filter(|index| *index < definitions.len()) {
        for (trigger, source) in sources(&definitions[index]) {
            if let Some(path) = circle(names[index], std::slice::from_ref(source), &edges) {
                let message = format!("the tasks would trigger each other in a circle: {}", path.join(" <- "));
                problems.push(indexed(index, Problem::at(format!("/triggers/{trigger}/tasks"), message)));
            }
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(order.into_iter().filter(|index| *index < definitions.len()).collect())
}

/// The tasks that a definition listens to, each with the index of its trigger.
fn sources(definition: &Definition) -> impl Iterator<Item = (usize, &String)> {
    definition.triggers.iter().enumerate().flat_map(|(index, trigger)| {
        let tasks = match &trigger.rule {
            TriggerRule::Task { tasks, .. } => tasks.as_slice(),
            TriggerRule::Webhook(_) | TriggerRule::File { .. } => &[],
        };
        tasks.iter().map(move |task| (index, task))
    })
}

fn confirm_prune(unlisted: usize, total: usize, yes: bool) -> Result<()> {
    if yes || unlisted <= PRUNE_FREE && unlisted * 5 <= total {
        return Ok(());
    }
    let detail = format!("{unlisted} of {total} tasks would be deleted; look at a dry run, then confirm with yes=true");
    Err(Error::conflict("prune_unconfirmed", detail))
}
