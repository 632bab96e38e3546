//! Calendars: what they contain, what is wrong with them, and what they do to schedules.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc, Weekday};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::schedules::{CompiledSchedule, Schedule, Slot, compile};

fn calendar(name: &str, entries: Value, except: Value, maintenance: Value) -> Calendar {
    let body =
        json!({"name": name, "description": "", "entries": entries, "except": except, "maintenance": maintenance});
    serde_json::from_value(body).expect("a calendar")
}

fn plain(name: &str, entries: Value) -> Calendar {
    calendar(name, entries, json!([]), json!(null))
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn holidays() -> Calendar {
    plain(
        "holidays",
        json!([
            {"kind": "yearly", "month": 12, "day": 25, "title": "Christmas Day"},
            {"kind": "date", "date": "2026-04-06", "until": null, "title": "Easter Monday"},
            {"kind": "date", "date": "2026-07-27", "until": "2026-07-29", "title": "Works holiday"},
            {"kind": "rrule", "rule": "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "dtstart": "2000-01-01", "title": "Thanksgiving"}
        ]),
    )
}

#[test]
fn what_a_calendar_contains() {
    let weekend = plain("weekend", json!([{"kind": "weekdays", "weekdays": ["saturday", "sunday"]}]));
    let off = calendar(
        "off",
        json!([{"kind": "calendar", "name": "holidays"}, {"kind": "calendar", "name": "weekend"}]),
        json!([{"kind": "date", "date": "2026-12-25", "until": null, "title": ""}]),
        json!(null),
    );
    let book = CalendarBook::compile(&[off, weekend, holidays()]);
    let off = book.find("off").expect("right");
    let is = |text: &str| off.contains(date(text));
    assert!(is("2026-04-06") && is("2026-07-28") && is("2026-11-26") && is("2025-12-25") && is("2026-01-03"));
    assert!(!is("2026-12-25") && !is("2026-07-30") && !is("2026-01-05") && !is("2101-12-25") && !is("1980-12-25"));
    assert_eq!(off.title(date("2026-11-26")), Some("Thanksgiving"));
    assert_eq!(off.next(date("2026-04-06")), Some(date("2026-04-06")));
    assert_eq!(book.find("holidays").expect("right").next(date("2026-04-07")), Some(date("2026-07-27")));
}

#[test]
fn what_is_wrong_has_its_place() {
    let problems = |calendars: &[Calendar], name: &str| -> Vec<String> {
        let book = CalendarBook::compile(calendars);
        assert!(book.find(name).is_none());
        book.problems(name).iter().map(|problem| format!("{} {}", problem.pointer, problem.message)).collect()
    };
    let entries = json!([
        {"kind": "yearly", "month": 2, "day": 30, "title": ""}, {"kind": "yearly", "month": 13, "day": 1, "title": ""},
        {"kind": "date", "date": "2026-01-02", "until": "2026-01-01", "title": ""}, {"kind": "weekdays", "weekdays": []},
        {"kind": "rrule", "rule": "FREQ=NEVER", "dtstart": "2026-01-01", "title": ""}, {"kind": "calendar", "name": "none"}
    ]);
    let found = problems(&[plain("a", entries)], "a");
    let places = [
        "/entries/0/day",
        "/entries/1/month",
        "/entries/2/until",
        "/entries/3/weekdays",
        "/entries/4/rule",
        "/entries/5/name",
    ];
    assert_eq!(found.len(), places.len(), "{found:?}");
    assert!(found.iter().zip(places).all(|(found, place)| found.starts_with(place)), "{found:?}");
    let circle = [
        plain("a", json!([{"kind": "calendar", "name": "b"}])),
        plain("b", json!([{"kind": "calendar", "name": "a"}])),
    ];
    for name in ["a", "b"] {
        assert!(problems(&circle, name)[0].contains("circle: a -> b -> a"), "{:?}", problems(&circle, name));
    }
    let window =
        calendar("m", json!([]), json!([]), json!({"timezone": "Mars", "from": "25:00", "to": "24:00", "tags": []}));
    assert_eq!(problems(&[window], "m").len(), 2);
    assert!(
        CalendarBook::compile(&[plain("bad", json!([{"kind": "calendar", "name": "x"}])), holidays()])
            .find("holidays")
            .is_some()
    );
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn applied(rule: Value, tags: &[&str], book: &CalendarBook) -> CompiledSchedule {
    let schedule: Schedule = serde_json::from_value(rule).expect("a schedule");
    let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    compile(&schedule, "t/k").and_then(|it| it.with_calendars(&schedule, &tags, book)).expect("right")
}

fn shown(slot: &Slot) -> String {
    let notes: Vec<String> = slot.notes.iter().map(crate::domain::schedules::Note::words).collect();
    format!("{}{} {}", slot.local.format("%m-%d %H:%M"), if slot.skipped { " skipped" } else { "" }, notes.join("; "))
}

#[test]
fn schedules_skip_and_roll() {
    let book =
        CalendarBook::compile(&[holidays(), plain("monday", json!([{"kind": "weekdays", "weekdays": ["monday"]}]))]);
    let mut rule =
        json!({"kind": "cron", "expression": "0 9 * * *", "timezone": "Europe/Berlin", "skip_on": ["holidays"]});
    let after = at("2026-04-05T12:00:00Z");
    let first = |rule: &Value| shown(&applied(rule.clone(), &[], &book).next_after(after).expect("a slot"));
    assert_eq!(first(&rule), "04-06 09:00 skipped skipped by calendar holidays: Easter Monday");
    rule["roll"] = json!("next_business_day");
    assert_eq!(
        first(&rule),
        "04-07 09:00 the slot of Monday, 6 April 2026 was moved here too (skipped by calendar holidays: Easter Monday)",
        "the slot of the 7th itself, with which the one of the 6th falls together"
    );
    let weekly =
        json!({"kind": "cron", "expression": "0 9 * * MON", "skip_on": ["holidays"], "roll": "previous_business_day"});
    let before = applied(weekly, &[], &book).next_after(at("2026-04-01T12:00:00Z")).expect("a slot");
    assert_eq!(
        shown(&before),
        "04-03 09:00 moved from Monday, 6 April 2026 (skipped by calendar holidays: Easter Monday)"
    );
    let only = json!({"kind": "cron", "expression": "0 9 * * *", "run_only_on": ["monday"]});
    let slots: Vec<String> =
        applied(only, &[], &book).slots_between(after, at("2026-04-07T12:00:00Z")).map(|slot| shown(&slot)).collect();
    assert_eq!(slots, ["04-06 09:00 ", "04-07 09:00 skipped skipped: the date is not in monday"]);
}

#[test]
fn a_slot_does_not_roll_out_of_the_bounds_of_its_schedule() {
    let book = CalendarBook::compile(&[holidays()]);
    let slots = |roll: &str, start: &str, end: &str| -> Vec<String> {
        let rule = json!({"kind": "cron", "expression": "0 9 * * *", "skip_on": ["holidays"], "roll": roll,
            "start_at": start, "end_at": end});
        let schedule = applied(rule, &[], &book);
        let (from, to) = (at("2026-12-20T00:00:00Z"), at("2027-01-10T00:00:00Z"));
        let slots: Vec<Slot> = schedule.slots_between(from, to).collect();
        let last = schedule.latest_at_or_before(to);
        assert_eq!(last.as_ref(), slots.last());
        assert_eq!(schedule.count_between(from, to), slots.len() as u64);
        slots.iter().map(shown).collect()
    };
    assert_eq!(
        slots("next_business_day", "2026-12-25T00:00:00Z", "2026-12-26T00:00:00Z"),
        [
            "12-25 09:00 skipped skipped by calendar holidays: Christmas Day; it would move to Monday, 28 December 2026, \
            after the schedule's end"
        ]
    );
    assert_eq!(
        slots("previous_business_day", "2026-12-25T00:00:00Z", "2026-12-26T00:00:00Z"),
        [
            "12-25 09:00 skipped skipped by calendar holidays: Christmas Day; it would move to Thursday, 24 December 2026, \
            before the schedule's start"
        ]
    );
    assert_eq!(slots("next_business_day", "2026-12-25T00:00:00Z", "2026-12-28T10:00:00Z").len(), 3);
}

#[test]
fn slots_that_roll_onto_one_instant_are_all_named() {
    let book = CalendarBook::compile(&[holidays()]);
    let rule = json!({"kind": "cron", "expression": "0 9 * * *", "skip_on": ["holidays"], "roll": "next_business_day"});
    let slot = applied(rule, &[], &book).next_after(at("2026-07-26T12:00:00Z")).expect("a slot");
    let onto = |day: u32| {
        format!(
            "the slot of {}, {day} July 2026 was moved here too",
            ["Monday", "Tuesday", "Wednesday"][day as usize - 27]
        )
    };
    let words = shown(&slot);
    assert!(words.starts_with("07-30 09:00 ") && (27..=29).all(|day| words.contains(&onto(day))), "{words}");
    let first = json!({"kind": "calendar_rule", "times": ["09:00"], "days": {"kind": "month_days", "days": [27, 28]},
        "skip_on": ["holidays"], "roll": "next_business_day"});
    let words = shown(&applied(first, &[], &book).next_after(at("2026-07-01T12:00:00Z")).expect("a slot"));
    assert!(words.contains("moved from Monday, 27 July 2026") && words.contains(&onto(28)), "{words}");
}

#[test]
fn maintenance_windows_stop_what_they_concern() {
    let window = |tags: Value| {
        let when = json!({"timezone": "Europe/Berlin", "from": "22:00", "to": "06:00", "tags": tags});
        calendar(
            "patch-day",
            json!([{"kind": "date", "date": "2026-05-02", "until": null, "title": ""}]),
            json!([]),
            when,
        )
    };
    let hourly = json!({"kind": "cron", "expression": "0 * * * *"});
    let skipped = |window: Calendar, tags: &[&str]| {
        let schedule = applied(hourly.clone(), tags, &CalendarBook::compile(&[window]));
        let slots: Vec<Slot> = schedule.slots_between(at("2026-05-02T00:30:00Z"), at("2026-05-04T00:30:00Z")).collect();
        assert_eq!(slots.len(), 48);
        assert_eq!(schedule.count_between(at("2026-05-02T00:30:00Z"), at("2026-05-04T00:30:00Z")), 48);
        slots
            .iter()
            .filter(|slot| slot.skipped)
            .map(|slot| slot.scheduled_for.format("%d %H").to_string())
            .collect::<Vec<_>>()
    };
    let night = ["02 20", "02 21", "02 22", "02 23", "03 00", "03 01", "03 02", "03 03"];
    assert_eq!(skipped(window(json!([])), &[]), night);
    assert_eq!(skipped(window(json!(["db"])), &["web", "db"]), night);
    assert_eq!(skipped(window(json!(["db"])), &["web"]), [""; 0]);
}

#[test]
fn an_unknown_calendar_is_named_with_the_nearest() {
    let schedule: Schedule =
        serde_json::from_value(json!({"kind": "cron", "expression": "0 9 * * *", "skip_on": ["holiday"]}))
            .expect("a schedule");
    let book = CalendarBook::compile(&[holidays()]);
    let error = compile(&schedule, "").and_then(|it| it.with_calendars(&schedule, &[], &book)).expect_err("unknown");
    assert_eq!(
        (error.field, error.to_string().as_str()),
        ("skip_on", "there is no calendar \"holiday\": did you mean holidays?")
    );
}

#[test]
fn a_calendar_of_all_days_ends_the_search() {
    let all = plain(
        "all",
        json!([{"kind": "weekdays", "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]}]),
    );
    let book = CalendarBook::compile(&[all]);
    for roll in ["next_business_day", "previous_business_day", "skip"] {
        let rule = json!({"kind": "cron", "expression": "0 * * * *", "skip_on": ["all"], "roll": roll});
        let slot = applied(rule, &[], &book).next_after(at("2026-05-02T00:30:00Z")).expect("a slot");
        assert!(slot.skipped && slot.scheduled_for == at("2026-05-02T01:00:00Z"), "{slot:?}");
    }
}

fn rolling() -> impl Strategy<Value = (Vec<i64>, &'static str, &'static str, bool, i64)> {
    let shapes = vec!["0 9 * * *", "0 9 * * MON", "30 2 1,15 * *", "0 */6 * * *", "0 23 L * *", "0 9 * * SAT,SUN"];
    let zones = vec!["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"];
    (
        prop::collection::vec(0_i64..120, 0..25),
        prop::sample::select(shapes),
        prop::sample::select(zones),
        any::<bool>(),
        0_i64..100 * 86_400,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// The moved slots are those of the rule, each moved by hand, in order and without duplicates.
    #[test]
    fn rolling_equals_brute_force((off, expression, zone, forwards, second) in rolling()) {
        let begin = date("2026-02-01");
        let days: Vec<NaiveDate> = off.iter().map(|day| begin + Duration::days(*day)).collect();
        let entries: Vec<Value> = days.iter().map(|day| json!({"kind": "date", "date": day, "until": null, "title": ""})).collect();
        let book = CalendarBook::compile(&[plain("off", json!(entries))]);
        let rule = json!({"kind": "cron", "expression": expression, "timezone": zone, "skip_on": ["off"],
            "roll": if forwards { "next_business_day" } else { "previous_business_day" }});
        let schedule = applied(rule.clone(), &[], &book);
        let mut bare = rule;
        bare["skip_on"] = json!([]);
        let bare = applied(bare, &[], &book);
        let from = at("2026-02-01T00:00:00Z") + Duration::seconds(second);
        let until = from + Duration::days(40);
        let business = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !days.contains(&day);
        let tz: chrono_tz::Tz = zone.parse().unwrap();
        let moved = |slot: Slot| {
            let mut day = slot.local.date();
            if days.contains(&day) {
                day += Duration::days(if forwards { 1 } else { -1 });
                while !business(day) { day += Duration::days(if forwards { 1 } else { -1 }) }
                let local = day.and_time(slot.local.time());
                local.and_local_timezone(tz).earliest().unwrap_or_else(|| (local + Duration::hours(1)).and_local_timezone(tz).unwrap()).with_timezone(&Utc)
            } else {
                slot.scheduled_for
            }
        };
        let mut expected: Vec<_> = bare.slots_between(from - Duration::days(60), until + Duration::days(60)).map(moved)
            .filter(|at| *at > from && *at <= until).collect();
        expected.sort_unstable();
        expected.dedup();
        let found: Vec<_> = schedule.slots_between(from, until).map(|slot| slot.scheduled_for).collect();
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(schedule.latest_at_or_before(until).map(|slot| slot.scheduled_for).filter(|at| *at > from), expected.last().copied());
        prop_assert_eq!(schedule.count_between(from, until), expected.len() as u64);
    }
}

#[test]
fn rules_that_take_long_to_make_are_refused() {
    let daily =
        |start: &str| CalendarEntry::Rrule { rule: "FREQ=DAILY".into(), dtstart: date(start), title: String::new() };
    let mut calendar = Calendar {
        name: "it".into(),
        description: String::new(),
        entries: Vec::new(),
        except: Vec::new(),
        maintenance: None,
    };
    calendar.entries = (0..6).map(|_| daily("1900-01-01")).collect();
    assert_eq!(CalendarBook::compile(&[calendar.clone()]).problems("it"), []);
    calendar.except = vec![daily("1900-01-01"), daily("2099-01-01")];
    let book = CalendarBook::compile(&[calendar]);
    let places: Vec<&str> = book.problems("it").iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(places, ["/except/0/rule", "/except/1/rule"]);
}
