//! The claim: which runs start now. One guarded statement, the same on both databases; a run is never handed out twice.

use super::{AttemptRecord, Result, RunRecord, Store, StoreError};
use crate::domain::task::Definition;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// A run to carry out: claimed just now, or found running by a starting server.
#[derive(Debug, Clone)]
pub struct ClaimedRun {
    /// The run, `running`; its `fence` guards everything that is written about it.
    pub run: RunRecord,
    /// The attempt to carry out.
    pub attempt: AttemptRecord,
    /// The definition of the run's version.
    pub definition: Arc<Definition>,
}

impl Store {
    /// Claims up to `limit` queued runs that are due, highest priority and longest due first, and opens an attempt for each.
    pub async fn runs_claim(&self, _limit: u32, _node: &str, _now: DateTime<Utc>) -> Result<Vec<ClaimedRun>> {
        Err(StoreError::Closed)
    }

    /// Runs of this server in progress.
    pub async fn runs_running_count(&self, _node: &str) -> Result<u32> {
        Err(StoreError::Closed)
    }
}
