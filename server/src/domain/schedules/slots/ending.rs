//! Whether a schedule fires again, and if not, why. The answer is refused on saving and shown on viewing.

use chrono::{DateTime, Datelike, Utc};

use super::date_rules::DateRules;
use crate::domain::calendars::{CalendarBook, LAST_YEAR};
use crate::domain::core::coded::coded;
use crate::domain::core::phrases::moment;
use crate::domain::core::time::ScheduleError;
use crate::domain::schedules::compile::compile;
use crate::domain::schedules::compiled::CompiledSchedule;
use crate::domain::schedules::{Rule, Schedule};

/// Maximum number of dates examined. A schedule whose next dates are all excluded counts as one that never fires.
const DATES_LOOKED_AT: usize = 4000;

coded! {
    /// Why a valid schedule never fires again.
    Never,
    /// Why a schedule never fires again, for programs.
    NeverCode {
        /// Its only time is in the past.
        OncePast {
            /// The time, as it was written.
            at: String,
        } => format!("its time, {at}, is in the past"),
        /// Its end is in the past.
        EndPast {
            /// The end.
            end_at: DateTime<Utc>,
        } => format!("its end, {}, is in the past", moment(end_at)),
        /// All times of its rule are in the past.
        TimesPast {} => "all of its times are in the past".to_owned(),
        /// Its rule has no time before its end.
        NoTimeLeft {} => "it has no time before its end".to_owned(),
        /// The calendars in `run_only_on` have no dates any more.
        CalendarsOver {
            /// Names of the calendars.
            calendars: Vec<String>,
        } => match calendars.as_slice() {
            [one] => format!("calendar \"{one}\" has no dates from today on"),
            several => format!("calendars {} have no dates from today on", quoted(several)),
        },
        /// The calendars in `skip_on` leave no date.
        AllSkipped {
            /// Names of the calendars.
            calendars: Vec<String>,
        } => format!("skipping {} leaves no date", quoted(calendars)),
    }
}

impl Never {
    /// The field of the schedule that is responsible.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::OncePast { .. } => "at",
            Self::EndPast { .. } | Self::NoTimeLeft {} => "end_at",
            Self::TimesPast {} => "rule",
            Self::CalendarsOver { .. } => "run_only_on",
            Self::AllSkipped { .. } => "skip_on",
        }
    }

    /// The fault in the schedule, with advice.
    pub fn fault(&self) -> ScheduleError {
        let advice = match self {
            Self::CalendarsOver { .. } => "add dates first, or leave it out",
            Self::AllSkipped { .. } => "remove dates from the calendar first, or leave it out",
            _ => "choose a later time, or leave the schedule out",
        };
        ScheduleError::new(self.field(), format!("{}, so it never fires", self.words())).fix(advice)
    }

    /// Returns whether calendars are responsible.
    pub const fn is_by_calendars(&self) -> bool {
        matches!(self, Self::CalendarsOver { .. } | Self::AllSkipped { .. })
    }
}

/// Why a valid schedule never fires again after an instant. None if it does, or if it does at the next start of the
/// server.
pub fn ended(schedule: &Schedule, book: &CalendarBook, now: DateTime<Utc>) -> Option<Never> {
    let compiled = compile(schedule, "").ok()?;
    if compiled.is_startup() {
        return None;
    }
    if compiled.next_after(now).is_some() {
        return excluded(&compiled, schedule, book, now);
    }
    Some(match (&schedule.rule, schedule.end_at) {
        (Rule::Once { at }, _) => Never::OncePast { at: at.clone() },
        (_, Some(end_at)) if end_at <= now => Never::EndPast { end_at },
        (Rule::Rrule { .. }, _) => Never::TimesPast {},
        _ => Never::NoTimeLeft {},
    })
}

/// Why calendars leave no slot of a schedule. A calendar with future dates gets the benefit of the doubt, because
/// later years may not be known yet.
fn excluded(
    compiled: &CompiledSchedule,
    schedule: &Schedule,
    book: &CalendarBook,
    now: DateTime<Utc>,
) -> Option<Never> {
    let today = compiled.wall_clock(now).date();
    let over = |name: &String| book.find(name).is_some_and(|dates| dates.next(today).is_none());
    if !schedule.run_only_on.is_empty() && schedule.run_only_on.iter().all(over) {
        return Some(Never::CalendarsOver { calendars: schedule.run_only_on.clone() });
    }
    let only_skipping = Schedule { run_only_on: Vec::new(), ..schedule.clone() };
    let dates = DateRules::new(&only_skipping, &[], book).ok()??;
    if schedule.skip_on.is_empty() || compiled.fires(&dates, now) {
        return None;
    }
    Some(Never::AllSkipped { calendars: schedule.skip_on.clone() })
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and ")
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
