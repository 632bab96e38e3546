//! File triggers: what was found on disk is compared with what is known, and each new state of a file starts one run.
//!
//! What is known is in the database, so a file that came while the server was down starts its run later, and none starts two.
//! The files that are there when a trigger is made are known from the beginning.

use super::admit::{self, Inserted, Wanted, new_run};
use super::{App, Error, Result};
use crate::domain::run::OpenRuns;
use crate::domain::task::{Definition, TriggerRule};
use crate::domain::vocabulary::{FileChange, RunState, TriggerKind};
use crate::store::{FileState, RunNew, TaskRecord, TaskRef, TaskTriggerRecord, TriggerRecord, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most runs that one look at a trigger's files makes.
const ROUND: usize = 100;

/// A file trigger that works.
#[derive(Debug, Clone, PartialEq)]
pub struct FileTrigger {
    /// What is stored of it.
    pub record: TaskTriggerRecord,
    /// Its task.
    pub task: TaskRecord,
    /// Pattern of its files.
    pub pattern: String,
    /// What must happen to a file.
    pub change: FileChange,
    /// Without a change for so long, for `settled`.
    pub settle: TimeDelta,
}

impl App {
    /// The file triggers that work: enabled, of enabled, living tasks.
    pub async fn file_triggers(&self) -> Result<Vec<FileTrigger>> {
        let mut found = Vec::new();
        for (record, task) in self.store().triggers_of_files().await? {
            let task = self.store().task_find(&TaskRef::Id(task)).await?;
            let Some(task) = task.filter(|task| task.deleted_at.is_none() && task.definition.enabled) else { continue };
            let Some(trigger) = task.definition.triggers.iter().find(|it| it.key == record.key && it.enabled) else {
                continue;
            };
            let TriggerRule::File { pattern, change, settle_seconds } = &trigger.rule else { continue };
            let (pattern, change) = (pattern.clone(), *change);
            let settle = super::runs::seconds(*settle_seconds);
            found.push(FileTrigger { record, task, pattern, change, settle });
        }
        Ok(found)
    }

    /// Compares the files of a trigger with those it knows; answers how many runs were made.
    pub async fn files_compare(&self, trigger: &FileTrigger, present: BTreeMap<String, FileState>) -> Result<usize> {
        let now = self.clock().now();
        let known = self.store().files_seen(trigger.record.row).await?;
        let gone: Vec<String> =
            known.keys().filter(|path| !path.is_empty() && !present.contains_key(*path)).cloned().collect();
        let first_look = !known.contains_key("");
        let ripe: Vec<(String, FileState)> = if first_look {
            present.into_iter().chain([(String::new(), (0, now))]).collect()
        } else {
            let new = |(path, state): &(String, FileState)| starts(trigger, known.get(path), *state, now);
            present.into_iter().filter(new).take(ROUND).collect()
        };
        if ripe.is_empty() && gone.is_empty() {
            return Ok(0);
        }
        let trigger = trigger.clone();
        let made = self.store().write(async move |tx: &Tx| {
            tx.files_know(trigger.record.row, &ripe, &gone).await?;
            if first_look { Ok(Inserted::default()) } else { start(tx, &trigger, &ripe, now).await }
        });
        let made = made.await?;
        self.announce_inserted(&made);
        Ok(made.made.len())
    }
}

/// Whether the state of a file starts a run.
fn starts(trigger: &FileTrigger, known: Option<&FileState>, state: FileState, now: DateTime<Utc>) -> bool {
    match trigger.change {
        FileChange::Created => known.is_none(),
        FileChange::Changed => known != Some(&state),
        FileChange::Settled => known != Some(&state) && now - state.1 >= trigger.settle,
    }
}

async fn start(tx: &Tx, trigger: &FileTrigger, files: &[(String, FileState)], now: DateTime<Utc>) -> Result<Inserted> {
    let task = tx.task_find(&TaskRef::Id(trigger.task.id)).await?.filter(|task| task.deleted_at.is_none());
    let task = task.ok_or_else(|| Error::NotFound("the task was deleted".into()))?;
    let overlaps = BTreeMap::from([(task.key, task.definition.overlap)]);
    let mut all = Inserted::default();
    for (path, _) in files {
        let open = tx.runs_open(&[task.key]).await?.get(&task.key).copied().unwrap_or_default();
        let Some(run) = run(&task, path, open, now) else { continue };
        let inserted = admit::insert(tx, &[run], &overlaps, now).await?;
        all.made.extend(inserted.made);
        all.displaced.extend(inserted.displaced);
    }
    tx.trigger_used(trigger.record.row, now).await?;
    Ok(all)
}

/// The run for a file; what overlap or params refuse becomes a skipped run with the reason.
fn run(task: &TaskRecord, path: &str, mut open: OpenRuns, now: DateTime<Utc>) -> Option<RunNew> {
    let takes_file = task.definition.params.iter().any(|param| param.name == "file");
    let params = takes_file.then(|| ("file".to_owned(), Value::from(path)));
    let wanted = Wanted {
        task,
        definition: &task.definition,
        version: task.version,
        trigger: TriggerRecord {
            kind: TriggerKind::File,
            by: Some(path.to_owned()),
            schedule_key: None,
            rerun_of: None,
        },
        schedule: None,
        scheduled_for: None,
        due_at: now,
        params: params.into_iter().collect::<Map<_, _>>(),
    };
    match new_run(wanted.clone(), &mut open, now) {
        Ok(run) => Some(run),
        Err(refusal) => {
            let reason = refusal.into_reason();
            let free = Definition { params: Vec::new(), ..task.definition.clone() };
            let wanted = Wanted { definition: &free, params: Map::new(), ..wanted };
            let run = new_run(wanted, &mut OpenRuns::default(), now).ok()?;
            Some(RunNew { state: RunState::Skipped, reason, ..run })
        }
    }
}
