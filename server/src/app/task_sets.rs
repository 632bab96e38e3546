//! Several tasks at once: one action on many, and definitions applied from files.

use super::tasks::{create, delete, sound, update};
use super::{App, Caller, Error, Result};
use crate::domain::ids::{RunId, TaskId};
use crate::domain::task::{Definition, Problem};
use crate::domain::vocabulary::Permission;
use crate::store::{PageRequest, RunCancel, TaskFilter, TaskRecord, TaskRef, TaskSort, Tx};
use chrono::{DateTime, Utc};
use serde_json::{Map, json};
use std::collections::HashSet;

/// Deletions of one prune that need no confirmation, in tasks.
const PRUNE_FREE: usize = 10;

/// One action on many tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bulk {
    /// Enable or disable.
    Switch(bool),
    /// Start a run of each.
    Run,
    /// Delete.
    Delete,
    /// Move to a folder.
    Move(String),
    /// Add a tag.
    Tag(String),
}

/// Definitions to apply together.
#[derive(Debug, Clone)]
pub struct Apply {
    /// The definitions.
    pub definitions: Vec<Definition>,
    /// Who keeps them.
    pub owner: Option<String>,
    /// Whether tasks of the owner that are not listed go.
    pub prune: bool,
    /// Confirms a large prune.
    pub yes: bool,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// What applying changes about one task.
#[derive(Debug, Clone)]
pub enum Applied {
    /// It is new.
    Created(String),
    /// It differs: before and after.
    Updated(Box<(Definition, Definition)>),
    /// Nothing differs.
    Unchanged(String),
    /// It is gone from the list.
    Deleted(String),
}

impl App {
    /// Does one thing with one of many tasks; the run, if one was made.
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
        let mut definition = record.definition.clone();
        edit(&mut definition);
        let write = super::tasks::Write { base: Some(record.version), dry_run: false };
        self.task_update(caller, task, definition, write).await.map(|_| ())
    }

    /// Creates and updates tasks from definitions, and prunes, all or nothing.
    pub async fn task_apply(&self, caller: &Caller, apply: Apply) -> Result<Vec<Applied>> {
        caller.require(Permission::Define)?;
        all_sound(&apply.definitions)?;
        if apply.prune && apply.owner.is_none() {
            return Err(Error::invalid("/owner", "prune needs an owner: only tasks last applied under it are deleted"));
        }
        if apply.dry_run {
            return self.apply_imagined(&apply).await;
        }
        let (caller, now, shared) = (caller.clone(), self.clock().now(), apply.clone());
        let total = self.task_total().await?;
        let (applied, touched, cancelled) =
            self.store().write(async move |tx: &Tx| apply_in(tx, &caller, &shared, total, now).await).await?;
        for (task, gone) in &touched {
            self.announce_task(task, (!gone).then_some(task.version));
        }
        self.announce_cancelled(&cancelled);
        Ok(applied)
    }

    async fn apply_imagined(&self, apply: &Apply) -> Result<Vec<Applied>> {
        let mut items = Vec::new();
        for definition in &apply.definitions {
            let before = self.store().task_find(&TaskRef::Name(definition.name.clone())).await?;
            items.push(compared(before.map(|task| task.definition), definition));
        }
        if let (true, Some(owner)) = (apply.prune, &apply.owner) {
            let filter = TaskFilter { owner: Some(owner.clone()), ..TaskFilter::default() };
            let page = self.store().task_list(&filter, TaskSort::Name, &PageRequest::first(100_000)).await?;
            items.extend(
                gone(&apply.definitions, &page.items).map(|task| Applied::Deleted(task.definition.name.clone())),
            );
        }
        Ok(items)
    }

    async fn task_total(&self) -> Result<usize> {
        let page = PageRequest::first(100_000);
        Ok(self.store().task_list(&TaskFilter::default(), TaskSort::Name, &page).await?.items.len())
    }
}

fn all_sound(definitions: &[Definition]) -> Result<()> {
    let mut problems = Vec::new();
    let mut names = HashSet::new();
    for (index, definition) in definitions.iter().enumerate() {
        if let Err(Error::Invalid(found)) = sound(definition) {
            let at = |p: Problem| Problem::at(format!("/tasks/{index}{}", p.pointer), p.message);
            problems.extend(found.into_iter().map(at));
        }
        if !names.insert(&definition.name) {
            let message = format!("\"{}\" is defined twice", definition.name);
            problems.push(Problem::at(format!("/tasks/{index}/name"), message));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn compared(before: Option<Definition>, after: &Definition) -> Applied {
    match before {
        None => Applied::Created(after.name.clone()),
        Some(before) if before == *after => Applied::Unchanged(after.name.clone()),
        Some(before) => Applied::Updated(Box::new((before, after.clone()))),
    }
}

fn gone<'a>(listed: &'a [Definition], owned: &'a [TaskRecord]) -> impl Iterator<Item = &'a TaskRecord> {
    owned.iter().filter(|task| !listed.iter().any(|definition| definition.name == task.definition.name))
}

type AppliedIn = (Vec<Applied>, Vec<(TaskRecord, bool)>, Vec<RunCancel>);

async fn apply_in(tx: &Tx, caller: &Caller, apply: &Apply, total: usize, now: DateTime<Utc>) -> Result<AppliedIn> {
    let (mut items, mut touched, mut cancelled) = (Vec::new(), Vec::new(), Vec::new());
    for definition in &apply.definitions {
        let before = tx.task_find(&TaskRef::Name(definition.name.clone())).await?;
        items.push(compared(before.as_ref().map(|task| task.definition.clone()), definition));
        let record = match before {
            Some(before) => before,
            None => create(tx, caller, definition, "task_apply", now).await?,
        };
        let written = update(tx, caller, &record, definition, ("task_apply", apply.owner.clone()), now).await?;
        touched.push((written, false));
    }
    if let (true, Some(owner)) = (apply.prune, &apply.owner) {
        let owned = tx.tasks_of_owner(owner).await?;
        let doomed: Vec<&TaskRecord> = gone(&apply.definitions, &owned).collect();
        confirm_prune(doomed.len(), total, apply.yes)?;
        for task in doomed {
            cancelled.extend(delete(tx, caller, task, false, now).await?);
            items.push(Applied::Deleted(task.definition.name.clone()));
            touched.push((task.clone(), true));
        }
    }
    let ids: Vec<TaskId> = touched.iter().map(|(task, _)| task.id).collect();
    let detail = json!({"tasks": ids.len(), "owner": apply.owner, "prune": apply.prune});
    tx.audit_append(&caller.audit(now, "task_apply", ("task", format!("{} tasks", ids.len())), detail)).await?;
    Ok((items, touched, cancelled))
}

fn confirm_prune(doomed: usize, total: usize, yes: bool) -> Result<()> {
    if yes || doomed <= PRUNE_FREE && doomed * 5 <= total {
        return Ok(());
    }
    let detail = format!("{doomed} of {total} tasks would be deleted; look at a dry run, then confirm with yes=true");
    Err(Error::conflict("prune_unconfirmed", detail))
}
