//! Words against slots: whoever changes a part of a rule so that its slots change reads other words.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::kinds::{at, recurring, schedule};
use super::*;

/// The words, and the slots that tell rules apart: the first ones, those of some years later, and the last of a period.
fn said_and_due(rule: &Value) -> Option<(String, Vec<DateTime<Utc>>)> {
    let compiled = compile(&schedule(rule.clone()), "words").ok()?;
    let compiled = if compiled.is_startup() { compiled.started_at(at("2026-01-01T00:00:00Z")) } else { compiled };
    let starts = ["2025-12-31T00:00:00Z", "2026-03-28T00:00:00Z", "2027-12-20T00:00:00Z", "2029-02-20T00:00:00Z"];
    let slots = starts.iter().flat_map(|from| compiled.slots_between(at(from), at("2040-01-01T00:00:00Z")).take(25));
    let delay = compiled.delay();
    let slots = slots.map(|slot| slot.scheduled_for + delay).collect();
    let words = compile(&schedule(rule.clone()), "words").ok()?.words();
    Some((words, slots))
}

/// Two rules have other words if they have other slots.
#[track_caller]
fn check(one: &Value, other: &Value) {
    if let (Some((words, slots)), Some((other_words, other_slots))) = (said_and_due(one), said_and_due(other)) {
        assert!(slots == other_slots || words != other_words, "{words}\n{one}\n{other}");
    }
}

/// A part of a recurrence rule: a name and one of its values, or none.
fn part(name: &'static str, values: &'static [&'static str]) -> BoxedStrategy<String> {
    let given = proptest::sample::select(values).prop_map(move |value| format!(";{name}={value}"));
    prop_oneof![2 => Just(String::new()), 1 => given].boxed()
}

/// A recurrence rule in parts, the frequency first, then the start and what is left out and added.
fn recurrence() -> impl Strategy<Value = Vec<String>> {
    let text = |values: &'static [&'static str]| proptest::sample::select(values).prop_map(str::to_owned).boxed();
    vec![
        text(&["FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=WEEKLY", "FREQ=DAILY", "FREQ=HOURLY"]),
        part("INTERVAL", &["2", "3", "5"]),
        part("BYMONTH", &["3", "3,6", "12"]),
        part("BYMONTHDAY", &["20", "1,15", "-1", "13,-2"]),
        part("BYDAY", &["MO", "TU,SU", "1MO", "-1FR", "MO,TU,WE,TH,FR", "2TU,MO"]),
        part("BYYEARDAY", &["100", "1,-1"]),
        part("BYWEEKNO", &["1", "20,-1"]),
        part("BYHOUR", &["8", "8,16", "8,12,16", "0,1,2,3,4,5,6,7,8,9,10,11,12,13"]),
        part("BYMINUTE", &["0", "0,30", "15"]),
        part("BYSECOND", &["0", "5,10"]),
        part("BYSETPOS", &["1", "-1", "1,-1", "2"]),
        part("WKST", &["SU", "MO", "WE"]),
        part("COUNT", &["1", "3", "10"]),
        part("UNTIL", &["20261231", "20261231T120000", "20261231T170000", "20280101"]),
        text(&["2026-01-30T09:00", "2026-01-30T07:00", "2026-02-03T09:00", "2026-02-03T09:00:30", "2026-01-30T12:15"]),
        text(&["", "2026-02-20", "2026-02-20T09:00", "2026-02-20T08:00"]),
        text(&["", "2026-02-21T09:00", "2026-02-22T23:00"]),
    ]
}

fn written(parts: &[String]) -> Value {
    let (rule, rest) = parts.split_at(14);
    let mut body = recurring(&rule.concat(), &rest[0]);
    for (name, text) in [("exdate", &rest[1]), ("rdate", &rest[2])] {
        if !text.is_empty() {
            body[name] = json!([text]);
        }
    }
    body
}

/// A start and an end, each an instant or none: some at either side of a change of the clocks.
fn period() -> impl Strategy<Value = (&'static str, &'static str)> {
    let instants = [
        "",
        "2026-03-28T00:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T01:30:20Z",
        "2027-12-20T00:00:00Z",
    ];
    let ends = ["", "2028-01-01T00:00:00Z", "2027-12-20T02:40:00Z", "2027-12-20T02:40:30Z", "2027-12-20T02:45:00Z"];
    (proptest::sample::select(instants.to_vec()), proptest::sample::select(ends.to_vec()))
}

/// Cron expressions in parts.
fn cron_parts() -> impl Strategy<Value = Vec<&'static str>> {
    let of = |values: &'static [&'static str]| proptest::sample::select(values).boxed();
    vec![
        of(&["0", "30", "5,10", "*/10", "*"]),
        of(&["0", "*/15", "5,20,35", "0-29", "*", "1"]),
        of(&["9", "*/2", "9-17", "9,17", "*", "1,3,5,7,9,11,14", "22-2"]),
        of(&["*", "1", "15", "*/2", "L", "L-3", "15W", "LW", "1,15"]),
        of(&["*", "3", "3,6", "12", "6-8"]),
        of(&["*", "MON", "MON-FRI", "5#2", "5L", "SUN", "1,3"]),
    ]
}

/// A rule of another kind, by the numbers of its parts.
fn other_kind(kind: usize, parts: &[usize]) -> Value {
    let pick = |index: usize, values: &[Value]| values[parts[index] % values.len()].clone();
    let days = json!(["monday", "friday"]);
    match kind {
        0 => {
            let window = [
                Value::Null,
                json!({"from": "08:00", "to": "18:00"}),
                json!({"from": "08:00", "to": "12:30", "weekdays": days}),
                json!({"from": "22:00", "to": "05:00"}),
                json!({"from": "08:00:30", "to": "18:00"}),
            ];
            let anchors = [
                Value::Null,
                json!("1970-01-01T00:00:00Z"),
                json!("2026-01-01T00:20:00Z"),
                json!("2026-01-05T00:00:00Z"),
            ];
            let every = [json!(420), json!(3600), json!(5400), json!(604_800), json!(90), json!(86_400)];
            json!({"kind": "interval", "every_seconds": pick(0, &every), "anchor_at": pick(1, &anchors), "window": pick(2, &window)})
        }
        1 => {
            let at = [
                "2026-10-25T02:30",
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
                "2026-12-01T02:00",
                "2026-12-01T02:00:30",
                "2027-12-01T02:00",
            ];
            json!({"kind": "once", "at": pick(0, &at.map(Value::from))})
        }
        2 => {
            let text = ["06:00", "MON 08:00", "15 09:30", "MON 08:30", "TUE 08:00", "16 09:30"];
            json!({"kind": "windows", "text": pick(0, &text.map(Value::from))})
        }
        3 => {
            let delays = [json!(0), json!(60), json!(90), json!(3600)];
            json!({"kind": "startup", "delay_seconds": pick(0, &delays)})
        }
        _ => {
            let (every, from) = (
                pick(1, &[json!(1), json!(2), json!(3)]),
                pick(2, &[Value::Null, json!("2026-01-02"), json!("2026-01-08"), json!("2026-01-07")]),
            );
            let months = pick(2, &[json!([]), json!([3]), json!([3, 6])]);
            let weekdays = pick(3, &[json!(["monday"]), days, json!(["saturday", "sunday"])]);
            let rule = match parts[0] % 4 {
                0 => json!({"kind": "every_days", "every": every, "from": from}),
                1 => json!({"kind": "every_weeks", "every": every, "from": from, "weekdays": weekdays}),
                2 => {
                    json!({"kind": "month_days", "months": months, "days": pick(1, &[json!([1]), json!([15, -1]), json!([-2]), json!([31])])})
                }
                _ => {
                    json!({"kind": "month_weekdays", "months": months, "nth": pick(1, &[json!([1]), json!([-1]), json!([2, -2])]), "weekdays": weekdays})
                }
            };
            let times = pick(4, &[json!(["09:00"]), json!(["09:00", "17:30"]), json!(["09:00:15"]), json!(["00:00"])]);
            json!({"kind": "calendar_rule", "days": rule, "times": times})
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn words_of_recurrence_rules_leave_nothing_out(mut one in recurrence(), other in recurrence(), which in 0..17_usize) {
        if !one[12].is_empty() {
            one[13] = String::new();
        }
        let mut changed = one.clone();
        changed[which].clone_from(&other[which]);
        check(&written(&one), &written(&changed));
    }

    #[test]
    fn words_of_cron_expressions_leave_nothing_out(one in cron_parts(), other in cron_parts(), which in 0..6_usize) {
        let mut changed = one.clone();
        changed[which] = other[which];
        let body = |parts: &[&str]| json!({"kind": "cron", "expression": parts.join(" ")});
        check(&body(&one), &body(&changed));
    }

    #[test]
    fn words_of_periods_leave_nothing_out(one in period(), other in period()) {
        let body = |(start, end): (&str, &str)| {
            let mut body = json!({"kind": "cron", "expression": "*/20 * * * *"});
            for (name, at) in [("start_at", start), ("end_at", end)] {
                if !at.is_empty() {
                    body[name] = json!(at);
                }
            }
            body
        };
        check(&body(one), &body(other));
    }

    #[test]
    fn words_of_other_kinds_leave_nothing_out(
        kind in 0..5_usize, one in proptest::collection::vec(0..12_usize, 5), which in 0..5_usize, number in 0..12_usize,
    ) {
        let mut changed = one.clone();
        changed[which] = number;
        check(&other_kind(kind, &one), &other_kind(kind, &changed));
    }

    /// Positions in weeks, counted by hand.
    #[test]
    fn weekly_positions_count_in_whole_weeks(
        first in 0..14_i64, days in proptest::collection::btree_set(0..7_i64, 1..5), hours in proptest::collection::btree_set(0..24_i64, 1..3),
        every in 1..4_i64, week_start in proptest::sample::select(vec![("MO", 0), ("SU", 6), ("WE", 2)]),
        positions in proptest::collection::btree_set(proptest::sample::select(vec![1_i64, 2, 3, -1, -2]), 1..3), count in proptest::option::of(1..9_usize),
    ) {
        const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let monday = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        let start = (monday + chrono::Duration::days(first)).and_hms_opt(9, 0, 0).unwrap();
        let join = |parts: Vec<String>| parts.join(",");
        let mut rule = format!(
            "FREQ=WEEKLY;INTERVAL={every};WKST={};BYDAY={};BYHOUR={};BYSETPOS={}", week_start.0,
            join(days.iter().map(|day| NAMES[*day as usize].to_owned()).collect()),
            join(hours.iter().map(ToString::to_string).collect()), join(positions.iter().map(ToString::to_string).collect()),
        );
        if let Some(count) = count {
            rule.push_str(&format!(";COUNT={count}"));
        }
        let compiled = compile(&super::schedule(Rule::Rrule { rule: rule.clone(), dtstart: start.format("%Y-%m-%dT%H:%M").to_string(), exdate: vec![], rdate: vec![] }, "UTC"), "");
        let back = (first - week_start.1).rem_euclid(7);
        let mut expected = Vec::new();
        for week in 0..40 {
            let begin = start.date() + chrono::Duration::days(7 * every * week - back);
            let mut all: Vec<_> = days.iter().flat_map(|day| hours.iter().map(move |hour| {
                begin.and_hms_opt(0, 0, 0).unwrap() + chrono::Duration::days((day - week_start.1).rem_euclid(7)) + chrono::Duration::hours(*hour)
            })).collect();
            all.sort();
            let at = |position: &i64| if *position > 0 { position - 1 } else { all.len() as i64 + position };
            let mut chosen: Vec<_> = positions.iter().filter_map(|position| all.get(usize::try_from(at(position)).ok()?).copied()).collect();
            chosen.sort();
            chosen.dedup();
            expected.extend(chosen.into_iter().filter(|at| *at >= start));
        }
        expected.truncate(count.unwrap_or(12).min(12));
        match compiled {
            Err(_) => prop_assert!(expected.is_empty(), "{} {}", rule, start),
            Ok(compiled) => {
                let found: Vec<_> = compiled.slots_between(at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z")).take(12).map(|slot| slot.local).collect();
                prop_assert_eq!(&found, &expected, "{} {}", rule, start);
                let later: Vec<_> = compiled.slots_between((expected[expected.len() / 2] - chrono::Duration::seconds(1)).and_utc(), at("2036-01-01T00:00:00Z")).take(1).map(|slot| slot.local).collect();
                prop_assert_eq!(later[0], expected[expected.len() / 2]);
            }
        }
    }
}

/// Rules that were said wrong once.
#[test]
fn words_say_what_the_slots_are() {
    let say = |rule: &str, start: &str, expected: &str| {
        let words = compile(&schedule(recurring(rule, start)), "").unwrap().words();
        assert_eq!(words, expected, "{rule}");
    };
    say(
        "FREQ=DAILY;BYHOUR=7,11,15;BYSETPOS=-1",
        "2026-11-02T06:00",
        "Every day at 07:00, 11:00 and 15:00, only the last of these in each day, from 2 November 2026",
    );
    say(
        "FREQ=WEEKLY;BYDAY=TU;BYHOUR=7,15;BYSETPOS=1",
        "2026-11-03T07:00",
        "Every week on Tuesday at 07:00 and 15:00, only the first of these in each week, from 3 November 2026",
    );
    say(
        "FREQ=HOURLY;BYMINUTE=15,45;BYSETPOS=1",
        "2026-11-02T00:00",
        "Every hour at 15 and 45 minutes past the hour, only the first of these in each hour, from 2 November 2026",
    );
    say(
        "FREQ=YEARLY;BYMONTHDAY=12",
        "2026-04-12T09:00",
        "Every year on the 12th of each month at 09:00 from 12 April 2026",
    );
    say("FREQ=YEARLY;BYDAY=TU", "2026-11-03T09:00", "Every year on every Tuesday at 09:00 from 3 November 2026");
    say(
        "FREQ=YEARLY;BYDAY=1TU",
        "2026-11-03T09:00",
        "Every year on the first Tuesday of the year at 09:00 from 3 November 2026",
    );
    let weeks = "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU";
    say(
        &format!("{weeks};WKST=SU"),
        "2026-11-02T09:00",
        "Every 2 weeks on Wednesday and Sunday at 09:00, with weeks that begin on Sunday, from 2 November 2026",
    );
    say(weeks, "2026-11-02T09:00", "Every 2 weeks on Wednesday and Sunday at 09:00 from 2 November 2026");
    say(
        "FREQ=HOURLY;INTERVAL=5",
        "2026-11-02T09:00",
        "Every 5 hours at 0 minutes past the hour from 2 November 2026 09:00",
    );
    say(
        "FREQ=DAILY;BYHOUR=7,15;UNTIL=20261231T120000",
        "2026-11-02T09:00",
        "Every day at 07:00 and 15:00 from 2 November 2026 09:00 until 31 December 2026 12:00",
    );
}
