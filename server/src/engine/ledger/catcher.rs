//! The catcher: turns pending slots into runs, oldest first, at most so many a second.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The longest sleep.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Pause between two rounds that made runs.
const PAUSE: Duration = Duration::from_secs(1);

/// The worker.
#[derive(Debug)]
pub struct Catcher {
    app: App,
    /// Something waits to be caught up.
    pending: AtomicBool,
    /// Something was caught up just now.
    more: AtomicBool,
}

impl Catcher {
    /// A catcher.
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

    /// What becomes pending raises `Queue`; the end of a run matters only to what is.
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
