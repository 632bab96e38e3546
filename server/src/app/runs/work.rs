//! What the engine does with runs: claims, promotes, follows and prunes them, without knowing the store.
//!
//! Workers ask here what there is to do, and report the results. Each change is one transaction and is announced
//! after the commit. Deliberately absent: callers and permissions, because the engine acts for the server itself.

use crate::app::core::write::silent;
use crate::app::{App, Result, Signal};
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{AttemptStarted, Claim, ClaimOrder, ClaimedRun, PruneStep, RunOutlook, RunRecord};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::HashSet;

impl App {
    /// Returns what a dispatcher has to do.
    pub async fn run_outlook(&self, now: DateTime<Utc>) -> Result<RunOutlook> {
        Ok(self.store().run_outlook(now).await?)
    }

    /// Claims at most `limit` queued runs that are due for this server. Runs that need a closed vault stay queued.
    pub async fn runs_claim(&self, limit: u32, order: ClaimOrder, now: DateTime<Utc>) -> Result<Vec<ClaimedRun>> {
        let claim = Claim { vault_open: self.vault_closed().is_none(), ..Claim::of(limit, order) };
        let claimed = self.store().runs_claim(claim, &self.settings().node, now).await?;
        if !claimed.is_empty() {
            self.signals().raise(Signal::Started);
        }
        Ok(claimed)
    }

    /// Queues runs whose back-off is over. Returns true if some runs are ready to start now.
    pub async fn runs_backing_off_promote(&self, now: DateTime<Utc>) -> Result<bool> {
        let promote = async move |tx: &Tx, _| Ok(tx.runs_backing_off_promote(now).await?);
        Ok(!self.write(promote, |app, runs| app.promoted(runs)).await?.is_empty())
    }

    pub(super) fn promoted(&self, runs: &[RunRecord]) {
        runs.iter().for_each(|run| self.announce_run(run, false));
    }

    /// Returns the attempts that this server, or one before it, left running.
    pub async fn attempts_running(&self) -> Result<Vec<ClaimedRun>> {
        Ok(self.store().attempts_running(&self.settings().node).await?)
    }

    /// Records which processes carry out an attempt. Returns false if the claim is no longer valid; nothing was
    /// changed then.
    pub async fn attempt_started(&self, started: AttemptStarted) -> Result<bool> {
        let answers = self.store().attempts_started(vec![started]).await?;
        Ok(answers.first().copied().unwrap_or_default())
    }

    /// Returns the runs of this server that somebody asked to stop.
    pub async fn run_cancel_list(&self) -> Result<Vec<RunRecord>> {
        Ok(self.store().run_cancel_list(&self.settings().node).await?)
    }

    /// Returns which of these attempts are stored.
    pub async fn attempts_stored(&self, attempts: &[AttemptId]) -> Result<HashSet<AttemptId>> {
        Ok(self.store().attempts_stored(attempts).await?)
    }

    /// Returns at most `limit` runs beyond their task's retention, for the tasks after `after`.
    pub async fn prune_list(&self, after: Key<Task>, limit: u32, now: DateTime<Utc>) -> Result<PruneStep> {
        Ok(self.store().prune_list(after, limit, now).await?)
    }

    /// Deletes the rows of runs. Returns how many there were.
    pub async fn runs_prune(&self, runs: Vec<RunId>) -> Result<u64> {
        if runs.is_empty() {
            return Ok(0);
        }
        self.write(async move |tx: &Tx, _| Ok(tx.runs_delete(&runs).await?), silent).await
    }
}
