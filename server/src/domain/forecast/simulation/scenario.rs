//! What is simulated: tasks with their schedules, pools, and the period.
//!
//! Deliberately absent: where durations come from, which `app` learns from earlier runs. Start reading at `Scenario`.

use crate::domain::core::overlap::Overlap;
use crate::domain::schedules::{CompiledSchedule, Schedule};
use chrono::{DateTime, Utc};

/// Seconds computed in one step.
pub(super) const CHUNK: u32 = 86_400;

/// Maximum number of slots in one simulation.
pub const SLOTS_MAX: u64 = 100_000_000;

/// The part of a task that a simulation needs.
#[derive(Debug, Clone)]
pub struct SimulatedTask {
    /// Name of the task.
    pub name: String,
    /// Whether the task has dependencies. How long they are waited for is not simulated.
    pub gated: bool,
    /// What happens to a slot while a run is open.
    pub overlap: Overlap,
    /// Pool of the task.
    pub pool: Option<String>,
    /// Number of places that a run takes in the pool.
    pub weight: u32,
    /// Runs with a higher priority go first.
    pub priority: i32,
    /// Duration of a run in seconds; at least 1.
    pub seconds: u32,
    /// Schedules of the task.
    pub schedules: Vec<SimulatedSchedule>,
}

/// The part of a schedule that a simulation needs.
#[derive(Debug, Clone)]
pub struct SimulatedSchedule {
    /// The schedule as written.
    pub schedule: Schedule,
    /// Seed that spreads its `H` fields.
    pub seed: String,
    /// The compiled schedule.
    pub compiled: CompiledSchedule,
}

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Tasks, by name.
    pub tasks: Vec<SimulatedTask>,
    /// Names of pools and their places.
    pub pools: Vec<(String, u32)>,
    /// Maximum number of simultaneous runs on the server.
    pub run_limit: u32,
    /// Start of the hour that contains `from`. Hours are counted from it, because in some time zones they do not
    /// begin with those of UTC.
    pub first_hour: DateTime<Utc>,
    /// Slots after this instant are simulated.
    pub from: DateTime<Utc>,
    /// Slots up to this instant are simulated.
    pub until: DateTime<Utc>,
    /// Whether to look for better minutes.
    pub proposals: bool,
}
