//! The effect of a change on the future: which slots appear, vanish and move. Pure.
//!
//! A slot that vanishes and one that appears on the same local date, of the same schedule, count as one that moves.
//! They are paired in order if their numbers are equal, and otherwise by distance. Slots that do not run anyway
//! (skipped by a calendar) count as absent.

use crate::domain::schedules::{CompiledSchedule, Slot};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of slots compared per schedule.
pub const SLOTS_MAX: usize = 10_000;

/// The slots of one side, by the schedule's key.
pub type Side = BTreeMap<String, Vec<Slot>>;

/// A slot with the key of its schedule.
pub type Keyed = (String, Slot);

/// The effect of a change on one task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Slots that appear.
    pub appear: Vec<Keyed>,
    /// Slots that vanish.
    pub vanish: Vec<Keyed>,
    /// Slots that move, each with its old and its new place.
    pub moved: Vec<(Keyed, Keyed)>,
}

impl Difference {
    /// Returns whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.appear.is_empty() && self.vanish.is_empty() && self.moved.is_empty()
    }
}

/// The slots of a schedule that run between two instants, and whether these are all.
pub fn running(schedule: &CompiledSchedule, from: DateTime<Utc>, until: DateTime<Utc>) -> (Vec<Slot>, bool) {
    let mut slots: Vec<Slot> = schedule.slots_between(from, until).take(SLOTS_MAX + 1).collect();
    let all = slots.len() <= SLOTS_MAX;
    slots.truncate(SLOTS_MAX);
    slots.retain(|slot| !slot.skipped);
    (slots, all)
}

/// Compares two sides. Each list is in order of time.
pub fn difference(before: &Side, after: &Side) -> Difference {
    let mut found = Difference::default();
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let none = Vec::new();
        let (old, new) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
        let is_in = |slots: &[Slot], slot: &Slot| {
            slots.binary_search_by_key(&slot.scheduled_for, |other| other.scheduled_for).is_ok()
        };
        let mut days: BTreeMap<NaiveDate, (Vec<&Slot>, Vec<&Slot>)> = BTreeMap::new();
        for gone in old.iter().filter(|slot| !is_in(new, slot)) {
            days.entry(gone.local.date()).or_default().0.push(gone);
        }
        for come in new.iter().filter(|slot| !is_in(old, slot)) {
            days.entry(come.local.date()).or_default().1.push(come);
        }
        let keyed = |slot: &Slot| (key.clone(), slot.clone());
        for (gone, come) in days.into_values() {
            let partners = pairs(&gone, &come);
            let taken: BTreeSet<usize> = partners.iter().flatten().copied().collect();
            for (slot, partner) in gone.iter().zip(partners) {
                match partner {
                    Some(partner) => found.moved.push((keyed(slot), keyed(come[partner]))),
                    None => found.vanish.push(keyed(slot)),
                }
            }
            let new_ones = come.iter().enumerate().filter(|(index, _)| !taken.contains(index));
            found.appear.extend(new_ones.map(|(_, slot)| keyed(slot)));
        }
    }
    found.appear.sort_by_key(|(_, slot)| slot.scheduled_for);
    found.vanish.sort_by_key(|(_, slot)| slot.scheduled_for);
    found.moved.sort_by_key(|((_, slot), _)| slot.scheduled_for);
    found
}

/// For each slot that vanishes, the slot of the same day that replaces it. Both lists are in order of time. There are
/// as many pairs as possible.
fn pairs(gone: &[&Slot], come: &[&Slot]) -> Vec<Option<usize>> {
    if gone.len() == come.len() {
        return (0..gone.len()).map(Some).collect();
    }
    let distance = |a: usize, b: usize| (gone[a].scheduled_for - come[b].scheduled_for).abs();
    let neighbours = |a: usize| {
        let next = come.partition_point(|slot| slot.scheduled_for < gone[a].scheduled_for);
        (next.saturating_sub(1)..come.len().min(next + 1)).map(move |b| (a, b))
    };
    let mut near: Vec<(usize, usize)> = (0..gone.len()).flat_map(neighbours).collect();
    near.sort_by_key(|&(a, b)| (distance(a, b), a, b));
    let (mut moves, mut free) = (vec![false; gone.len()], vec![true; come.len()]);
    for (a, b) in near {
        if !moves[a] && std::mem::take(&mut free[b]) {
            moves[a] = true;
        }
    }
    let missing = gone.len().min(come.len()) - moves.iter().filter(|moves| **moves).count();
    moves.iter_mut().filter(|moves| !**moves).take(missing).for_each(|moves| *moves = true);
    free.iter_mut().filter(|free| **free).take(missing).for_each(|free| *free = false);
    let mut partners = (0..come.len()).filter(|&b| !free[b]);
    moves.into_iter().map(|moves| if moves { partners.next() } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedules::{Schedule, compile};
    use serde_json::json;

    fn side(key: &str, expression: &str) -> Side {
        let schedule: Schedule =
            serde_json::from_value(json!({"kind": "cron", "expression": expression})).expect("a schedule");
        let compiled = compile(&schedule, "").expect("right");
        let (from, until) = ("2026-01-05T00:00:00Z".parse().expect("at"), "2026-01-08T00:00:00Z".parse().expect("at"));
        Side::from([(key.to_owned(), running(&compiled, from, until).0)])
    }

    fn counts(before: &Side, after: &Side) -> (usize, usize, usize) {
        let found = difference(before, after);
        (found.appear.len(), found.vanish.len(), found.moved.len())
    }

    #[test]
    fn what_appears_vanishes_and_moves() {
        let two = side("a", "0 2 * * *");
        assert!(difference(&two, &two).is_empty());
        assert_eq!(counts(&two, &side("a", "30 3 * * *")), (0, 0, 3));
        assert_eq!(counts(&two, &side("a", "0 2,14 * * *")), (3, 0, 0));
        assert_eq!(counts(&two, &Side::new()), (0, 3, 0));
        assert_eq!(counts(&two, &side("b", "0 2 * * *")), (3, 3, 0), "another key is another schedule");
        assert_eq!(counts(&side("a", "0 2 * * MON"), &side("a", "0 2 * * TUE")), (1, 1, 0));
    }

    #[test]
    fn a_slot_moves_to_the_nearest_one_of_its_day() {
        let moved = |before: &str, after: &str| -> Vec<String> {
            let found = difference(&side("a", before), &side("a", after));
            let first =
                found.moved.iter().filter(|((_, slot), _)| slot.local.date() == found.moved[0].0.1.local.date());
            first
                .map(|((_, from), (_, to))| format!("{} {}", from.local.format("%H:%M"), to.local.format("%H:%M")))
                .collect()
        };
        assert_eq!(moved("0 2,8,14,20 * * *", "10 8,20 * * *"), ["08:00 08:10", "20:00 20:10"]);
        assert_eq!(moved("0 8,20 * * *", "10 2,8,14,20 * * *"), ["08:00 08:10", "20:00 20:10"]);
        assert_eq!(moved("0 2,8 * * *", "30 8,14 * * *"), ["02:00 08:30", "08:00 14:30"]);
        assert_eq!(moved("0 1,2,3 * * *", "0 9,10 * * *"), ["01:00 09:00", "03:00 10:00"]);
    }
}
