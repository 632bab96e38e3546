//! Idempotency keys: what a repeated request created the first time.

use super::entity::idempotency;
use crate::domain::model::{IdempotencyNew, IdempotencyRecord};
use crate::store::core::locks;
use crate::store::core::time::Micros;
use crate::store::{Result, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

impl Tx {
    /// Finds what was created under a key at or after an instant. A transaction that asks for a key locks it until
    /// its end.
    pub async fn idempotency_find(
        &self,
        scope: &str,
        key: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<IdempotencyRecord>> {
        locks::hold_text(self, &format!("{scope}\n{key}")).await?;
        let query = idempotency::Entity::find_by_id((scope.to_owned(), key.to_owned()));
        let found = query.filter(idempotency::Column::CreatedAt.gte(Micros::from(since))).one(self).await?;
        Ok(found.map(|row| {
            let idempotency::Model { scope: _, key: _, body_hash, result_kind, result_id, created_at } = row;
            IdempotencyRecord { body_hash, result_kind, result_id, created_at: created_at.into() }
        }))
    }

    /// Remembers a key and replaces an expired one.
    pub async fn idempotency_put(&self, new: &IdempotencyNew) -> Result<()> {
        let IdempotencyNew { scope, key, record } = new.clone();
        let row = idempotency::ActiveModel {
            scope: Set(scope),
            key: Set(key),
            body_hash: Set(record.body_hash),
            result_kind: Set(record.result_kind),
            result_id: Set(record.result_id),
            created_at: Set(record.created_at.into()),
        };
        let replace = OnConflict::columns([idempotency::Column::Scope, idempotency::Column::Key])
            .update_columns([
                idempotency::Column::BodyHash,
                idempotency::Column::ResultKind,
                idempotency::Column::ResultId,
                idempotency::Column::CreatedAt,
            ])
            .to_owned();
        idempotency::Entity::insert(row).on_conflict(replace).exec_without_returning(self).await?;
        Ok(())
    }

    /// Deletes the keys that were used before an instant. Returns how many there were.
    pub async fn idempotency_delete(&self, before: DateTime<Utc>) -> Result<u64> {
        let old = idempotency::Entity::delete_many().filter(idempotency::Column::CreatedAt.lt(Micros::from(before)));
        Ok(old.exec(self).await?.rows_affected)
    }
}
