//! Applies calendars to a schedule: which slots of the rule are skipped, and which move to a business day.
//!
//! A slot is judged by its local date in the schedule's time zone. A skipped slot stays a marked slot, so that the
//! ledger has it. A moved slot leaves nothing behind. Two slots at the same instant become one, with a note about the
//! other.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use std::sync::Arc;

use crate::domain::calendars::{CalendarBook, Dates, MaintenanceWindow};
use crate::domain::schedules::compile::CompiledSchedule;
use crate::domain::schedules::{Note, Roll, Schedule, ScheduleError, Slot};

/// Maximum number of days to a business day to which a slot may move.
const REACH_DAYS: u64 = 31;

/// Periods in days in which the previous slot is searched. The last one is as far as a rule may reach.
const BACK_DAYS: [i64; 6] = [2, 40, 400, 1600, 15_000, 146_097];

/// The calendars of one schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct DateRules {
    only: Vec<Arc<Dates>>,
    skip: Vec<Arc<Dates>>,
    roll: Roll,
    windows: Vec<Arc<MaintenanceWindow>>,
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
    fn excludes(&self, date: NaiveDate) -> Option<Note> {
        if let Some(dates) = self.skip.iter().find(|dates| dates.contains(date)) {
            let title = dates.title(date).unwrap_or_default().to_owned();
            return Some(Note::SkippedOn { calendar: dates.name().to_owned(), title });
        }
        if self.only.is_empty() || self.only.iter().any(|dates| dates.contains(date)) {
            return None;
        }
        let calendars = self.only.iter().map(|dates| dates.name()).collect::<Vec<_>>().join(" or ");
        Some(Note::NotOn { calendars })
    }

    /// Whether a date is excluded.
    pub fn is_excluded(&self, date: NaiveDate) -> bool {
        self.skip.iter().any(|dates| dates.contains(date))
            || !self.only.is_empty() && !self.only.iter().any(|dates| dates.contains(date))
    }

    /// Returns whether a date is Monday to Friday, and not excluded.
    fn is_business(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.is_excluded(date)
    }

    /// The date to which a slot of an excluded date moves.
    fn target(&self, date: NaiveDate) -> Option<NaiveDate> {
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

impl CompiledSchedule {
    pub(in crate::domain) fn applied_next(&self, dates: &DateRules, after: DateTime<Utc>) -> Option<Slot> {
        match dates.roll {
            Roll::Skip => self.rule_next(after).map(|slot| marked(dates, slot)),
            Roll::NextBusinessDay => self.next_rolled_forwards(dates, after),
            Roll::PreviousBusinessDay => self.next_rolled_backwards(dates, after),
        }
    }

    pub(in crate::domain) fn applied_latest(&self, dates: &DateRules, at: DateTime<Utc>) -> Option<Slot> {
        if !dates.rolls() {
            return self.rule_latest(at).map(|slot| marked(dates, slot));
        }
        let earliest = self.rule_latest(at + Duration::days(REACH_DAYS as i64 + 1))?.scheduled_for;
        BACK_DAYS.iter().find_map(|days| {
            let from = at.checked_sub_signed(Duration::days(*days))?.min(earliest);
            let mut latest = None;
            let mut next = self.applied_next(dates, from);
            while let Some(slot) = next.take_if(|slot| slot.scheduled_for <= at) {
                next = self.applied_next(dates, slot.scheduled_for);
                latest = Some(slot);
            }
            latest
        })
    }

    /// Slots move to later dates, so the slots of all excluded days before count as well.
    fn next_rolled_forwards(&self, dates: &DateRules, after: DateTime<Utc>) -> Option<Slot> {
        let mut first = self.wall_clock(after).date();
        for _ in 0..REACH_DAYS {
            match first.pred_opt().filter(|before| !dates.is_business(*before)) {
                Some(before) => first = before,
                None => break,
            }
        }
        let mut best: Option<Slot> = None;
        let mut base = self.rule_next(first.and_time(NaiveTime::MIN).and_utc() - Duration::days(1));
        while let Some(slot) = base {
            if best.as_ref().is_some_and(|best| slot.scheduled_for > best.scheduled_for) {
                break;
            }
            let at = slot.scheduled_for;
            better(&mut best, self.rolled(dates, slot), after);
            base = self.rule_next(at);
        }
        best
    }

    /// Slots move to earlier dates, so slots of the excluded days after the best one so far count as well.
    fn next_rolled_backwards(&self, dates: &DateRules, after: DateTime<Utc>) -> Option<Slot> {
        let mut best: Option<Slot> = None;
        let mut base = self.rule_next(after);
        while let Some(slot) = base {
            let date = slot.local.date();
            if let Some(best) = &best
                && best.local.date() < date
                && (dates.is_business(date) || dates.target(date).is_none_or(|target| target > best.local.date()))
            {
                break;
            }
            let at = slot.scheduled_for;
            better(&mut best, self.rolled(dates, slot), after);
            base = self.rule_next(at);
        }
        best
    }

    /// The place of a slot after moving. A slot never moves beyond the schedule's bounds: it stays on its date and is
    /// skipped.
    pub(in crate::domain) fn rolled(&self, dates: &DateRules, slot: Slot) -> Slot {
        let date = slot.local.date();
        let Some(why) = dates.excludes(date) else { return in_window(dates, slot) };
        let target = dates.target(date);
        let moved = target.and_then(|target| self.slot_of(target.and_time(slot.local.time())));
        let (Some(to), Some(mut moved)) = (target, moved) else {
            return Slot { notes: [slot.notes, vec![why, Note::NotRolled]].concat(), skipped: true, ..slot };
        };
        let ended = self.end_at.is_some_and(|end| moved.scheduled_for >= end);
        if ended || self.start_at.is_some_and(|start| moved.scheduled_for < start) {
            let outside = Note::RolledOutside { to, ended };
            return Slot { notes: [slot.notes, vec![why, outside]].concat(), skipped: true, ..slot };
        }
        moved.notes.push(Note::Rolled { from: date, because: why.words() });
        in_window(dates, moved)
    }
}

/// Keeps the earlier of two slots after an instant. Of two at the same instant, it keeps the one that runs and was
/// not moved, with a note about the other.
fn better(best: &mut Option<Slot>, slot: Slot, after: DateTime<Utc>) {
    let moved = |slot: &Slot| slot.notes.iter().any(|note| matches!(note, Note::Rolled { .. }));
    let rank = |slot: &Slot| (slot.scheduled_for, slot.skipped, moved(slot));
    if slot.scheduled_for <= after {
        return;
    }
    *best = Some(match best.take() {
        Some(best) if best.scheduled_for != slot.scheduled_for && rank(&best) <= rank(&slot) => best,
        Some(best) if best.scheduled_for == slot.scheduled_for => match rank(&slot) < rank(&best) {
            true => joined(slot, best),
            false => joined(best, slot),
        },
        _ => slot,
    });
}

/// A slot with the notes about another one at the same instant.
fn joined(mut kept: Slot, other: Slot) -> Slot {
    for note in other.notes {
        let note = match note {
            Note::Rolled { from, because } => Note::RolledOnto { from, because },
            note @ (Note::RolledOnto { .. } | Note::GapMoved { .. } | Note::GapSkipped { .. }) => note,
            _ => continue,
        };
        if !kept.notes.contains(&note) {
            kept.notes.push(note);
        }
    }
    kept
}

fn marked(dates: &DateRules, mut slot: Slot) -> Slot {
    match dates.excludes(slot.local.date()) {
        Some(why) => {
            slot.notes.push(why);
            slot.skipped = true;
            slot
        }
        None => in_window(dates, slot),
    }
}

fn in_window(dates: &DateRules, mut slot: Slot) -> Slot {
    if let Some(window) = dates.windows.iter().find(|window| window.holds_at(slot.scheduled_for)) {
        slot.notes.push(Note::Maintenance { calendar: window.name().to_owned() });
        slot.skipped = true;
    }
    slot
}
