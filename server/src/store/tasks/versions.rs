//! Versions of definitions. Every version is kept.

use crate::domain::keys::{Key, Task};
use crate::domain::model::TaskVersionRecord;
use crate::domain::model::{Cursor, Page, PageRequest, TaskChange};
use crate::store::core::entity::{task, task_version};
use crate::store::core::rows::Rows;
use crate::store::core::rows::small;
use crate::store::core::task::definition::definition_of;
use crate::store::{Result, Store, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use std::collections::HashSet;

impl Store {
    /// A page of versions, newest first.
    pub async fn task_version_list(&self, task_key: Key<Task>, page: &PageRequest) -> Result<Page<TaskVersionRecord>> {
        let mut query = task_version::Entity::find().filter(task_version::Column::TaskId.eq(task_key));
        if let Some(cursor) = &page.cursor {
            query = query.filter(task_version::Column::Version.lt(cursor.as_number()?.0));
        }
        let query = query.order_by_desc(task_version::Column::Version).limit(u64::from(page.limit) + 1);
        Page::cut(query.all(self.reader()).await?, page.limit, |row| Cursor::unique(row.version))
            .try_map(version_record)
    }

    /// Finds one version.
    pub async fn task_version_find(&self, task_key: Key<Task>, version: u32) -> Result<Option<TaskVersionRecord>> {
        let found = task_version::Entity::find_by_id((task_key, i64::from(version))).one(self.reader()).await?;
        found.map(version_record).transpose()
    }
}

impl Tx {
    /// Finds one version.
    pub async fn task_version_find(&self, task_key: Key<Task>, version: u32) -> Result<Option<TaskVersionRecord>> {
        let found = task_version::Entity::find_by_id((task_key, i64::from(version))).one(self).await?;
        found.map(version_record).transpose()
    }

    /// Returns which of these tasks, given by key and version, have changed or are disabled or deleted. The others
    /// stay as they are until the end of the transaction.
    pub async fn tasks_changed(&self, tasks: &[(Key<Task>, u32)]) -> Result<HashSet<Key<Task>>> {
        let mut changed = HashSet::new();
        for chunk in tasks.chunks(500) {
            if self.locks() {
                let keys = task::Entity::find().select_only().column(task::Column::Id);
                let keys = keys.filter(task::Column::Id.is_in(chunk.iter().map(|(key, _)| *key)));
                self.locked(keys.order_by_asc(task::Column::Id)).into_tuple::<Key<Task>>().all(self).await?;
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
        task_id: Key<Task>,
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
