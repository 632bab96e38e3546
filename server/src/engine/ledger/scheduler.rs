//! The scheduler: sleeps until the next slot of any task, then books everything that is due.
//!
//! Memory holds only the next instant of each task. Due slots are always computed from the stored definitions and
//! watermarks. The scheduler reads these a moment before, and checks them again in the transaction that books. Lost
//! memory, a crash or a jump of the clock therefore loses nothing, and nothing fires by a definition that is no
//! longer stored. Changed tasks are read again at once. All tasks are read again from time to time, a few at a time,
//! so that due slots do not wait.

use super::agenda::PlanMemory;
use super::read_ahead::ReadAhead;
use crate::app::ledger::{Booked, DueSlots};
use crate::app::schedules::agenda::Planned;
use crate::app::{App, Signal};
use crate::clock::Stopwatch;
use crate::domain::keys::{Key, Task};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundError, RoundResult, Worker};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Tasks booked in one transaction.
const BATCH: usize = 1_000;

/// How often booked runs are announced while very many tasks are due. Starting runs takes processor time from booking
/// the rest.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// After this many consecutive failures the store is blamed, not the tasks.
const FAILING: usize = 3;

/// How long before its due instant a task is read. A late reading makes booking faster, because its data is still in
/// the processor's caches.
const AHEAD: TimeDelta = TimeDelta::milliseconds(30);

/// The same when more than [`AHEAD_BATCH`] tasks are due at one instant.
const AHEAD_MANY: TimeDelta = TimeDelta::milliseconds(800);

/// Tasks read ahead at once. Slots that fall due meanwhile must wait.
const AHEAD_BATCH: usize = 100;

/// Changed tasks read at once.
const CHANGED: usize = 500;

/// Longest sleep, and so the longest time until a change of the clock is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// How often tasks are read again whose rows say that they changed, even without a signal.
const LOOK_EVERY: TimeDelta = TimeDelta::minutes(5);

/// How far before the last look a change still counts as new, because other nodes have other clocks and commits take
/// time.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(10);

/// How often all tasks are read again whatever their rows say, to find changes made behind the server's back.
const SWEEP_EVERY: TimeDelta = TimeDelta::minutes(5);

/// The same for more than `MANY` tasks, because reading 100,000 takes a second.
const SWEEP_MANY_EVERY: TimeDelta = TimeDelta::hours(1);
const MANY: usize = 10_000;

/// If the clock was set back by more than this, all tasks are read again.
const SET_BACK: TimeDelta = TimeDelta::seconds(1);

/// Result of a round.
#[derive(Debug, Default)]
struct Done {
    booked: Booked,
    /// Tasks that could not be booked, with the instants since when they have been due.
    failed: Due,
    /// The last error.
    error: Option<RoundError>,
}

/// Tasks, by their keys in the database, with the instants since when they have been due.
type Due = Vec<(Key<Task>, DateTime<Utc>)>;

/// Due tasks with what was read of them, to be booked at `now`.
struct Batch {
    due: Due,
    now: DateTime<Utc>,
    read: Result<Arc<DueSlots>, RoundError>,
}

/// The worker for due slots.
#[derive(Debug)]
pub struct Scheduler {
    app: App,
    plan: Mutex<PlanMemory>,
    ahead: Mutex<ReadAhead>,
    /// Counts failed batches.
    turn: AtomicUsize,
}

impl Scheduler {
    /// Creates a scheduler that has read nothing yet.
    pub fn new(app: App) -> Self {
        Self { app, plan: Mutex::default(), ahead: Mutex::default(), turn: AtomicUsize::new(0) }
    }

    fn plan(&self) -> MutexGuard<'_, PlanMemory> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ahead(&self) -> MutexGuard<'_, ReadAhead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes which tasks must be read again.
    async fn note(&self, now: DateTime<Utc>) -> Result<(), RoundError> {
        let replan = self.app.replan_take();
        let (looked_at, sweeps) = {
            let (mut plan, mut ahead) = (self.plan(), self.ahead());
            plan.changed.extend(replan.tasks);
            let set_back = plan.round_at.is_some_and(|before| now < before - SET_BACK);
            plan.round_at = Some(now);
            let every = if plan.task_count() > MANY { SWEEP_MANY_EVERY } else { SWEEP_EVERY };
            let sweeps = replan.all || set_back || plan.swept_at.is_none_or(|at| now - at >= every);
            if sweeps {
                plan.sweep_begin(now);
                ahead.clear();
            }
            (plan.looked_at, sweeps)
        };
        if sweeps && let Err(error) = self.app.bring_back(now).await {
            // Bringing the ledger back comes first, so the next round starts over.
            self.plan().swept_at = None;
            return Err(error.into());
        }
        if now - looked_at >= LOOK_EVERY {
            let changed = self.app.task_keys_updated(looked_at - LOOK_BACK).await?;
            let mut plan = self.plan();
            plan.changed.extend(changed);
            plan.looked_at = now;
        }
        Ok(())
    }

    /// Reads some of the tasks that must be read again. Returns false if there are none.
    async fn read(&self, now: DateTime<Utc>) -> Result<bool, RoundError> {
        let (changed, sweep) = {
            let plan = self.plan();
            (plan.changed.iter().copied().take(CHANGED).collect::<Vec<Key<Task>>>(), plan.sweep)
        };
        if !changed.is_empty() {
            let planned = self.app.schedules_planned_of(&changed, now).await?;
            let next = by_task(&planned, |it| it.next_at());
            let (mut plan, mut ahead) = (self.plan(), self.ahead());
            for task in changed {
                ahead.forget(task);
                plan.changed.remove(&task);
                plan.put(task, next.get(&task).copied());
            }
            return Ok(true);
        }
        let Some(after) = sweep else { return Ok(false) };
        let stretch = self.app.schedules_planned_next(after, now).await?;
        let mut plan = self.plan();
        match stretch {
            Some((last, planned)) => plan.sweep_on(after, last, &by_task(&planned, |it| it.next_at())),
            None => plan.sweep_end(after),
        }
        Ok(true)
    }

    /// Books everything that is due. A task that cannot be booked does not stop the others. The next batch is read
    /// while one is written.
    async fn fire(&self, begun_at: DateTime<Utc>, done: &mut Done) {
        let (mut watch, mut booked) = (Stopwatch::start(), Booked::default());
        let mut next = self.read_due(begun_at).await;
        while let Some(batch) = next {
            let (written, following) = tokio::join!(self.book(&batch), self.read_due(begun_at));
            next = following;
            match written {
                Ok(written) => booked += written,
                Err(_) if self.fire_each(batch.due, begun_at, &mut booked, done).await => {}
                Err(_) => done.failed.extend(next.take().into_iter().flat_map(|batch| batch.due)),
            }
            if watch.elapsed() >= TELL_EVERY || next.is_none() {
                self.app.slots_booked(booked);
                done.booked += std::mem::take(&mut booked);
                watch = Stopwatch::start();
            }
        }
    }

    /// Books each task of a failed batch alone, to find out which one failed. Returns false if the store is to blame;
    /// the tasks are then still due.
    async fn fire_each(&self, mut due: Due, begun_at: DateTime<Utc>, booked: &mut Booked, done: &mut Done) -> bool {
        // Each call starts with other tasks, so that a few failing tasks are not mistaken for a failing store for
        // ever.
        let turn = self.turn.fetch_add(FAILING, Ordering::Relaxed) % due.len();
        due.rotate_left(turn);
        let before = done.failed.len();
        for (tried, it) in due.iter().enumerate() {
            match self.book(&self.read_batch(vec![*it], begun_at).await).await {
                Ok(written) => *booked += written,
                Err(why) => {
                    done.failed.push(*it);
                    done.error = Some(why);
                }
            }
            if tried + 1 == FAILING && done.failed.len() - before == FAILING {
                done.failed.extend(&due[FAILING..]);
                return false;
            }
        }
        true
    }

    /// Takes out some due tasks and reads them; none if nothing is due.
    async fn read_due(&self, begun_at: DateTime<Utc>) -> Option<Batch> {
        let due = self.plan().take_due(begun_at, BATCH);
        if due.is_empty() { None } else { Some(self.read_batch(due, begun_at).await) }
    }

    async fn read_batch(&self, due: Due, begun_at: DateTime<Utc>) -> Batch {
        let now = self.app.clock().now().max(begun_at);
        let (mut slots, unread) = self.ahead().take(due.iter().map(|(task, _)| *task));
        if unread.is_empty() {
            return Batch { due, now, read: Ok(Arc::new(slots)) };
        }
        let read = self.app.slots_due(&unread, now).await.map(|more| {
            if slots.tasks.is_empty() {
                return Arc::new(more);
            }
            slots.tasks.extend(more.tasks);
            slots.schedules.extend(more.schedules);
            slots.later.extend(more.later);
            Arc::new(slots)
        });
        Batch { due, now, read: read.map_err(RoundError::from) }
    }

    async fn book(&self, Batch { due, now, read }: &Batch) -> Result<Booked, RoundError> {
        let slots = read.as_ref().map_err(Clone::clone)?;
        let (booked, stale) = match slots.schedules.is_empty() {
            true => Default::default(),
            false => self.app.slots_book_of(Arc::clone(slots), *now).await?,
        };
        let mut next = slots.later.clone();
        for (task, at) in by_task(slots.schedules.iter().map(Arc::as_ref), |it| it.next_at_after(*now)) {
            next.entry(task).and_modify(|known| *known = at.min(*known)).or_insert(at);
        }
        let mut plan = self.plan();
        for (task, _) in due {
            plan.put(*task, next.get(task).copied());
        }
        plan.changed.extend(stale);
        Ok(booked)
    }

    /// Reads some tasks that will be due in a moment. Returns false if there are none.
    async fn read_ahead(&self, now: DateTime<Utc>) -> Result<bool, RoundError> {
        let soon: Vec<Key<Task>> = {
            let (plan, ahead) = (self.plan(), self.ahead());
            let due = plan.due_until(now + lead(&plan)).map(|(_, task)| task);
            due.filter(|task| !ahead.is_read(*task)).take(if plan.complete { AHEAD_BATCH } else { 0 }).collect()
        };
        if soon.is_empty() {
            return Ok(false);
        }
        let slots = self.app.slots_due(&soon, now + AHEAD_MANY).await?;
        self.ahead().keep(&soon, slots);
        Ok(true)
    }

    /// Books and reads in turn until nothing is due and nothing is left to read.
    async fn turns(&self, done: &mut Done) -> Result<(), RoundError> {
        loop {
            let now = self.app.clock().now();
            self.note(now).await?;
            // The oldest missed slot is unknown until all tasks have been read once.
            if self.plan().complete {
                self.fire(now, done).await;
            }
            if !self.read(now).await? && !self.read_ahead(now).await? {
                return Ok(());
            }
        }
    }

    async fn round(&self) -> RoundResult {
        let mut done = Done::default();
        let ended = self.turns(&mut done).await;
        // Tasks that failed are due again in the next round, unless they were changed meanwhile.
        let mut plan = self.plan();
        done.failed.into_iter().for_each(|(task, at)| plan.put_back(task, at));
        drop(plan);
        ended.and(done.error.map_or(Ok(()), Err))?;
        let Booked { entries, runs } = done.booked;
        Ok((entries > 0).then_some(Reason::SlotsBooked { entries: entries as u64, runs: runs as u64 }))
    }
}

/// How long before their due instant the next tasks are read.
fn lead(plan: &PlanMemory) -> TimeDelta {
    if plan.many_at_next(AHEAD_BATCH) { AHEAD_MANY } else { AHEAD }
}

/// For each task, the earliest of the instants that `at` gives for its schedules.
fn by_task<'a>(
    planned: impl IntoIterator<Item = &'a Planned>,
    at: impl Fn(&Planned) -> Option<DateTime<Utc>>,
) -> HashMap<Key<Task>, DateTime<Utc>> {
    let mut earliest = HashMap::new();
    for (task, at) in planned.into_iter().filter_map(|it| Some((it.task_key, at(it)?))) {
        earliest.entry(task).and_modify(|known: &mut DateTime<Utc>| *known = at.min(*known)).or_insert(at);
    }
    earliest
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
        let (plan, ahead) = (self.plan(), self.ahead());
        let (next, task) = plan.due_until(DateTime::<Utc>::MAX_UTC).next()?;
        let wanted = if ahead.is_read(task) { next } else { next - lead(&plan) };
        Some((wanted - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
