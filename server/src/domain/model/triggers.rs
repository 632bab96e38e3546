//! Triggers, the files they have seen, and their firings.

use crate::domain::ids::RunId;
use crate::domain::ids::TaskId;
use crate::domain::ids::TriggerId;
use crate::domain::keys::{Firing, Key, Task, Trigger};
use crate::domain::vocabulary::RunState;
use chrono::DateTime;
use chrono::Utc;
use std::collections::BTreeMap;

/// State of a file: its size in bytes and the time of its last change.
pub type FileState = (u64, DateTime<Utc>);

/// A file that a trigger knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownFile {
    /// Its state when it last started a run.
    pub state: FileState,
    /// Whether it was not there at the last look.
    pub gone: bool,
}

/// The files that a trigger knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownFiles {
    /// Fingerprint of the pattern they were found by; none: nobody has looked yet.
    pub pattern: Option<i64>,
    /// The files, by path.
    pub files: BTreeMap<String, KnownFile>,
}

/// What a look changes about the files that a trigger knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesLearned {
    /// A new pattern: everything known before is forgotten.
    pub pattern: Option<i64>,
    /// Files that are there, in this state.
    pub present: Vec<(String, FileState)>,
    /// Files that are not there any more.
    pub gone: Vec<String>,
    /// Files that are gone since before that are forgotten.
    pub forget_before: DateTime<Utc>,
}

/// A trigger as stored; its rule is in the task's definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTriggerRecord {
    /// Id; the same key of the same task keeps it.
    pub id: TriggerId,
    /// Key inside the database.
    pub row: Key<Trigger>,
    /// Key of the task inside the database.
    pub task_key: Key<Task>,
    /// Key within the task.
    pub key: String,
    /// SHA-256 of the secret part of its address.
    pub secret_hash: Option<Vec<u8>>,
    /// The shared secret of signatures, sealed.
    pub sealed_secret: Option<Vec<u8>>,
    /// When address or secret were made.
    pub rotated_at: Option<DateTime<Utc>>,
    /// When it last made a run.
    pub last_run_at: Option<DateTime<Utc>>,
}

/// The end of a run that a trigger has yet to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiringRecord {
    /// Key inside the database.
    pub row: Key<Firing>,
    /// The trigger.
    pub trigger: TaskTriggerRecord,
    /// The task of the trigger.
    pub task: TaskId,
    /// The run that ended.
    pub run: RunId,
    /// Name of its task.
    pub task_name: String,
    /// How it ended.
    pub state: RunState,
}
