//! The gatekeeper: looks at what runs wait for, outside of requests, a limited number of probes at the same time.
//!
//! A round sets up the probes of new runs and begins the looks that are due. Each look stores its result itself, so a
//! slow one holds up no other. Nothing is remembered here except which probes are being looked at, so after a crash
//! everything is looked at again. A look for which no run waits any more ends. While everything is on hold, no look begins.

use super::looking::Looking;
use crate::app::dependencies::Prober as _;
use crate::app::{App, Result, Signal};
use crate::domain::dependencies::{Look, Probe, Sight};
use crate::domain::keys::{self, Key};
use crate::domain::model::{ProbeLooked, ProbeRecord};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Longest pause between two rounds.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Probes that are being looked at, and how to end each look.
type Open = BTreeMap<Key<keys::Probe>, CancellationToken>;

/// The worker for runs that wait for dependencies.
#[derive(Debug)]
pub struct Gatekeeper {
    app: App,
    looking: Arc<Looking>,
    stop: CancellationToken,
    open: Arc<Mutex<Open>>,
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Gatekeeper {
    /// Creates the worker. It ends its looks when `stop` is cancelled.
    pub fn new(app: App, looking: Arc<Looking>, stop: CancellationToken) -> Self {
        Self { app, looking, stop, open: Arc::default(), next: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn round(&self) -> RoundResult {
        self.end_unwanted().await?;
        let now = self.app.clock().now();
        if self.app.hold().await?.is_some() {
            *self.next.lock().unwrap_or_else(PoisonError::into_inner) = None;
            return Ok(None);
        }
        while self.app.gates_set_up(now).await? > 0 {}
        self.app.probes_of_tasks_hurry(now).await?;
        let limit = usize::try_from(self.app.settings().probe_limit).unwrap_or(1);
        let busy = self.busy();
        let free = limit.saturating_sub(busy.len());
        let due = if free == 0 { Vec::new() } else { self.app.probes_due(now, &busy, free).await? };
        let begun = due.len();
        due.into_iter().for_each(|record| self.begin(record));
        let busy = self.busy();
        // If all places are taken, the end of a look begins the next round.
        let next = if busy.len() < limit { self.app.probe_next(&busy).await? } else { None };
        let next = [next, self.app.gate_next().await?].into_iter().flatten().min();
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok((begun > 0).then_some(Reason::DependenciesLookedAt { looks: begun as u64 }))
    }

    /// Ends looks for which no run waits any more. The end of a look gives its place back.
    async fn end_unwanted(&self) -> Result<()> {
        let busy = self.busy();
        if !busy.is_empty() {
            for key in self.app.probes_forget(&busy).await? {
                self.open().get(&key).inspect(|look| look.cancel());
            }
        }
        Ok(())
    }

    fn busy(&self) -> Vec<Key<keys::Probe>> {
        self.open().keys().copied().collect()
    }

    /// Looks at a probe in the background.
    fn begin(&self, record: ProbeRecord) {
        let stop = match self.open().entry(record.key) {
            Entry::Occupied(_) => return,
            Entry::Vacant(place) => place.insert(self.stop.child_token()).clone(),
        };
        let (app, looking) = (self.app.clone(), Arc::clone(&self.looking));
        let place = Place { key: record.key, open: Arc::clone(&self.open), app: app.clone() };
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                () = stop.cancelled() => {}
                () = look(&app, &looking, record) => {}
            }
        });
    }
}

/// The place that a look takes. It becomes free however the look ends, also if it panics.
struct Place {
    key: Key<keys::Probe>,
    open: Arc<Mutex<Open>>,
    app: App,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        self.app.signals().raise(Signal::Gate);
    }
}

async fn look(app: &App, looking: &Looking, record: ProbeRecord) {
    let looked_at = app.clock().now();
    let look = match record.probe {
        Some(Probe::Task { task, states, span }) => app.task_look(&task, &states, &span).await,
        Some(probe) => looking.look(probe, record.memory, None).await,
        None => Look::troubled(Sight::NotLooked { problem: "another version of Orc stored it".to_owned() }),
    };
    // If this fails, the probe is still due, and the next round looks again.
    let looked = ProbeLooked { key: record.key, look, looked_at, ended_at: app.clock().now() };
    if let Err(error) = app.probe_looked(looked).await {
        tracing::warn!(%error, "what was seen of a dependency could not be stored; it will be looked at again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

impl Worker for Gatekeeper {
    fn name(&self) -> &'static str {
        "gatekeeper"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Queue, Signal::Finished, Signal::Gate]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.map(|next| (next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
