//! The herald: turns ends of runs into incidents, and tells what rules ask for.
//!
//! Nothing is remembered here: what was not looked at stays on its list, and what is due stays due. Deliberately absent:
//! sending, which the notifier does. Start reading at `Herald::round`.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest pause between two rounds.
const SLEEP_MAX: Duration = Duration::from_secs(15);

/// Ends of runs that follow each other within this time are looked at together, because each round costs a transaction.
const TOGETHER: Duration = Duration::from_millis(300);

/// The worker for incidents.
#[derive(Debug)]
pub struct Herald {
    app: App,
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Herald {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app, next: Mutex::default() }
    }

    async fn round(&self) -> RoundResult {
        let mut runs = 0;
        while self.app.unheard_are_there().await? {
            runs += self.app.runs_hear().await? as u64;
        }
        let messages = self.app.incidents_tell().await?;
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = self.app.telling_next().await?;
        Ok((runs + messages > 0).then_some(Reason::IncidentsHeard { runs, messages }))
    }
}

impl Worker for Herald {
    fn name(&self) -> &'static str {
        "herald"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Finished, Signal::Incidents]
    }

    fn gathers(&self) -> Option<Duration> {
        Some(TOGETHER)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.map(|next| (next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
