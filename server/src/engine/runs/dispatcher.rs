//! The dispatcher: moves waiting runs on, claims due ones, and hands each to an executor.

use super::executor::Executor;
use crate::app::system::disk::DiskGuard;
use crate::app::{App, Signal};
use crate::domain::model::ClaimOrder;
use crate::domain::pools::WaitingMark;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundError, RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Longest pause between two rounds.
const SLEEP_MAX: Duration = Duration::from_secs(10);

/// Pause between two pages of waiting runs whose reasons are updated.
const EXPLAIN_NEXT: Duration = Duration::from_secs(1);

/// After this many runs claimed by priority, the longest due run goes first, so that no run waits for ever.
const BY_AGE_EVERY: usize = 10;

/// The worker for queued runs.
#[derive(Debug)]
pub struct Dispatcher {
    app: App,
    executor: Arc<Executor>,
    next_due: Mutex<Option<DateTime<Utc>>>,
    /// The waiting run up to which all reasons are up to date. None: the next look begins with the first run.
    explained: Mutex<Option<WaitingMark>>,
    /// Runs claimed by priority since the last one claimed by age.
    claimed: AtomicUsize,
}

impl Dispatcher {
    /// Creates the worker.
    pub fn new(app: App, executor: Arc<Executor>) -> Self {
        Self { app, executor, next_due: Mutex::default(), explained: Mutex::default(), claimed: AtomicUsize::new(0) }
    }

    async fn round(&self) -> RoundResult {
        let now = self.app.clock().now();
        let outlook = self.app.run_outlook(now).await?;
        *self.next_due.lock().unwrap_or_else(PoisonError::into_inner) = outlook.next_due;
        let mut claimable = outlook.queued_due;
        if outlook.backing_off_due {
            claimable |= self.app.runs_backing_off_promote(now).await?;
        }
        if outlook.waiting {
            claimable |= self.app.runs_waiting_promote(now).await?;
        }
        if outlook.gates_stale && claimable && self.app.hold().await?.is_none() {
            self.app.gates_stale(now).await?;
        }
        let started = if claimable { self.claim(now).await? } else { 0 };
        if !outlook.waiting {
            *self.explained.lock().unwrap_or_else(PoisonError::into_inner) = None;
        } else {
            let after = *self.explained.lock().unwrap_or_else(PoisonError::into_inner);
            let next = self.app.runs_waiting_explain(after, now).await?;
            *self.explained.lock().unwrap_or_else(PoisonError::into_inner) = next;
        }
        Ok((started > 0).then_some(Reason::RunsStarted { runs: started as u64 }))
    }

    /// Claims runs until none is left or no place is free.
    async fn claim(&self, now: DateTime<Utc>) -> Result<usize, RoundError> {
        if self.app.hold().await?.is_some() {
            return Ok(0);
        }
        if self.app.disk().guard() == DiskGuard::RunsStopped {
            return Err(RoundError(Reason::DiskFull {}));
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
            let claimed = self.app.runs_claim(free, order, now).await?;
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
        let due = *self.next_due.lock().unwrap_or_else(PoisonError::into_inner);
        let due = due.map(|due| (due - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO));
        let explained = *self.explained.lock().unwrap_or_else(PoisonError::into_inner);
        due.into_iter().chain(explained.map(|_| EXPLAIN_NEXT)).min()
    }
}
