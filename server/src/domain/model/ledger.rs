//! Slots and backfills, as the store keeps them.

use crate::domain::ids::BackfillId;
use crate::domain::ids::RunId;
use crate::domain::ids::ScheduleId;
use crate::domain::ids::TaskId;
use crate::domain::keys::{Backfill, Key, Schedule, Slot, Task};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::BackfillState;
use crate::domain::vocabulary::SlotOutcome;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Map;
use serde_json::Value;

/// First and last instant of a stretch of time that the ledger covers.
pub type Told = (DateTime<Utc>, DateTime<Utc>);

/// An entry for slots before and after an instant, none of which has a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotAcross {
    /// First and last instant.
    pub stretch: Told,
    /// Slots it stands for.
    pub count: u64,
}

/// A backfill as stored, with what became of its runs.
#[derive(Debug, Clone, PartialEq)]
pub struct BackfillRecord {
    /// Id.
    pub id: BackfillId,
    /// Key inside the database.
    pub key: Key<Backfill>,
    /// The task.
    pub task: TaskId,
    /// Key of the task inside the database.
    pub task_key: Key<Task>,
    /// Only this schedule of it; none: all.
    pub schedule_key: Option<String>,
    /// First instant.
    pub from_at: DateTime<Utc>,
    /// Last instant.
    pub until_at: DateTime<Utc>,
    /// Most runs at once.
    pub at_once: u32,
    /// Params of its runs.
    pub params: Map<String, Value>,
    /// Position.
    pub state: BackfillState,
    /// Why it is in this state; none: there is nothing to say.
    pub reason: Option<Reason>,
    /// Slots of the period.
    pub slot_count: u64,
    /// Runs made so far.
    pub made_count: u64,
    /// Up to here (instant and key of the schedule) runs were made.
    pub done: (DateTime<Utc>, String),
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Who created it.
    pub created_by: String,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Its runs that have not ended.
    pub open_count: u64,
    /// Its runs that succeeded.
    pub succeeded_count: u64,
    /// Its runs that ended otherwise.
    pub failed_count: u64,
}

/// A backfill to make.
#[derive(Debug, Clone, PartialEq)]
pub struct BackfillNew {
    /// Key of the task inside the database.
    pub task_key: Key<Task>,
    /// Only this schedule of it.
    pub schedule_key: Option<String>,
    /// First instant.
    pub from_at: DateTime<Utc>,
    /// Last instant.
    pub until_at: DateTime<Utc>,
    /// Most runs at once.
    pub at_once: u32,
    /// Params of its runs.
    pub params: Map<String, Value>,
    /// Slots of the period.
    pub slot_count: u64,
    /// When it is created.
    pub created_at: DateTime<Utc>,
    /// Who creates it.
    pub created_by: String,
}

/// Entries of one schedule with the watermark that they complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotBooking {
    /// Key of the schedule inside the database.
    pub schedule_row: Key<Schedule>,
    /// Key of its task inside the database.
    pub task_key: Key<Task>,
    /// Up to here the ledger is complete afterwards. The watermark never moves backwards.
    pub watermark_at: DateTime<Utc>,
    /// The entries, in order of time.
    pub entries: Vec<SlotEntry>,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotCount {
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant.
    pub last_at: DateTime<Utc>,
    /// Slots it stands for.
    pub count: u64,
    /// What became of them: `skipped` too if a run was made that was skipped later.
    pub outcome: SlotOutcome,
    /// Whether it lies within the period as a whole.
    pub whole: bool,
}

/// An entry of the ledger as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRecord {
    /// Key inside the database.
    pub key: Key<Slot>,
    /// The schedule.
    pub schedule: ScheduleId,
    /// Key of the schedule inside the database.
    pub schedule_row: Key<Schedule>,
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
    /// What became of them: `skipped` too if a run was made that was skipped later.
    pub outcome: SlotOutcome,
    /// Why; none: there is nothing to say.
    pub reason: Option<Reason>,
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
    /// Why; none: there is nothing to say.
    pub reason: Option<Reason>,
    /// The run that is made in the same transaction.
    pub run: Option<RunId>,
}

/// Which entries a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotFilter {
    /// Of this task.
    pub task_key: Option<Key<Task>>,
    /// Of this schedule.
    pub schedule: Option<ScheduleId>,
    /// With this outcome.
    pub outcome: Option<SlotOutcome>,
    /// Last instant at or after.
    pub from_at: Option<DateTime<Utc>>,
    /// First instant before.
    pub until_at: Option<DateTime<Utc>>,
}
