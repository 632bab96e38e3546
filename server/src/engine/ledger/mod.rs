//! Turns slots into runs: the scheduler books due slots, the catcher slots missed in an outage, the backfiller slots
//! that a person asked for.
//!
//! Deliberately absent: computing slots (`domain::schedules`) and deciding about late ones (`app::ledger::verdicts`).
//! Start reading at `scheduler`.

pub(in crate::engine) mod agenda;
pub(in crate::engine) mod backfiller;
pub(in crate::engine) mod catcher;
pub(in crate::engine) mod read_ahead;
pub(in crate::engine) mod scheduler;
