//! Properties that hold in every zone of the database, whatever its clock does.

use chrono::{DateTime, Datelike, Duration, TimeZone, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;

use super::cron;
use super::*;
use crate::domain::core::time::zone::{Meaning, meaning};

const SHAPES: [&str; 8] = [
    "*/15 * * * *",
    "30 */3 * * *",
    "7 * * * *",
    "30 2 * * *",
    "0 0 * * *",
    "15,45 0-3,23 * * MON-FRI",
    "30 1 L * *",
    "*/20 15 2 * * *",
];

fn any_zone() -> impl Strategy<Value = Tz> {
    (0..TZ_VARIANTS.len()).prop_map(|index| TZ_VARIANTS[index])
}

/// An instant between 1950 and 2037, often close to a change of the zone's clock.
fn any_start(tz: Tz) -> impl Strategy<Value = DateTime<Utc>> {
    (-631_152_000_i64..2_145_916_800, any::<bool>()).prop_map(move |(second, near)| {
        let start = DateTime::from_timestamp(second, 0).unwrap();
        if near {
            change_after(tz, start).unwrap_or(start) - Duration::seconds(second.rem_euclid(10_800))
        } else {
            start
        }
    })
}

fn change_after(tz: Tz, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| crate::domain::core::time::zone::offset_at(tz, at);
    (1..400).map(|day| start + Duration::days(day)).find(|at| offset(*at) != offset(*at - Duration::days(1)))
}

fn case() -> impl Strategy<Value = (Tz, DateTime<Utc>, Schedule)> {
    let policies = (
        0..SHAPES.len(),
        prop::sample::select(vec![Gap::RunAfter, Gap::Skip]),
        prop::sample::select(vec![Fold::First, Fold::Second, Fold::Both]),
    );
    any_zone().prop_flat_map(move |tz| {
        (Just(tz), any_start(tz), policies.clone()).prop_map(|(tz, start, (shape, gap, fold))| {
            (tz, start, Schedule { gap, fold, ..cron(SHAPES[shape], tz.name()) })
        })
    })
}

fn is_elapsed(schedule: &Schedule) -> bool {
    let Rule::Cron { expression } = &schedule.rule else { return false };
    let fields: Vec<&str> = expression.split(' ').rev().collect();
    fields[4].starts_with('*') || fields[3].starts_with('*')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slots_rise_and_read_the_same_backwards((_, start, schedule) in case()) {
        let compiled = compile(&schedule, "zones").unwrap();
        let mut before = start;
        for slot in compiled.slots_between(start, start + Duration::days(4000)).take(40) {
            prop_assert!(slot.scheduled_for > before, "{:?} after {}", slot, before);
            let latest = compiled.latest_at_or_before(slot.scheduled_for + Duration::milliseconds(1));
            prop_assert_eq!(latest.as_ref(), Some(&slot));
            if before > start {
                let earlier = compiled.latest_at_or_before(slot.scheduled_for - Duration::seconds(1)).unwrap();
                prop_assert_eq!(earlier.scheduled_for, before);
            }
            before = slot.scheduled_for;
        }
    }

    #[test]
    fn policies_hold((tz, start, schedule) in case()) {
        let compiled = compile(&schedule, "zones").unwrap();
        for slot in compiled.slots_between(start, start + Duration::days(4000)).take(40) {
            prop_assert_eq!(slot.local, tz.from_utc_datetime(&slot.scheduled_for.naive_utc()).naive_local());
            let (first, second) = (Note::FoldFirst {}, Note::FoldSecond {});
            match meaning(tz, slot.local) {
                Meaning::Never(_) => prop_assert!(false, "{:?} shows a time that does not exist", slot),
                Meaning::Once(_) => prop_assert!(!slot.notes.iter().any(|note| [first.code(), second.code()].contains(&note.code()))),
                Meaning::Twice(_) if is_elapsed(&schedule) => {}
                Meaning::Twice(_) => {
                    let second = slot.notes.contains(&second);
                    let moved = slot.notes.iter().any(|note| matches!(note, Note::GapMoved { .. } | Note::GapSkipped { .. }));
                    prop_assert!(moved || schedule.fold == Fold::Both || second == (schedule.fold == Fold::Second), "{:?}", slot);
                }
            }
            prop_assert!(!slot.skipped || schedule.gap == Gap::Skip);
        }
    }

    /// An elapsed rule fires exactly when the wall clock shows one of its times, compared minute by minute.
    #[test]
    fn elapsed_rules_follow_the_clock((tz, start, _) in case(), step in prop::sample::select(vec![5_u32, 15, 20, 30])) {
        let compiled = compile(&cron(&format!("*/{step} * * * *"), tz.name()), "zones").unwrap();
        let end = start + Duration::hours(12);
        let shows = |at: &DateTime<Utc>| {
            let local = tz.from_utc_datetime(&at.naive_utc());
            local.second() == 0 && local.minute() % step == 0
        };
        let first = start.with_nanosecond(0).unwrap() + Duration::seconds(1);
        let expected: Vec<_> = (0..12 * 3600).map(|second| first + Duration::seconds(second)).filter(|at| *at <= end).filter(shows).collect();
        let found: Vec<_> = compiled.slots_between(start, end).map(|slot| slot.scheduled_for).collect();
        prop_assert_eq!(found, expected);
    }

    /// A daily time has exactly one slot per local day, in every zone and on every day that exists.
    #[test]
    fn fixed_times_run_once_per_local_day((tz, start, _) in case(), hour in 0_u32..24, minute in 0_u32..60) {
        let compiled = compile(&cron(&format!("{minute} {hour} * * *"), tz.name()), "zones").unwrap();
        let slots: Vec<_> = compiled.slots_between(start, start + Duration::days(60)).collect();
        for pair in slots.windows(2) {
            let meant = |slot: &Slot| match slot.notes.first() {
                Some(Note::GapMoved { intended }) => intended.date(),
                _ => slot.local.date(),
            };
            let days = meant(&pair[1]).num_days_from_ce() - meant(&pair[0]).num_days_from_ce();
            prop_assert_eq!(days, 1, "{:?}", pair);
        }
    }
}
