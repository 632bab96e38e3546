//! The recorder: writes calls of webhooks into their log, all that came since the last round in one transaction.

use crate::app::App;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;

/// The worker for the log of webhooks.
#[derive(Debug)]
pub struct Recorder {
    app: App,
}

impl Recorder {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn round(&self) -> RoundResult {
        let calls = self.app.hook_calls_record().await?;
        Ok((calls > 0).then_some(Reason::HookCallsRecorded { calls: calls as u64 }))
    }
}

impl Worker for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
