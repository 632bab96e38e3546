//! The backfiller: makes the next runs of backfills, as those before them end.

use super::worker::{RoundResult, Worker};
use crate::app::{App, Signal};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;

/// The worker.
#[derive(Debug)]
pub struct Backfiller {
    app: App,
}

impl Backfiller {
    /// A backfiller.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn round(&self) -> RoundResult {
        if self.app.hold().await?.is_some() {
            return Ok(None);
        }
        let made = self.app.backfills_advance().await?;
        Ok((made > 0).then(|| format!("{made} runs made")))
    }
}

impl Worker for Backfiller {
    fn name(&self) -> &'static str {
        "backfiller"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Queue, Signal::Finished]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
