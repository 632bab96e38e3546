//! Schedules: one row per schedule of a task, with the watermark up to which its ledger is complete.

use super::{Result, Store, StoreError, Tx};
use crate::domain::ids::{ScheduleId, TaskId};
use crate::domain::schedule::Schedule;
use chrono::{DateTime, Utc};

/// A schedule as stored, with what the scheduler must know of its task.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleRecord {
    /// Id; the same key of the same task keeps it.
    pub id: ScheduleId,
    /// Key inside the database.
    pub key: i64,
    /// The task.
    pub task: TaskId,
    /// Key of the task inside the database.
    pub task_key: i64,
    /// Name of the task; spreads `H` fields.
    pub task_name: String,
    /// Whether the task is enabled.
    pub task_enabled: bool,
    /// Version of the task's definition.
    pub task_version: u32,
    /// The definition, `schedule.key` and `schedule.enabled` included.
    pub schedule: Schedule,
    /// Up to here (included) every slot has its ledger entry.
    pub watermark_at: DateTime<Utc>,
}

impl Store {
    /// All schedules that can fire: enabled, of enabled, living tasks. A row that cannot be read is left out and logged.
    pub async fn schedule_list_enabled(&self) -> Result<Vec<ScheduleRecord>> {
        Err(StoreError::Closed)
    }

    /// The schedules of a task, disabled ones too, removed ones not.
    pub async fn schedule_list(&self, _task_key: i64) -> Result<Vec<ScheduleRecord>> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// The schedules of a task, disabled ones too, removed ones not.
    pub async fn schedule_list(&self, _task_key: i64) -> Result<Vec<ScheduleRecord>> {
        Err(StoreError::Closed)
    }

    /// Sets the watermark, backwards too (a watermark in the future after a jump of the clock).
    pub async fn schedule_watermark_reset(&self, _schedule: ScheduleId, _at: DateTime<Utc>) -> Result<bool> {
        Err(StoreError::Closed)
    }
}
