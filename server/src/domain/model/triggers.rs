//! Triggers, the files they know, and their firings.

use crate::domain::ids::RunId;
use crate::domain::ids::TaskId;
use crate::domain::ids::TriggerId;
use crate::domain::keys::{Firing, Key, Task, Trigger};
use crate::domain::triggers::words::{HookVerdict, WebhookSender};
use crate::domain::vocabulary::RunState;
use chrono::DateTime;
use chrono::Utc;
use std::collections::BTreeMap;

/// State of a file, as its file system tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileState {
    /// Size in bytes.
    pub bytes: u64,
    /// When the file says it was modified. Whoever writes the file can set it to any time.
    pub changed_at: DateTime<Utc>,
    /// What the file system notes by itself; none: the file was known before Orc kept it.
    pub marks: Option<FileMarks>,
}

/// What a file system notes about a file, whatever date the file claims to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMarks {
    /// Number of the disk. Marks of different disks cannot be compared.
    pub device: i64,
    /// Number of the file on its disk; none if the file system does not keep numbers.
    pub number: Option<i64>,
    /// When content, name, or rights of the file were last altered, by the clock of the file system.
    pub altered_at: DateTime<Utc>,
    /// Fingerprint of owner, group, mode, and number of names.
    pub rights: i64,
}

/// A file that a trigger knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownFile {
    /// State of the file when it last started a run.
    pub state: FileState,
    /// Fingerprint of its content at that time; none if nobody has read it.
    pub content: Option<i64>,
    /// Whether the file was absent at the last look.
    pub gone: bool,
}

/// The files that a trigger knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownFiles {
    /// Fingerprint of the pattern that found them; none: nobody has looked yet.
    pub pattern: Option<i64>,
    /// The files, by path.
    pub files: BTreeMap<String, KnownFile>,
}

/// A file that exists, as a trigger will know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentFile {
    /// Path of the file.
    pub path: String,
    /// Its state.
    pub state: FileState,
    /// Fingerprint of its content; none if nobody has read it.
    pub content: Option<i64>,
}

/// What a look changes about the files that a trigger knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesLearned {
    /// A new pattern, which makes the trigger forget everything known before.
    pub pattern: Option<i64>,
    /// Files that exist.
    pub present: Vec<PresentFile>,
    /// Files that no longer exist.
    pub gone: Vec<String>,
    /// Files that have been gone since before this instant are forgotten.
    pub forget_before: DateTime<Utc>,
}

/// A trigger as stored. Its rule is in the task's definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTriggerRecord {
    /// Id of the trigger. It stays as long as the key within the task stays.
    pub id: TriggerId,
    /// Key in the database.
    pub row: Key<Trigger>,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Key within the task.
    pub key: String,
    /// SHA-256 of the secret part of its address.
    pub secret_hash: Option<Vec<u8>>,
    /// The shared secret for signatures, sealed.
    pub sealed_secret: Option<Vec<u8>>,
    /// When the address or secret was created.
    pub rotated_at: Option<DateTime<Utc>>,
    /// When the trigger last made a run.
    pub last_run_at: Option<DateTime<Utc>>,
}

/// The end of a run that a trigger has not handled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiringRecord {
    /// Key in the database.
    pub row: Key<Firing>,
    /// The trigger.
    pub trigger: TaskTriggerRecord,
    /// Id of the trigger's task.
    pub task: TaskId,
    /// Id of the run that ended.
    pub run: RunId,
    /// Name of that run's task.
    pub task_name: String,
    /// State in which that run ended.
    pub state: RunState,
}

/// A call of a webhook, as its log keeps it: no secret, no body, no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookCallRecord {
    /// When it came; of several alike, the last one.
    pub called_at: DateTime<Utc>,
    /// Address of the client.
    pub address: String,
    /// By whose rules it was checked.
    pub sender: WebhookSender,
    /// What became of it.
    pub verdict: HookVerdict,
    /// The run that it made, or that it repeated.
    pub run: Option<RunId>,
    /// The sender's name for the delivery.
    pub delivery: Option<String>,
    /// Size of the body in bytes.
    pub body_bytes: u64,
    /// How many calls it stands for. Only calls without proof are counted together.
    pub count: u32,
}
