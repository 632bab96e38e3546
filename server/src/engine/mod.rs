//! The engine: background workers that make reality match the database.
//!
//! A signal or its period wakes a worker, which looks at the database and acts through `app`. Deliberately absent:
//! HTTP, decisions (they are in `domain`), and transactions that stay open while a process runs. Start reading at
//! `worker`, then `scheduler`, `dispatcher`, `executor`.

mod aside;
pub mod core;
mod credentials;
pub mod dependencies;
pub mod ledger;
pub mod notify;
pub mod reports;
pub mod runs;
pub mod triggers;
pub mod upkeep;

pub use self::core::worker::{Loops, RoundError, RoundResult, Worker};
pub use self::ledger::scheduler::Scheduler;
pub use self::runs::active::Active;
pub use self::runs::executor::{EngineSettings, Executor};
pub use self::triggers::file_watcher::FileWatcher;

use crate::app::App;
use crate::app::dependencies::Prober;
use crate::app::notify::sending::commands::Commander;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long the stopping server waits for cancelled runs, beyond their own grace period.
const STOP_EXTRA: Duration = Duration::from_secs(5);

/// How long the stopping server waits for the current rounds of workers.
const STOP_ROUNDS: Duration = Duration::from_secs(10);

/// The running engine.
#[derive(Debug)]
pub struct Engine {
    loops: Loops,
    active: Active,
    executor: Arc<Executor>,
    /// Runs the commands of channels. The door to it keeps nothing alive.
    _commander: Arc<dyn Commander>,
}

impl Engine {
    /// Adopts what an earlier server left running, then starts all workers.
    pub async fn start(app: App, settings: EngineSettings) -> Self {
        let (stop, active) = (CancellationToken::new(), Active::default());
        let (looks, own_port) = (stop.clone(), settings.own_port);
        let mut loops = Loops::new(app.signals().clone(), app.clock().clone(), stop.clone());
        let shown = loops.board();
        app.workers().connect(move || shown.rows());
        let executor = Arc::new(Executor::new(app.clone(), settings, active.clone(), stop));
        executor.prepare().await;
        let rescuer = Arc::new(runs::rescuer::Rescuer::new(app.clone(), Arc::clone(&executor)));
        if let Err(RoundError(error)) = rescuer.run_once().await {
            tracing::warn!(%error, "runs of an earlier server could not be looked up yet; this will be tried again");
        }
        let looking = dependencies::looking::Looking::new(app.clone(), executor.runners(), own_port);
        let looking = Arc::new(looking);
        let prober: Arc<dyn Prober> = Arc::<dependencies::looking::Looking>::clone(&looking);
        app.prober().connect(&prober);
        let commander: Arc<dyn Commander> = Arc::new(aside::Aside::new(app.clone(), executor.runners()));
        app.commander().connect(&commander);
        let gatekeeper = dependencies::gatekeeper::Gatekeeper::new(app.clone(), looking, looks.clone());
        let notifier = notify::Notifier::new(app.clone(), looks.clone());
        let workers: Vec<Arc<dyn Worker>> = vec![
            Arc::new(gatekeeper),
            Arc::new(upkeep::timekeeper::Timekeeper::new(app.clone())),
            Arc::new(ledger::scheduler::Scheduler::new(app.clone())),
            Arc::new(runs::dispatcher::Dispatcher::new(app.clone(), Arc::clone(&executor))),
            Arc::new(ledger::backfiller::Backfiller::new(app.clone())),
            Arc::new(triggers::file_watcher::FileWatcher::new(app.clone())),
            Arc::new(triggers::follower::Follower::new(app.clone())),
            Arc::new(triggers::recorder::Recorder::new(app.clone())),
            Arc::new(triggers::heartbeats::Heartbeats::new(app.clone())),
            Arc::new(ledger::catcher::Catcher::new(app.clone())),
            Arc::new(runs::canceller::Canceller::new(app.clone(), active.clone())),
            rescuer,
            Arc::new(runs::judging::Judge::new(app.clone())),
            Arc::new(notify::herald::Herald::new(app.clone())),
            Arc::new(notify::watchman::Watchman::new(app.clone())),
            Arc::new(notify::warden::Warden::new(app.clone())),
            Arc::new(reports::Reporter::new(app.clone())),
            Arc::new(notifier),
            Arc::new(upkeep::pruner::Pruner::new(app.clone())),
            Arc::new(upkeep::beacon::Beacon::new(app.clone())),
            Arc::new(upkeep::keeper::Keeper::new(app)),
        ];
        workers.into_iter().for_each(|worker| loops.start(worker));
        Self { loops, active, executor, _commander: commander }
    }

    /// Stops in an orderly way. Nothing new starts. Runs that are to be kept continue with their runners; the others
    /// are cancelled.
    pub async fn shutdown(self) {
        let _those_cut_off_are_in_the_log = self.loops.end(STOP_ROUNDS).await;
        let grace = self.active.cancel_on_stop();
        if let Some(grace) = grace {
            let _those_left_are_swept_at_the_next_start =
                tokio::time::timeout(grace + STOP_EXTRA, self.active.wait_for_stopping()).await;
        }
        self.executor.leave();
        self.executor.close().await;
    }

    /// Ends as a crash of the server would, for tests: loops and conversations are cut off, and nobody is told.
    pub fn crash(self) {
        self.loops.crash();
        self.executor.leave();
    }
}
