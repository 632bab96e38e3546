//! Tables of the kinds other than cron: calendar rules, windows of the day, recurrence rules, start-up, splay.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::*;

pub(in crate::domain) fn schedule(rule: Value) -> Schedule {
    let mut body = json!({"timezone": "Europe/Berlin"});
    body.as_object_mut().unwrap().extend(rule.as_object().cloned().unwrap());
    serde_json::from_value(body).unwrap()
}

pub(in crate::domain) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Checks the next local times after the beginning of 2026 and the words. Searching backwards and counting must
/// agree.
#[track_caller]
fn check(rule: Value, expected: &[&str], words: &str) {
    let compiled = compile(&schedule(rule.clone()), "task/key").unwrap();
    assert_eq!(compiled.words(), words, "{rule}");
    let after = at("2025-12-31T23:00:00Z");
    let slots: Vec<Slot> = compiled.slots_between(after, at("2036-01-01T00:00:00Z")).take(expected.len()).collect();
    let shown: Vec<String> = slots.iter().map(|slot| slot.local.format("%Y-%m-%d %H:%M:%S").to_string()).collect();
    let shown: Vec<&str> = shown.iter().map(|text| text.strip_suffix(":00").unwrap_or(text)).collect();
    assert_eq!(shown, expected, "{rule}");
    for pair in slots.windows(2) {
        let before = compiled.latest_at_or_before(pair[1].scheduled_for - Duration::seconds(1)).unwrap();
        assert_eq!(before.scheduled_for, pair[0].scheduled_for, "{rule}");
    }
    if let Some(last) = slots.last() {
        assert_eq!(compiled.count_between(after, last.scheduled_for), slots.len() as u64, "{rule}");
    }
}

#[track_caller]
pub(in crate::domain) fn refused(rule: Value, field: &str, message: &str) {
    let found = compile(&schedule(rule.clone()), "").expect_err(&rule.to_string());
    assert_eq!((found.field, found.to_string().as_str()), (field, message), "{rule}");
}

fn by_calendar(days: Value, times: &[&str]) -> Value {
    json!({"kind": "calendar_rule", "days": days, "times": times})
}

#[test]
fn calendar_rules() {
    check(
        by_calendar(json!({"kind": "every_days", "every": 3, "from": "2026-01-02"}), &["07:30"]),
        &["2026-01-02 07:30", "2026-01-05 07:30", "2026-01-08 07:30"],
        "At 07:30 every 3 days, counted from 2 January 2026",
    );
    check(
        by_calendar(json!({"kind": "every_days", "every": 1}), &["18:00", "6:00"]),
        &["2026-01-01 06:00", "2026-01-01 18:00", "2026-01-02 06:00"],
        "At 06:00 and 18:00 every day",
    );
    check(
        by_calendar(
            json!({"kind": "every_weeks", "every": 2, "weekdays": ["monday", "friday"], "from": "2026-01-07"}),
            &["09:00"],
        ),
        &["2026-01-05 09:00", "2026-01-09 09:00", "2026-01-19 09:00", "2026-01-23 09:00"],
        "At 09:00 every 2 weeks on Monday and Friday, counted from 5 January 2026",
    );
    check(
        by_calendar(json!({"kind": "month_days", "days": [1, -1, -2]}), &["00:00:30"]),
        &[
            "2026-01-01 00:00:30",
            "2026-01-30 00:00:30",
            "2026-01-31 00:00:30",
            "2026-02-01 00:00:30",
            "2026-02-27 00:00:30",
        ],
        "On the 1st, the last day and the second to last day of each month at 00:00:30",
    );
    check(
        by_calendar(
            json!({"kind": "month_weekdays", "months": [1, 4, 7, 10], "nth": [1], "weekdays": ["monday"]}),
            &["07:30"],
        ),
        &["2026-01-05 07:30", "2026-04-06 07:30", "2026-07-06 07:30", "2026-10-05 07:30", "2027-01-04 07:30"],
        "At 07:30 on the first Monday of the month in January, April, July and October",
    );
    check(
        by_calendar(json!({"kind": "month_weekdays", "nth": [-2, -1], "weekdays": ["sunday"]}), &["07:30"]),
        &["2026-01-18 07:30", "2026-01-25 07:30", "2026-02-15 07:30", "2026-02-22 07:30"],
        "At 07:30 on the second to last Sunday of the month and the last Sunday of the month",
    );
}

#[test]
fn faults_of_calendar_rules() {
    let month = |days: Value| json!({"kind": "month_days", "days": days});
    refused(
        by_calendar(month(json!([32])), &["1:00"]),
        "days/days",
        "32 is out of range: use 1 to 31, or -1 (the last day) to -31",
    );
    refused(by_calendar(month(json!([])), &["1:00"]), "days/days", "nothing is named: name at least one");
    refused(
        by_calendar(month(json!([1])), &["25:99"]),
        "times",
        "\"25:99\" is not a time of day: write it from 00:00 to 23:59, or with seconds (07:30:15)",
    );
    refused(
        by_calendar(json!({"kind": "month_days", "months": [2], "days": [30]}), &["1:00"]),
        "days",
        "this rule never fires: no date has that day, month and weekday: check days against months (30 February does not exist)",
    );
    refused(
        by_calendar(json!({"kind": "every_days", "every": 0}), &["1:00"]),
        "days/every",
        "0 is out of range 1-3660",
    );
    refused(
        by_calendar(json!({"kind": "month_days", "months": [13], "days": [1]}), &["1:00"]),
        "days/months",
        "13 is out of range: use 1 to 12",
    );
}

fn windowed(every: u32, from: &str, to: &str, more: Value) -> Value {
    let mut window = json!({"from": from, "to": to});
    window.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    json!({"kind": "interval", "every_seconds": every, "window": window})
}

#[test]
fn intervals_within_a_part_of_the_day() {
    check(
        windowed(5400, "08:00", "12:00", json!({})),
        &["2026-01-01 08:00", "2026-01-01 09:30", "2026-01-01 11:00", "2026-01-02 08:00"],
        "Every 90 minutes between 08:00 and 12:00",
    );
    check(
        windowed(90, "08:00", "08:03", json!({"weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"]})),
        &["2026-01-01 08:00", "2026-01-01 08:01:30", "2026-01-02 08:00", "2026-01-02 08:01:30", "2026-01-05 08:00"],
        "Every 90 seconds between 08:00 and 08:03 on Monday to Friday",
    );
    check(
        windowed(3 * 3600, "22:00", "05:00", json!({"weekdays": ["thursday"]})),
        &["2026-01-01 22:00", "2026-01-02 01:00", "2026-01-02 04:00", "2026-01-08 22:00"],
        "Every 3 hours between 22:00 and 05:00 of the next day on Thursday",
    );
    let mut anchored = windowed(3600, "08:15", "10:30", json!({}));
    anchored["anchor_at"] = json!("2026-01-01T00:20:00Z");
    check(
        anchored,
        &["2026-01-01 08:20", "2026-01-01 09:20", "2026-01-01 10:20", "2026-01-02 08:20"],
        "Every hour between 08:15 and 10:30, counted from 1 January 2026 00:20:00 UTC",
    );
}

#[test]
fn windows_on_days_of_a_clock_change() {
    let compiled = compile(&schedule(windowed(1800, "01:00", "04:00", json!({}))), "").unwrap();
    let on = |from: &str, to: &str| compiled.slots_between(at(from), at(to)).count();
    assert_eq!(on("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 4, "two hours are left of three");
    assert_eq!(on("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 8, "three hours become four");
    assert_eq!(on("2026-11-01T12:00:00Z", "2026-11-02T12:00:00Z"), 6);
    let mut never = windowed(86_400, "08:00", "09:00", json!({}));
    never["anchor_at"] = json!("2026-01-01T12:00:00Z");
    refused(
        never,
        "window",
        "this interval never fires: none of its slots falls into the window: leave out anchor_at, or choose a wider window",
    );
}

pub(in crate::domain) fn recurring(rule: &str, dtstart: &str) -> Value {
    json!({"kind": "rrule", "rule": rule, "dtstart": dtstart})
}

#[test]
fn recurrence_rules() {
    check(
        recurring("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30T09:00"),
        &["2026-01-30 09:00", "2026-02-27 09:00", "2026-03-27 09:00", "2026-04-24 09:00"],
        "Every month on the last Friday at 09:00 from 30 January 2026",
    );
    check(
        recurring("RRULE:FREQ=DAILY;INTERVAL=10;COUNT=3", "2026-01-05 06:30"),
        &["2026-01-05 06:30", "2026-01-15 06:30", "2026-01-25 06:30"],
        "Every 10 days at 06:30 from 5 January 2026 3 times",
    );
    check(
        recurring("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2020-01-01"),
        &["2026-11-26 00:00", "2027-11-25 00:00"],
        "Every year on the 4th Thursday in November at 00:00 from 1 January 2020",
    );
    let mut body = recurring("FREQ=DAILY;UNTIL=20260104T060000Z", "2026-01-01T07:00");
    body["exdate"] = json!(["2026-01-02T07:00"]);
    body["rdate"] = json!(["2026-01-03T12:00", "2026-01-03T07:00"]);
    check(
        body,
        &["2026-01-01 07:00", "2026-01-03 07:00", "2026-01-03 12:00", "2026-01-04 07:00"],
        "Every day at 07:00 from 1 January 2026 until 4 January 2026, also on 3 January 2026 07:00 and 3 January 2026 12:00, without 2 January 2026 07:00",
    );
    let mut body = recurring("FREQ=DAILY;BYHOUR=7,19", "2026-01-01T07:00");
    body["exdate"] = json!(["2026-01-02"]);
    check(
        body,
        &["2026-01-01 07:00", "2026-01-01 19:00", "2026-01-03 07:00"],
        "Every day at 07:00 and 19:00 from 1 January 2026, without 2 January 2026",
    );
    let gap = compile(&schedule(recurring("FREQ=DAILY", "2020-01-01T02:30")), "").unwrap();
    let slot = gap.next_after(at("2026-03-28T12:00:00Z")).unwrap();
    assert_eq!(slot.scheduled_for, at("2026-03-29T01:00:00Z"), "moved out of the gap");
    let hourly = compile(&schedule(recurring("FREQ=HOURLY", "2020-01-01T00:30")), "").unwrap();
    assert_eq!(hourly.count_between(at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z")), 25, "elapsed time");
    let earlier = hourly.next_after(at("2020-06-01T00:00:00Z")).unwrap().scheduled_for;
    assert_eq!(earlier, at("2020-06-01T00:30:00Z"), "an earlier question after a later one");
}

#[test]
fn start_up_and_splay() {
    let startup = compile(&schedule(json!({"kind": "startup", "delay_seconds": 90})), "").unwrap();
    assert_eq!(startup.words(), "90 seconds after the server starts");
    assert!(startup.is_startup() && startup.next_after(at("2020-01-01T00:00:00Z")).is_none());
    let began = at("2026-01-01T00:00:00Z");
    let slots: Vec<_> =
        startup.started_at(began).slots_between(began - Duration::days(9), began + Duration::days(9)).collect();
    assert_eq!(slots.iter().map(|slot| slot.scheduled_for).collect::<Vec<_>>(), [began]);
    let reboot = compile(&schedule(json!({"kind": "cron", "expression": "@reboot"})), "").unwrap();
    assert_eq!((reboot.words().as_str(), reboot.delay()), ("When the server starts", Duration::zero()));
    let splayed = |seed: &str| {
        let body = json!({"kind": "cron", "expression": "0 2 * * *", "splay_seconds": 600});
        compile(&schedule(body), seed).unwrap().delay()
    };
    let all: std::collections::HashSet<_> = (0..100).map(|number| splayed(&format!("task-{number}/cron"))).collect();
    assert!(all.len() > 50 && all.iter().all(|delay| (0..=600).contains(&delay.num_seconds())));
    assert_eq!(splayed("a/cron"), splayed("a/cron"));
    let said = json!({"kind": "startup", "delay_seconds": 90, "splay_seconds": 600});
    let said = compile(&schedule(said), "").unwrap().words();
    assert_eq!(said, "90 seconds after the server starts, up to 10 minutes later");
    assert_eq!(
        compile(&schedule(json!({"kind": "startup", "delay_seconds": 5})), "").unwrap().delay(),
        Duration::seconds(5)
    );
}

#[test]
fn what_fires_often_does_not_roll() {
    let schedule = |rule: serde_json::Value, roll: &str, calendars: &[&str]| -> Schedule {
        let mut body = rule;
        body["roll"] = roll.into();
        body["skip_on"] = calendars.into();
        serde_json::from_value(body).expect("a schedule")
    };
    let cron = |expression: &str| serde_json::json!({"kind": "cron", "expression": expression});
    let every = |seconds: u32| serde_json::json!({"kind": "interval", "every_seconds": seconds});
    for often in [cron("*/30 * * * *"), cron("0,5,10 0-9 1 * *"), cron("* * * * * *"), every(1), every(3599)] {
        let faults = faults(&schedule(often.clone(), "next_business_day", &["off"]));
        assert_eq!(faults.len(), 1, "{often}");
        assert_eq!(faults[0].field, "roll");
        assert!(faults[0].to_string().contains("more than 24 times a day"), "{}", faults[0]);
        assert!(crate::domain::schedules::faults(&schedule(often.clone(), "skip", &["off"])).is_empty(), "{often}");
        assert!(
            crate::domain::schedules::faults(&schedule(often.clone(), "next_business_day", &[])).is_empty(),
            "nothing rolls: {often}"
        );
    }
    for seldom in [cron("0 * * * *"), cron("0 2 * * MON-FRI"), every(3600), every(100_000)] {
        assert!(faults(&schedule(seldom.clone(), "previous_business_day", &["off"])).is_empty(), "{seldom}");
    }
}
