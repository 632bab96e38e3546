//! The ledger: one entry for each slot of each schedule, or for a stretch of them.

use super::{Page, PageRequest, Result, Store, StoreError, Tx};
use crate::domain::ids::{RunId, ScheduleId, TaskId};
use crate::domain::vocabulary::SlotOutcome;
use chrono::{DateTime, Utc};

/// An entry of the ledger as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRecord {
    /// Key inside the database.
    pub key: i64,
    /// The schedule.
    pub schedule: ScheduleId,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// Zone of the schedule.
    pub timezone: String,
    /// The task.
    pub task: TaskId,
    /// Name of the task.
    pub task_name: String,
    /// First instant of the entry.
    pub first_at: DateTime<Utc>,
    /// Last instant of the entry.
    pub last_at: DateTime<Utc>,
    /// Slots it stands for.
    pub count: u64,
    /// What became of them.
    pub outcome: SlotOutcome,
    /// Why, in a sentence.
    pub reason: String,
    /// The run that was made.
    pub run: Option<RunId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// An entry to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotEntry {
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant; the first for a single slot.
    pub last_at: DateTime<Utc>,
    /// Slots it stands for.
    pub count: u64,
    /// What becomes of them.
    pub outcome: SlotOutcome,
    /// Why, in a sentence.
    pub reason: String,
    /// The run that is made in the same transaction.
    pub run: Option<RunId>,
}

/// Entries of one schedule with the watermark that they complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotBooking {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Up to here the ledger is complete afterwards. The watermark never moves backwards.
    pub watermark_at: DateTime<Utc>,
    /// The entries, in order of time.
    pub entries: Vec<SlotEntry>,
}

/// Which entries a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotFilter {
    /// Of this task.
    pub task_key: Option<i64>,
    /// Of this schedule.
    pub schedule: Option<ScheduleId>,
    /// With this outcome.
    pub outcome: Option<SlotOutcome>,
    /// First instant at or after.
    pub from_at: Option<DateTime<Utc>>,
    /// First instant before.
    pub until_at: Option<DateTime<Utc>>,
}

impl Store {
    /// A page of the ledger, newest first.
    pub async fn slot_list(&self, _filter: &SlotFilter, _page: &PageRequest) -> Result<Page<SlotRecord>> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// Writes ledger entries and moves the watermarks, many schedules at once. Answers for every booking which of its
    /// entries are new; a run must be inserted only for a new one. `SlotOverlap` if an entry overlaps another one that does
    /// not begin at the same instant.
    pub async fn slots_book(&self, _bookings: &[SlotBooking], _at: DateTime<Utc>) -> Result<Vec<Vec<bool>>> {
        Err(StoreError::Closed)
    }

    /// Turns a pending entry into `run`, `skipped` or `missed`. False: it is not pending.
    pub async fn slot_resolve(&self, _schedule: ScheduleId, _entry: &SlotEntry) -> Result<bool> {
        Err(StoreError::Closed)
    }
}
