//! Files that file triggers know: the state of each when it last started a run.

use super::entity::{file_seen, trigger};
use super::triggers::record;
use super::{Result, Store, TaskTriggerRecord, Tx};
use crate::domain::ids::TaskId;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};
use std::collections::BTreeMap;

/// State of a file: size and time of change.
pub type FileState = (u64, DateTime<Utc>);

impl Store {
    /// All file triggers that were not removed, with their tasks.
    pub async fn triggers_of_files(&self) -> Result<Vec<(TaskTriggerRecord, TaskId)>> {
        let query = trigger::Entity::find()
            .filter(trigger::Column::Kind.eq("file"))
            .filter(trigger::Column::RemovedAt.is_null())
            .order_by_asc(trigger::Column::Id);
        let rows = query.all(self.reader()).await?;
        let uids = super::runs::task_uids(self.reader(), rows.iter().map(|row| row.task_id)).await?;
        let with_task = |row: trigger::Model| uids.get(&row.task_id).map(|task| (record(row.clone()), *task));
        Ok(rows.into_iter().filter_map(with_task).collect())
    }

    /// The files that a trigger knows, by path; the empty path stands for the first look.
    pub async fn files_seen(&self, row: i64) -> Result<BTreeMap<String, FileState>> {
        let rows = file_seen::Entity::find().filter(file_seen::Column::TriggerId.eq(row)).all(self.reader()).await?;
        Ok(rows.into_iter().map(|row| (row.path, (row.bytes.unsigned_abs(), row.changed_at.into()))).collect())
    }
}

impl Tx {
    /// Knows files in these states, and forgets others.
    pub async fn files_know(&self, row: i64, known: &[(String, FileState)], gone: &[String]) -> Result<()> {
        for paths in gone.chunks(500) {
            file_seen::Entity::delete_many()
                .filter(file_seen::Column::TriggerId.eq(row))
                .filter(file_seen::Column::Path.is_in(paths.iter().cloned()))
                .exec(self)
                .await?;
        }
        for chunk in known.chunks(500) {
            let rows = chunk.iter().map(|(path, (bytes, changed_at))| file_seen::ActiveModel {
                trigger_id: Set(row),
                path: Set(path.clone()),
                bytes: Set(bytes.cast_signed()),
                changed_at: Set((*changed_at).into()),
            });
            let newer = OnConflict::columns([file_seen::Column::TriggerId, file_seen::Column::Path])
                .update_columns([file_seen::Column::Bytes, file_seen::Column::ChangedAt])
                .to_owned();
            file_seen::Entity::insert_many(rows).on_conflict(newer).exec_without_returning(self).await?;
        }
        Ok(())
    }
}
