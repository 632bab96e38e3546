//! The canceller: passes on to runners what somebody asked to stop.

use super::active::{Active, Control};
use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;

/// The worker for cancelled runs.
#[derive(Debug)]
pub struct Canceller {
    app: App,
    active: Active,
}

impl Canceller {
    /// Creates the worker.
    pub const fn new(app: App, active: Active) -> Self {
        Self { app, active }
    }

    async fn round(&self) -> RoundResult {
        let runs = self.app.run_cancel_list().await?;
        let mut told = 0;
        for run in runs {
            let control = if run.cancel_forced { Control::Kill } else { Control::Cancel };
            told += u64::from(self.active.tell(run.id, control));
        }
        Ok((told > 0).then_some(Reason::RunsTold { runs: told }))
    }
}

impl Worker for Canceller {
    fn name(&self) -> &'static str {
        "canceller"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Cancel]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
