//! The scheduler: sleeps until the next slot of any schedule, then has all that is due booked.
//!
//! In memory there is only a heap of next instants, made from the stored definitions. What is due is always computed
//! from the stored watermark, so a lost heap, a crash or a jump of the clock loses nothing.

use super::worker::{RoundResult, Worker};
use crate::app::slots::Planned;
use crate::app::{App, Signal};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Schedules booked in one transaction.
const BATCH: usize = 200;

/// The longest sleep; also how soon a change of the clock is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Definitions are read again this often even without a signal.
const RELOAD_EVERY: TimeDelta = TimeDelta::minutes(5);

#[derive(Debug, Default)]
struct Plan {
    /// All schedules that can fire, by index.
    schedules: Vec<Arc<Planned>>,
    /// Next instants with the index of their schedule.
    heap: BinaryHeap<Reverse<(DateTime<Utc>, usize)>>,
    /// How often the signal had been raised when the definitions were read.
    seen: Option<u64>,
    /// When they were read.
    loaded_at: DateTime<Utc>,
}

/// The worker.
#[derive(Debug)]
pub struct Scheduler {
    app: App,
    plan: Mutex<Plan>,
}

impl Scheduler {
    /// A scheduler that has read nothing yet.
    pub fn new(app: App) -> Self {
        Self { app, plan: Mutex::default() }
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the definitions again if they may have changed.
    async fn reload(&self, now: DateTime<Utc>) -> Result<bool, super::RoundError> {
        let raised = self.app.signals().raised_count(Signal::Schedules);
        {
            let plan = self.plan();
            let fresh = now >= plan.loaded_at && now - plan.loaded_at < RELOAD_EVERY;
            if plan.seen == Some(raised) && fresh {
                return Ok(false);
            }
        }
        let schedules = self.app.schedules_planned(now).await?;
        let heap =
            schedules.iter().enumerate().filter_map(|(index, planned)| Some(Reverse((planned.next_at()?, index))));
        let heap = heap.collect();
        *self.plan() = Plan { schedules, heap, seen: Some(raised), loaded_at: now };
        Ok(true)
    }

    fn take_due(&self, now: DateTime<Utc>) -> Vec<(usize, Arc<Planned>)> {
        let mut plan = self.plan();
        let mut due = Vec::new();
        while due.len() < BATCH {
            match plan.heap.peek() {
                Some(Reverse((at, _))) if *at <= now => {}
                _ => break,
            }
            let Some(Reverse((_, index))) = plan.heap.pop() else { break };
            due.push((index, Arc::clone(&plan.schedules[index])));
        }
        due
    }

    /// Puts schedules back with the watermark they have now.
    fn put_back(&self, due: Vec<(usize, Arc<Planned>)>, watermark_at: Option<DateTime<Utc>>) {
        let mut plan = self.plan();
        for (index, planned) in due {
            let planned = match watermark_at {
                Some(watermark_at) => Arc::new(Planned { watermark_at, ..planned.as_ref().clone() }),
                None => planned,
            };
            if let Some(next) = planned.next_at() {
                plan.heap.push(Reverse((next, index)));
            }
            plan.schedules[index] = planned;
        }
    }

    async fn round(&self) -> RoundResult {
        let now = self.app.clock().now();
        self.reload(now).await?;
        let (mut booked, mut made) = (0, 0);
        loop {
            let due = self.take_due(now);
            if due.is_empty() {
                break;
            }
            let schedules: Vec<Arc<Planned>> = due.iter().map(|(_, planned)| Arc::clone(planned)).collect();
            match self.app.slots_book(schedules, now).await {
                Ok(counts) => {
                    booked += counts.entries;
                    made += counts.runs;
                    self.put_back(due, Some(now));
                }
                Err(error) => {
                    self.put_back(due, None);
                    return Err(error.into());
                }
            }
        }
        Ok((booked > 0).then(|| format!("{booked} ledger entries, {made} runs")))
    }
}

impl Worker for Scheduler {
    fn name(&self) -> &'static str {
        "scheduler"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Schedules]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = self.plan().heap.peek().map(|Reverse((at, _))| *at)?;
        Some((next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
