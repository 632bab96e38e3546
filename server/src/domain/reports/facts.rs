//! What a report is made from, as it was read. Deliberately absent: what counts in it, which `contents` decides.

use super::period::Stretch;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{FailedRun, LateRun, MissedSlots, PoolRecord, PoolStay, ReportTask, TaskFigures};
use crate::domain::reason::Reason;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Name of the report.
    pub name: String,
    /// What the report is for.
    pub description: String,
    /// How often it is due: `daily`, `weekly` or `monthly`.
    pub period: &'static str,
    /// Time zone of all days and times in it, an IANA name.
    pub timezone: String,
    /// What it covers.
    pub covers: Stretch,
    /// What the report before it covers.
    pub before: Stretch,
    /// When it is made.
    pub made_at: DateTime<Utc>,
    /// Whether it is about all tasks.
    pub all_tasks: bool,
    /// What is special about it.
    pub notes: Vec<Reason>,
}

/// Everything that was read for a report. Except for `tasks`, only what its choice of tasks covers.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// All tasks that it is about.
    pub tasks: HashMap<Key<Task>, ReportTask>,
    /// Runs that ended in the time that it covers.
    pub now: TaskFigures,
    /// Runs that ended in the time before that.
    pub before: TaskFigures,
    /// Runs that ended badly, newest first.
    pub failed: Vec<FailedRun>,
    /// Slots that were missed.
    pub missed: Vec<MissedSlots>,
    /// Slots that were missed and had their run later.
    pub late: Vec<LateRun>,
    /// How often each task began to fail.
    pub breaks: HashMap<Key<Task>, u32>,
    /// Days of calendars that are ahead.
    pub days: Vec<SpecialDay>,
    /// Pools of its tasks.
    pub pools: Vec<PoolRecord>,
    /// When runs took places in them.
    pub stays: Vec<PoolStay>,
    /// Credentials whose values expire soon.
    pub credentials: Vec<Expiring>,
    /// Bytes on the server's disk.
    pub storage: Storage,
}

/// A day of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    /// The day.
    pub date: NaiveDate,
    /// Name of the calendar.
    pub calendar: String,
    /// What day it is; empty: the calendar has no name for it.
    pub title: String,
}

/// A credential whose value expires soon, or has expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// Name of the credential.
    pub credential: String,
    /// When its value expires.
    pub expires_at: DateTime<Utc>,
    /// Whether that is over.
    pub expired: bool,
}

/// What is stored, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Storage {
    /// Size of the database.
    pub database_bytes: u64,
    /// Size of the disk with the data folder; 0: unknown.
    pub disk_bytes: u64,
    /// What is free of it.
    pub free_bytes: u64,
}
