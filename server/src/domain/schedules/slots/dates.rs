//! Applies calendars to a schedule: which slots of the rule are skipped, and which move to a business day.
//!
//! A slot is judged by its local date in the schedule's time zone. A skipped slot stays a marked slot, so that the
//! ledger has it. A moved slot leaves nothing behind. Two slots at the same instant become one, with a note about the
//! other.

use super::date_rules::{DateRules, REACH_DAYS};
use crate::domain::schedules::compiled::CompiledSchedule;
use crate::domain::schedules::{Note, Roll, Slot};
use chrono::{DateTime, Duration, NaiveTime, Utc};

/// Periods in days in which the previous slot is searched. The last one is as far as a rule may reach.
const BACK_DAYS: [i64; 6] = [2, 40, 400, 1600, 15_000, 146_097];

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
            return Slot { notes: [slot.notes, vec![why, Note::NotRolled {}]].concat(), skipped: true, ..slot };
        };
        let ended = self.end_at.is_some_and(|end| moved.scheduled_for >= end);
        if ended || self.start_at.is_some_and(|start| moved.scheduled_for < start) {
            let outside = Note::RolledOutside { to, ended };
            return Slot { notes: [slot.notes, vec![why, outside]].concat(), skipped: true, ..slot };
        }
        moved.notes.push(Note::Rolled { from: date, because: Box::new(why) });
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
