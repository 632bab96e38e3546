//! Tasks and their versions, as the store keeps them.

use crate::domain::ids::RunId;
use crate::domain::ids::TaskId;
use crate::domain::keys::{Key, Task};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::RunState;
use chrono::DateTime;
use chrono::Utc;
use std::collections::BTreeMap;

/// The unreadable parts of a stored definition; usually none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// What is wrong with schedules, by their keys.
    pub schedules: BTreeMap<String, String>,
    /// What is wrong with the rest. If set, the definition is not the one that was saved, and must not be run.
    pub rest: Option<String>,
}

impl Damage {
    /// Returns whether everything could be read.
    pub fn is_none(&self) -> bool {
        self.schedules.is_empty() && self.rest.is_none()
    }
}

/// A task as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRecord {
    /// Id of the task.
    pub id: TaskId,
    /// Key in the database. It never leaves the server.
    pub key: Key<Task>,
    /// The readable parts of the newest definition.
    pub definition: Definition,
    /// The unreadable parts of the definition.
    pub damage: Damage,
    /// Version of the definition.
    pub version: u32,
    /// Owner under which the task was last applied.
    pub owner: Option<String>,
    /// When the task was created.
    pub created_at: DateTime<Utc>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// When the task was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The newest run of the task.
    pub last_run: Option<LastRunRecord>,
    /// Number of stored runs.
    pub run_count: u64,
}

/// The newest run of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRunRecord {
    /// Id of the run.
    pub id: RunId,
    /// State of the run.
    pub state: RunState,
    /// When its first attempt started.
    pub started_at: Option<DateTime<Utc>>,
    /// When the run ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Whether the run looks wrong although it succeeded.
    pub suspicious: bool,
}

/// How a path refers to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskRef {
    /// By id. This finds deleted tasks too.
    Id(TaskId),
    /// By name. This finds only the existing task of that name.
    Name(String),
}

impl From<&str> for TaskRef {
    fn from(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Id)
    }
}

impl From<TaskId> for TaskRef {
    fn from(id: TaskId) -> Self {
        Self::Id(id)
    }
}

/// The tasks that a list shows. Deleted tasks are never shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Text in name, title or description, in upper or lower case.
    pub text: Option<String>,
    /// Tasks in this folder and the folders below it.
    pub folder: Option<String>,
    /// Tasks with this tag.
    pub tag: Option<String>,
    /// Enabled or disabled tasks.
    pub enabled: Option<bool>,
    /// State of the newest run.
    pub last_state: Option<RunState>,
    /// Owner under which the task was last applied.
    pub owner: Option<String>,
}

/// Who changes a definition, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskChange {
    /// When the change is made.
    pub at: DateTime<Utc>,
    /// Who makes the change.
    pub by: String,
    /// Why, in words; may be empty.
    pub note: String,
    /// New owner; none: the owner stays.
    pub owner: Option<String>,
}

/// A version of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskVersionRecord {
    /// Number of the version, starting at 1.
    pub version: u32,
    /// The readable parts of the definition.
    pub definition: Definition,
    /// The unreadable parts of the definition.
    pub damage: Damage,
    /// When the version was made.
    pub created_at: DateTime<Utc>,
    /// Who made the version.
    pub created_by: String,
    /// Why, in words; may be empty.
    pub note: String,
}
