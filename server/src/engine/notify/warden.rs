//! The warden: looks at the server itself, so that what is wrong with it becomes an incident.
//!
//! What is open is stored. Only what has not settled yet is remembered here, and after a restart it settles anew.
//! Deliberately absent: telling anybody, which the herald does. Start reading at `Warden::round`.

use crate::app::notify::server::ServerSeen;
use crate::app::{App, Signal};
use crate::domain::notify::incidents::server::Memory;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest pause between two rounds. Disk, clock and workers raise no signal.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// What follows each other within this time is looked at together.
const TOGETHER: Duration = Duration::from_secs(1);

/// The worker for incidents about the server.
#[derive(Debug)]
pub struct Warden {
    app: App,
    memory: tokio::sync::Mutex<Memory>,
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Warden {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app, memory: tokio::sync::Mutex::default(), next: Mutex::default() }
    }

    async fn round(&self) -> RoundResult {
        let ServerSeen { begun, over, next_at } = self.app.server_look(&mut *self.memory.lock().await).await?;
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next_at;
        Ok((begun + over > 0).then_some(Reason::ServerLookedAt { begun, over }))
    }
}

impl Worker for Warden {
    fn name(&self) -> &'static str {
        "warden"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    /// The end of a sending raises `Outbox`: a channel may fail now, or no longer.
    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Outbox]
    }

    fn gathers(&self) -> Option<Duration> {
        Some(TOGETHER)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        // What did not settle in time, such as a clock that was set back, is looked at once a second.
        next.map(|next| (next - self.app.clock().now()).to_std().unwrap_or_default().max(Duration::from_secs(1)))
    }
}
