//! Schedules of which calendars leave nothing: named when a calendar is saved or looked at, not only when a task is.

use super::calendars::containing;
use crate::domain::calendar::{Calendar, CalendarBook};
use crate::domain::schedule::{self, Schedule};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Schedules that are named one by one.
const NAMED_MAX: usize = 20;

/// Schedules that name a calendar, directly or through others, and of which calendars leave nothing; each in a sentence.
#[derive(Debug)]
pub struct Silenced<'a> {
    names: BTreeSet<String>,
    book: &'a CalendarBook,
    now: DateTime<Utc>,
    found: Vec<String>,
}

impl<'a> Silenced<'a> {
    /// Begins with a calendar among all of them; `book` is what they are, or would be.
    pub fn new(all: &[Calendar], calendar: &str, book: &'a CalendarBook, now: DateTime<Utc>) -> Self {
        Self { names: containing(all, calendar), book, now, found: Vec::new() }
    }

    /// The calendar and those that contain it.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Looks at a schedule of a task.
    pub fn look(&mut self, task: &str, schedule: &Schedule) {
        if !schedule.run_only_on.iter().chain(&schedule.skip_on).any(|name| self.names.contains(name)) {
            return;
        }
        let ended = schedule::ended(schedule, self.book, self.now);
        let by_calendars = ended.filter(|fault| matches!(fault.field, "run_only_on" | "skip_on"));
        self.found.extend(by_calendars.map(|fault| format!("{task}, schedule {}: {}", schedule.key, fault.message)));
    }

    /// The sentences.
    pub fn told(mut self) -> Vec<String> {
        let more = self.found.len().saturating_sub(NAMED_MAX);
        self.found.truncate(NAMED_MAX);
        if more > 0 {
            self.found.push(format!("{more} more schedules never fire"));
        }
        self.found
    }
}
