//! Slots and backfills, as the store keeps them.

use crate::domain::ids::BackfillId;
use crate::domain::ids::RunId;
use crate::domain::ids::ScheduleId;
use crate::domain::ids::TaskId;
use crate::domain::keys::{Backfill, Key, Schedule, Slot, Task};
use crate::domain::ledger::Expect;
use crate::domain::ledger::lateness::{Late, LateKind, SeenSlot};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::BackfillState;
use crate::domain::vocabulary::SlotOutcome;
use chrono::DateTime;
use chrono::Utc;
use chrono_tz::Tz;
use serde_json::Map;
use serde_json::Value;

/// First and last instant of a period that the ledger covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// Its first slot.
    pub first_at: DateTime<Utc>,
    /// Its last slot.
    pub last_at: DateTime<Utc>,
}

/// A ledger entry without a run whose slots are before and after an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotAcross {
    /// First and last instant.
    pub stretch: Covered,
    /// Number of slots in the entry.
    pub count: u64,
}

/// A backfill as stored, with counts of its runs.
#[derive(Debug, Clone, PartialEq)]
pub struct BackfillRecord {
    /// Id of the backfill.
    pub id: BackfillId,
    /// Key in the database.
    pub key: Key<Backfill>,
    /// Id of the task.
    pub task: TaskId,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Key of the only schedule; none: all schedules.
    pub schedule_key: Option<String>,
    /// First instant.
    pub from_at: DateTime<Utc>,
    /// Last instant.
    pub until_at: DateTime<Utc>,
    /// Maximum number of simultaneous runs.
    pub at_once: u32,
    /// Params of its runs.
    pub params: Map<String, Value>,
    /// State of the backfill.
    pub state: BackfillState,
    /// Why the backfill is in this state; none: there is no particular reason.
    pub reason: Option<Reason>,
    /// Number of slots in the period.
    pub slot_count: u64,
    /// Number of runs made so far.
    pub made_count: u64,
    /// The last slot that became a run: its instant and the key of its schedule.
    pub done: (DateTime<Utc>, String),
    /// When the backfill was created.
    pub created_at: DateTime<Utc>,
    /// Name of the user or token that created it.
    pub created_by: String,
    /// When the backfill ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Number of its runs that have not ended.
    pub open_count: u64,
    /// Number of its runs that succeeded.
    pub succeeded_count: u64,
    /// Number of its runs that ended without success.
    pub failed_count: u64,
}

/// A backfill to create.
#[derive(Debug, Clone, PartialEq)]
pub struct BackfillNew {
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Key of the only schedule; none: all schedules.
    pub schedule_key: Option<String>,
    /// First instant.
    pub from_at: DateTime<Utc>,
    /// Last instant.
    pub until_at: DateTime<Utc>,
    /// Maximum number of simultaneous runs.
    pub at_once: u32,
    /// Params of its runs.
    pub params: Map<String, Value>,
    /// Number of slots in the period.
    pub slot_count: u64,
    /// When the backfill is created.
    pub created_at: DateTime<Utc>,
    /// Name of the user or token that creates it.
    pub created_by: String,
}

/// Entries of one schedule, and the watermark up to which they complete the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotBooking {
    /// Key of the schedule in the database.
    pub schedule_row: Key<Schedule>,
    /// Key of its task in the database.
    pub task_key: Key<Task>,
    /// The instant up to which the ledger is complete afterwards. The watermark never moves backwards.
    pub watermark_at: DateTime<Utc>,
    /// The entries, in order of time.
    pub entries: Vec<SlotEntry>,
    /// Whether something is expected of the slots, so that somebody has to watch them.
    pub watched: bool,
}

/// An entry of the ledger, reduced to its count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotCount {
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant.
    pub last_at: DateTime<Utc>,
    /// Number of slots in the entry.
    pub count: u64,
    /// What became of the slots. It is `skipped` even if a run was made and skipped later.
    pub outcome: SlotOutcome,
    /// Whether the whole entry is within the period.
    pub whole: bool,
}

/// An entry of the ledger as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRecord {
    /// Key in the database.
    pub key: Key<Slot>,
    /// Id of the schedule.
    pub schedule: ScheduleId,
    /// Key of the schedule in the database.
    pub schedule_row: Key<Schedule>,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// Time zone of the schedule.
    pub timezone: String,
    /// Id of the task.
    pub task: TaskId,
    /// Name of the task.
    pub task_name: String,
    /// First instant of the entry.
    pub first_at: DateTime<Utc>,
    /// Last instant of the entry.
    pub last_at: DateTime<Utc>,
    /// Number of slots in the entry.
    pub count: u64,
    /// What became of the slots. It is `skipped` even if a run was made and skipped later.
    pub outcome: SlotOutcome,
    /// Why; none: there is no particular reason.
    pub reason: Option<Reason>,
    /// Id of the run that was made.
    pub run: Option<RunId>,
    /// When the entry was written.
    pub created_at: DateTime<Utc>,
    /// What is or was late; none: nothing.
    pub late: Option<SlotLateness>,
}

/// What is or was late about slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotLateness {
    /// What is late.
    pub kind: LateKind,
    /// When it should have happened.
    pub since_at: DateTime<Utc>,
    /// Why it is late.
    pub reason: Reason,
    /// When it was over; none: it is not.
    pub over_at: Option<DateTime<Utc>>,
}

/// What is late about a task now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLateness {
    /// What is late.
    pub kind: LateKind,
    /// Since when the newest of its slots is late, or the task is silent.
    pub since_at: DateTime<Utc>,
    /// Why it is late.
    pub reason: Reason,
}

/// An entry of the ledger of which something is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedSlot {
    /// Key of its schedule in the database.
    pub schedule_row: Key<Schedule>,
    /// Key of its task in the database.
    pub task_key: Key<Task>,
    /// The entry and its run.
    pub seen: SeenSlot,
    /// Time zone of its schedule.
    pub zone: Tz,
    /// What is late, as it was told; none: nothing was.
    pub late: Option<Late>,
    /// When a run of its task last succeeded, as far as incidents have heard.
    pub success_at: Option<DateTime<Utc>>,
}

impl WatchedSlot {
    /// Its place among slots that are late; none: it is not late.
    pub fn place(&self) -> Option<LateAfter> {
        let late = self.late?;
        let (schedule_row, first_at) = (self.schedule_row, self.seen.first_at);
        Some(LateAfter { late_at: late.since_at, schedule_row, first_at })
    }
}

/// A place among slots that are late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateAfter {
    /// Since when it is late.
    pub late_at: DateTime<Utc>,
    /// Key of its schedule in the database.
    pub schedule_row: Key<Schedule>,
    /// Its first due instant.
    pub first_at: DateTime<Utc>,
}

/// A task of which something is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedTask {
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// What is expected.
    pub expect: Expect,
    /// Since when.
    pub since_at: DateTime<Utc>,
    /// When a run last succeeded, as far as incidents have heard.
    pub success_at: Option<DateTime<Utc>>,
    /// Since when it has been silent for too long, as it was told; none: it was not.
    pub silent_at: Option<DateTime<Utc>>,
}

/// What changes about a watched slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchStep {
    /// Nothing is late, and nothing can become late any more.
    Settle,
    /// Nothing is late yet: look again at this instant.
    LookAt(DateTime<Utc>),
    /// It is late.
    Late(Late, Reason),
    /// It is no longer late.
    Over(DateTime<Utc>),
}

/// A ledger entry to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotEntry {
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant; for a single slot, the same as the first.
    pub last_at: DateTime<Utc>,
    /// Number of slots in the entry.
    pub count: u64,
    /// What becomes of the slots.
    pub outcome: SlotOutcome,
    /// Why; none: there is no particular reason.
    pub reason: Option<Reason>,
    /// Id of the run that is made in the same transaction.
    pub run: Option<RunId>,
}

/// The entries that a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotFilter {
    /// Entries of this task.
    pub task_key: Option<Key<Task>>,
    /// Entries of this schedule.
    pub schedule: Option<ScheduleId>,
    /// Entries with this outcome.
    pub outcome: Option<SlotOutcome>,
    /// Entries whose last instant is at or after this one.
    pub from_at: Option<DateTime<Utc>>,
    /// Entries whose first instant is before this one.
    pub until_at: Option<DateTime<Utc>>,
}
