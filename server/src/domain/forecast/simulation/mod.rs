//! Simulation: what all schedules together will do, before it happens.
//!
//! One thread computes slots day by day, the other lets them start, wait, overlap and end by the rules of `run::admit` and
//! of pools, with durations learnt from runs before. Nothing is kept per slot: what comes out are hours, the busiest
//! minutes, waits, overlaps, and better minutes for crowded schedules. Pure: no clock, no I/O. Start reading at `simulate`.

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

/// Seconds that are computed at once.
const CHUNK: u32 = 86_400;

/// Most slots of one simulation.
pub const SLOTS_MAX: u64 = 100_000_000;

/// A task as far as a simulation is concerned.
#[derive(Debug, Clone)]
pub struct SimulatedTask {
    /// Its name.
    pub name: String,
    /// What happens to a slot while a run is open.
    pub overlap: Overlap,
    /// Its pool.
    pub pool: Option<String>,
    /// Places that a run takes there.
    pub weight: u32,
    /// Higher goes first.
    pub priority: i32,
    /// Seconds that a run takes; at least 1.
    pub seconds: u32,
    /// Its schedules.
    pub schedules: Vec<SimulatedSchedule>,
}

/// A schedule as far as a simulation is concerned.
#[derive(Debug, Clone)]
pub struct SimulatedSchedule {
    /// As it was written.
    pub schedule: Schedule,
    /// What spreads its `H` fields.
    pub seed: String,
    /// Its slots.
    pub compiled: CompiledSchedule,
}

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Tasks, by name.
    pub tasks: Vec<SimulatedTask>,
    /// Names of pools and their places.
    pub pools: Vec<(String, u32)>,
    /// Runs that the server lets go at once.
    pub run_limit: u32,
    /// Beginning of the hour that `from` lies in; hours are counted from it. In some zones they do not begin with those of UTC.
    pub first_hour: DateTime<Utc>,
    /// Slots after this instant.
    pub from: DateTime<Utc>,
    /// Up to this instant.
    pub until: DateTime<Utc>,
    /// Whether better minutes are looked for.
    pub proposals: bool,
}

/// What comes out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Slots that are due and not skipped by calendars or clock changes.
    pub slots: u64,
    /// Slots that are.
    pub skipped: u64,
    /// The hours, from that of `from` on.
    pub hours: Vec<Hour>,
    /// Minutes in which most slots are due together, busiest first.
    pub busiest: Vec<Minute>,
    /// Tasks that get into their own way, worst first.
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
    /// Slots due in it.
    pub slots: u32,
    /// Most runs at once.
    pub peak: u32,
}

/// A minute in which several slots are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minute {
    /// Its beginning.
    pub at: DateTime<Utc>,
    /// Slots due in it.
    pub slots: u32,
    /// Names of their tasks, at most ten.
    pub tasks: Vec<String>,
}

/// How a task gets into its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOverlap {
    /// Name of the task.
    pub task: String,
    /// Runs that are skipped or replaced.
    pub skipped: u64,
    /// Runs that wait for an earlier one.
    pub waited: u64,
    /// The longest of these waits.
    pub wait_seconds_max: u32,
}

/// How runs wait for a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolWait {
    /// Name of the pool.
    pub pool: String,
    /// Its places.
    pub capacity: u32,
    /// Runs that wait.
    pub waited: u64,
    /// How long on average, among those that wait.
    pub wait_seconds_mean: f64,
    /// The longest wait.
    pub wait_seconds_max: u32,
    /// Most places taken at once.
    pub peak: u32,
    /// The hours, from that of `from` on.
    pub hours: Vec<PoolHour>,
}

/// One hour of a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolHour {
    /// Most places taken at once.
    pub peak: u32,
    /// Most runs waiting at once.
    pub waiting: u32,
}

/// Plays a scenario on two threads; none if it was told to stop, or if there are more than `SLOTS_MAX` slots.
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
