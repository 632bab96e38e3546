//! Retention: which finished runs are older or more than their task keeps, a few tasks at a time.

use super::{Result, Store, StoreError, Tx};
use crate::domain::ids::{AttemptId, RunId};
use chrono::{DateTime, Utc};

/// A run that may go, with the attempts whose logs go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneCandidate {
    /// The run.
    pub run: RunId,
    /// Its attempts.
    pub attempts: Vec<AttemptId>,
}

/// One step of a walk over all tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PruneStep {
    /// Runs that may go.
    pub candidates: Vec<PruneCandidate>,
    /// Where the walk goes on; none: it is through.
    pub next: Option<i64>,
}

impl Store {
    /// Looks at the tasks after a key (0 to begin) for finished runs beyond their retention, at most about `limit` of them.
    pub async fn prune_list(&self, _after: i64, _limit: u32, _now: DateTime<Utc>) -> Result<PruneStep> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// Removes finished runs and their attempts; answers how many there were.
    pub async fn runs_delete(&self, _runs: &[RunId]) -> Result<u64> {
        Err(StoreError::Closed)
    }

    /// Removes ledger entries, sessions and idempotency keys that ended before an instant, at most `limit` of each.
    pub async fn leftovers_delete(&self, _before: DateTime<Utc>, _limit: u32) -> Result<u64> {
        Err(StoreError::Closed)
    }
}
