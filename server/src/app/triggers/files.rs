//! File triggers: compares the files on disk with the known ones. Each new state of a file starts one run.
//!
//! The known files are in the database. A file that came while the server was down therefore starts its run later,
//! and no file starts two. Files that exist when a trigger is created, or gets another pattern, are known from the
//! start. A file that disappears and returns unchanged (a share that was not mounted) is not a new file.

use super::held;
use crate::app::core::write::Moment;
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted};
use crate::app::{App, Result};
use crate::domain::ids::TriggerId;
use crate::domain::model::{FileState, FilesLearned, KnownFile, KnownFiles, TaskRecord, TaskRef, TaskTriggerRecord};
use crate::domain::reason::Reason;
use crate::domain::triggers::TriggerRule;
use crate::domain::vocabulary::{FileChange, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

/// Maximum number of runs that one look at a trigger's files makes.
const ROUND: usize = 100;

/// A file that has been gone for this long is forgotten, and would be new if it returned.
const FORGET_AFTER: TimeDelta = TimeDelta::days(30);

/// A working file trigger.
#[derive(Debug, Clone, PartialEq)]
pub struct FileTrigger {
    /// The stored trigger.
    pub record: TaskTriggerRecord,
    /// Task of the trigger.
    pub task: TaskRecord,
    /// Pattern of its files.
    pub pattern: String,
    /// What must happen to a file.
    pub change: FileChange,
    /// Time without a change, for `settled`.
    pub settle: TimeDelta,
    /// The files that the trigger knew before the look.
    pub known: KnownFiles,
}

/// What a look at the disk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// The files that match, by path.
    pub files: BTreeMap<String, FileState>,
    /// Why there may be more files; none if the look was complete.
    pub incomplete: Option<Reason>,
}

impl FileTrigger {
    /// What is stored of a trigger and its task, if it works: enabled, of an enabled, living task.
    fn of(record: TaskTriggerRecord, task: TaskRecord) -> Option<Self> {
        if task.deleted_at.is_some() || !task.definition.enabled {
            return None;
        }
        let trigger = task.definition.triggers.iter().find(|it| it.key == record.key && it.enabled)?;
        let TriggerRule::File { pattern, change, settle_seconds } = &trigger.rule else { return None };
        let (pattern, change, settle) = (pattern.clone(), *change, crate::app::core::span::seconds(*settle_seconds));
        Some(Self { record, task, pattern, change, settle, known: KnownFiles::default() })
    }

    /// Distinguishes patterns and changes from each other.
    fn fingerprint(&self) -> i64 {
        let digest = Sha256::digest(format!("{}\0{}", self.change, self.pattern));
        let first: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
        i64::from_be_bytes(first)
    }
}

impl App {
    /// The working file triggers: enabled, of enabled tasks, each with the files that it knows.
    pub async fn file_triggers(&self) -> Result<Vec<FileTrigger>> {
        let records = self.store().triggers_of_files().await?;
        let tasks: BTreeSet<_> = records.iter().map(|record| record.task_key).collect();
        let tasks = self.store().tasks_by_key(&tasks.into_iter().collect::<Vec<_>>()).await?;
        let of = |record: TaskTriggerRecord| FileTrigger::of(record.clone(), tasks.get(&record.task_key)?.clone());
        let mut found: Vec<FileTrigger> = records.into_iter().filter_map(of).collect();
        let rows: Vec<_> = found.iter().map(|trigger| trigger.record.row).collect();
        let mut known = self.store().files_seen(&rows).await?;
        for trigger in &mut found {
            trigger.known = known.remove(&trigger.record.row).unwrap_or_default();
        }
        Ok(found)
    }

    /// Compares the files of a trigger with those it knows. Returns how many runs were made. If a look was
    /// incomplete, only the files that it saw count.
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
        let looked = trigger.clone();
        let write = async move |tx: &Tx, _: Moment| {
            // What was looked for may be wanted no more. Nothing is learned then, so that no file is lost should it be wanted again.
            let Some(present) = still(tx, &looked).await? else { return Ok(Inserted::default()) };
            tx.files_know(present.record.row, &learned, now).await?;
            if ripe.is_empty() { Ok(Inserted::default()) } else { start(tx, &present, &ripe, now).await }
        };
        Ok(self.write(write, Self::announce_inserted).await?.made.len())
    }

    /// Stores the present problems of file triggers, by the trigger's id.
    pub fn file_problems_found(&self, problems: BTreeMap<TriggerId, Reason>) {
        *self.inner.boards.file_problems.lock().unwrap_or_else(PoisonError::into_inner) = problems;
    }

    /// The problem of a file trigger at the last look.
    pub(in crate::app) fn file_problem(&self, trigger: TriggerId) -> Option<Reason> {
        self.inner.boards.file_problems.lock().unwrap_or_else(PoisonError::into_inner).get(&trigger).cloned()
    }
}

enum Seen {
    /// The file starts a run.
    New,
    /// The file must be remembered, but starts no run: it returned unchanged, or it changed and only new files count.
    Changed,
    /// There is nothing to do, or not yet.
    Known,
}

fn seen(trigger: &FileTrigger, known: Option<&KnownFile>, state: FileState, now: DateTime<Utc>) -> Seen {
    let same = known.is_some_and(|file| file.state == state);
    let gone = known.is_some_and(|file| file.gone);
    let new = match trigger.change {
        FileChange::Created => known.is_none() || gone && !same,
        FileChange::Changed => !same,
        FileChange::Settled => !same && now - state.changed_at >= trigger.settle,
    };
    match new {
        true => Seen::New,
        false if gone && same || !same && trigger.change == FileChange::Created => Seen::Changed,
        false => Seen::Known,
    }
}

/// The trigger as it is now; none: it looks for nothing any more, or for something else, or everything is on hold.
async fn still(tx: &Tx, looked: &FileTrigger) -> Result<Option<FileTrigger>> {
    if held(tx).await? {
        return Ok(None);
    }
    let Some(task) = tx.task_find(&TaskRef::Id(looked.task.id)).await? else { return Ok(None) };
    let present = FileTrigger::of(looked.record.clone(), task);
    Ok(present.filter(|present| present.fingerprint() == looked.fingerprint()))
}

async fn start(tx: &Tx, trigger: &FileTrigger, files: &[String], now: DateTime<Utc>) -> Result<Inserted> {
    let FileTrigger { task, record, .. } = trigger;
    let takes_file = task.definition.params.iter().any(|param| param.name == "file");
    let mut all = Inserted::default();
    for path in files {
        let mut wanted = Wanted::new(task, TriggerKind::File, Some(path.clone()), now);
        wanted.params.extend(takes_file.then(|| ("file".to_owned(), Value::from(path.as_str()))));
        all += admit::one_or_skipped(tx, wanted, now).await?;
    }
    tx.trigger_used(record.row, now).await?;
    Ok(all)
}
