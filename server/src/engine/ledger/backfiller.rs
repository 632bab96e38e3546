//! The backfiller: makes the next runs of backfills, as those before them end.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The worker.
#[derive(Debug)]
pub struct Backfiller {
    app: App,
    /// Some backfill goes on.
    running: AtomicBool,
}

impl Backfiller {
    /// A backfiller.
    pub fn new(app: App) -> Self {
        Self { app, running: AtomicBool::new(false) }
    }

    async fn round(&self) -> RoundResult {
        let running = self.app.backfills_running().await?;
        self.running.store(!running.is_empty(), Ordering::Relaxed);
        if running.is_empty() || self.app.hold().await?.is_some() {
            return Ok(None);
        }
        let made = self.app.backfills_advance(running).await?;
        Ok((made > 0).then_some(Reason::BackfillRunsMade { runs: made as u64 }))
    }
}

impl Worker for Backfiller {
    fn name(&self) -> &'static str {
        "backfiller"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    /// A new backfill raises `Queue`; the end of a run matters only to one that goes on.
    fn wakes(&self) -> &'static [Signal] {
        if self.running.load(Ordering::Relaxed) { &[Signal::Queue, Signal::Finished] } else { &[Signal::Queue] }
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
