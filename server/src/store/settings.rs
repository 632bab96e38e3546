//! Settings that live in the database: values by key, as JSON (hold, set-up, server start ...).

use super::{Result, Store, StoreError, Tx};
use serde_json::Value;

impl Store {
    /// A value.
    pub async fn setting_find(&self, _key: &str) -> Result<Option<Value>> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// A value.
    pub async fn setting_find(&self, _key: &str) -> Result<Option<Value>> {
        Err(StoreError::Closed)
    }

    /// Sets a value.
    pub async fn setting_put(&self, _key: &str, _value: &Value) -> Result<()> {
        Err(StoreError::Closed)
    }

    /// Removes a value. False: there was none.
    pub async fn setting_delete(&self, _key: &str) -> Result<bool> {
        Err(StoreError::Closed)
    }
}
