//! Whether a schedule fires again, and if not, why. The answer is refused on saving and shown on viewing.

use chrono::{DateTime, Datelike, Utc};

use super::date_rules::DateRules;
use crate::domain::calendars::{CalendarBook, LAST_YEAR};
use crate::domain::core::time::ScheduleError;
use crate::domain::schedules::compile::compile;
use crate::domain::schedules::compiled::CompiledSchedule;
use crate::domain::schedules::{Rule, Schedule};

/// Maximum number of dates examined. A schedule whose next dates are all excluded counts as one that never fires.
const DATES_LOOKED_AT: usize = 4000;

/// Why a valid schedule never fires again after an instant. None if it does, or if it does at the next start of the
/// server.
pub fn ended(schedule: &Schedule, book: &CalendarBook, now: DateTime<Utc>) -> Option<ScheduleError> {
    let compiled = compile(schedule, "").ok()?;
    if compiled.is_startup() {
        return None;
    }
    if compiled.next_after(now).is_some() {
        return excluded(&compiled, schedule, book, now);
    }
    let (field, message) = match (&schedule.rule, schedule.end_at) {
        (Rule::Once { at }, _) => ("at", format!("{at} is in the past: it never fires")),
        (_, Some(end)) if end <= now => ("end_at", "is in the past: it never fires".to_owned()),
        (Rule::Rrule { .. }, _) => ("rule", "all of its times are in the past: it never fires".to_owned()),
        _ => ("end_at", "there is no slot before it: it never fires".to_owned()),
    };
    Some(ScheduleError::new(field, message).fix("choose a later time, or leave the schedule out"))
}

/// Why calendars leave no slot of a schedule. A calendar with future dates gets the benefit of the doubt, because
/// later years may not be known yet.
fn excluded(
    compiled: &CompiledSchedule,
    schedule: &Schedule,
    book: &CalendarBook,
    now: DateTime<Utc>,
) -> Option<ScheduleError> {
    let today = compiled.wall_clock(now).date();
    let over = |name: &String| book.find(name).is_some_and(|dates| dates.next(today).is_none());
    if !schedule.run_only_on.is_empty() && schedule.run_only_on.iter().all(over) {
        let (has, are) = if schedule.run_only_on.len() == 1 { ("has", "") } else { ("have", "s") };
        let names = named(&schedule.run_only_on, " and ");
        let message = format!("calendar{are} {names} {has} no dates from today on, so this schedule never fires");
        return Some(ScheduleError::new("run_only_on", message).fix("add dates first, or leave it out"));
    }
    let only_skipping = Schedule { run_only_on: Vec::new(), ..schedule.clone() };
    let dates = DateRules::new(&only_skipping, &[], book).ok()??;
    if schedule.skip_on.is_empty() || compiled.fires(&dates, now) {
        return None;
    }
    let names = named(&schedule.skip_on, " and ");
    let message = format!("skipping {names} leaves no date of this schedule, so it never fires");
    Some(ScheduleError::new("skip_on", message).fix("remove dates from the calendar first, or leave it out"))
}

fn named(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(between)
}

impl CompiledSchedule {
    /// Returns whether the schedule becomes due again after an instant, as far as its calendars and their years tell.
    pub fn fires_after(&self, after: DateTime<Utc>) -> bool {
        match &self.dates {
            _ if self.is_startup() => true,
            None => self.next_after(after).is_some(),
            Some(dates) => self.fires(dates, after),
        }
    }

    /// Returns whether some slot after an instant is on a date that the calendars allow, or moves to one.
    fn fires(&self, dates: &DateRules, after: DateTime<Utc>) -> bool {
        let mut next = self.rule_next(after);
        for looked_at in 0..DATES_LOOKED_AT {
            let Some(slot) = next else { return false };
            let date = slot.local.date();
            if !dates.is_excluded(date) || dates.rolls() && !self.rolled(dates, slot).skipped {
                return looked_at == 0 || date.year() <= LAST_YEAR;
            }
            let Some(tomorrow) = date.succ_opt() else { return false };
            next = self.rule_next(self.begin_of(tomorrow) - chrono::Duration::seconds(1));
        }
        false
    }
}
