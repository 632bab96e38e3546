//! The dates of recurrence rules, as calendars and files of calendars use them.

use crate::domain::schedules;
use chrono::NaiveDate;

/// Maximum number of dates that all rules of a calendar may have until the end of 2100, because computing them takes
/// time.
pub(in crate::domain) const RULE_DATES: usize = 500_000;

/// The dates of a rule from its first date up to a date.
pub(in crate::domain) fn rule_dates(
    rule: &str,
    dtstart: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<NaiveDate>, schedules::ScheduleError> {
    schedules::recurrence_dates(rule, dtstart, until)
}
