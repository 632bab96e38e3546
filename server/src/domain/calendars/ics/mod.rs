//! Import of iCalendar files (RFC 5545): the events of a file become the entries of a calendar.
//!
//! Start reading here. `lines` finds the events, `event` reads one, `times` interprets its times,
//! and `entries` makes entries of it. A calendar holds dates, so an event with times of day becomes whole dates. A
//! repetition stays a rule if a rule means the same. Deliberately absent: free/busy, to-dos, alarms, attendees, and
//! the offsets that a file defines for its time zones: only names of zones count.

mod entries;
mod event;
mod lines;
#[cfg(test)]
mod tests;
mod times;

use super::CalendarEntry;
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::fmt;

/// Largest file, in bytes.
pub const ICS_BYTES: usize = 5 * 1024 * 1024;

/// Maximum number of events, and of entries made from them.
pub const ICS_EVENTS: usize = 20_000;

/// Maximum number of warnings reported one by one.
const WARNINGS: usize = 100;

/// Result of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IcsImport {
    /// The file's own name; may be empty.
    pub title: String,
    /// Entries of the calendar.
    pub entries: Vec<CalendarEntry>,
    /// Dates that the rules have but the events do not.
    pub except: Vec<CalendarEntry>,
    /// What could not be imported, for people.
    pub warnings: Vec<String>,
}

/// Why a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsError {
    /// Line of the file, starting at 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl IcsError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl fmt::Display for IcsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for IcsError {}

/// Reads a file. Dates of events in UTC or in a time zone are those of `timezone`. Rules that began by `today` may be
/// assumed to hold for all years.
pub fn ics_import(text: &str, timezone: Tz, today: NaiveDate) -> Result<IcsImport, IcsError> {
    if text.len() > ICS_BYTES {
        return Err(IcsError::new(1, format!("the file is larger than {} MiB", ICS_BYTES / 1024 / 1024)));
    }
    let file = lines::read(text)?;
    let mut warnings = Vec::new();
    let mut events = Vec::with_capacity(file.events.len());
    for raw in &file.events {
        events.push(event::read(raw, &file.locations, &mut warnings)?);
    }
    for (name, count) in &file.left_out {
        warnings.push(format!("{count} x {name} left out: only events have dates"));
    }
    let (entries, except) = entries::make(events, timezone, today, &mut warnings)?;
    let more = warnings.len().saturating_sub(WARNINGS);
    warnings.truncate(WARNINGS);
    if more > 0 {
        warnings.push(format!("... and {more} more warnings"));
    }
    Ok(IcsImport { title: file.title, entries, except, warnings })
}

/// At most 60 characters of what a file contains, for messages.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
