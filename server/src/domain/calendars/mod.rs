//! Calendars: named sets of dates that schedules run on or skip, and maintenance windows.
//!
//! Start with `definition` (what people write), then `book` (all calendars together, ready for questions). `ics`
//! reads files of other programs. Deliberately absent: a clock, files, storage.

mod book;
mod definition;
mod ics;
#[cfg(test)]
mod tests;

pub use self::book::{CalendarBook, Dates, LAST_YEAR, MaintenanceWindow};
pub use self::definition::{Calendar, CalendarEntry, Calendars, Maintenance};
pub use self::ics::{ICS_BYTES, IcsDone, IcsDoneCode, IcsError, IcsImport, IcsNote, IcsZones, ics_import};

/// Maximum number of dates that all rules of a calendar may have until the end of 2100, because computing them takes
/// time.
const RULE_DATES: usize = 500_000;
