//! Slots become runs: the scheduler books what is due, the catcher what an outage left, the backfiller what a person asked for.
//!
//! Deliberately absent: computing slots (`domain::schedules`) and deciding about late ones (`app::ledger::verdicts`).
//! Start reading at `scheduler`.

pub(in crate::engine) mod agenda;
pub(in crate::engine) mod backfiller;
pub(in crate::engine) mod catcher;
pub(in crate::engine) mod read_ahead;
pub(in crate::engine) mod scheduler;
