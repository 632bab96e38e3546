//! The engine: background workers that make reality match the database.
//!
//! Workers look at the database when they are woken or when their period is over, and act through `app`. Deliberately
//! absent: HTTP, decisions (they are in `domain`), transactions held while a process runs. Start reading at `worker`, then
//! `scheduler`, `dispatcher`, `executor`.

mod active;
mod backfiller;
mod canceller;
mod catcher;
mod dispatcher;
mod executor;
mod file_look;
mod file_watcher;
mod follow;
mod follower;
#[cfg(target_os = "linux")]
mod fork_server;
#[cfg(not(target_os = "linux"))]
#[path = "no_fork_server.rs"]
mod fork_server;
mod http_attempt;
mod keeper;
mod plan;
mod plan_memory;
mod pruner;
mod read_ahead;
mod rescuer;
mod runners;
mod scheduler;
mod timekeeper;
mod worker;

pub use active::Active;
pub use executor::{EngineSettings, Executor};
pub use file_watcher::FileWatcher;
pub use scheduler::Scheduler;
pub use worker::{RoundError, RoundResult, Worker};

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use worker::{LoopContext, StatusBoard};

/// Longest wait for runs that are cancelled because the server stops, beyond their own grace.
const STOP_EXTRA: Duration = Duration::from_secs(5);

/// The running engine.
#[derive(Debug)]
pub struct Engine {
    stop: CancellationToken,
    loops: JoinSet<()>,
    active: Active,
    executor: Arc<Executor>,
}

impl Engine {
    /// Adopts what an earlier server left running, then starts all workers.
    pub async fn start(app: App, settings: EngineSettings) -> Self {
        let (stop, active, board) = (CancellationToken::new(), Active::default(), StatusBoard::default());
        let shown = board.clone();
        app.workers().connect(move || shown.rows());
        let executor = Arc::new(Executor::new(app.clone(), settings, active.clone(), stop.clone()));
        executor.prepare().await;
        let context =
            LoopContext { signals: app.signals().clone(), clock: app.clock().clone(), board, stop: stop.clone() };
        let rescuer = Arc::new(rescuer::Rescuer::new(app.clone(), Arc::clone(&executor)));
        if let Err(RoundError(error)) = rescuer.run_once().await {
            tracing::warn!(error, "what an earlier server left running could not be looked at yet; it is tried again");
        }
        let workers: Vec<Arc<dyn Worker>> = vec![
            Arc::new(timekeeper::Timekeeper::new(app.clone())),
            Arc::new(scheduler::Scheduler::new(app.clone())),
            Arc::new(dispatcher::Dispatcher::new(app.clone(), Arc::clone(&executor))),
            Arc::new(backfiller::Backfiller::new(app.clone())),
            Arc::new(file_watcher::FileWatcher::new(app.clone())),
            Arc::new(follower::Follower::new(app.clone())),
            Arc::new(catcher::Catcher::new(app.clone())),
            Arc::new(canceller::Canceller::new(app.clone(), active.clone())),
            rescuer,
            Arc::new(pruner::Pruner::new(app.clone())),
            Arc::new(keeper::Keeper::new(app)),
        ];
        let mut loops = JoinSet::new();
        for worker in workers {
            loops.spawn(worker::run(worker, context.clone()));
        }
        Self { stop, loops, active, executor }
    }

    /// Stops in an orderly way: nothing new starts; runs that are to be kept go on with their runners, the others are
    /// stopped by the usual ladder.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        while self.loops.join_next().await.is_some() {}
        let grace = self.active.cancel_on_stop();
        if let Some(grace) = grace {
            let _those_left_are_swept_at_the_next_start =
                tokio::time::timeout(grace + STOP_EXTRA, self.active.wait_for_stopping()).await;
        }
        self.executor.leave();
        self.executor.close().await;
    }

    /// Ends as a crash of the server would, for tests: loops and conversations are cut, nothing is told to anybody.
    pub fn crash(mut self) {
        self.stop.cancel();
        self.loops.abort_all();
        self.executor.leave();
    }
}
