//! Files that file triggers know: the state of each when it last started a run.

use super::entity::{file_seen, trigger};
use super::record;
use crate::domain::keys::{Key, Trigger};
use crate::domain::model::{FileState, FilesLearned, KnownFile, KnownFiles, TaskTriggerRecord};
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};
use std::collections::HashMap;

impl Store {
    /// All file triggers that were not removed.
    pub async fn triggers_of_files(&self) -> Result<Vec<TaskTriggerRecord>> {
        let query = trigger::Entity::find()
            .filter(trigger::Column::Kind.eq("file"))
            .filter(trigger::Column::RemovedAt.is_null())
            .order_by_asc(trigger::Column::Id);
        Ok(query.all(self.reader()).await?.into_iter().map(record).collect())
    }

    /// The files that these triggers know, by the key of the trigger. A trigger that knows nothing yet is absent.
    pub async fn files_seen(&self, triggers: &[Key<Trigger>]) -> Result<HashMap<Key<Trigger>, KnownFiles>> {
        let mut found: HashMap<Key<Trigger>, KnownFiles> = HashMap::with_capacity(triggers.len());
        for chunk in triggers.chunks(500) {
            let query = file_seen::Entity::find();
            let query = query.filter(file_seen::Column::TriggerId.is_in(chunk.iter().copied()));
            for file_seen::Model { trigger_id, path, bytes, changed_at, gone_at } in query.all(self.reader()).await? {
                let known = found.entry(trigger_id).or_default();
                if path.is_empty() {
                    known.pattern = Some(bytes);
                } else {
                    let state = FileState { bytes: bytes.unsigned_abs(), changed_at: changed_at.into() };
                    known.files.insert(path, KnownFile { state, gone: gone_at.is_some() });
                }
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// Remembers what a look found.
    pub async fn files_know(&self, row: Key<Trigger>, learned: &FilesLearned, at: DateTime<Utc>) -> Result<()> {
        let of_trigger = || file_seen::Column::TriggerId.eq(row);
        let mut old = file_seen::Entity::delete_many().filter(of_trigger());
        if learned.pattern.is_none() {
            old = old.filter(file_seen::Column::GoneAt.lt(Micros::from(learned.forget_before)));
        }
        old.exec(self).await?;
        for paths in learned.gone.chunks(500) {
            file_seen::Entity::update_many()
                .col_expr(file_seen::Column::GoneAt, Expr::value(Micros::from(at)))
                .filter(of_trigger())
                .filter(file_seen::Column::Path.is_in(paths.iter().cloned()))
                .exec(self)
                .await?;
        }
        let model = |path: String, bytes: i64, changed_at: DateTime<Utc>| file_seen::ActiveModel {
            trigger_id: Set(row),
            path: Set(path),
            bytes: Set(bytes),
            changed_at: Set(changed_at.into()),
            gone_at: Set(None),
        };
        let present = learned
            .present
            .iter()
            .map(|(path, state)| model(path.clone(), state.bytes.cast_signed(), state.changed_at));
        let pattern = learned.pattern.map(|pattern| model(String::new(), pattern, at));
        let rows: Vec<_> = present.chain(pattern).collect();
        for chunk in rows.chunks(500) {
            let newer = OnConflict::columns([file_seen::Column::TriggerId, file_seen::Column::Path])
                .update_columns([file_seen::Column::Bytes, file_seen::Column::ChangedAt, file_seen::Column::GoneAt])
                .to_owned();
            file_seen::Entity::insert_many(chunk.to_vec()).on_conflict(newer).exec_without_returning(self).await?;
        }
        Ok(())
    }
}
