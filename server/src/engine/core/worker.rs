//! The loop in which every background worker runs.
//!
//! A signal or its period wakes a worker. The worker then looks at the database and makes reality match it. A signal
//! carries no input, so losing one costs time, never work. A round that fails or panics is shown and repeated after a
//! growing pause. The loop itself ends only with the server.

use crate::app::system::WorkerStatus;
use crate::app::{Signal, Signals};
use crate::clock::{Clock, Stopwatch};
use crate::domain::reason::Reason;
use futures::FutureExt;
use futures::future::{BoxFuture, select_all};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Longest pause between two failing rounds.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Default for [`Worker::patience`].
const PATIENCE: Duration = Duration::from_secs(120);

/// A background worker.
pub trait Worker: Send + Sync + 'static {
    /// The worker's name, as the API shows it.
    fn name(&self) -> &'static str;

    /// Longest time between two rounds.
    fn every(&self) -> Duration;

    /// Signals that wake the worker early. The loop asks after each round, so the answer may depend on what the round
    /// found.
    fn wakes(&self) -> &'static [Signal] {
        &[]
    }

    /// Runs one round: looks at the database and makes reality match it. Must be idempotent.
    fn run_once(&self) -> BoxFuture<'_, RoundResult>;

    /// Longest time until the next round; none means one period.
    fn next_in(&self) -> Option<Duration> {
        None
    }

    /// How long a round may last before the loop reports it as a problem. The round itself goes on.
    fn patience(&self) -> Duration {
        PATIENCE
    }

    /// How long the worker waits after a signal, so that many signals lead to one round; none means no wait.
    fn gathers(&self) -> Option<Duration> {
        None
    }
}

/// What a round did, or why it failed. None: there was nothing to do.
pub type RoundResult = Result<Option<Reason>, RoundError>;

/// Why a round failed, for the log and the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundError(pub Reason);

impl<E: std::error::Error> From<E> for RoundError {
    fn from(error: E) -> Self {
        Self(Reason::RoundFailed { problem: error.to_string() })
    }
}

/// The board on which all loops show their status.
#[derive(Debug, Clone, Default)]
pub struct StatusBoard {
    rows: Arc<Mutex<Vec<WorkerStatus>>>,
}

impl StatusBoard {
    /// All workers, in the order in which they were started.
    pub fn rows(&self) -> Vec<WorkerStatus> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, name: &'static str, every: Duration) -> usize {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.push(WorkerStatus {
            name,
            every_seconds: every.as_secs_f64(),
            round_count: 0,
            running_since_at: None,
            last_at: None,
            last_seconds: None,
            last_summary: None,
            error: None,
        });
        rows.len() - 1
    }

    fn update(&self, index: usize, change: impl FnOnce(&mut WorkerStatus)) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = rows.get_mut(index) {
            change(row);
        }
    }
}

/// The loops of all workers.
#[derive(Debug)]
pub struct Loops {
    context: LoopContext,
    running: JoinSet<()>,
}

impl Loops {
    /// Creates an empty set of loops.
    pub fn new(signals: Signals, clock: Clock, stop: CancellationToken) -> Self {
        let context = LoopContext { signals, clock, board: StatusBoard::default(), stop };
        Self { context, running: JoinSet::new() }
    }

    /// The board on which the loops show their status.
    pub fn board(&self) -> StatusBoard {
        self.context.board.clone()
    }

    /// Starts the loop of a worker.
    pub fn start(&mut self, worker: Arc<dyn Worker>) {
        self.running.spawn(run(worker, self.context.clone()));
    }

    /// Ends all loops after their current round. A round that lasts longer than `limit` is cut off, and the next
    /// server does what it did not commit. Returns the names of the workers that were cut off.
    pub async fn end(mut self, limit: Duration) -> Vec<&'static str> {
        self.context.stop.cancel();
        let ended = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, ended).await.is_ok() {
            return Vec::new();
        }
        let rows = self.context.board.rows();
        let hung: Vec<_> = rows.iter().filter(|row| row.running_since_at.is_some()).map(|row| row.name).collect();
        tracing::warn!(workers = hung.join(", "), "some workers did not finish their round in time and were cut off");
        self.running.abort_all();
        hung
    }

    /// Cuts off all loops, as a crash of the server would.
    pub fn crash(mut self) {
        self.context.stop.cancel();
        self.running.abort_all();
    }
}

/// What every loop needs.
#[derive(Debug, Clone)]
struct LoopContext {
    signals: Signals,
    clock: Clock,
    board: StatusBoard,
    /// Cancelled when the server stops.
    stop: CancellationToken,
}

/// Runs a worker until the server stops.
async fn run(worker: Arc<dyn Worker>, context: LoopContext) {
    let index = context.board.add(worker.name(), worker.every());
    let mut failures = 0_u32;
    loop {
        if context.stop.is_cancelled() {
            return;
        }
        let seen = Signal::ALL.map(|signal| (signal, context.signals.raised_count(signal)));
        let failed = round(worker.as_ref(), &context, index).await;
        failures = if failed { failures.saturating_add(1) } else { 0 };
        let wait = if failed {
            PAUSE_MAX.min(Duration::from_millis(250) * 2_u32.saturating_pow(failures.min(8)))
        } else {
            worker.next_in().map_or(worker.every(), |next| next.min(worker.every()))
        };
        let woken = async {
            if failed || worker.wakes().is_empty() {
                std::future::pending::<()>().await;
            }
            let bells = seen.iter().filter(|(signal, _)| worker.wakes().contains(signal));
            let bells = bells.map(|(signal, seen)| context.signals.heard(*signal, *seen).boxed());
            select_all(bells).await;
            if let Some(gathers) = worker.gathers() {
                tokio::time::sleep(gathers).await;
            }
        };
        tokio::select! {
            () = context.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
            () = woken => {}
        }
    }
}

/// Runs one round. Returns true if the round failed.
async fn round(worker: &dyn Worker, context: &LoopContext, index: usize) -> bool {
    let (begun_at, watch) = (context.clock.now(), Stopwatch::start());
    context.board.update(index, |row| row.running_since_at = Some(begun_at));
    let name = worker.name();
    let mut running = AssertUnwindSafe(worker.run_once()).catch_unwind().boxed();
    let result = match tokio::time::timeout(worker.patience(), &mut running).await {
        Ok(result) => result,
        Err(_) => {
            let error = Reason::RoundLasts { since_at: begun_at };
            tracing::warn!(worker = name, %error, "a round takes too long; it goes on");
            context.board.update(index, |row| row.error = Some(error));
            running.await
        }
    };
    let result = result.unwrap_or(Err(RoundError(Reason::RoundPanicked {})));
    match &result {
        Ok(Some(summary)) => tracing::debug!(worker = name, %summary, "round"),
        Ok(None) => {}
        Err(RoundError(error)) => tracing::warn!(worker = name, %error, "a round failed; it will be repeated"),
    }
    let failed = result.is_err();
    context.board.update(index, |row| {
        row.round_count += 1;
        row.running_since_at = None;
        row.last_at = Some(begun_at);
        row.last_seconds = Some(watch.elapsed().as_secs_f64());
        match result {
            Ok(summary) => {
                row.last_summary = summary.or(row.last_summary.take());
                row.error = None;
            }
            Err(RoundError(error)) => {
                row.error = Some(error);
            }
        }
    });
    failed
}
