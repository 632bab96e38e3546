//! The worker for heartbeats: ends runs of jobs elsewhere that have not told their end within their time limit.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest time between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// The worker for runs of jobs elsewhere.
#[derive(Debug)]
pub struct Heartbeats {
    app: App,
    /// What the last look found: whether runs are open, and the next deadline of one.
    found: Mutex<Found>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Found {
    open: bool,
    next_at: Option<DateTime<Utc>>,
}

impl Heartbeats {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app, found: Mutex::default() }
    }

    async fn round(&self) -> RoundResult {
        let left = self.app.heartbeats_close().await?;
        let found = Found { open: left.open, next_at: left.next_at };
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
        Ok((left.closed > 0).then_some(Reason::HeartbeatsClosed { runs: left.closed }))
    }

    fn found(&self) -> Found {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker for Heartbeats {
    fn name(&self) -> &'static str {
        "heartbeats"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    /// Somebody may cancel a run, which matters only while one is open.
    fn wakes(&self) -> &'static [Signal] {
        if self.found().open { &[Signal::Heartbeats, Signal::Cancel] } else { &[Signal::Heartbeats] }
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let left = (self.found().next_at? - self.app.clock().now()).to_std().unwrap_or_default();
        Some(left.min(EVERY))
    }
}
