//! The backfiller: creates the next runs of a backfill when earlier ones end.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The worker for backfills.
#[derive(Debug)]
pub struct Backfiller {
    app: App,
    /// Whether a backfill is in progress.
    running: AtomicBool,
}

impl Backfiller {
    /// Creates the worker.
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

    /// A new backfill raises `Queue`. The end of a run matters only while a backfill is in progress.
    fn wakes(&self) -> &'static [Signal] {
        if self.running.load(Ordering::Relaxed) { &[Signal::Queue, Signal::Finished] } else { &[Signal::Queue] }
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
