//! Which task depends on which, for circles and for tasks that others need.

use super::entity::task_dependency;
use crate::domain::keys::{Key, Task};
use crate::store::core::entity::task;
use crate::store::core::locks::{self, Hold};
use crate::store::{Result, Tx};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set};
use std::collections::BTreeMap;

impl Tx {
    /// On PostgreSQL, keeps others from changing who needs what until the transaction ends.
    pub async fn needs_hold(&self) -> Result<()> {
        locks::hold(self, Hold::Needs).await
    }

    /// Makes a task depend on these tasks and on no others.
    pub async fn task_dependencies_put(&self, task: Key<Task>, sources: &[Key<Task>]) -> Result<()> {
        task_dependency::Entity::delete_many().filter(task_dependency::Column::TaskId.eq(task)).exec(self).await?;
        let rows =
            sources.iter().map(|source| task_dependency::ActiveModel { task_id: Set(task), source_id: Set(*source) });
        if !sources.is_empty() {
            task_dependency::Entity::insert_many(rows).exec_without_returning(self).await?;
        }
        Ok(())
    }

    /// Returns whether a task depends on any other.
    pub async fn task_depends(&self, task: Key<Task>) -> Result<bool> {
        let query = task_dependency::Entity::find().filter(task_dependency::Column::TaskId.eq(task));
        Ok(query.one(self).await?.is_some())
    }

    /// Which task depends on which: (task, source), by name.
    pub async fn task_dependency_edges(&self) -> Result<Vec<(String, String)>> {
        let rows = task_dependency::Entity::find().all(self).await?;
        let mut keys: Vec<Key<Task>> = rows.iter().flat_map(|row| [row.task_id, row.source_id]).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut names: BTreeMap<Key<Task>, String> = BTreeMap::new();
        for chunk in keys.chunks(500) {
            let query = task::Entity::find().select_only().columns([task::Column::Id, task::Column::Name]);
            let query = query.filter(task::Column::DeletedAt.is_null());
            let query = query.filter(task::Column::Id.is_in(chunk.iter().copied()));
            names.extend(query.into_tuple::<(Key<Task>, String)>().all(self).await?);
        }
        let named =
            |row: &task_dependency::Model| Some((names.get(&row.task_id)?.clone(), names.get(&row.source_id)?.clone()));
        Ok(rows.iter().filter_map(named).collect())
    }

    /// Names of the tasks that depend on a task, in order.
    pub async fn task_dependents(&self, source: Key<Task>) -> Result<Vec<String>> {
        let tasks = Query::select()
            .column(task_dependency::Column::TaskId)
            .from(task_dependency::Entity)
            .and_where(task_dependency::Column::SourceId.eq(source))
            .take();
        let query = task::Entity::find().select_only().column(task::Column::Name);
        let query = query.filter(task::Column::DeletedAt.is_null()).filter(task::Column::Id.in_subquery(tasks));
        Ok(query.order_by_asc(task::Column::Name).into_tuple().all(self).await?)
    }
}
