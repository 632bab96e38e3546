//! What a report says, decided from what was read. Pure.
//!
//! Deliberately absent: how it looks, and how many rows of it a mail shows. Start reading at `compose`.

use super::facts::{Expiring, Facts, SpecialDay, Storage, Subject};
use super::pools::full_seconds;
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{FailedRun, ReportTask, RunFigures};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Largest number of rows of one part of a report.
pub const ROWS_MOST: usize = 500;

/// Smallest number of runs from which a duration is compared with the one before.
const COMPARED_FROM: u64 = 3;

/// A duration has changed if it is larger or smaller than before by this factor, and by `CHANGED_SECONDS`.
const CHANGED_BY: f64 = 1.5;

/// Smallest change of a duration that is told, in seconds.
const CHANGED_SECONDS: f64 = 1.0;

/// Number of times a task begins to fail from which it is flapping.
const FLAPS_FROM: u32 = 3;

/// How long a task is disabled before it counts as forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(14);

/// What a report says. The most important rows of each part come first.
#[derive(Debug, Clone)]
pub struct Contents {
    /// What it is about.
    pub subject: Subject,
    /// Numbers about the runs that ended.
    pub now: RunFigures,
    /// The same of the time before.
    pub before: RunFigures,
    /// Tasks with runs that ended badly.
    pub failures: Vec<TaskFailures>,
    /// Tasks with slots that were missed and have no run.
    pub missed: Vec<TaskMissed>,
    /// Tasks with slots that had their run later.
    pub late: Vec<TaskLate>,
    /// Tasks with the longest durations.
    pub slowest: Vec<TaskDuration>,
    /// Tasks whose durations changed most.
    pub changed: Vec<TaskChanged>,
    /// Tasks that change between success and failure again and again.
    pub flapping: Vec<TaskFlapping>,
    /// Tasks that have been disabled for long.
    pub disabled: Vec<TaskDisabled>,
    /// Names of tasks without an owner, if others have one.
    pub unowned: Vec<String>,
    /// Days of calendars that are ahead.
    pub days: Vec<SpecialDay>,
    /// Pools in which all places were taken for a time.
    pub pools: Vec<PoolFull>,
    /// Credentials whose values expire soon.
    pub credentials: Vec<Expiring>,
    /// What is stored.
    pub storage: Storage,
}

/// Runs of a task that ended badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFailures {
    /// Name of the task.
    pub task: String,
    /// Number of such runs.
    pub run_count: u64,
    /// The newest of them.
    pub last_run: RunId,
    /// State of the newest.
    pub last_state: RunState,
    /// Why it ended badly.
    pub reason: Option<Reason>,
    /// When it ended.
    pub last_at: DateTime<Utc>,
}

/// Slots of a task that have no run because the server was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskMissed {
    /// Name of the task.
    pub task: String,
    /// Number of slots.
    pub slot_count: u64,
    /// Why the last of them was missed.
    pub reason: Option<Reason>,
    /// The last of them.
    pub last_at: DateTime<Utc>,
}

/// Slots of a task that had their run later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLate {
    /// Name of the task.
    pub task: String,
    /// Number of slots.
    pub slot_count: u64,
    /// Longest time from a slot to its run, in milliseconds.
    pub most_milliseconds: u64,
}

/// How long runs of a task take.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskDuration {
    /// Name of the task.
    pub task: String,
    /// Number of runs.
    pub run_count: u64,
    /// Mean duration in seconds.
    pub mean_seconds: f64,
    /// 95th percentile in seconds.
    pub p95_seconds: Option<f64>,
}

/// How the duration of a task changed.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskChanged {
    /// Name of the task.
    pub task: String,
    /// Mean duration in seconds.
    pub mean_seconds: f64,
    /// The same in the time before.
    pub before_seconds: f64,
}

/// A task that changes between success and failure again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFlapping {
    /// Name of the task.
    pub task: String,
    /// How often it began to fail.
    pub break_count: u32,
}

/// A task that has been disabled for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDisabled {
    /// Name of the task.
    pub task: String,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
}

/// A pool in which all places were taken for a time.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolFull {
    /// Name of the pool.
    pub pool: String,
    /// Number of its places.
    pub capacity: u32,
    /// For how long, in seconds.
    pub full_seconds: f64,
}

impl Contents {
    /// Whether nothing happened: no run ended, and no slot was missed or late.
    pub fn is_empty(&self) -> bool {
        self.now.run_count() == 0 && self.failures.is_empty() && self.missed.is_empty() && self.late.is_empty()
    }
}

/// Decides what a report says.
pub fn compose(subject: Subject, facts: Facts) -> Contents {
    let known = Known(&facts);
    let contents = Contents {
        failures: known.failures(),
        missed: known.missed(),
        late: known.late(),
        slowest: known.slowest(),
        changed: known.changed(),
        flapping: known.flapping(),
        disabled: known.disabled(subject.made_at),
        unowned: known.unowned(),
        pools: known.pools(&subject),
        now: facts.now.total,
        before: facts.before.total,
        days: facts.days.clone(),
        credentials: facts.credentials.clone(),
        storage: facts.storage,
        subject,
    };
    bounded(contents)
}

fn bounded(mut contents: Contents) -> Contents {
    contents.failures.truncate(ROWS_MOST);
    contents.missed.truncate(ROWS_MOST);
    contents.late.truncate(ROWS_MOST);
    contents.slowest.truncate(ROWS_MOST);
    contents.changed.truncate(ROWS_MOST);
    contents.flapping.truncate(ROWS_MOST);
    contents.disabled.truncate(ROWS_MOST);
    contents.unowned.truncate(ROWS_MOST);
    contents.days.truncate(ROWS_MOST);
    contents.credentials.truncate(ROWS_MOST);
    contents
}

struct Known<'a>(&'a Facts);

impl Known<'_> {
    fn name(&self, task: Key<Task>) -> Option<String> {
        self.0.tasks.get(&task).map(|task| task.name.clone())
    }

    /// The counts are those of the summaries, which outlive the runs.
    fn failures(&self) -> Vec<TaskFailures> {
        let mut newest: HashMap<Key<Task>, (&FailedRun, u64)> = HashMap::new();
        for run in &self.0.failed {
            let entry = newest.entry(run.task_key).or_insert((run, 0));
            entry.1 += 1;
            if run.at > entry.0.at {
                entry.0 = run;
            }
        }
        let failures = newest.into_iter().filter_map(|(key, (run, seen))| {
            let counted = self.0.now.tasks.get(&key).map_or(0, |figures| figures.failed_count);
            Some(TaskFailures {
                task: self.name(key)?,
                run_count: counted.max(seen),
                last_run: run.run,
                last_state: run.state,
                reason: run.reason.clone(),
                last_at: run.at,
            })
        });
        let mut failures: Vec<TaskFailures> = failures.collect();
        failures.sort_by(|a, b| (b.run_count, &a.task).cmp(&(a.run_count, &b.task)));
        failures
    }

    fn missed(&self) -> Vec<TaskMissed> {
        let mut tasks: BTreeMap<String, TaskMissed> = BTreeMap::new();
        for missed in &self.0.missed {
            let Some(task) = self.name(missed.task_key) else { continue };
            let entry = tasks.entry(task.clone()).or_insert_with(|| TaskMissed {
                task,
                slot_count: 0,
                reason: missed.reason.clone(),
                last_at: missed.last_at,
            });
            entry.slot_count += missed.count;
            if missed.last_at > entry.last_at {
                (entry.last_at, entry.reason) = (missed.last_at, missed.reason.clone());
            }
        }
        let mut tasks: Vec<TaskMissed> = tasks.into_values().collect();
        tasks.sort_by_key(|task| Reverse(task.slot_count));
        tasks
    }

    fn late(&self) -> Vec<TaskLate> {
        let mut tasks: BTreeMap<String, TaskLate> = BTreeMap::new();
        for late in &self.0.late {
            let Some(task) = self.name(late.task_key) else { continue };
            let by = (late.made_at - late.scheduled_for).num_milliseconds().max(0).unsigned_abs();
            let new = || TaskLate { task: task.clone(), slot_count: 0, most_milliseconds: 0 };
            let entry = tasks.entry(task.clone()).or_insert_with(new);
            entry.slot_count += 1;
            entry.most_milliseconds = entry.most_milliseconds.max(by);
        }
        let mut tasks: Vec<TaskLate> = tasks.into_values().collect();
        tasks.sort_by_key(|task| Reverse(task.most_milliseconds));
        tasks
    }

    fn slowest(&self) -> Vec<TaskDuration> {
        let slow = self.0.now.tasks.iter().filter_map(|(key, figures)| {
            Some(TaskDuration {
                task: self.name(*key)?,
                run_count: figures.run_count(),
                mean_seconds: figures.mean_seconds?,
                p95_seconds: figures.p95_seconds,
            })
        });
        let mut slow: Vec<TaskDuration> = slow.collect();
        slow.sort_by(|a, b| b.mean_seconds.total_cmp(&a.mean_seconds).then_with(|| a.task.cmp(&b.task)));
        slow
    }

    fn changed(&self) -> Vec<TaskChanged> {
        let changed = self.0.now.tasks.iter().filter_map(|(key, now)| {
            let before = self.0.before.tasks.get(key)?;
            let (mean_seconds, before_seconds) = (now.mean_seconds?, before.mean_seconds?);
            let enough = now.run_count().min(before.run_count()) >= COMPARED_FROM;
            let far = (mean_seconds - before_seconds).abs() >= CHANGED_SECONDS;
            let changed = enough && far && ratio(mean_seconds, before_seconds) >= CHANGED_BY;
            changed.then_some(())?;
            Some(TaskChanged { task: self.name(*key)?, mean_seconds, before_seconds })
        });
        let mut changed: Vec<TaskChanged> = changed.collect();
        let by = |task: &TaskChanged| ratio(task.mean_seconds, task.before_seconds);
        changed.sort_by(|a, b| by(b).total_cmp(&by(a)).then_with(|| a.task.cmp(&b.task)));
        changed
    }

    fn flapping(&self) -> Vec<TaskFlapping> {
        let flapping = self.0.breaks.iter().filter(|(_, breaks)| **breaks >= FLAPS_FROM);
        let flapping =
            flapping.filter_map(|(key, breaks)| Some(TaskFlapping { task: self.name(*key)?, break_count: *breaks }));
        let mut flapping: Vec<TaskFlapping> = flapping.collect();
        flapping.sort_by(|a, b| (b.break_count, &a.task).cmp(&(a.break_count, &b.task)));
        flapping
    }

    fn disabled(&self, now: DateTime<Utc>) -> Vec<TaskDisabled> {
        let forgotten = self.0.tasks.values().filter(|task| !task.enabled && !task.deleted);
        let forgotten = forgotten.filter(|task| task.updated_at <= now - FORGOTTEN_AFTER);
        let mut forgotten: Vec<TaskDisabled> =
            forgotten.map(|task| TaskDisabled { task: task.name.clone(), updated_at: task.updated_at }).collect();
        forgotten.sort_by(|a, b| (a.updated_at, &a.task).cmp(&(b.updated_at, &b.task)));
        forgotten
    }

    /// Where nobody uses owners, none is missing.
    fn unowned(&self) -> Vec<String> {
        let there = self.0.tasks.values().filter(|task| !task.deleted);
        let (owned, unowned): (Vec<&ReportTask>, Vec<_>) = there.partition(|task| task.owner.is_some());
        let mut names: Vec<String> = unowned.into_iter().map(|task| task.name.clone()).collect();
        names.retain(|_| !owned.is_empty());
        names.sort();
        names
    }

    fn pools(&self, subject: &Subject) -> Vec<PoolFull> {
        let full = self.0.pools.iter().map(|pool| PoolFull {
            pool: pool.name.clone(),
            capacity: pool.capacity,
            full_seconds: full_seconds(&pool.name, pool.capacity, &self.0.stays, subject.covers),
        });
        let mut full: Vec<PoolFull> = full.filter(|pool| pool.full_seconds > 0.0).collect();
        full.sort_by(|a, b| b.full_seconds.total_cmp(&a.full_seconds));
        full
    }
}

/// How many times the larger of two durations is as long as the smaller.
fn ratio(one: f64, other: f64) -> f64 {
    one.max(other) / one.min(other).max(0.001)
}
