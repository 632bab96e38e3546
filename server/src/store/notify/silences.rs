//! Silences.
//!
//! Deliberately absent: what a silence does, which `domain::notify::rules::silences` decides. Start reading at
//! `silence_list`.

use super::entity::silence;
use crate::domain::ids::SilenceId;
use crate::domain::keys::{Key, Silence};
use crate::domain::model::{Cursor, Page, PageRequest, SilenceNew, SilenceRecord};
use crate::domain::notify::rules::silences::SilenceDefinition;
use crate::domain::notify::words::SilenceState;
use crate::store::core::error::damaged;
use crate::store::core::page::newest_first;
use crate::store::core::time::{Micros, instant};
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};

impl Store {
    /// A page of silences that are in one of some states at an instant, those that begin last first. No state: all.
    pub async fn silence_list(
        &self,
        states: &[SilenceState],
        now: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<SilenceRecord>> {
        let mut query = silence::Entity::find();
        if !states.is_empty() {
            query = query.filter(states.iter().fold(Condition::any(), |any, state| any.add(in_state(*state, now))));
        }
        let columns = [silence::Column::FromAt, silence::Column::Id];
        let place = |row: &silence::Model| Cursor::number(row.from_at.0, row.id);
        newest_first(self.reader(), query, columns, page, place).await?.try_map(record)
    }

    /// Finds a silence.
    pub async fn silence_find(&self, id: SilenceId) -> Result<Option<SilenceRecord>> {
        find(self.reader(), id).await
    }

    /// The silences that hold at an instant.
    pub async fn silences_active(&self, now: DateTime<Utc>) -> Result<Vec<SilenceRecord>> {
        let query = silence::Entity::find().filter(in_state(SilenceState::Active, now));
        let rows = query.order_by_asc(silence::Column::Id).all(self.reader()).await?;
        rows.into_iter().map(record).collect()
    }
}

impl Tx {
    /// Finds a silence.
    pub async fn silence_find(&self, id: SilenceId) -> Result<Option<SilenceRecord>> {
        find(self, id).await
    }

    /// Stores a new silence.
    pub async fn silence_insert(&self, new: &SilenceNew) -> Result<SilenceRecord> {
        let SilenceNew { definition: SilenceDefinition { what, from_at, until_at, reason }, at, by } = new;
        let row = silence::ActiveModel {
            id: NotSet,
            uid: Set(SilenceId::generate().0),
            what: Set(serde_json::to_string(what).expect("a choice of tasks is JSON")),
            from_at: Set((*from_at).into()),
            until_at: Set((*until_at).into()),
            reason: Set(reason.clone()),
            created_at: Set((*at).into()),
            created_by: Set(by.clone()),
            ended_at: Set(None),
            ended_by: Set(None),
        };
        record(row.insert(self).await?)
    }

    /// Ends a silence. Returns false if it is over already.
    pub async fn silence_end(&self, read: &SilenceRecord, at: DateTime<Utc>, by: &str) -> Result<bool> {
        let update = silence::Entity::update_many()
            .col_expr(silence::Column::EndedAt, Expr::value(Micros::from(at)))
            .col_expr(silence::Column::EndedBy, Expr::value(by))
            .filter(silence::Column::Id.eq(read.key))
            .filter(silence::Column::UntilAt.gt(Micros::from(at)))
            .filter(silence::Column::EndedAt.is_null());
        Ok(update.exec(self).await?.rows_affected > 0)
    }

    /// Deletes silences that were over before an instant. Returns how many went.
    pub async fn silences_delete(&self, before: DateTime<Utc>, limit: u32) -> Result<u64> {
        let old = silence::Entity::find()
            .select_only()
            .column(silence::Column::Id)
            .filter(silence::Column::UntilAt.lt(Micros::from(before)))
            .limit(u64::from(limit.min(500)));
        let old: Vec<Key<Silence>> = old.into_tuple().all(self).await?;
        let query = silence::Entity::delete_many().filter(silence::Column::Id.is_in(old));
        Ok(query.exec(self).await?.rows_affected)
    }
}

fn in_state(state: SilenceState, now: DateTime<Utc>) -> Condition {
    let now = Micros::from(now);
    let lasts = || Condition::all().add(silence::Column::EndedAt.is_null()).add(silence::Column::UntilAt.gt(now));
    match state {
        SilenceState::Planned => lasts().add(silence::Column::FromAt.gt(now)),
        SilenceState::Active => lasts().add(silence::Column::FromAt.lte(now)),
        SilenceState::Ended => lasts().not(),
    }
}

async fn find(connection: &impl ConnectionTrait, id: SilenceId) -> Result<Option<SilenceRecord>> {
    silence::Entity::find().filter(silence::Column::Uid.eq(id.0)).one(connection).await?.map(record).transpose()
}

fn record(row: silence::Model) -> Result<SilenceRecord> {
    let silence::Model { id, uid, what, from_at, until_at, reason, created_at, created_by, ended_at, ended_by } = row;
    let what = serde_json::from_str(&what).map_err(|error| damaged("silence", error))?;
    let definition = SilenceDefinition { what, from_at: from_at.into(), until_at: until_at.into(), reason };
    Ok(SilenceRecord {
        id: SilenceId(uid),
        key: id,
        definition,
        created_at: created_at.into(),
        created_by,
        ended_at: instant(ended_at),
        ended_by,
    })
}
