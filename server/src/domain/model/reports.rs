//! Reports, and what they tell about, as the store keeps it.

use crate::domain::ids::{ReportId, RunId};
use crate::domain::keys::{Channel, Key, Report, Task};
use crate::domain::reason::Reason;
use crate::domain::reports::ReportDefinition;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A report as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRecord {
    /// Id of the report.
    pub id: ReportId,
    /// Key in the database.
    pub key: Key<Report>,
    /// What a person defined.
    pub definition: ReportDefinition,
    /// Version of the definition. It grows by one with each change.
    pub version: u32,
    /// When the report was created.
    pub created_at: DateTime<Utc>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// Everything that was due up to this instant is done with.
    pub done_at: DateTime<Utc>,
    /// When it was last handed to its channels.
    pub sent_at: Option<DateTime<Utc>>,
}

/// A definition to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportChange {
    /// What a person defined.
    pub definition: ReportDefinition,
    /// Keys of the channels that it names, in its order.
    pub channels: Vec<Key<Channel>>,
    /// Everything that was due up to this instant is done with.
    pub done_at: DateTime<Utc>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of a report that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportDone {
    /// The instant at which it was due.
    pub due_at: DateTime<Utc>,
    /// When it was handed to its channels; none: it was empty, and is not sent then.
    pub sent_at: Option<DateTime<Utc>>,
}

/// A task, as reports look at it. Deleted tasks are among them, because their runs count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTask {
    /// Key of the task.
    pub key: Key<Task>,
    /// Name of the task.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Owner under which it was last applied.
    pub owner: Option<String>,
    /// Whether anything can start it.
    pub enabled: bool,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Numbers about runs that ended within some time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RunFigures {
    /// Number of runs that succeeded.
    pub succeeded_count: u64,
    /// Number of runs that failed, ran out of time, or were lost.
    pub failed_count: u64,
    /// Number of runs that were cancelled.
    pub cancelled_count: u64,
    /// Number of runs that were skipped.
    pub skipped_count: u64,
    /// Mean duration in seconds of the runs that started.
    pub mean_seconds: Option<f64>,
    /// 95th percentile of their duration in seconds, from a histogram.
    pub p95_seconds: Option<f64>,
}

impl RunFigures {
    /// Number of runs that ended.
    pub const fn run_count(&self) -> u64 {
        self.succeeded_count + self.failed_count + self.cancelled_count + self.skipped_count
    }

    /// Share of the runs that succeeded among those that succeeded or failed; none: there were none.
    #[expect(clippy::cast_precision_loss, reason = "counts of runs are far below 2^52")]
    pub fn success_rate(&self) -> Option<f64> {
        let judged = self.succeeded_count + self.failed_count;
        (judged > 0).then(|| self.succeeded_count as f64 / judged as f64)
    }
}

/// Numbers about the runs of some tasks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskFigures {
    /// All of them together.
    pub total: RunFigures,
    /// Each task that had a run.
    pub tasks: HashMap<Key<Task>, RunFigures>,
}

/// A run that ended badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRun {
    /// Id of the run.
    pub run: RunId,
    /// The task.
    pub task_key: Key<Task>,
    /// Final state.
    pub state: RunState,
    /// Why.
    pub reason: Option<Reason>,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// Slots for which the server was not there, as the ledger has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedSlots {
    /// The task.
    pub task_key: Key<Task>,
    /// The first of them.
    pub first_at: DateTime<Utc>,
    /// The last of them.
    pub last_at: DateTime<Utc>,
    /// Number of slots.
    pub count: u64,
    /// Why.
    pub reason: Option<Reason>,
}

/// A slot that was missed and had its run later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateRun {
    /// The task.
    pub task_key: Key<Task>,
    /// When the run should have been made.
    pub scheduled_for: DateTime<Utc>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

/// The time in which a run took places in a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolStay {
    /// Name of the pool.
    pub pool: String,
    /// Number of places.
    pub weight: u32,
    /// Since when.
    pub from_at: DateTime<Utc>,
    /// Until when; none: it still does.
    pub until_at: Option<DateTime<Utc>>,
}
