//! Versions of definitions. Every version is kept.

use super::definitions::definition_of;
use super::entity::{task, task_version};
use crate::domain::ids::TaskId;
use crate::domain::model::TaskVersionRecord;
use crate::domain::model::{Cursor, Page, PageRequest, TaskChange};
use crate::domain::tasks::Definition;
use crate::store::core::rows::Rows;
use crate::store::core::rows::small;
use crate::store::{Result, Store, Tx};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

impl Store {
    /// A page of versions, newest first.
    pub async fn task_version_list(&self, task_key: i64, page: &PageRequest) -> Result<Page<TaskVersionRecord>> {
        let mut query = task_version::Entity::find().filter(task_version::Column::TaskId.eq(task_key));
        if let Some(cursor) = &page.cursor {
            query = query.filter(task_version::Column::Version.lt(cursor.as_number()?.0));
        }
        let query = query.order_by_desc(task_version::Column::Version).limit(u64::from(page.limit) + 1);
        let page = Page::cut(query.all(self.reader()).await?, page.limit, |row| Cursor::number(row.version, 0));
        let next = page.next;
        Ok(Page { items: page.items.into_iter().map(version_record).collect::<Result<_>>()?, next })
    }

    /// Finds one version.
    pub async fn task_version_find(&self, task_key: i64, version: u32) -> Result<Option<TaskVersionRecord>> {
        let found = task_version::Entity::find_by_id((task_key, i64::from(version))).one(self.reader()).await?;
        found.map(version_record).transpose()
    }
}

impl Tx {
    /// Finds one version.
    pub async fn task_version_find(&self, task_key: i64, version: u32) -> Result<Option<TaskVersionRecord>> {
        let found = task_version::Entity::find_by_id((task_key, i64::from(version))).one(self).await?;
        found.map(version_record).transpose()
    }

    /// Returns which of these tasks, given by key and version, have changed or are disabled or deleted. The others
    /// stay as they are until the end of the transaction.
    pub async fn tasks_changed(&self, tasks: &[(i64, u32)]) -> Result<HashSet<i64>> {
        let mut changed = HashSet::new();
        for chunk in tasks.chunks(500) {
            if self.locks() {
                let keys = task::Entity::find().select_only().column(task::Column::Id);
                let keys = keys.filter(task::Column::Id.is_in(chunk.iter().map(|(key, _)| *key)));
                self.locked(keys.order_by_asc(task::Column::Id)).into_tuple::<i64>().all(self).await?;
            }
            let mut rows = Rows::new(["id", "version"]);
            chunk.iter().for_each(|(key, version)| rows.push([(*key).into(), i64::from(*version).into()]));
            let text = "SELECT v.id AS id FROM {rows} LEFT JOIN task ON task.id = v.id AND task.version = v.version \
                        AND task.enabled AND task.deleted_at IS NULL WHERE task.id IS NULL";
            for row in self.query_all_raw(rows.statement(self.get_database_backend(), text)).await? {
                changed.insert(row.try_get("", "id")?);
            }
        }
        Ok(changed)
    }

    /// Stores a version.
    pub(in crate::store) async fn version_insert(
        &self,
        task_id: i64,
        version: i64,
        json: String,
        change: &TaskChange,
    ) -> Result<()> {
        let row = task_version::ActiveModel {
            task_id: Set(task_id),
            version: Set(version),
            definition: Set(json),
            created_at: Set(change.at.into()),
            created_by: Set(change.by.clone()),
            note: Set(change.note.clone()),
        };
        task_version::Entity::insert(row).exec_without_returning(self).await?;
        Ok(())
    }
}

fn version_record(row: task_version::Model) -> Result<TaskVersionRecord> {
    let task_version::Model { task_id: _, version, definition, created_at, created_by, note } = row;
    let (definition, damage) = definition_of(&definition);
    Ok(TaskVersionRecord {
        version: small(version),
        definition,
        damage,
        created_at: created_at.into(),
        created_by,
        note,
    })
}

/// The readable parts of a stored definition.
pub(in crate::store) struct StoredDefinition {
    /// Id of its task.
    pub(in crate::store) task: TaskId,
    /// The parts that could be read.
    pub(in crate::store) definition: Arc<Definition>,
    /// The parts that could not be read; none if everything could.
    pub(in crate::store) damage: Option<String>,
}

/// Stored definitions by key of the task and version.
pub(in crate::store) type Definitions = HashMap<(i64, u32), StoredDefinition>;

/// Reads the definitions of versions, each with the id of its task and what is wrong with it.
pub(in crate::store) async fn definitions(
    connection: &impl ConnectionTrait,
    wanted: impl IntoIterator<Item = (i64, u32)>,
) -> Result<Definitions> {
    let wanted: Vec<_> = wanted.into_iter().collect::<HashSet<_>>().into_iter().collect();
    let mut found = HashMap::with_capacity(wanted.len());
    let key = || (task_version::Entity, task_version::Column::TaskId);
    let version = || (task_version::Entity, task_version::Column::Version);
    for chunk in wanted.chunks(200) {
        let mut query = Query::select();
        query
            .columns([key(), version(), (task_version::Entity, task_version::Column::Definition)])
            .column((task::Entity, task::Column::Uid))
            .from(task_version::Entity)
            .inner_join(task::Entity, Expr::col((task::Entity, task::Column::Id)).equals(key()))
            .and_where(
                Expr::tuple([Expr::col(key()), Expr::col(version())])
                    .in_tuples(chunk.iter().map(|(key, version)| (*key, i64::from(*version)))),
            );
        for row in connection.query_all(&query).await? {
            let key = (row.try_get("", "task_id")?, small(row.try_get("", "version")?));
            let (definition, damage) = definition_of(&row.try_get::<String>("", "definition")?);
            let task = TaskId(row.try_get("", "uid")?);
            let stored = StoredDefinition { task, definition: Arc::new(definition), damage: damage.rest };
            found.insert(key, stored);
        }
    }
    Ok(found)
}
