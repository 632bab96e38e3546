//! Places for heavy computations: everything that examines many tasks or looks far ahead is computed here and nowhere
//! else.
//!
//! A computation has its own thread of low priority, on which it also reads what it needs. Neither its loops nor the
//! rows it processes therefore occupy the threads that fire slots and answer requests. There are few places. A caller
//! who finds none waits a little, and is refused if that is not enough or if too many wait already. A computation
//! whose caller has gone, or whose time is up, is asked to stop and gives its place back. Start reading at `compute`.

use crate::app::{App, Error, Result};
use crate::domain::forecast::Stop;
use std::future::Future;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

/// Longest time that a caller waits for a place. Together with `WORK_LIMIT` it is shorter than the deadline of a
/// request.
const WAIT_LIMIT: Duration = Duration::from_secs(15);

/// Longest time that a computation may take.
const WORK_LIMIT: Duration = Duration::from_secs(40);

/// How much a computation examines. Each reach has its own places, so that short computations do not wait for long
/// ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Reach {
    /// One task or schedule.
    OneTask,
    /// All tasks, or those in a folder.
    AllTasks,
    /// All tasks, simulated second by second.
    Simulation,
    /// All tasks that a change of calendars affects. Their own places let people save a calendar while others look
    /// ahead.
    Ledger,
}

/// All places, by the reach of the computations.
#[derive(Debug)]
pub(in crate::app) struct Places {
    one: Room,
    all: Room,
    simulation: Room,
    ledger: Room,
}

impl Default for Places {
    /// Leaves at least one core to everything else.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let most = cores.saturating_sub(1).max(1);
        let (one, all) = (Room::new(most, 64, WAIT_LIMIT), Room::new(most, 32, WAIT_LIMIT));
        Self { one, all, simulation: Room::new(1, 0, WAIT_LIMIT), ledger: Room::new(1, 8, WAIT_LIMIT) }
    }
}

/// Some places, and a queue in front of them.
#[derive(Debug)]
struct Room {
    /// Permits for those who wait or compute.
    inside: Arc<Semaphore>,
    /// Permits for those who compute.
    free: Arc<Semaphore>,
    patience: Duration,
}

/// A place, until it is dropped.
struct Place {
    _inside: OwnedSemaphorePermit,
    _taken: OwnedSemaphorePermit,
}

impl Room {
    fn new(places: usize, queue: usize, patience: Duration) -> Self {
        let (inside, free) = (Semaphore::new(places + queue), Semaphore::new(places));
        Self { inside: Arc::new(inside), free: Arc::new(free), patience }
    }

    /// Waits for a place. Returns none if too many wait already, or if none became free in time.
    async fn enter(&self) -> Option<Place> {
        let inside = Arc::clone(&self.inside).try_acquire_owned().ok()?;
        let taken = timeout(self.patience, Arc::clone(&self.free).acquire_owned()).await.ok()?.ok()?;
        Some(Place { _inside: inside, _taken: taken })
    }
}

/// Asks a computation to stop when nobody waits for it any more.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.ask();
    }
}

impl App {
    /// Computes in a place of its own. When nobody waits for the answer any more, the work ends at its next `await`;
    /// a long loop without one must check `Stop` at intervals.
    ///
    /// Fails with `Unavailable` if there was no place in time, or if the work took too long.
    pub(in crate::app) async fn compute<T, W, F>(&self, reach: Reach, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(Self, Stop) -> F + Send + 'static,
        F: Future<Output = Result<T>>,
    {
        let places = &self.inner.places;
        let room = match reach {
            Reach::OneTask => &places.one,
            Reach::AllTasks => &places.all,
            Reach::Simulation => &places.simulation,
            Reach::Ledger => &places.ledger,
        };
        let place = room.enter().await.ok_or_else(|| busy(reach))?;
        let (stop, app, runtime) = (Stop::default(), self.clone(), Handle::current());
        let _asks_when_given_up = StopOnDrop(stop.clone());
        let (mut answer, answered) = oneshot::channel();
        let thread = Builder::new().name("orc-compute".into()).spawn(move || {
            orc_runner::lower_priority();
            let done = runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = answer.closed() => None,
                    done = work(app, stop) => Some(done),
                }
            });
            drop(place);
            let _nobody_waits_any_more = done.map(|done| answer.send(done));
        });
        thread.map_err(|error| Error::Unavailable(format!("no thread can be started: {error}; try again later")))?;
        match timeout(WORK_LIMIT, answered).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(Error::Internal("a computation ended without an answer".into())),
            Err(_) => Err(too_long()),
        }
    }
}

fn busy(reach: Reach) -> Error {
    Error::Unavailable(match reach {
        Reach::OneTask | Reach::AllTasks => {
            "the server has no place left for this computation; try again in a moment".into()
        }
        Reach::Simulation => "another simulation is being computed; try again in a moment".into(),
        Reach::Ledger => "other calendars are being saved, so nothing was changed; try again in a moment".into(),
    })
}

fn too_long() -> Error {
    let seconds = WORK_LIMIT.as_secs();
    Error::Unavailable(format!(
        "this took more than {seconds} seconds to compute and was stopped; ask for a shorter period, for one task or \
        for a folder"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_refused_at_once() {
        let room = Room::new(1, 1, WAIT_LIMIT);
        let first = room.enter().await.expect("a free place");
        let mut second = Box::pin(room.enter());
        assert!(futures::poll!(second.as_mut()).is_pending(), "it waits");
        assert!(room.enter().await.is_none(), "the queue is full");
        drop(first);
        assert!(second.await.is_some(), "the place of the first");
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_the_queue() {
        let room = Room::new(1, 1, WAIT_LIMIT);
        let first = room.enter().await.expect("a free place");
        let mut second = Box::pin(room.enter());
        assert!(futures::poll!(second.as_mut()).is_pending(), "it waits");
        drop(second);
        let mut third = Box::pin(room.enter());
        assert!(futures::poll!(third.as_mut()).is_pending(), "it waits instead");
        drop(first);
        assert!(third.await.is_some());
    }

    #[tokio::test]
    async fn who_waits_too_long_is_refused() {
        let room = Room::new(1, 1, Duration::ZERO);
        let _first = room.enter().await.expect("a free place");
        assert!(room.enter().await.is_none());
    }
}
