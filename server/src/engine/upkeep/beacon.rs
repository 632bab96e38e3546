//! The worker for the server's own heartbeat: calls an address while the server is well.

use crate::app::{App, Signal};
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest time between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// The worker for the server's own heartbeat.
#[derive(Debug)]
pub struct Beacon {
    app: App,
    next_in: Mutex<Option<Duration>>,
}

impl Beacon {
    /// Creates the worker.
    pub const fn new(app: App) -> Self {
        Self { app, next_in: Mutex::new(None) }
    }

    async fn round(&self) -> RoundResult {
        let round = self.app.beacon_round().await?;
        *self.next_in.lock().unwrap_or_else(PoisonError::into_inner) = round.next_in;
        Ok(round.done)
    }
}

impl Worker for Beacon {
    fn name(&self) -> &'static str {
        "beacon"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Heartbeats]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        self.next_in.lock().unwrap_or_else(PoisonError::into_inner).map(|next| next.min(EVERY))
    }
}
