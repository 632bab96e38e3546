//! The loops of workers: what they show, and that a hanging round is visible and does not delay a stop.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use orc_server::app::Signals;
use orc_server::app::system::WorkerStatus;
use orc_server::clock::Clock;
use orc_server::domain::reason::Reason;
use orc_server::engine::{Loops, RoundResult, Worker};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What its rounds report.
const WENT_ON: Reason = Reason::RunsStarted { runs: 1 };

/// A worker whose rounds report that they have begun, and end when the test says so.
struct Held {
    begun: Notify,
    go: Notify,
    patience: Duration,
}

impl Held {
    fn with(patience: Duration) -> Arc<Self> {
        Arc::new(Self { begun: Notify::new(), go: Notify::new(), patience })
    }
}

impl Worker for Held {
    fn name(&self) -> &'static str {
        "held"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        async {
            self.begun.notify_one();
            self.go.notified().await;
            Ok(Some(WENT_ON))
        }
        .boxed()
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

fn started(worker: &Arc<Held>) -> Loops {
    let mut loops = Loops::new(Signals::default(), Clock::system(), CancellationToken::new());
    loops.start(Arc::clone(worker) as Arc<dyn Worker>);
    loops
}

/// Waits until a condition is true for the only worker.
async fn shown(loops: &Loops, is: impl Fn(&WorkerStatus) -> bool) -> WorkerStatus {
    let looked = async {
        loop {
            if let Some(row) = loops.board().rows().into_iter().find(&is) {
                return row;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looked).await.expect("it is shown")
}

#[tokio::test]
async fn a_round_under_way_is_shown_as_that() {
    let worker = Held::with(Duration::from_secs(3600));
    let loops = started(&worker);
    worker.begun.notified().await;
    let during = shown(&loops, |_| true).await;
    assert!(during.running_since_at.is_some() && during.round_count == 0 && during.error.is_none(), "{during:?}");
    worker.go.notify_one();
    let after = shown(&loops, |row| row.round_count == 1).await;
    assert_eq!((after.running_since_at, after.last_summary), (None, Some(WENT_ON)));
    assert_eq!(after.last_at, during.running_since_at);
    assert_eq!(loops.end(Duration::from_secs(60)).await, [""; 0], "it sleeps");
}

#[tokio::test]
async fn a_round_that_takes_too_long_is_told_and_goes_on() {
    let worker = Held::with(Duration::ZERO);
    let loops = started(&worker);
    let late = shown(&loops, |row| row.error.is_some()).await;
    let since_at = late.running_since_at.expect("it goes on");
    assert_eq!(late.error, Some(Reason::RoundLasts { since_at }));
    worker.go.notify_one();
    let after = shown(&loops, |row| row.round_count == 1).await;
    assert_eq!((after.error, after.last_summary), (None, Some(WENT_ON)));
}

#[tokio::test]
async fn a_round_that_hangs_holds_up_no_stop() {
    let worker = Held::with(Duration::from_secs(3600));
    let loops = started(&worker);
    worker.begun.notified().await;
    let board = loops.board();
    assert_eq!(loops.end(Duration::from_millis(10)).await, ["held"]);
    assert_eq!(board.rows()[0].round_count, 0, "the round was cut off");
}
