//! Deletes old rows other than runs: each subject deletes its own rows, in one transaction.
//!
//! Deliberately absent: how long anything is kept, which the pruner decides, and runs, which follow their task's
//! retention.

use crate::app::core::write::{Moment, silent};
use crate::app::{App, Result};
use crate::domain::model::Leftovers;
use crate::store::Tx;

impl App {
    /// Deletes old slots, sessions, idempotency keys, deliveries and incidents; returns how many rows went.
    pub async fn leftovers_delete(&self, what: Leftovers) -> Result<u64> {
        let Leftovers { slots_before, sessions_before, keys_before, deliveries_before, limit } = what;
        let write = async move |tx: &Tx, _: Moment| {
            let slots = tx.slots_delete(slots_before, limit).await?;
            let sessions = tx.sessions_ended_delete(sessions_before).await?;
            let deliveries = tx.deliveries_delete(deliveries_before, limit).await?;
            let tellings = tx.tellings_delete(deliveries_before, limit).await?;
            let silences = tx.silences_delete(deliveries_before, limit).await?;
            let incidents = tellings + silences + tx.incidents_delete(deliveries_before, limit).await?;
            Ok(slots + sessions + deliveries + incidents + tx.idempotency_delete(keys_before).await?)
        };
        self.write(write, silent).await
    }
}
