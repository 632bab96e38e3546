//! The watchman: finds what is late, at the instant at which it becomes late.
//!
//! Nothing is remembered here: what is watched is in the database, with the instant of the next look. Deliberately
//! absent: telling anybody, which the herald does. Start reading at `Watchman::round`.

use crate::app::notify::lateness::LatenessSeen;
use crate::app::{App, Error, Signal};
use crate::clock::Stopwatch;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest pause between two rounds. While something is expected, each round may write a sign of life.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// A round looks after this time even if nothing is due, because of the sign of life.
const LOOK_EVERY: Duration = Duration::from_secs(25);

/// What follows each other within this time is looked at together, because each round costs a transaction.
const TOGETHER: Duration = Duration::from_millis(500);

/// The worker for lateness.
#[derive(Debug)]
pub struct Watchman {
    app: App,
    next: Mutex<Option<DateTime<Utc>>>,
    /// Whether something is expected of any task.
    watched: AtomicBool,
    /// Whether anything is late, so that a run may be its end.
    late: AtomicBool,
    /// When it last wrote anything.
    looked: Mutex<Option<Stopwatch>>,
}

impl Watchman {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        let (watched, late) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { app, next: Mutex::default(), watched, late, looked: Mutex::default() }
    }

    async fn round(&self) -> RoundResult {
        let watched = self.app.lateness_is_watched().await?;
        self.watched.store(watched, Ordering::Relaxed);
        let LatenessSeen { mut slots, mut silent } = LatenessSeen::default();
        if watched && self.has_to_look().await? {
            LatenessSeen { slots, silent } = self.app.lateness_look().await?;
            *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Stopwatch::start());
        }
        self.late.store(watched && self.app.lateness_is_there().await?, Ordering::Relaxed);
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = self.app.lateness_next().await?;
        Ok((slots + silent > 0).then_some(Reason::LatenessFound { slots, silent }))
    }
}

impl Watchman {
    /// Whether there is anything to write: something may be late or no longer, or a sign of life is due.
    async fn has_to_look(&self) -> Result<bool, Error> {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_none_or(|looked| looked.elapsed() >= LOOK_EVERY) {
            return Ok(true);
        }
        let next = self.app.lateness_next().await?;
        Ok(next.is_some_and(|next| next <= self.app.clock().now()) || self.app.lateness_is_there().await?)
    }
}

impl Worker for Watchman {
    fn name(&self) -> &'static str {
        "watchman"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    /// A changed task raises `Schedules`, a booked slot `Queue`. What starts and ends matters only while something is late.
    fn wakes(&self) -> &'static [Signal] {
        match (self.watched.load(Ordering::Relaxed), self.late.load(Ordering::Relaxed)) {
            (false, _) => &[Signal::Schedules],
            (true, false) => &[Signal::Schedules, Signal::Queue],
            (true, true) => &[Signal::Schedules, Signal::Queue, Signal::Started, Signal::Finished, Signal::Incidents],
        }
    }

    fn gathers(&self) -> Option<Duration> {
        Some(TOGETHER)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.map(|next| (next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
