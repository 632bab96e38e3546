//! Tasks: definitions with all their versions, and the present state of each task.
//!
//! Deliberately absent: schedules and triggers, which have their own rows. Start reading at
//! `task_find`, then `versions` and `walk`.

pub(in crate::store) mod versions;
pub(in crate::store) mod walk;

use super::core::entity::task;
use super::core::error::{damaged, unique};
use super::core::page::{beyond, escaped};
use super::core::rows::small;
use super::core::task::definition::definition_of;
use super::core::time::{Micros, instant};
use super::{Conflict, Result, Store, StoreError, Tx, schedules};
use crate::domain::ids::{RunId, TaskId};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::model::{LastRunRecord, TaskChange, TaskFilter, TaskRecord, TaskRef};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::TaskSort;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, Order, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
};
use std::collections::HashMap;

impl Store {
    /// Finds a task by id (including deleted ones) or by name (only existing ones).
    pub async fn task_find(&self, task: &TaskRef) -> Result<Option<TaskRecord>> {
        one(self.reader(), select(task)).await
    }

    /// Tasks by their keys, including deleted ones.
    pub async fn tasks_by_key(&self, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskRecord>> {
        let mut found = HashMap::with_capacity(tasks.len());
        for chunk in tasks.chunks(500) {
            let query = task::Entity::find().filter(task::Column::Id.is_in(chunk.iter().copied()));
            for row in query.all(self.reader()).await? {
                found.insert(row.id, record(row)?);
            }
        }
        Ok(found)
    }

    /// A page of tasks, without deleted ones.
    pub async fn task_list(&self, filter: &TaskFilter, sort: TaskSort, page: &PageRequest) -> Result<Page<TaskRecord>> {
        let (column, order) = match sort {
            TaskSort::Name => (task::Column::Name, Order::Asc),
            TaskSort::UpdatedAt => (task::Column::UpdatedAt, Order::Desc),
            TaskSort::LastRunAt => (task::Column::LastRunCreatedAt, Order::Desc),
        };
        let mut query = filtered(filter);
        if let Some(cursor) = &page.cursor {
            let columns = [column, task::Column::Id];
            query = query.filter(match sort {
                TaskSort::Name => {
                    let (at, key) = cursor.as_text()?;
                    beyond(columns, at, key, false)
                }
                TaskSort::UpdatedAt | TaskSort::LastRunAt => {
                    let (at, key) = cursor.as_number()?;
                    beyond(columns, at, key, true)
                }
            });
        }
        let query = query.order_by(column, order.clone()).order_by(task::Column::Id, order);
        let rows = query.limit(u64::from(page.limit) + 1).all(self.reader()).await?;
        Page::cut(rows, page.limit, |row| match sort {
            TaskSort::Name => Cursor::text(row.name.clone(), row.id),
            TaskSort::UpdatedAt => Cursor::number(row.updated_at.0, row.id),
            TaskSort::LastRunAt => Cursor::number(row.last_run_created_at.0, row.id),
        })
        .try_map(record)
    }
}

impl Store {
    /// Tasks by their keys, without deleted ones.
    pub async fn tasks_find(&self, keys: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskRecord>> {
        several(self.reader(), keys, |query| query).await
    }
}

impl Tx {
    /// Finds a task by id (including deleted ones) or by name (only existing ones). On PostgreSQL its row is locked,
    /// so that admission and edits of one task take turns.
    pub async fn task_find(&self, task: &TaskRef) -> Result<Option<TaskRecord>> {
        one(self, self.locked(select(task))).await
    }

    /// Tasks by their keys, without deleted ones, locked as by `task_find`.
    pub async fn tasks_find(&self, keys: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskRecord>> {
        several(self, keys, |query| self.locked(query)).await
    }

    /// All tasks that an owner applied last, without deleted ones.
    pub async fn tasks_of_owner(&self, owner: &str) -> Result<Vec<TaskRecord>> {
        let query = task::Entity::find()
            .filter(Expr::cust("owner IS NOT NULL AND deleted_at IS NULL"))
            .filter(task::Column::Owner.eq(owner))
            .order_by_asc(task::Column::Id);
        self.locked(query).all(self).await?.into_iter().map(record).collect()
    }

    /// Number of tasks, without deleted ones.
    pub async fn task_count(&self) -> Result<u64> {
        use sea_orm::PaginatorTrait as _;
        Ok(task::Entity::find().filter(task::Column::DeletedAt.is_null()).count(self).await?)
    }

    /// Stores a new task as version 1. The watermarks of its schedules start at `change.at`. Fails with `NameTaken`
    /// if the name is in use.
    pub async fn task_insert(&self, definition: &Definition, change: &TaskChange) -> Result<TaskRecord> {
        let json = to_json(definition)?;
        let mut row = definition_columns(definition, json.clone());
        row.uid = Set(TaskId::generate().0);
        row.version = Set(1);
        row.owner = Set(change.owner.clone());
        row.created_at = Set(change.at.into());
        row.updated_at = Set(change.at.into());
        row.deleted_at = Set(None);
        row.run_count = Set(0);
        row.last_run_created_at = Set(Micros(0));
        row.last_run_suspicious = Set(false);
        let row = row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?;
        self.version_insert(row.id, 1, json, change).await?;
        schedules::sync(self, row.id, definition, true, change.at).await?;
        if definition.enabled && !definition.expect.is_none() {
            self.task_watch_put(row.id, Some(&definition.expect), true, change.at).await?;
        }
        record(row)
    }

    /// Stores a new version and updates the schedules: the same key keeps its id, a removed schedule is closed, and
    /// the watermark of a new or changed one starts at `change.at`. Fails with `Stale` if the task is no longer at
    /// the version that was read.
    pub async fn task_update(
        &self,
        read: &TaskRecord,
        definition: &Definition,
        change: &TaskChange,
    ) -> Result<TaskRecord> {
        let json = to_json(definition)?;
        let mut row = definition_columns(definition, json.clone());
        row.version = Set(i64::from(read.version) + 1);
        row.updated_at = Set(change.at.into());
        if change.owner.is_some() {
            row.owner = Set(change.owner.clone());
        }
        let updated = task::Entity::update_many()
            .set(row)
            .filter(task::Column::Id.eq(read.key))
            .filter(task::Column::Version.eq(i64::from(read.version)))
            .filter(task::Column::DeletedAt.is_null())
            .exec_with_returning(self)
            .await
            .map_err(|error| unique(error, Conflict::NameTaken))?;
        let Some(row) = updated.into_iter().next() else {
            let living = task::Entity::find_by_id(read.key).filter(task::Column::DeletedAt.is_null());
            let what = match living.one(self).await? {
                Some(row) => Conflict::Stale { current: small(row.version) },
                None => Conflict::Gone("the task"),
            };
            return Err(StoreError::conflict(what));
        };
        self.version_insert(row.id, row.version, json, change).await?;
        let flipped = read.definition.enabled != definition.enabled;
        schedules::sync(self, row.id, definition, flipped, change.at).await?;
        let (before, expect) = (&read.definition.expect, &definition.expect);
        let anew = flipped || before.at_least_every_seconds != expect.at_least_every_seconds;
        if !(before.is_none() && expect.is_none()) || read.damage.rest.is_some() {
            self.task_watch_put(row.id, definition.enabled.then_some(expect), anew, change.at).await?;
        }
        record(row)
    }

    /// Marks a task as deleted and closes its schedules. Its name becomes free; runs and slots stay. Returns false if
    /// it was already deleted.
    pub async fn task_delete(&self, read: &TaskRecord, at: DateTime<Utc>) -> Result<bool> {
        let deleted = task::Entity::update_many()
            .col_expr(task::Column::DeletedAt, Expr::value(Micros::from(at)))
            .filter(task::Column::Id.eq(read.key))
            .filter(task::Column::DeletedAt.is_null())
            .exec(self)
            .await?;
        schedules::remove_all(self, read.key, at).await?;
        if !read.definition.expect.is_none() || read.damage.rest.is_some() {
            self.task_watch_put(read.key, None, true, at).await?;
        }
        Ok(deleted.rows_affected > 0)
    }

    pub(super) fn locked(&self, query: Select<task::Entity>) -> Select<task::Entity> {
        if self.locks() { query.lock_exclusive() } else { query }
    }
}

async fn several(
    connection: &impl ConnectionTrait,
    keys: &[Key<Task>],
    lock: impl Fn(Select<task::Entity>) -> Select<task::Entity>,
) -> Result<HashMap<Key<Task>, TaskRecord>> {
    let mut found = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(500) {
        let living = task::Entity::find().filter(task::Column::DeletedAt.is_null());
        let query = living.filter(task::Column::Id.is_in(chunk.iter().copied()));
        for row in lock(query.order_by_asc(task::Column::Id)).all(connection).await? {
            found.insert(row.id, record(row)?);
        }
    }
    Ok(found)
}

fn select(task: &TaskRef) -> Select<task::Entity> {
    match task {
        TaskRef::Id(id) => task::Entity::find().filter(task::Column::Uid.eq(id.0)),
        TaskRef::Name(name) => {
            task::Entity::find().filter(task::Column::Name.eq(name.as_str())).filter(task::Column::DeletedAt.is_null())
        }
    }
}

async fn one(connection: &impl ConnectionTrait, query: Select<task::Entity>) -> Result<Option<TaskRecord>> {
    query.one(connection).await?.map(record).transpose()
}

fn filtered(filter: &TaskFilter) -> Select<task::Entity> {
    let TaskFilter { text, folder, tag, enabled, last_state, owner } = filter;
    let mut query = task::Entity::find().filter(task::Column::DeletedAt.is_null());
    if let Some(text) = text {
        query = query.filter(like(task::Column::Search, &format!("%{}%", escaped(&text.to_lowercase()))));
    }
    if let Some(folder) = folder {
        let below = like(task::Column::Folder, &format!("{}/%", escaped(folder)));
        query = query.filter(task::Column::Folder.eq(folder.as_str()).or(below));
    }
    if let Some(tag) = tag {
        let json = serde_json::Value::from(tag.as_str()).to_string();
        query = query.filter(like(task::Column::Tags, &format!("%{}%", escaped(&json))));
    }
    if let Some(enabled) = enabled {
        query = query.filter(task::Column::Enabled.eq(*enabled));
    }
    if let Some(state) = last_state {
        query = query.filter(task::Column::LastRunState.eq(state.as_str()));
    }
    if let Some(owner) = owner {
        query = query.filter(task::Column::Owner.eq(owner.as_str()));
    }
    query
}

fn like(column: task::Column, pattern: &str) -> Expr {
    Expr::col(column).like(LikeExpr::new(pattern).escape('!'))
}

fn definition_columns(definition: &Definition, json: String) -> task::ActiveModel {
    let search = format!("{}\n{}\n{}", definition.name, definition.title, definition.description).to_lowercase();
    task::ActiveModel {
        id: NotSet,
        name: Set(definition.name.clone()),
        folder: Set(definition.folder.clone()),
        tags: Set(serde_json::Value::from(definition.tags.clone()).to_string()),
        search: Set(search),
        enabled: Set(definition.enabled),
        definition: Set(json),
        retention_days: Set(i64::from(definition.retention.days)),
        retention_runs: Set(i64::from(definition.retention.runs)),
        ..Default::default()
    }
}

fn to_json(definition: &Definition) -> Result<String> {
    serde_json::to_string(definition).map_err(|error| StoreError::Other(format!("definition: {error}")))
}

fn record(row: task::Model) -> Result<TaskRecord> {
    let last_run = match (row.last_run_uid, &row.last_run_state) {
        (Some(uid), Some(state)) => Some(LastRunRecord {
            id: RunId(uid),
            state: state.parse().map_err(|error| damaged("task", error))?,
            started_at: instant(row.last_run_started_at),
            finished_at: instant(row.last_run_finished_at),
            suspicious: row.last_run_suspicious,
        }),
        _ => None,
    };
    let (mut definition, damage) = definition_of(&row.definition);
    if damage.rest.is_some() {
        // The separate columns say which task it is.
        definition.name = row.name;
        definition.folder = row.folder;
        definition.tags = serde_json::from_str(&row.tags).unwrap_or_default();
    }
    Ok(TaskRecord {
        id: TaskId(row.uid),
        key: row.id,
        definition,
        damage,
        version: small(row.version),
        owner: row.owner,
        created_at: row.created_at.into(),
        updated_at: row.updated_at.into(),
        deleted_at: instant(row.deleted_at),
        last_run,
        run_count: row.run_count.unsigned_abs(),
    })
}
