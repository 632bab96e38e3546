//! Simulation: what all schedules together will do, before it happens.
//!
//! One thread computes slots day by day. The other lets them start, wait, overlap and end by the rules of
//! `runs::admit` and of pools, with durations learnt from earlier runs. Nothing is kept per slot: the result is
//! hours, the busiest minutes, waits, overlaps, and better minutes for crowded schedules. Pure: no clock, no I/O.
//! Start reading at `simulate`.

mod engine;
mod limit;
mod minute;
mod outcome;
mod proposals;
mod scenario;
mod slots;
#[cfg(test)]
mod tests;

use crate::domain::forecast::Stop;
use std::sync::mpsc::sync_channel;

pub use self::limit::LimitWait;
pub use self::outcome::{Hour, Minute, Outcome, PoolHour, PoolWait, Proposal, TaskOverlap};
pub use self::scenario::{SLOTS_MAX, Scenario, SimulatedSchedule, SimulatedTask};

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
