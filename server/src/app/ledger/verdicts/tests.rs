//! Cases of what becomes of due slots.

use super::*;
use crate::domain::schedules::{Rule, Schedule, compile};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn hourly() -> CompiledSchedule {
    let schedule: Schedule =
        serde_json::from_value(serde_json::json!({"kind": "cron", "expression": "0 * * * *"})).expect("a schedule");
    assert!(matches!(schedule.rule, Rule::Cron { .. }));
    compile(&schedule, "a/cron").expect("valid")
}

type Expected = (&'static str, &'static str, u64, &'static str);

fn check(catch_up: CatchUp, hold: Option<&Reason>, now: &str, expected: &[Expected]) {
    check_told(catch_up, hold, &[], now, expected);
}

fn check_told(catch_up: CatchUp, hold: Option<&Reason>, told: &[(&str, &str)], now: &str, expected: &[Expected]) {
    let watermark_at = at("2026-01-01T00:30:00Z");
    let stretch = Stretch { watermark_at, present_from: watermark_at, now: at(now) };
    let told: Vec<_> = told.iter().map(|(first, last)| Covered { first_at: at(first), last_at: at(last) }).collect();
    let found = due(&hourly(), catch_up, stretch, &told, hold);
    let shown: Vec<_> = found
        .iter()
        .map(|due| {
            let word = match &due.verdict {
                Verdict::Run => "run",
                Verdict::CatchUp => "catch_up",
                Verdict::Pending => "pending",
                Verdict::Skipped(_) => "skipped",
                Verdict::Missed(_) => "missed",
            };
            (due.first_at, due.last_at, due.count, word)
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(|(f, l, c, w)| (at(f), at(l), *c, *w)).collect();
    assert_eq!(shown, expected, "{catch_up:?} {hold:?} {now}");
}

#[test]
fn what_is_due() {
    let (one, two, four, five) =
        ("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T04:00:00Z", "2026-01-01T05:00:00Z");
    check(CatchUp::Latest, None, "2026-01-01T00:59:59Z", &[]);
    check(CatchUp::Latest, None, "2026-01-01T01:00:00Z", &[(one, one, 1, "run")]);
    check(CatchUp::Latest, None, "2026-01-01T01:30:00Z", &[(one, one, 1, "catch_up")]);
    check(CatchUp::None, None, "2026-01-01T01:30:00Z", &[(one, one, 1, "missed")]);
    check(CatchUp::Latest, None, "2026-01-01T02:30:00Z", &[(one, one, 1, "missed"), (two, two, 1, "catch_up")]);
    check(CatchUp::Latest, None, "2026-01-01T05:30:00Z", &[(one, four, 4, "missed"), (five, five, 1, "catch_up")]);
    check(CatchUp::None, None, "2026-01-01T05:30:00Z", &[(one, five, 5, "missed")]);
    check(CatchUp::Latest, None, "2026-01-01T05:00:20Z", &[(one, four, 4, "missed"), (five, five, 1, "run")]);
    let all = CatchUp::All { max_count: 1000 };
    check(all, None, "2026-01-01T02:30:00Z", &[(one, one, 1, "pending"), (two, two, 1, "pending")]);
    check(all, None, "2026-01-01T02:00:00Z", &[(one, one, 1, "pending"), (two, two, 1, "run")]);
    let three = "2026-01-01T03:00:00Z";
    let two_of = CatchUp::All { max_count: 2 };
    let newest = [(one, three, 3, "missed"), (four, four, 1, "pending"), (five, five, 1, "pending")];
    check(two_of, None, "2026-01-01T05:30:00Z", &newest);
    check(CatchUp::Window { max_age_seconds: 7200, max_count: 9 }, None, "2026-01-01T05:30:00Z", &newest);
    check(all, Some(&Reason::TaskDeleted {}), "2026-01-01T02:30:00Z", &[(one, two, 2, "skipped")]);
    check(
        CatchUp::Latest,
        Some(&Reason::TaskDeleted {}),
        "2026-01-01T05:00:20Z",
        &[(one, four, 4, "skipped"), (five, five, 1, "skipped")],
    );
}

#[test]
fn what_is_told_already_is_not_due_again() {
    let (one, two, four, five) =
        ("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T04:00:00Z", "2026-01-01T05:00:00Z");
    let three = "2026-01-01T03:00:00Z";
    let middle = &[(two, three)];
    let around = [(one, one, 1, "missed"), (four, five, 2, "missed")];
    check_told(CatchUp::None, None, middle, "2026-01-01T05:30:00Z", &around);
    let skipped = [(one, one, 1, "skipped"), (four, five, 2, "skipped")];
    check_told(CatchUp::None, Some(&Reason::TaskDeleted {}), middle, "2026-01-01T05:30:00Z", &skipped);
    let all = CatchUp::All { max_count: 2 };
    let newest = [(one, one, 1, "missed"), (four, four, 1, "pending"), (five, five, 1, "pending")];
    check_told(all, None, middle, "2026-01-01T05:30:00Z", &newest);
    let ends = &[(one, one), (five, five)];
    check_told(CatchUp::None, None, ends, "2026-01-01T05:30:00Z", &[(two, four, 3, "missed")]);
    check_told(CatchUp::None, None, ends, "2026-01-01T05:00:00Z", &[(two, four, 3, "missed")]);
    check_told(CatchUp::Latest, None, ends, "2026-01-01T05:00:00Z", &[(two, four, 3, "missed")]);
    check_told(CatchUp::None, None, &[(one, five)], "2026-01-01T05:00:00Z", &[]);
}

fn every(seconds: u32) -> CompiledSchedule {
    let rule = serde_json::json!({"kind": "cron", "expression": format!("@every {seconds}s")});
    let mut schedule: Schedule = serde_json::from_value(rule).expect("a schedule");
    schedule.start_at = Some(at("2026-01-01T00:00:00Z"));
    compile(&schedule, "a/cron").expect("valid")
}

/// What becomes of a slot every five seconds from 00:00:05 to 00:01:37: counts of slots on time, caught up, missed,
/// and the reasons.
fn outage(catch_up: CatchUp, present_from: &str) -> (u64, u64, u64, Vec<Reason>) {
    let (watermark_at, now) = (at("2026-01-01T00:00:02Z"), at("2026-01-01T00:01:37Z"));
    let found = due(&every(5), catch_up, Stretch { watermark_at, present_from: at(present_from), now }, &[], None);
    let sum = |is: fn(&Verdict) -> bool| found.iter().filter(|due| is(&due.verdict)).map(|due| due.count).sum();
    let why = found.iter().filter_map(|due| match &due.verdict {
        Verdict::Missed(why) => Some(why.clone()),
        _ => None,
    });
    (
        sum(|verdict| *verdict == Verdict::Run),
        sum(|verdict| matches!(verdict, Verdict::CatchUp | Verdict::Pending)),
        sum(|verdict| matches!(verdict, Verdict::Missed(_))),
        why.collect(),
    )
}

#[test]
fn of_a_short_outage_only_the_newest_slot_is_on_time_the_others_are_caught_up_as_they_should_be() {
    let back = "2026-01-01T00:01:36.5Z";
    assert_eq!(outage(CatchUp::None, back).2, 18);
    let counts = |catch_up| {
        let (run, caught_up, missed, _) = outage(catch_up, back);
        (run, caught_up, missed)
    };
    assert_eq!(counts(CatchUp::None), (1, 0, 18));
    assert_eq!(counts(CatchUp::Latest), (1, 0, 18));
    assert_eq!(counts(CatchUp::All { max_count: 1000 }), (1, 18, 0));
    assert_eq!(counts(CatchUp::Window { max_age_seconds: 60, max_count: 2 }), (1, 2, 16));
    let (_, _, _, why) = outage(CatchUp::Window { max_age_seconds: 60, max_count: 2 }, back);
    assert_eq!(why, [Reason::TooOld {}, Reason::TooManyMissed {}]);
    let (_, _, _, why) = outage(CatchUp::Window { max_age_seconds: 600, max_count: 2 }, back);
    assert_eq!(why, [Reason::TooManyMissed {}]);
}

#[test]
fn who_is_there_but_late_loses_nothing_for_a_minute() {
    for catch_up in [CatchUp::None, CatchUp::Latest] {
        let (run, _, missed, _) = outage(catch_up, "2026-01-01T00:00:00Z");
        assert_eq!((run, missed), (12, 7), "{catch_up:?}");
        let (run, _, missed, _) = outage(catch_up, "2026-01-01T00:01:20Z");
        assert_eq!((run, missed), (3, 16), "{catch_up:?}: there again since 00:01:20");
    }
}
