//! Files that file triggers know: the state of each when it last started a run.

use super::entity::{file_seen, trigger};
use super::record;
use crate::domain::keys::{Key, Trigger};
use crate::domain::model::{FileMarks, FileState, FilesLearned, KnownFile, KnownFiles, PresentFile, TaskTriggerRecord};
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
            for row in query.all(self.reader()).await? {
                let known = found.entry(row.trigger_id).or_default();
                if row.path.is_empty() {
                    known.pattern = Some(row.bytes);
                } else {
                    let (path, file) = known_file(row);
                    known.files.insert(path, file);
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
        let present = learned.present.iter().map(|file| present_file(row, file));
        let pattern = learned.pattern.map(|pattern| bare_row(row, String::new(), pattern, at));
        let rows: Vec<_> = present.chain(pattern).collect();
        for chunk in rows.chunks(500) {
            let newer = OnConflict::columns([file_seen::Column::TriggerId, file_seen::Column::Path])
                .update_columns([
                    file_seen::Column::Bytes,
                    file_seen::Column::ChangedAt,
                    file_seen::Column::GoneAt,
                    file_seen::Column::Device,
                    file_seen::Column::Number,
                    file_seen::Column::AlteredAt,
                    file_seen::Column::Rights,
                    file_seen::Column::Content,
                ])
                .to_owned();
            file_seen::Entity::insert_many(chunk.to_vec()).on_conflict(newer).exec_without_returning(self).await?;
        }
        Ok(())
    }
}

fn known_file(row: file_seen::Model) -> (String, KnownFile) {
    let file_seen::Model {
        trigger_id: _,
        path,
        bytes,
        changed_at,
        gone_at,
        device,
        number,
        altered_at,
        rights,
        content,
    } = row;
    let marks = match (device, altered_at, rights) {
        (Some(device), Some(altered_at), Some(rights)) => {
            Some(FileMarks { device, number, altered_at: altered_at.into(), rights })
        }
        _ => None,
    };
    let state = FileState { bytes: bytes.unsigned_abs(), changed_at: changed_at.into(), marks };
    (path, KnownFile { state, content, gone: gone_at.is_some() })
}

fn bare_row(row: Key<Trigger>, path: String, bytes: i64, changed_at: DateTime<Utc>) -> file_seen::ActiveModel {
    file_seen::ActiveModel {
        trigger_id: Set(row),
        path: Set(path),
        bytes: Set(bytes),
        changed_at: Set(changed_at.into()),
        gone_at: Set(None),
        device: Set(None),
        number: Set(None),
        altered_at: Set(None),
        rights: Set(None),
        content: Set(None),
    }
}

fn present_file(row: Key<Trigger>, file: &PresentFile) -> file_seen::ActiveModel {
    let PresentFile { path, state: FileState { bytes, changed_at, marks }, content } = file;
    file_seen::ActiveModel {
        device: Set(marks.map(|marks| marks.device)),
        number: Set(marks.and_then(|marks| marks.number)),
        altered_at: Set(marks.map(|marks| marks.altered_at.into())),
        rights: Set(marks.map(|marks| marks.rights)),
        content: Set(*content),
        ..bare_row(row, path.clone(), bytes.cast_signed(), *changed_at)
    }
}
