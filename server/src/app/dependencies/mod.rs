//! Dependencies of runs: setting up what a run waits for, storing what was seen, and letting runs go on.
//!
//! The gatekeeper (`engine::dependencies`) asks here what to look at and reports what it saw. Deliberately absent: the
//! looks themselves, except at other tasks' runs, which only the database knows. Start reading at `gates_set_up`, then
//! `probe_looked`.

pub mod edges;
pub mod gates;
pub mod looking;
mod taking;

use crate::app::{Error, Result};
use crate::domain::dependencies::{Look, Probe, Sight};
use futures::future::BoxFuture;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Number of requests that look at dependencies at once. They take no places of waiting runs.
const REQUESTS: usize = 2;

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// A place for looks. It becomes free when the last look that holds it has ended, and everything that the look started.
pub type Place = Arc<OwnedSemaphorePermit>;

/// Looks at the world for dependencies. The engine is the only one.
pub trait Prober: std::fmt::Debug + Send + Sync {
    /// Looks at a probe once, with what the last look wants this one to know. Ends within the probe's time limit. Without a
    /// place it waits for one.
    fn look(&self, probe: Probe, memory: Option<String>, place: Option<Place>) -> BoxFuture<'static, Look>;
}

/// Where requests that want to see dependencies find who looks at them. The engine owns the prober, which itself holds
/// the use cases: an owner here would keep both for ever.
#[derive(Debug)]
pub struct ProberDoor {
    prober: Mutex<Option<Weak<dyn Prober>>>,
    requests: Arc<Semaphore>,
}

impl Default for ProberDoor {
    fn default() -> Self {
        Self { prober: Mutex::default(), requests: Arc::new(Semaphore::new(REQUESTS)) }
    }
}

impl ProberDoor {
    /// Puts somebody behind the door.
    pub fn connect(&self, prober: &Arc<dyn Prober>) {
        *self.prober.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::downgrade(prober));
    }

    /// The place of a request. Fails if others hold all places for too long.
    async fn place(&self) -> Result<Place> {
        let place = timeout(PATIENCE, Arc::clone(&self.requests).acquire_owned()).await;
        let busy = "the server is looking at the dependencies of other tasks on request; try again in a moment";
        let place = place.ok().and_then(std::result::Result::ok);
        place.map(Arc::new).ok_or_else(|| Error::Unavailable(busy.into()))
    }

    async fn look(&self, probe: Probe, place: Place) -> Look {
        let prober = self.prober.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match prober.and_then(|prober| prober.upgrade()) {
            Some(prober) => prober.look(probe, None, Some(place)).await,
            None => {
                Look::troubled(Sight::NotLooked { problem: "this server has not started its engine yet".to_owned() })
            }
        }
    }
}
