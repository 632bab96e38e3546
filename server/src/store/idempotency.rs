//! Idempotency keys: what a repeated request made the first time.

use super::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a request with a key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// SHA-256 of the request's body.
    pub body_hash: Vec<u8>,
    /// Kind of thing made.
    pub result_kind: String,
    /// Its id.
    pub result_id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A key to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyNew {
    /// Caller and operation.
    pub scope: String,
    /// The key.
    pub key: String,
    /// What is remembered.
    pub record: IdempotencyRecord,
}

impl Tx {
    /// What was made under a key at or after an instant. A transaction that asks for a key holds it until its end.
    pub async fn idempotency_find(
        &self,
        _scope: &str,
        _key: &str,
        _since: DateTime<Utc>,
    ) -> Result<Option<IdempotencyRecord>> {
        Err(StoreError::Closed)
    }

    /// Remembers a key, in place of an expired one.
    pub async fn idempotency_put(&self, _new: &IdempotencyNew) -> Result<()> {
        Err(StoreError::Closed)
    }
}
