//! Finds schedules that never fire because of calendars. They are named when a calendar is saved or viewed, not only
//! when a task is.

use crate::domain::calendars::CalendarBook;
use crate::domain::reason::Reason;
use crate::domain::schedules;
use crate::domain::schedules::{Never, Schedule};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Maximum number of schedules named one by one.
const NAMED_MAX: usize = 20;

/// Schedules that use some calendars and that never fire because of calendars, each as a reason.
#[derive(Debug)]
pub struct Silenced<'a> {
    names: &'a BTreeSet<String>,
    book: &'a CalendarBook,
    now: DateTime<Utc>,
    found: Vec<Reason>,
}

impl<'a> Silenced<'a> {
    /// Creates an empty collection. `names` are a calendar and those that contain it; `book` has all calendars as
    /// they are, or would be.
    pub fn new(names: &'a BTreeSet<String>, book: &'a CalendarBook, now: DateTime<Utc>) -> Self {
        Self { names, book, now, found: Vec::new() }
    }

    /// Checks a schedule of a task.
    pub fn look(&mut self, task: &str, schedule: &Schedule) {
        if !schedule.run_only_on.iter().chain(&schedule.skip_on).any(|name| self.names.contains(name)) {
            return;
        }
        let ended = schedules::ended(schedule, self.book, self.now);
        let by_calendars = ended.filter(Never::is_by_calendars);
        self.found.extend(by_calendars.map(|never| Reason::ScheduleSilenced {
            task: task.to_owned(),
            schedule: schedule.key.clone(),
            never,
        }));
    }

    /// The reasons. The last one counts those that are not named.
    pub fn into_reasons(mut self) -> Vec<Reason> {
        let more = self.found.len().saturating_sub(NAMED_MAX);
        self.found.truncate(NAMED_MAX);
        if more > 0 {
            self.found.push(Reason::MoreSilenced { count: more });
        }
        self.found
    }
}
