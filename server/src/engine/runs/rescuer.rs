//! The rescuer: runs that are shown running, and that no executor of this server follows.
//!
//! At the start these are the runs of an earlier server: those whose runner lives are adopted, the others are booked by
//! their exit record, or as lost after their processes were swept. Later there should be none; it looks all the same.

use super::executor::Executor;
use crate::app::App;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// The worker.
#[derive(Debug)]
pub struct Rescuer {
    app: App,
    executor: Arc<Executor>,
}

impl Rescuer {
    /// A rescuer.
    pub const fn new(app: App, executor: Arc<Executor>) -> Self {
        Self { app, executor }
    }

    async fn round(&self) -> RoundResult {
        // Read before asking what is followed: an attempt that ends in between is no longer stored as running.
        let running = self.app.attempts_running().await?;
        let mut adopted = 0;
        for claimed in running {
            adopted += usize::from(self.executor.adopt(claimed));
        }
        Ok((adopted > 0).then(|| format!("{adopted} runs adopted")))
    }
}

impl Worker for Rescuer {
    fn name(&self) -> &'static str {
        "rescuer"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
