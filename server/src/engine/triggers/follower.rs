//! The follower: starts tasks that are triggered by the end of other tasks' runs.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;

/// The worker for triggers on ended runs.
#[derive(Debug)]
pub struct Follower {
    app: App,
}

impl Follower {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn round(&self) -> RoundResult {
        if !self.app.firings_are_there().await? {
            return Ok(None);
        }
        let all = self.app.firings_follow().await?;
        Ok((all > 0).then_some(Reason::RunEndsFollowed { ends: all as u64 }))
    }
}

impl Worker for Follower {
    fn name(&self) -> &'static str {
        "follower"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Finished, Signal::Queue]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
