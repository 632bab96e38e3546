//! Result of a simulation: hours, the busiest minutes, overlaps, waits, and better minutes.
//!
//! Deliberately absent: anything per slot. Start reading at `Outcome`.

use super::limit::LimitWait;
use crate::domain::schedules::Schedule;
use chrono::{DateTime, Utc};

/// Result of a simulation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Number of slots that are due and that no calendar or clock change skips.
    pub slots: u64,
    /// Number of slots that calendars or clock changes skip.
    pub skipped: u64,
    /// The hours, beginning with that of `from`.
    pub hours: Vec<Hour>,
    /// Minutes in which most slots are due together, busiest first.
    pub busiest: Vec<Minute>,
    /// Tasks whose own runs overlap, worst first.
    pub overlaps: Vec<TaskOverlap>,
    /// Pools for which runs wait.
    pub waits: Vec<PoolWait>,
    /// How runs wait for the server's limit.
    pub limit: LimitWait,
    /// Better minutes, greatest gain first.
    pub proposals: Vec<Proposal>,
}

/// One hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hour {
    /// Number of slots due in the hour.
    pub slots: u32,
    /// Maximum number of simultaneous runs.
    pub peak: u32,
}

/// A minute in which several slots are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minute {
    /// Start of the minute.
    pub at: DateTime<Utc>,
    /// Number of slots due in the minute.
    pub slots: u32,
    /// Names of the tasks that are due, at most ten.
    pub tasks: Vec<String>,
}

/// How the runs of a task overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOverlap {
    /// Name of the task.
    pub task: String,
    /// Number of runs that are skipped or replaced.
    pub skipped: u64,
    /// Number of runs that wait for an earlier one.
    pub waited: u64,
    /// The longest of these waits, in seconds.
    pub wait_seconds_max: u32,
}

/// How runs wait for a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolWait {
    /// Name of the pool.
    pub pool: String,
    /// Number of places in the pool.
    pub capacity: u32,
    /// Number of runs that wait.
    pub waited: u64,
    /// Average wait in seconds, among runs that wait.
    pub wait_seconds_mean: f64,
    /// Longest wait in seconds.
    pub wait_seconds_max: u32,
    /// Maximum number of places taken at once.
    pub peak: u32,
    /// The hours, beginning with that of `from`.
    pub hours: Vec<PoolHour>,
}

/// One hour of a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolHour {
    /// Maximum number of places taken at once.
    pub peak: u32,
    /// Maximum number of runs waiting at once.
    pub waiting: u32,
}

/// Another minute for a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Name of the task.
    pub task: String,
    /// The proposed schedule.
    pub schedule: Schedule,
    /// The present schedule, in words.
    pub words_before: String,
    /// The proposed schedule, in words.
    pub words_after: String,
    /// Number of slots of other schedules in the same minutes, at present.
    pub collisions_before: u64,
    /// Number of slots of other schedules in the same minutes, with the proposal.
    pub collisions_after: u64,
    /// Why the proposal is better.
    pub reason: String,
}
