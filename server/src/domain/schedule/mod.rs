//! Schedules: the rule by which a task becomes due, and the exact instants that follow from it.
//!
//! Start with `definition` (what people write), then `compile` (definition -> `CompiledSchedule`), then `next` (slots).
//! Deliberately absent: a clock (every function is told the instant), the ledger, catch-up decisions, I/O.
//! Local wall time exists only in here; everything that leaves is a UTC instant.

mod calendar_rule;
mod compile;
mod count;
mod cron;
mod dates;
mod day_counts;
mod days;
mod definition;
mod ending;
mod error;
mod field;
mod next;
mod recurrence;
mod recurrence_text;
mod slot;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_kinds;
#[cfg(test)]
mod tests_recurrence;
#[cfg(test)]
mod tests_words;
#[cfg(test)]
mod tests_zones;
mod times;
mod wall;
mod window;
mod windows;
mod words;
mod words_days;
mod words_recurrence;
mod zone;

pub use calendar_rule::time_of_day;
pub use compile::{CompiledSchedule, compile, faults};
pub use day_counts::DayCount;
pub use definition::{CatchUp, DailyWindow, DayRule, Fold, Gap, Roll, Rule, Schedule, ScheduleKind, fill_keys};
pub use ending::ended;
pub use error::ScheduleError;
pub use next::SLOTS_END;
pub use recurrence::recurrence_dates;
pub use slot::{Note, Slot, SlotRange};
pub use zone::{ZONE_DATA_VERSION, hour_of, zone_parse};
