//! File triggers: what was found on disk is compared with what is known, and each new state of a file starts one run.
//!
//! What is known is in the database, so a file that came while the server was down starts its run later, and none starts two.
//! The files that are there when a trigger is made, or gets another pattern, are known from the beginning. A file that goes
//! and comes back as it was (a share that was not mounted) is no new file.

use crate::app::core::write::Moment;
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted};
use crate::app::{App, Error, Result};
use crate::domain::ids::{TaskId, TriggerId};
use crate::domain::model::{
    FileState, FilesLearned, KnownFile, KnownFiles, RunNew, TaskRecord, TaskRef, TaskTriggerRecord, TriggerRecord,
};
use crate::domain::runs::OpenRuns;
use crate::domain::tasks::TriggerRule;
use crate::domain::vocabulary::{FileChange, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

/// Most runs that one look at a trigger's files makes.
const ROUND: usize = 100;

/// Files that are gone for so long are forgotten: they would be new if they came again.
const FORGET_AFTER: TimeDelta = TimeDelta::days(30);

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
    /// The files that it knew before the look.
    pub known: KnownFiles,
}

/// What a look at the disk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// The files that match, by path.
    pub files: BTreeMap<String, FileState>,
    /// Why there may be more than that; none: there are not.
    pub incomplete: Option<String>,
}

impl FileTrigger {
    /// Tells one pattern and change from another.
    fn fingerprint(&self) -> i64 {
        let digest = Sha256::digest(format!("{}\0{}", self.change, self.pattern));
        let first: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
        i64::from_be_bytes(first)
    }
}

impl App {
    /// The file triggers that work: enabled, of enabled, living tasks, each with the files that it knows.
    pub async fn file_triggers(&self) -> Result<Vec<FileTrigger>> {
        let mut found = Vec::new();
        let records = self.store().triggers_of_files().await?;
        let tasks: BTreeSet<_> = records.iter().map(|record| record.task_key).collect();
        let tasks = self.store().tasks_by_key(&tasks.into_iter().collect::<Vec<_>>()).await?;
        for record in records {
            let task = tasks.get(&record.task_key).filter(|task| task.deleted_at.is_none() && task.definition.enabled);
            let Some(task) = task.cloned() else { continue };
            let Some(trigger) = task.definition.triggers.iter().find(|it| it.key == record.key && it.enabled) else {
                continue;
            };
            let TriggerRule::File { pattern, change, settle_seconds } = &trigger.rule else { continue };
            let (pattern, change) = (pattern.clone(), *change);
            let settle = crate::app::core::span::seconds(*settle_seconds);
            found.push(FileTrigger { record, task, pattern, change, settle, known: KnownFiles::default() });
        }
        let rows: Vec<_> = found.iter().map(|trigger| trigger.record.row).collect();
        let mut known = self.store().files_seen(&rows).await?;
        for trigger in &mut found {
            trigger.known = known.remove(&trigger.record.row).unwrap_or_default();
        }
        Ok(found)
    }

    /// Compares the files of a trigger with those it knows; answers how many runs were made. Of a look that could not see
    /// everything, only what it saw is believed.
    pub async fn files_compare(&self, trigger: &FileTrigger, looked: Looked) -> Result<usize> {
        let now = self.clock().now();
        let known = &trigger.known;
        let Looked { files, incomplete } = looked;
        let mut learned = FilesLearned { forget_before: now - FORGET_AFTER, ..FilesLearned::default() };
        let mut ripe = Vec::new();
        if known.pattern == Some(trigger.fingerprint()) {
            if incomplete.is_none() {
                let there = known.files.iter().filter(|(path, file)| !file.gone && !files.contains_key(*path));
                learned.gone = there.map(|(path, _)| path.clone()).collect();
            }
            for (path, state) in files {
                match seen(trigger, known.files.get(&path), state, now) {
                    Seen::New if ripe.len() < ROUND => ripe.push(path.clone()),
                    Seen::Changed => {}
                    Seen::New | Seen::Known => continue,
                }
                learned.present.push((path, state));
            }
        } else if incomplete.is_none() {
            learned.pattern = Some(trigger.fingerprint());
            learned.present = files.into_iter().collect();
        }
        if learned.pattern.is_none() && learned.present.is_empty() && learned.gone.is_empty() {
            return Ok(0);
        }
        let (trigger, task) = (trigger.record.clone(), trigger.task.id);
        let write = async move |tx: &Tx, _: Moment| {
            tx.files_know(trigger.row, &learned, now).await?;
            if ripe.is_empty() { Ok(Inserted::default()) } else { start(tx, &trigger, task, &ripe, now).await }
        };
        Ok(self.write(write, Self::announce_inserted).await?.made.len())
    }

    /// Tells what is wrong with file triggers now, by the trigger's id.
    pub fn file_problems_found(&self, problems: BTreeMap<TriggerId, String>) {
        *self.inner.boards.file_problems.lock().unwrap_or_else(PoisonError::into_inner) = problems;
    }

    /// What was wrong with a file trigger at the last look.
    pub(in crate::app) fn file_problem(&self, trigger: TriggerId) -> Option<String> {
        self.inner.boards.file_problems.lock().unwrap_or_else(PoisonError::into_inner).get(&trigger).cloned()
    }
}

enum Seen {
    /// It starts a run.
    New,
    /// Worth remembering, but no reason for a run: it is there again as it was, or was changed and only new ones count.
    Changed,
    /// Nothing to do, or not yet.
    Known,
}

fn seen(trigger: &FileTrigger, known: Option<&KnownFile>, state: FileState, now: DateTime<Utc>) -> Seen {
    let same = known.is_some_and(|file| file.state == state);
    let gone = known.is_some_and(|file| file.gone);
    let new = match trigger.change {
        FileChange::Created => known.is_none() || gone && !same,
        FileChange::Changed => !same,
        FileChange::Settled => !same && now - state.1 >= trigger.settle,
    };
    match new {
        true => Seen::New,
        false if gone && same || !same && trigger.change == FileChange::Created => Seen::Changed,
        false => Seen::Known,
    }
}

async fn start(
    tx: &Tx,
    trigger: &TaskTriggerRecord,
    task: TaskId,
    files: &[String],
    now: DateTime<Utc>,
) -> Result<Inserted> {
    let task = tx.task_find(&TaskRef::Id(task)).await?.filter(|task| task.deleted_at.is_none());
    let task = task.ok_or_else(|| Error::NotFound("the task was deleted".into()))?;
    let overlaps = BTreeMap::from([(task.key, task.definition.overlap)]);
    let mut all = Inserted::default();
    for path in files {
        let open = tx.runs_open(&[task.key]).await?.get(&task.key).copied().unwrap_or_default();
        let Some(run) = run(&task, path, open, now) else { continue };
        let inserted = admit::insert(tx, &[run], &overlaps, now).await?;
        all.made.extend(inserted.made);
        all.displaced.extend(inserted.displaced);
    }
    tx.trigger_used(trigger.row, now).await?;
    Ok(all)
}

/// The run for a file.
fn run(task: &TaskRecord, path: &str, open: OpenRuns, now: DateTime<Utc>) -> Option<RunNew> {
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
        schedule_row: None,
        scheduled_for: None,
        due_at: now,
        params: params.into_iter().collect::<Map<_, _>>(),
    };
    admit::run_or_skipped(wanted, open, now)
}
