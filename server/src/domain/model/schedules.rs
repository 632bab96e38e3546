//! Schedules of tasks with their watermarks, as the store keeps them.

use crate::domain::ids::ScheduleId;
use crate::domain::ids::TaskId;
use crate::domain::keys::{self, Key, Task};
use crate::domain::schedules::Schedule;
use chrono::DateTime;
use chrono::Utc;

/// A schedule as stored, with what the scheduler needs to know about its task.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleRecord {
    /// Id of the schedule. It stays as long as the key within the task stays.
    pub id: ScheduleId,
    /// Key in the database.
    pub row: Key<keys::Schedule>,
    /// Id of the task.
    pub task: TaskId,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Name of the task, which decides how `H` fields are spread.
    pub task_name: String,
    /// Whether the task is enabled.
    pub task_enabled: bool,
    /// Version of the task's definition.
    pub task_version: u32,
    /// Tags of the task, which decide about maintenance windows.
    pub task_tags: Vec<String>,
    /// The definition, including its key and whether it is enabled.
    pub schedule: Schedule,
    /// Every slot up to this instant (included) has its ledger entry.
    pub watermark_at: DateTime<Utc>,
    /// The last instant with a ledger entry. It is after the watermark if the clock was set back.
    pub told_until_at: Option<DateTime<Utc>>,
}

/// A stored schedule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedSchedule {
    /// Id of the schedule.
    pub id: ScheduleId,
    /// Key in the database.
    pub row: Key<keys::Schedule>,
    /// Key of the task in the database.
    pub task_key: Key<Task>,
    /// Name of the task.
    pub task_name: String,
    /// Key of the schedule within its task.
    pub key: String,
    /// Every slot up to this instant (included) has its ledger entry.
    pub watermark_at: DateTime<Utc>,
    /// The last instant with a ledger entry.
    pub told_until_at: Option<DateTime<Utc>>,
    /// What is wrong with the schedule.
    pub error: String,
}

/// A schedule, even a removed one, whose ledger reaches into the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduleAhead {
    /// Id.
    pub id: ScheduleId,
    /// Key inside the database.
    pub row: Key<keys::Schedule>,
    /// Key of its task inside the database.
    pub task_key: Key<Task>,
}

/// Stored schedules. An unreadable one does not affect the others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredSchedules {
    /// The readable schedules.
    pub readable: Vec<ScheduleRecord>,
    /// The schedules that cannot be read.
    pub damaged: Vec<DamagedSchedule>,
}
