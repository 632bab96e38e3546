//! The watchman: finds what is late or slow, at the instant at which it becomes that, and schedules that never fire.
//!
//! Nothing is remembered here: what is watched is in the database, with the instant of the next look. Deliberately
//! absent: telling anybody, which the herald does. Start reading at `Watchman::round`.

use crate::app::notify::lateness::LatenessSeen;
use crate::app::notify::lateness::slowness::SlownessSeen;
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

/// All schedules are looked at after this time. It reads every task and computes many dates, and calendars run out by days.
const SCHEDULES_EVERY: Duration = Duration::from_hours(1);

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
    /// Whether something is expected of runs.
    runs: AtomicBool,
    /// When it last wrote anything.
    looked: Mutex<Option<Stopwatch>>,
    /// When it last looked at all schedules.
    schedules: Mutex<Option<Stopwatch>>,
}

impl Watchman {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        let [watched, late, runs] = std::array::from_fn(|_| AtomicBool::new(false));
        let (next, looked, schedules) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { app, next, watched, late, runs, looked, schedules }
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
        let (slow, next_slow) = self.slowness().await?;
        let next = self.app.lateness_next().await?.into_iter().chain(next_slow).min();
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
        let late = (slots + silent > 0).then_some(Reason::LatenessFound { slots, silent });
        Ok(Reason::of_all(late.into_iter().chain(slow).collect()))
    }

    /// Looks at open runs and at schedules. Returns what it found, and when a run becomes slow next.
    async fn slowness(&self) -> Result<(Option<Reason>, Option<DateTime<Utc>>), Error> {
        let watched = self.app.slowness_is_watched().await?;
        self.runs.store(watched, Ordering::Relaxed);
        let slow = if watched { self.app.slowness_look().await? } else { SlownessSeen::default() };
        let looked = *self.schedules.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = looked.is_none_or(|looked| looked.elapsed() >= SCHEDULES_EVERY);
        let [begun, over] = self.app.never_look(whole).await?;
        if whole {
            *self.schedules.lock().unwrap_or_else(PoisonError::into_inner) = Some(Stopwatch::start());
        }
        let (begun, over) = (begun + slow.begun, over + slow.over);
        Ok(((begun + over > 0).then_some(Reason::SlownessFound { begun, over }), slow.next_at))
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

    /// A changed task raises `Schedules`, a booked slot `Queue`. What starts and ends matters only while something is late,
    /// or if something is expected of runs.
    fn wakes(&self) -> &'static [Signal] {
        let late = self.late.load(Ordering::Relaxed) || self.runs.load(Ordering::Relaxed);
        match (self.watched.load(Ordering::Relaxed), late) {
            (false, false) => &[Signal::Schedules],
            (true, false) => &[Signal::Schedules, Signal::Queue],
            (_, true) => &[Signal::Schedules, Signal::Queue, Signal::Started, Signal::Finished, Signal::Incidents],
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
