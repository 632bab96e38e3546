//! The rescuer: finds runs that are stored as running but that no executor of this server follows.
//!
//! At the start these are the runs of an earlier server. Runs whose runner lives are adopted. The others are booked
//! by their exit record; without one, their processes are killed and they are booked as lost. Later there should be
//! no such runs, but the rescuer keeps looking.

use super::active::Touch;
use super::executor::Executor;
use crate::app::App;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Time to the next look while a runner cannot be reached, so that the status stays true.
const SOON: Duration = Duration::from_secs(2);

/// The worker for runs that nobody follows.
#[derive(Debug)]
pub struct Rescuer {
    app: App,
    executor: Arc<Executor>,
    /// Number of runners that could not be reached in the last round.
    lost: AtomicUsize,
}

impl Rescuer {
    /// Creates the worker.
    pub const fn new(app: App, executor: Arc<Executor>) -> Self {
        Self { app, executor, lost: AtomicUsize::new(0) }
    }

    async fn round(&self) -> RoundResult {
        // Read this before asking what is followed: an attempt that ends in between is then no longer stored as
        // running.
        let running = self.app.attempts_running().await?;
        let mut adopted = 0;
        for claimed in running {
            adopted += u64::from(self.executor.adopt(claimed));
        }
        let lost = self.executor.active().touch_count(Touch::Lost);
        let before = self.lost.swap(lost, Ordering::Relaxed);
        Ok(summary(adopted, lost, before))
    }
}

/// The summary of a round.
fn summary(adopted: u64, lost: usize, lost_before: usize) -> Option<Reason> {
    let adopted = (adopted > 0).then_some(Reason::RunsAdopted { runs: adopted });
    let silent = (lost > 0).then_some(Reason::RunnersSilent { runs: lost as u64 });
    let shown = Reason::of_all(adopted.into_iter().chain(silent).collect());
    shown.or_else(|| (lost_before > 0).then_some(Reason::RunnersAnswer {}))
}

impl Worker for Rescuer {
    fn name(&self) -> &'static str {
        "rescuer"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn next_in(&self) -> Option<Duration> {
        let active = self.executor.active();
        let open = active.touch_count(Touch::Sought) + active.touch_count(Touch::Lost);
        (open > 0).then_some(SOON)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_that_cannot_be_reached_are_shown_and_so_is_their_return() {
        let adopted = |runs| Reason::RunsAdopted { runs };
        let silent = |runs| Reason::RunnersSilent { runs };
        assert_eq!(summary(0, 0, 0), None);
        assert_eq!(summary(2, 0, 0), Some(adopted(2)));
        assert_eq!(summary(0, 1, 0), Some(silent(1)));
        assert_eq!(summary(3, 2, 1), Some(Reason::Several { reasons: vec![adopted(3), silent(2)] }));
        assert_eq!(summary(0, 0, 2), Some(Reason::RunnersAnswer {}));
    }
}
