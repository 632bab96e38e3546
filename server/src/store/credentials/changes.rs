//! Credentials and the vault: changing them.

use super::entity::{credential, vault};
use super::{ONLY, find, record};
use crate::domain::model::{CredentialChange, CredentialNew, CredentialRecord, SealedValue, VaultRecord};
use crate::store::core::error::unique;
use crate::store::core::time::{Micros, micros};
use crate::store::{Conflict, Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, NotSet, QueryFilter as _, Set};

impl Tx {
    /// Stores the vault, in the place of the one before.
    pub async fn vault_put(&self, new: &VaultRecord) -> Result<()> {
        let VaultRecord { install, key_id, key_kind, salt, rounds, probe, created_at } = new.clone();
        let row = vault::ActiveModel {
            id: Set(ONLY),
            uid: Set(install),
            key_id: Set(key_id),
            key_kind: Set(key_kind.as_str().to_owned()),
            salt: Set(salt),
            rounds: Set(rounds.into()),
            probe: Set(probe),
            created_at: Set(created_at.into()),
        };
        use vault::Column::{CreatedAt, KeyId, KeyKind, Probe, Rounds, Salt};
        let replaced = OnConflict::column(vault::Column::Id)
            .update_columns([KeyId, KeyKind, Salt, Rounds, Probe, CreatedAt])
            .to_owned();
        vault::Entity::insert(row).on_conflict(replaced).exec_without_returning(self).await?;
        Ok(())
    }

    /// Stores a new credential. Fails with `NameTaken` if the name is in use.
    pub async fn credential_insert(&self, new: &CredentialNew) -> Result<CredentialRecord> {
        let CredentialNew { id, name, description, kind, fields, sealed, expires_at, by, at } = new.clone();
        let SealedValue { key_id, wrapped_key, value } = sealed;
        let row = credential::ActiveModel {
            id: NotSet,
            uid: Set(id.0),
            name: Set(name),
            description: Set(description),
            kind: Set(kind.as_str().to_owned()),
            fields: Set(serde_json::json!(fields).to_string()),
            key_id: Set(key_id),
            wrapped_key: Set(wrapped_key),
            value: Set(value),
            version: Set(1),
            value_version: Set(1),
            expires_at: Set(micros(expires_at)),
            created_at: Set(at.into()),
            updated_at: Set(at.into()),
            changed_by: Set(by),
            rotated_at: Set(at.into()),
            last_used_at: Set(None),
            last_used_by: Set(None),
        };
        record(row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?)
    }

    /// Changes a credential. Fails with `Gone` if it is no longer at the version that was read.
    pub async fn credential_update(
        &self,
        read: &CredentialRecord,
        change: &CredentialChange,
    ) -> Result<CredentialRecord> {
        let CredentialChange { name, description, expires_at, sealed, rotated, by, at } = change.clone();
        let SealedValue { key_id, wrapped_key, value } = sealed;
        let mut query = credential::Entity::update_many()
            .col_expr(credential::Column::Name, Expr::value(name))
            .col_expr(credential::Column::Description, Expr::value(description))
            .col_expr(credential::Column::ExpiresAt, Expr::value(micros(expires_at)))
            .col_expr(credential::Column::KeyId, Expr::value(key_id))
            .col_expr(credential::Column::WrappedKey, Expr::value(wrapped_key))
            .col_expr(credential::Column::Value, Expr::value(value))
            .col_expr(credential::Column::Version, Expr::value(i64::from(read.version) + 1))
            .col_expr(credential::Column::UpdatedAt, Expr::value(Micros::from(at)))
            .col_expr(credential::Column::ChangedBy, Expr::value(by));
        if let Some(fields) = rotated {
            query = query
                .col_expr(credential::Column::Fields, Expr::value(serde_json::json!(fields).to_string()))
                .col_expr(credential::Column::ValueVersion, Expr::value(i64::from(read.value_version) + 1))
                .col_expr(credential::Column::RotatedAt, Expr::value(Micros::from(at)));
        }
        let query = query
            .filter(credential::Column::Id.eq(read.key))
            .filter(credential::Column::Version.eq(i64::from(read.version)));
        let rows = query.exec_with_returning(self).await.map_err(|error| unique(error, Conflict::NameTaken))?;
        let gone = || StoreError::conflict(Conflict::Gone("the credential"));
        rows.into_iter().next().map(record).transpose()?.ok_or_else(gone)
    }

    /// Seals a credential with another key. Its value and its version stay. Returns false if it changed meanwhile.
    pub async fn credential_rewrap(&self, read: &CredentialRecord, sealed: &SealedValue) -> Result<bool> {
        let SealedValue { key_id, wrapped_key, value } = sealed.clone();
        let done = credential::Entity::update_many()
            .col_expr(credential::Column::KeyId, Expr::value(key_id))
            .col_expr(credential::Column::WrappedKey, Expr::value(wrapped_key))
            .col_expr(credential::Column::Value, Expr::value(value))
            .filter(credential::Column::Id.eq(read.key))
            .filter(credential::Column::Version.eq(i64::from(read.version)))
            .exec(self)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Records that a run of a task used a credential.
    pub async fn credential_touch(&self, read: &CredentialRecord, task: &str, at: DateTime<Utc>) -> Result<()> {
        credential::Entity::update_many()
            .col_expr(credential::Column::LastUsedAt, Expr::value(Micros::from(at)))
            .col_expr(credential::Column::LastUsedBy, Expr::value(task))
            .filter(credential::Column::Id.eq(read.key))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Deletes a credential at the version that was read. Returns false if it changed meanwhile, or is gone.
    pub async fn credential_delete(&self, read: &CredentialRecord) -> Result<bool> {
        let present = find(self, &read.id.to_string()).await?.is_some_and(|found| found.version == read.version);
        let deleted = credential::Entity::delete_by_id(read.key).exec(self).await?;
        Ok(present && deleted.rows_affected > 0)
    }
}
