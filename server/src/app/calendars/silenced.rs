//! Schedules of which calendars leave nothing: named when a calendar is saved or looked at, not only when a task is.

use crate::domain::calendars::CalendarBook;
use crate::domain::schedules;
use crate::domain::schedules::Schedule;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Schedules that are named one by one.
const NAMED_MAX: usize = 20;

/// Schedules that name one of some calendars, and of which calendars leave nothing; each in a sentence.
#[derive(Debug)]
pub struct Silenced<'a> {
    names: &'a BTreeSet<String>,
    book: &'a CalendarBook,
    now: DateTime<Utc>,
    found: Vec<String>,
}

impl<'a> Silenced<'a> {
    /// Begins with a calendar and those that contain it; `book` is what all of them are, or would be.
    pub fn new(names: &'a BTreeSet<String>, book: &'a CalendarBook, now: DateTime<Utc>) -> Self {
        Self { names, book, now, found: Vec::new() }
    }

    /// Looks at a schedule of a task.
    pub fn look(&mut self, task: &str, schedule: &Schedule) {
        if !schedule.run_only_on.iter().chain(&schedule.skip_on).any(|name| self.names.contains(name)) {
            return;
        }
        let ended = schedules::ended(schedule, self.book, self.now);
        let by_calendars = ended.filter(|fault| matches!(fault.field, "run_only_on" | "skip_on"));
        self.found.extend(by_calendars.map(|fault| format!("{task}, schedule {}: {}", schedule.key, fault.message)));
    }

    /// The sentences.
    pub fn told(mut self) -> Vec<String> {
        let more = self.found.len().saturating_sub(NAMED_MAX);
        self.found.truncate(NAMED_MAX);
        if more > 0 {
            self.found.push(format!("and {more} more"));
        }
        self.found
    }
}
