//! The timekeeper: compares the clocks often enough to recognize a jump, reports jumps, and records that the server
//! is present.

use crate::app::App;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;

/// The worker for the clock.
#[derive(Debug)]
pub struct Timekeeper {
    app: App,
}

impl Timekeeper {
    /// Creates the worker.
    pub const fn new(app: App) -> Self {
        Self { app }
    }

    async fn round(&self) -> RoundResult {
        self.app.present_from();
        Ok(Reason::of_all(self.app.clock_tell().await?))
    }
}

impl Worker for Timekeeper {
    fn name(&self) -> &'static str {
        "timekeeper"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
