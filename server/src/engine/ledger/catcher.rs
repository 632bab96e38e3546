//! The catcher: turns pending slots into runs, oldest first, at a limited rate per second.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Longest pause between two rounds.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Pause after a round that created runs.
const PAUSE: Duration = Duration::from_secs(1);

/// The worker for pending slots.
#[derive(Debug)]
pub struct Catcher {
    app: App,
    /// Whether slots are pending.
    pending: AtomicBool,
    /// Whether the last round caught up any slot.
    more: AtomicBool,
}

impl Catcher {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app, pending: AtomicBool::new(false), more: AtomicBool::new(false) }
    }

    async fn round(&self) -> RoundResult {
        let pending = self.app.slots_are_pending().await?;
        self.pending.store(pending, Ordering::Relaxed);
        if !pending {
            self.more.store(false, Ordering::Relaxed);
            return Ok(None);
        }
        let done = self.app.slots_catch_up().await?;
        self.more.store(done.more, Ordering::Relaxed);
        Ok(done.more.then_some(Reason::SlotsCaughtUp { runs: done.runs as u64, skipped: done.skipped as u64 }))
    }
}

impl Worker for Catcher {
    fn name(&self) -> &'static str {
        "catcher"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    /// A new pending slot raises `Queue`. The end of a run matters only while slots are pending.
    fn wakes(&self) -> &'static [Signal] {
        if self.pending.load(Ordering::Relaxed) { &[Signal::Queue, Signal::Finished] } else { &[Signal::Queue] }
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        self.more.load(Ordering::Relaxed).then_some(PAUSE)
    }
}
