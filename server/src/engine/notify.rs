//! The notifier: sends what is in the outbox, one delivery per channel at a time.
//!
//! A round begins the next due delivery of each channel that is not busy. Each sending notes its result itself, so a
//! channel that hangs holds up no other, and the deliveries of one channel keep their order. Nothing is remembered here
//! except which channels are busy, so after a crash everything that was not noted is sent again, with the same id.

pub mod herald;
pub mod warden;
pub mod watchman;

use crate::app::{App, Signal};
use crate::domain::keys::{Channel, Key};
use crate::domain::model::DeliveryNext;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Longest pause between two rounds.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// How long a channel rests after an attempt whose result could not be noted.
const REST: Duration = Duration::from_secs(5);

/// Maximum number of channels that send at the same time.
const CHANNELS: usize = 100;

type Busy = Arc<Mutex<BTreeSet<Key<Channel>>>>;

/// The worker for the outbox.
#[derive(Debug)]
pub struct Notifier {
    app: App,
    stop: CancellationToken,
    busy: Busy,
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Notifier {
    /// Creates the worker. It breaks off what it sends when `stop` is cancelled.
    pub fn new(app: App, stop: CancellationToken) -> Self {
        Self { app, stop, busy: Arc::default(), next: Mutex::default() }
    }

    async fn round(&self) -> RoundResult {
        let now = self.app.clock().now();
        let waiting: Vec<DeliveryNext> = {
            let all = self.app.deliveries_next().await?;
            let busy = locked(&self.busy);
            all.into_iter().filter(|next| !busy.contains(&next.channel)).collect()
        };
        let free = CHANNELS.saturating_sub(locked(&self.busy).len());
        let (mut due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|next| next.due_at <= now);
        due.sort_by_key(|next| next.due_at);
        due.truncate(free);
        due.iter().for_each(|next| self.begin(*next));
        // If all places are taken, the end of a sending begins the next round.
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = later.iter().map(|next| next.due_at).min();
        let begun = due.len() as u64;
        Ok((begun > 0).then_some(Reason::DeliveriesBegun { deliveries: begun }))
    }

    /// Sends a delivery in the background.
    fn begin(&self, next: DeliveryNext) {
        if !locked(&self.busy).insert(next.channel) {
            return;
        }
        let (app, stop) = (self.app.clone(), self.stop.clone());
        let place = Place { channel: next.channel, busy: Arc::clone(&self.busy), app: app.clone() };
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                () = stop.cancelled() => {}
                () = send(&app, next) => {}
            }
        });
    }
}

async fn send(app: &App, next: DeliveryNext) {
    let sending = std::panic::AssertUnwindSafe(app.delivery_send(next.delivery)).catch_unwind();
    let problem = match sending.await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the sending panicked".to_owned(),
    };
    tracing::warn!(problem, "what became of a delivery could not be noted; it will be sent again");
    tokio::time::sleep(REST).await;
}

/// The place of a channel that sends. It becomes free however the sending ends.
struct Place {
    channel: Key<Channel>,
    busy: Busy,
    app: App,
}

impl Drop for Place {
    fn drop(&mut self) {
        locked(&self.busy).remove(&self.channel);
        self.app.signals().raise(Signal::Outbox);
    }
}

fn locked(busy: &Busy) -> MutexGuard<'_, BTreeSet<Key<Channel>>> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Worker for Notifier {
    fn name(&self) -> &'static str {
        "notifier"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Outbox]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.map(|next| (next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
