//! Schedules of tasks with their watermarks, as the store keeps them.

use crate::domain::ids::ScheduleId;
use crate::domain::ids::TaskId;
use crate::domain::keys::{self, Key, Task};
use crate::domain::schedules::Schedule;
use chrono::DateTime;
use chrono::Utc;

/// A schedule as stored, with what the scheduler must know of its task.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleRecord {
    /// Id; the same key of the same task keeps it.
    pub id: ScheduleId,
    /// Key inside the database.
    pub row: Key<keys::Schedule>,
    /// The task.
    pub task: TaskId,
    /// Key of the task inside the database.
    pub task_key: Key<Task>,
    /// Name of the task; spreads `H` fields.
    pub task_name: String,
    /// Whether the task is enabled.
    pub task_enabled: bool,
    /// Version of the task's definition.
    pub task_version: u32,
    /// Labels of the task; maintenance windows go by them.
    pub task_tags: Vec<String>,
    /// The definition, `schedule.key` and `schedule.enabled` included.
    pub schedule: Schedule,
    /// Up to here (included) every slot has its ledger entry.
    pub watermark_at: DateTime<Utc>,
    /// Up to here (included) there are ledger entries; after the watermark if the clock was set back.
    pub told_until_at: Option<DateTime<Utc>>,
}

/// A stored schedule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedSchedule {
    /// Id.
    pub id: ScheduleId,
    /// Key inside the database.
    pub row: Key<keys::Schedule>,
    /// Key of the task inside the database.
    pub task_key: Key<Task>,
    /// Name of the task.
    pub task_name: String,
    /// Its key within the task.
    pub key: String,
    /// Up to here (included) every slot has its ledger entry.
    pub watermark_at: DateTime<Utc>,
    /// Up to here (included) there are ledger entries.
    pub told_until_at: Option<DateTime<Utc>>,
    /// What is wrong with it.
    pub error: String,
}

/// A schedule, which may be removed, whose ledger reaches into the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduleAhead {
    /// Id.
    pub id: ScheduleId,
    /// Key inside the database.
    pub row: Key<keys::Schedule>,
    /// Key of its task inside the database.
    pub task_key: Key<Task>,
}

/// Stored schedules: one that cannot be read stops no other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredSchedules {
    /// Those that can be read.
    pub readable: Vec<ScheduleRecord>,
    /// Those that cannot.
    pub damaged: Vec<DamagedSchedule>,
}
