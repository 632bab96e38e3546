//! Tasks: definitions with all their versions, and where each task stands.

use super::{Page, PageRequest, Result, Store, StoreError, Tx};
use crate::domain::ids::{RunId, TaskId};
use crate::domain::task::Definition;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};

/// A task as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRecord {
    /// Id.
    pub id: TaskId,
    /// Key inside the database; never leaves the server.
    pub key: i64,
    /// The newest definition.
    pub definition: Definition,
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
    /// The definition.
    pub definition: Definition,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: String,
    /// Why, in words; may be empty.
    pub note: String,
}

impl Store {
    /// A task by id (deleted ones too) or by name (living ones).
    pub async fn task_find(&self, _task: &TaskRef) -> Result<Option<TaskRecord>> {
        Err(StoreError::Closed)
    }

    /// A page of living tasks.
    pub async fn task_list(
        &self,
        _filter: &TaskFilter,
        _sort: TaskSort,
        _page: &PageRequest,
    ) -> Result<Page<TaskRecord>> {
        Err(StoreError::Closed)
    }

    /// A page of versions, newest first.
    pub async fn task_version_list(&self, _task_key: i64, _page: &PageRequest) -> Result<Page<TaskVersionRecord>> {
        Err(StoreError::Closed)
    }

    /// One version.
    pub async fn task_version_find(&self, _task_key: i64, _version: u32) -> Result<Option<TaskVersionRecord>> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// A task by id (deleted ones too) or by name (living ones). On PostgreSQL its row is locked, so that admission and
    /// edits of one task follow one another.
    pub async fn task_find(&self, _task: &TaskRef) -> Result<Option<TaskRecord>> {
        Err(StoreError::Closed)
    }

    /// Several tasks by id, living ones only, locked as by `task_find`, in order of their keys.
    pub async fn tasks_find(&self, _tasks: &[TaskId]) -> Result<Vec<TaskRecord>> {
        Err(StoreError::Closed)
    }

    /// All living tasks last applied by an owner.
    pub async fn tasks_of_owner(&self, _owner: &str) -> Result<Vec<TaskRecord>> {
        Err(StoreError::Closed)
    }

    /// Stores a new task as version 1, with its schedules watching from `change.at` on. `NameTaken` if the name is in use.
    pub async fn task_insert(&self, _definition: &Definition, _change: &TaskChange) -> Result<TaskRecord> {
        Err(StoreError::Closed)
    }

    /// Stores a new version, guarded by the version that was read (`Stale`), and brings the schedules in line: the same key
    /// keeps its id, a removed one is closed, a new or changed one watches from `change.at` on.
    pub async fn task_update(
        &self,
        _read: &TaskRecord,
        _definition: &Definition,
        _change: &TaskChange,
    ) -> Result<TaskRecord> {
        Err(StoreError::Closed)
    }

    /// Marks a task as deleted and closes its schedules: its name is free, runs and slots stay. False: it was already.
    pub async fn task_delete(&self, _read: &TaskRecord, _at: DateTime<Utc>) -> Result<bool> {
        Err(StoreError::Closed)
    }
}
