//! Tasks and their versions, as the store keeps them.

use crate::domain::ids::RunId;
use crate::domain::ids::TaskId;
use crate::domain::keys::{Key, Task};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::RunState;
use chrono::DateTime;
use chrono::Utc;
use std::collections::BTreeMap;

/// What of a stored definition cannot be read; nothing, as a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// What is wrong with schedules, by their keys.
    pub schedules: BTreeMap<String, String>,
    /// What is wrong with the rest: the definition is not the one that was saved, and nothing may run by it.
    pub rest: Option<String>,
}

impl Damage {
    /// Whether everything could be read.
    pub fn is_none(&self) -> bool {
        self.schedules.is_empty() && self.rest.is_none()
    }
}

/// A task as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRecord {
    /// Id.
    pub id: TaskId,
    /// Key inside the database; never leaves the server.
    pub key: Key<Task>,
    /// The newest definition, as far as it can be read.
    pub definition: Definition,
    /// What of it cannot be read.
    pub damage: Damage,
    /// Its version.
    pub version: u32,
    /// Owner under which it was last applied.
    pub owner: Option<String>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Its newest run.
    pub last_run: Option<LastRunRecord>,
    /// Runs stored.
    pub run_count: u64,
}

/// The newest run of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRunRecord {
    /// Id.
    pub id: RunId,
    /// State.
    pub state: RunState,
    /// When its first attempt started.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// How a task is named in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskRef {
    /// By id; finds deleted tasks too.
    Id(TaskId),
    /// By name; finds the living task of that name.
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

/// Which tasks a list shows. Deleted tasks are never shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Text in name, title or description, in any case.
    pub text: Option<String>,
    /// This folder and those below.
    pub folder: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// Enabled or not.
    pub enabled: Option<bool>,
    /// State of the newest run.
    pub last_state: Option<RunState>,
    /// Owner under which it was last applied.
    pub owner: Option<String>,
}

/// Order of a list of tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TaskSort {
    /// By name.
    #[default]
    Name,
    /// Last changed first.
    UpdatedAt,
    /// Task with the newest run first.
    LastRunAt,
}

/// Who changes a definition, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskChange {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Why, in words; may be empty.
    pub note: String,
    /// New owner; none: the owner stays.
    pub owner: Option<String>,
}

/// A version of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskVersionRecord {
    /// Number, from 1.
    pub version: u32,
    /// The definition, as far as it can be read.
    pub definition: Definition,
    /// What of it cannot be read.
    pub damage: Damage,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: String,
    /// Why, in words; may be empty.
    pub note: String,
}
