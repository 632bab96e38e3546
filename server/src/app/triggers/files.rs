//! File triggers: which of them work, what they know, and what is wrong with them.
//!
//! Deliberately absent: what a look at the disk changes, which `compare` decides.

use crate::app::{App, Result};
use crate::domain::ids::TriggerId;
use crate::domain::model::{FileState, KnownFiles, TaskRecord, TaskTriggerRecord};
use crate::domain::reason::Reason;
use crate::domain::triggers::TriggerRule;
use crate::domain::triggers::files::FileFlaw;
use crate::domain::vocabulary::FileChange;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::time::Duration;

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
    pub settle: Duration,
    /// The files that the trigger knew before the look.
    pub known: KnownFiles,
}

/// What a look at the disk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// The files that match, by path.
    pub files: BTreeMap<String, FileState>,
    /// The files that match and cannot be given to a run, by path as people can read it.
    pub flawed: Vec<(String, FileFlaw)>,
    /// Why there may be more files; none if the look was complete.
    pub incomplete: Option<Reason>,
}

impl FileTrigger {
    /// What is stored of a trigger and its task, if it works: enabled, of an enabled, living task.
    pub(super) fn of(record: TaskTriggerRecord, task: TaskRecord) -> Option<Self> {
        if task.deleted_at.is_some() || !task.definition.enabled {
            return None;
        }
        let trigger = task.definition.triggers.iter().find(|it| it.key == record.key && it.enabled)?;
        let TriggerRule::File { pattern, change, settle_seconds } = &trigger.rule else { return None };
        let (pattern, change, settle) = (pattern.clone(), *change, Duration::from_secs_f64(settle_seconds.max(0.0)));
        Some(Self { record, task, pattern, change, settle, known: KnownFiles::default() })
    }

    /// Distinguishes patterns and changes from each other.
    pub(super) fn fingerprint(&self) -> i64 {
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

    /// Stores the present problems of file triggers, by the trigger's id.
    pub fn file_problems_found(&self, problems: BTreeMap<TriggerId, Reason>) {
        *self.inner.boards.file_problems.lock().unwrap_or_else(PoisonError::into_inner) = problems;
    }

    /// The problem of a file trigger at the last look.
    pub(in crate::app) fn file_problem(&self, trigger: TriggerId) -> Option<Reason> {
        self.inner.boards.file_problems.lock().unwrap_or_else(PoisonError::into_inner).get(&trigger).cloned()
    }
}
