//! The judge: learns what runs usually take, log and report, and marks those that succeeded and still look wrong.
//!
//! Deliberately absent: what is usual, which `domain::runs::bands` decides, and looking at history, because one row of
//! the task says all. Start reading at `Judge::round`.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;

/// Ends of runs that follow each other within this time are judged together, because each
/// round costs a transaction.
const TOGETHER: Duration = Duration::from_millis(300);

/// The worker for suspicious runs.
#[derive(Debug)]
pub struct Judge {
    app: App,
}

impl Judge {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn round(&self) -> RoundResult {
        let (mut runs, mut suspicious) = (0, 0);
        while self.app.unjudged_are_there().await? {
            let (judged, marked) = self.app.runs_judge().await?;
            runs += judged as u64;
            suspicious += marked as u64;
        }
        Ok((runs > 0).then_some(Reason::RunsJudged { runs, suspicious }))
    }
}

impl Worker for Judge {
    fn name(&self) -> &'static str {
        "judge"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Finished]
    }

    fn gathers(&self) -> Option<Duration> {
        Some(TOGETHER)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
