//! Idempotency keys: repeating a request does not make a second run.

use crate::app::{Caller, Error, Result};
use crate::domain::ids::RunId;
use crate::domain::model::{IdempotencyNew, IdempotencyRecord, RunRecord};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// How long a key is remembered.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A key that makes repeating a request harmless.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// Caller and operation.
    pub scope: String,
    /// The key.
    pub key: String,
    /// SHA-256 of the request.
    pub body_hash: Vec<u8>,
}

impl Idempotency {
    /// Creates the key of a caller's request.
    pub fn new(caller: &Caller, operation: &str, target: &str, key: String, body: &Value) -> Self {
        let scope = format!("{}:{operation}:{target}", caller.identity());
        Self { scope, key, body_hash: Sha256::digest(body.to_string()).to_vec() }
    }

    /// Creates the key of a webhook's call that the caller chose.
    pub fn of_hook(trigger: &str, key: String, body: &[u8]) -> Self {
        Self { scope: format!("hook:{trigger}"), key, body_hash: Sha256::digest(body).to_vec() }
    }

    /// Creates the key of a delivery that its sender named. The name alone counts, because some senders repeat a
    /// delivery with a body that differs in counters.
    pub fn of_delivery(trigger: &str, delivery: &str) -> Self {
        let name = Sha256::digest(delivery.as_bytes()).to_vec();
        Self { scope: format!("hook:{trigger}"), key: format!("delivery:{}", hex::encode(&name)), body_hash: name }
    }
}

/// Finds the run that the same request made before.
pub(in crate::app) async fn repeated(
    tx: &Tx,
    key: Option<&Idempotency>,
    now: DateTime<Utc>,
) -> Result<Option<RunRecord>> {
    let Some(key) = key else { return Ok(None) };
    let Some(before) = tx.idempotency_find(&key.scope, &key.key, now - KEPT).await? else { return Ok(None) };
    if before.body_hash != key.body_hash {
        let detail = "this Idempotency-Key was used with another request; choose a new key";
        return Err(Error::conflict("idempotency_key_reused", detail));
    }
    Ok(tx.run_find(RunId(before.result_id)).await?)
}

/// Remembers which run a request made.
pub(in crate::app) async fn remember(tx: &Tx, key: Option<&Idempotency>, run: RunId, now: DateTime<Utc>) -> Result<()> {
    let Some(key) = key else { return Ok(()) };
    let record = IdempotencyRecord {
        body_hash: key.body_hash.clone(),
        result_kind: "run".into(),
        result_id: run.0,
        created_at: now,
    };
    Ok(tx.idempotency_put(&IdempotencyNew { scope: key.scope.clone(), key: key.key.clone(), record }).await?)
}
