//! The dispatcher: moves runs on that waited, claims those that are due, and hands each to an executor.

use super::executor::Executor;
use super::worker::{RoundResult, Worker};
use crate::app::disk::DiskGuard;
use crate::app::{App, Signal};
use crate::domain::run::OpenRuns;
use crate::domain::task::Overlap;
use crate::store::{TaskRef, Tx};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest sleep.
const SLEEP_MAX: Duration = Duration::from_secs(10);

/// The worker.
#[derive(Debug)]
pub struct Dispatcher {
    app: App,
    executor: Arc<Executor>,
    next_due: Mutex<Option<DateTime<Utc>>>,
}

impl Dispatcher {
    /// A dispatcher.
    pub fn new(app: App, executor: Arc<Executor>) -> Self {
        Self { app, executor, next_due: Mutex::default() }
    }

    async fn round(&self) -> RoundResult {
        let now = self.app.clock().now();
        self.promote_backing_off(now).await?;
        self.promote_waiting(now).await?;
        let started = self.claim(now).await?;
        let next = self.app.store().run_next_due(now).await?;
        *self.next_due.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok((started > 0).then(|| format!("{started} runs started")))
    }

    /// Claims as many runs as there are free places, until nothing is left or no place is free.
    async fn claim(&self, now: DateTime<Utc>) -> Result<usize, super::RoundError> {
        if self.app.hold().await?.is_some() {
            return Ok(0);
        }
        if self.app.disk().guard() == DiskGuard::RunsStopped {
            return Err(super::RoundError(
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
            let free = u32::try_from(free.min(256)).unwrap_or(256);
            let claimed = self.app.store().runs_claim(free, &self.app.settings().node, now).await?;
            if claimed.is_empty() {
                return Ok(started);
            }
            started += claimed.len();
            for run in claimed {
                self.executor.start(run);
            }
        }
    }

    async fn promote_backing_off(&self, now: DateTime<Utc>) -> Result<(), super::RoundError> {
        let due = *self.next_due.lock().unwrap_or_else(PoisonError::into_inner);
        if due.is_some_and(|due| due > now) {
            return Ok(());
        }
        let promote = async move |tx: &Tx| tx.runs_backing_off_promote(now).await;
        for run in self.app.store().write(promote).await? {
            self.app.announce_run(&run, false);
        }
        Ok(())
    }

    async fn promote_waiting(&self, now: DateTime<Utc>) -> Result<(), super::RoundError> {
        for waiting in self.app.store().run_waiting_tasks().await? {
            let task = self.app.store().task_find(&TaskRef::Id(waiting.task)).await?;
            let overlap = task.map_or(Overlap::Queue { max_waiting: 1 }, |task| task.definition.overlap);
            let count = promotable(overlap, waiting.open);
            if count == 0 {
                continue;
            }
            let key = waiting.task_key;
            let promote = async move |tx: &Tx| tx.runs_waiting_promote(key, count, now).await;
            for run in self.app.store().write(promote).await? {
                self.app.announce_run(&run, false);
            }
        }
        Ok(())
    }
}

/// How many waiting runs may become ready.
fn promotable(overlap: Overlap, open: OpenRuns) -> u32 {
    match overlap {
        Overlap::Allow { max } => max.saturating_sub(open.active).min(open.waiting),
        Overlap::Skip | Overlap::Queue { .. } | Overlap::QueueLatest | Overlap::Replace => {
            u32::from(open.active == 0 && open.waiting > 0)
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
        let next = (*self.next_due.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some((next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
