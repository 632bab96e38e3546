//! The dispatcher: moves runs on that waited, claims those that are due, and hands each to an executor.

use super::executor::Executor;
use crate::app::system::disk::DiskGuard;
use crate::app::{App, Signal};
use crate::domain::model::{ClaimOrder, RunRecord};
use crate::domain::pools;
use crate::engine::core::worker::{RoundResult, Worker};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest sleep.
const SLEEP_MAX: Duration = Duration::from_secs(10);

/// After so many runs claimed by priority, the one that is due longest goes first, so that none waits for ever.
const BY_AGE_EVERY: usize = 10;

/// The worker.
#[derive(Debug)]
pub struct Dispatcher {
    app: App,
    executor: Arc<Executor>,
    next_due: Mutex<Option<DateTime<Utc>>>,
    /// Runs claimed by priority since one was claimed by age.
    claimed: AtomicUsize,
}

impl Dispatcher {
    /// A dispatcher.
    pub fn new(app: App, executor: Arc<Executor>) -> Self {
        Self { app, executor, next_due: Mutex::default(), claimed: AtomicUsize::new(0) }
    }

    async fn round(&self) -> RoundResult {
        let now = self.app.clock().now();
        let outlook = self.app.store().run_outlook(now).await?;
        *self.next_due.lock().unwrap_or_else(PoisonError::into_inner) = outlook.next_due;
        let mut claimable = outlook.queued_due;
        if outlook.backing_off_due {
            claimable |= self.promote_backing_off(now).await?;
        }
        if outlook.waiting {
            claimable |= self.promote_waiting(now).await?;
        }
        let started = if claimable { self.claim(now).await? } else { 0 };
        Ok((started > 0).then(|| format!("{started} runs started")))
    }

    /// Claims as many runs as there are free places, until nothing is left or no place is free.
    async fn claim(&self, now: DateTime<Utc>) -> Result<usize, crate::engine::RoundError> {
        if self.app.hold().await?.is_some() {
            return Ok(0);
        }
        if self.app.disk().guard() == DiskGuard::RunsStopped {
            return Err(crate::engine::RoundError(
                "less than 2 % of the disk is free: no run is started until there is more".into(),
            ));
        }
        let limit = usize::try_from(self.app.settings().run_limit).unwrap_or(usize::MAX);
        let mut started = 0;
        loop {
            let free = limit.saturating_sub(self.executor.active().count());
            if free == 0 {
                return Ok(started);
            }
            let by_age = self.claimed.load(Ordering::Relaxed) >= BY_AGE_EVERY;
            let (order, most) = if by_age { (ClaimOrder::Age, 1) } else { (ClaimOrder::Priority, 256) };
            let free = u32::try_from(free.min(most)).unwrap_or(1);
            let claimed = self.app.store().runs_claim(free, &self.app.settings().node, order, now).await?;
            let so_far = if by_age { 0 } else { self.claimed.load(Ordering::Relaxed) + claimed.len() };
            self.claimed.store(so_far, Ordering::Relaxed);
            if claimed.is_empty() {
                return Ok(started);
            }
            started += claimed.len();
            for run in claimed {
                self.executor.start(run);
            }
        }
    }

    /// True: some runs are ready to start now.
    async fn promote_backing_off(&self, now: DateTime<Utc>) -> Result<bool, crate::engine::RoundError> {
        let promote = async move |tx: &Tx| tx.runs_backing_off_promote(now).await;
        Ok(self.promoted(self.app.store().write(promote).await?))
    }

    /// True: some runs are ready to start now.
    async fn promote_waiting(&self, now: DateTime<Utc>) -> Result<bool, crate::engine::RoundError> {
        let promote = async move |tx: &Tx| {
            let (waiting, room) = tx.runs_waiting().await?;
            let choice = pools::choose(waiting, room, now);
            tx.runs_promote(&choice.start, &choice.reasons, now).await
        };
        Ok(self.promoted(self.app.store().write(promote).await?))
    }

    fn promoted(&self, runs: Vec<RunRecord>) -> bool {
        runs.iter().for_each(|run| self.app.announce_run(run, false));
        !runs.is_empty()
    }
}

impl Worker for Dispatcher {
    fn name(&self) -> &'static str {
        "dispatcher"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Queue, Signal::Finished]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = (*self.next_due.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some((next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
