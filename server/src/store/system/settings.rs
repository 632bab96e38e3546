//! Facts that the server keeps in the database: values by key, as JSON (hold, set-up, server start ...).

use super::entity::setting;
use crate::store::core::error::damaged;
use crate::store::{Result, Store, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait as _, Set};
use serde_json::Value;

impl Store {
    /// Finds a value.
    pub async fn setting_find(&self, key: &str) -> Result<Option<Value>> {
        find(self.reader(), key).await
    }
}

impl Tx {
    /// Finds a value.
    pub async fn setting_find(&self, key: &str) -> Result<Option<Value>> {
        find(self, key).await
    }

    /// Sets a value.
    pub async fn setting_put(&self, key: &str, value: &Value) -> Result<()> {
        let row = setting::ActiveModel { key: Set(key.to_owned()), value: Set(value.to_string()) };
        let replace = OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned();
        setting::Entity::insert(row).on_conflict(replace).exec_without_returning(self).await?;
        Ok(())
    }

    /// Deletes a value. Returns false if there was none.
    pub async fn setting_delete(&self, key: &str) -> Result<bool> {
        Ok(setting::Entity::delete_by_id(key).exec(self).await?.rows_affected > 0)
    }
}

async fn find(connection: &impl ConnectionTrait, key: &str) -> Result<Option<Value>> {
    let row = setting::Entity::find_by_id(key).one(connection).await?;
    row.map(|row| serde_json::from_str(&row.value).map_err(|error| damaged("setting", error))).transpose()
}
