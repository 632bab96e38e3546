//! Simulation: what all schedules together will do, before it happens.
//!
//! One thread computes slots day by day. The other lets them start, wait, overlap and end by the rules of
//! `runs::admit` and of pools, with durations learnt from earlier runs. Nothing is kept per slot: the result is
//! hours, the busiest minutes, waits, overlaps, and better minutes for crowded schedules. Pure: no clock, no I/O.
//! Start reading at `simulate`.

mod engine;
mod limit;
mod minute;
mod proposals;
mod slots;
#[cfg(test)]
mod tests;

use crate::domain::forecast::Stop;
use crate::domain::schedules::{CompiledSchedule, Schedule};
use crate::domain::tasks::Overlap;
use chrono::{DateTime, Utc};
use std::sync::mpsc::sync_channel;

pub use self::limit::LimitWait;
pub use self::proposals::Proposal;

/// Seconds computed in one step.
const CHUNK: u32 = 86_400;

/// Maximum number of slots in one simulation.
pub const SLOTS_MAX: u64 = 100_000_000;

/// The part of a task that a simulation needs.
#[derive(Debug, Clone)]
pub struct SimulatedTask {
    /// Name of the task.
    pub name: String,
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

/// Plays a scenario on two threads. Returns none if it was told to stop, or if there are more than `SLOTS_MAX` slots.
pub fn simulate(scenario: &Scenario, stop: &Stop) -> Option<Outcome> {
    let flat = slots::flat(scenario);
    let mut engine = engine::Engine::new(scenario, &flat);
    let (sender, receiver) = sync_channel(2);
    let skipped = std::thread::scope(|scope| {
        let maker = scope.spawn(|| slots::make(scenario, &flat, stop, sender));
        for chunk in receiver {
            engine.play(&chunk);
        }
        maker.join().expect("computing slots does not panic")
    })?;
    let (mut outcome, starts) = engine.finish();
    outcome.skipped = skipped;
    if scenario.proposals {
        outcome.proposals = proposals::find(scenario, &flat, starts, stop);
    }
    Some(outcome)
}
