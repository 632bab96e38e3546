//! Schedules: the rule by which a task becomes due, and the exact instants that follow from it.
//!
//! Start with `definition` (what people write), then `compile` (definition -> `CompiledSchedule`), then `next`
//! (slots). Deliberately absent: a clock (every function receives the instant), the ledger, catch-up decisions, I/O.
//! Local wall time exists only in here; everything that leaves is a UTC instant.

mod compile;
mod compiled;
pub mod crontab;
mod definition;
pub mod rules;
pub mod slots;
#[cfg(test)]
mod tests;
mod words;

pub use self::compile::{compile, faults};
pub use self::compiled::CompiledSchedule;
pub use self::definition::{CatchUp, DailyWindow, DayRule, Fold, Gap, Roll, Rule, Schedule, ScheduleKind, fill_keys};
pub use self::slots::day_counts::DayCount;
pub use self::slots::ending::{Never, NeverCode, ended};
pub use self::slots::next::SLOTS_END;
pub use self::slots::slot::{Note, Slot, SlotNoteCode, SlotRange};
