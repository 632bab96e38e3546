//! The calendars of one schedule: which dates they exclude, and to which date a slot moves.
//!
//! Deliberately absent: slots, which `dates` skips and moves by these rules. Start reading at `DateRules::new`.

use crate::domain::calendars::{CalendarBook, Dates, MaintenanceWindow};
use crate::domain::core::time::ScheduleError;
use crate::domain::schedules::{Note, Roll, Schedule};
use chrono::{Datelike as _, NaiveDate, Weekday};
use std::sync::Arc;

/// Maximum number of days to a business day to which a slot may move.
pub(super) const REACH_DAYS: u64 = 31;

/// The calendars of one schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct DateRules {
    only: Vec<Arc<Dates>>,
    skip: Vec<Arc<Dates>>,
    pub(super) roll: Roll,
    pub(super) windows: Vec<Arc<MaintenanceWindow>>,
}

impl DateRules {
    /// The date rules of a schedule; none if no calendar applies.
    pub fn new(schedule: &Schedule, tags: &[String], book: &CalendarBook) -> Result<Option<Self>, ScheduleError> {
        let only = found("run_only_on", &schedule.run_only_on, book)?;
        let skip = found("skip_on", &schedule.skip_on, book)?;
        let windows = book.windows(tags);
        if only.is_empty() && skip.is_empty() && windows.is_empty() {
            return Ok(None);
        }
        let roll = if only.is_empty() && skip.is_empty() { Roll::Skip } else { schedule.roll };
        Ok(Some(Self { only, skip, roll, windows }))
    }

    /// Whether slots may move.
    pub fn rolls(&self) -> bool {
        self.roll != Roll::Skip
    }

    /// Why a date is excluded.
    pub(super) fn excludes(&self, date: NaiveDate) -> Option<Note> {
        if let Some(dates) = self.skip.iter().find(|dates| dates.contains(date)) {
            let title = dates.title(date).unwrap_or_default().to_owned();
            return Some(Note::SkippedOn { calendar: dates.name().to_owned(), title });
        }
        if self.only.is_empty() || self.only.iter().any(|dates| dates.contains(date)) {
            return None;
        }
        let calendars = self.only.iter().map(|dates| dates.name().to_owned()).collect();
        Some(Note::NotOn { calendars })
    }

    /// Whether a date is excluded.
    pub fn is_excluded(&self, date: NaiveDate) -> bool {
        self.skip.iter().any(|dates| dates.contains(date))
            || !self.only.is_empty() && !self.only.iter().any(|dates| dates.contains(date))
    }

    /// Returns whether a date is Monday to Friday, and not excluded.
    pub(super) fn is_business(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.is_excluded(date)
    }

    /// The date to which a slot of an excluded date moves.
    pub(super) fn target(&self, date: NaiveDate) -> Option<NaiveDate> {
        let mut near = 1..=REACH_DAYS;
        match self.roll {
            Roll::Skip => None,
            Roll::NextBusinessDay => {
                near.find_map(|days| date.checked_add_days(chrono::Days::new(days)).filter(|it| self.is_business(*it)))
            }
            Roll::PreviousBusinessDay => {
                near.find_map(|days| date.checked_sub_days(chrono::Days::new(days)).filter(|it| self.is_business(*it)))
            }
        }
    }
}

fn found(field: &'static str, names: &[String], book: &CalendarBook) -> Result<Vec<Arc<Dates>>, ScheduleError> {
    let one = |name: &String| {
        book.find(name).cloned().ok_or_else(|| match book.problems(name).first() {
            Some(_) if book.damage(name).is_some() => ScheduleError::new(field, book.damage(name).unwrap_or_default()),
            Some(problem) => {
                ScheduleError::new(field, format!("calendar \"{name}\" has a problem: {}", problem.message))
            }
            None => {
                let error = ScheduleError::new(field, format!("there is no calendar \"{name}\""));
                match nearest(name, book) {
                    Some(near) => error.fix(format!("did you mean {near}?")),
                    None => error.fix("create it first, or leave it out"),
                }
            }
        })
    };
    names.iter().map(one).collect()
}

/// A calendar with a similar beginning or end of its name.
fn nearest<'a>(name: &str, book: &'a CalendarBook) -> Option<&'a str> {
    let alike = |known: &str| {
        let same = known.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
        let tail = known.chars().rev().zip(name.chars().rev()).take_while(|(a, b)| a == b).count();
        same.max(tail)
    };
    book.names().map(|known| (alike(known), known)).filter(|(same, _)| *same >= 3).max().map(|(_, known)| known)
}
