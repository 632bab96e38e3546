//! What a change does to the future: which slots appear, vanish and move. Pure.
//!
//! A slot that vanishes and one that appears, of the same schedule on the same local date, are one that moves. Slots that do
//! not run anyway (skipped by a calendar) count as not being there.

use super::schedule::{CompiledSchedule, Slot};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Most slots of one schedule that are compared.
pub const SLOTS_MAX: usize = 10_000;

/// The slots of one side, by key of the schedule.
pub type Side = BTreeMap<String, Vec<Slot>>;

/// A slot with the key of its schedule.
pub type Keyed = (String, Slot);

/// What a change does to one task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Slots that were not there.
    pub appear: Vec<Keyed>,
    /// Slots that are not there any more.
    pub vanish: Vec<Keyed>,
    /// Slots that move, from where to where.
    pub moved: Vec<(Keyed, Keyed)>,
}

impl Difference {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.appear.is_empty() && self.vanish.is_empty() && self.moved.is_empty()
    }
}

/// The slots of a schedule that run between two instants; whether these are all.
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
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let none = Vec::new();
        let (old, new) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
        let is_in = |slots: &[Slot], slot: &Slot| {
            slots.binary_search_by_key(&slot.scheduled_for, |other| other.scheduled_for).is_ok()
        };
        let mut appear: Vec<&Slot> = new.iter().filter(|slot| !is_in(old, slot)).collect();
        let mut vanish: Vec<&Slot> = Vec::new();
        for gone in old.iter().filter(|slot| !is_in(new, slot)) {
            let same_day = appear.iter().position(|slot| slot.local.date() == gone.local.date());
            match same_day {
                Some(index) => {
                    let moved = appear.remove(index);
                    found.moved.push(((key.clone(), gone.clone()), (key.clone(), moved.clone())));
                }
                None => vanish.push(gone),
            }
        }
        found.appear.extend(appear.into_iter().map(|slot| (key.clone(), slot.clone())));
        found.vanish.extend(vanish.into_iter().map(|slot| (key.clone(), slot.clone())));
    }
    found.appear.sort_by_key(|(_, slot)| slot.scheduled_for);
    found.vanish.sort_by_key(|(_, slot)| slot.scheduled_for);
    found.moved.sort_by_key(|((_, slot), _)| slot.scheduled_for);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedule::{Schedule, compile};
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
}
