//! Tables of what a schedule means, one `check` per feature.

#[cfg(test)]
pub(in crate::domain) mod kinds;
#[cfg(test)]
pub(in crate::domain) mod recurrence;
#[cfg(test)]
pub(in crate::domain) mod saying;
#[cfg(test)]
pub(in crate::domain) mod words;
#[cfg(test)]
pub(in crate::domain) mod zones;

use chrono::{DateTime, NaiveDate, Utc};

use super::rules::days::Days;
use super::*;
use crate::domain::core::time::zone_parse;

/// A schedule of a cron expression.
pub(in crate::domain) fn cron(expression: &str, timezone: &str) -> Schedule {
    schedule(Rule::Cron { expression: expression.to_owned() }, timezone)
}

pub(in crate::domain) fn schedule(rule: Rule, timezone: &str) -> Schedule {
    Schedule {
        key: "test".to_owned(),
        enabled: true,
        timezone: timezone.to_owned(),
        start_at: None,
        end_at: None,
        gap: Gap::RunAfter,
        fold: Fold::First,
        catch_up: CatchUp::Latest,
        splay_seconds: 0,
        run_only_on: Vec::new(),
        skip_on: Vec::new(),
        roll: Roll::Skip,
        rule,
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The next slots in UTC, with the kinds of their notes. Skipped slots are in brackets.
fn said(schedule: &Schedule, after: &str, count: usize) -> String {
    let compiled = compile(schedule, "test").unwrap();
    let far = at("9999-01-01T00:00:00Z");
    let slots = compiled.slots_between(at(after), far).take(count);
    let shown = slots.map(|slot| {
        let notes: String = slot
            .notes
            .iter()
            .map(|note| match note {
                Note::GapMoved { intended } => format!(" moved from {}", intended.format("%H:%M")),
                Note::GapSkipped { intended } => format!(" without {}", intended.format("%H:%M")),
                Note::FoldFirst {} => " first".to_owned(),
                Note::FoldSecond {} => " second".to_owned(),
                other => format!(" {}", other.words()),
            })
            .collect();
        let text = format!("{}{notes}", slot.scheduled_for.format("%d %H:%M"));
        if slot.skipped { format!("[{text}]") } else { text }
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn fault_of(rule: Rule) -> String {
    compile(&schedule(rule, "UTC"), "")
        .map_or_else(|error| error.to_string(), |found| format!("accepted: {}", found.words()))
}

#[test]
fn cron_faults_name_field_position_and_fix() {
    let check = |expression: &str, expected: &str| {
        assert_eq!(fault_of(Rule::Cron { expression: expression.to_owned() }), expected, "{expression}");
    };
    check("0 0 * * 8", "day of week: \"8\" is out of range 0-7 (at character 9)");
    check("60 * * * *", "minute: \"60\" is out of range 0-59 (at character 1)");
    check("  0  24 * * *", "hour: \"24\" is out of range 0-23 (at character 6)");
    check("5-70 * * * *", "minute: \"70\" is out of range 0-59 (at character 3)");
    check("0 0 15W,99 * *", "day of month: \"99\" is out of range 1-31 (at character 9)");
    check(
        "0 0 * * mon-frx",
        "day of week: \"frx\" is not understood (at character 13): use 0-7 (0 and 7 are Sunday) or SUN-SAT",
    );
    check("0 0 5l * *", "day of month: \"5l\" belongs to day of week (at character 5): use L, L-3, LW or 15W");
    check("h(5 * * * *", "minute: \"h(5\" is not understood (at character 1): write H, H(0-7) or H/15");
    check("=bad * * * *", "\"=bad\" is not a field (at character 1): write five fields, such as 0 9 * * MON-FRI");
    check("0 0 * * 5#6", "day of week: \"6\" is out of range 1-5 (at character 11)");
    check("0 0 * 0 *", "month: \"0\" is out of range 1-12 (at character 7)");
    check("1,,2 * * * *", "minute: a value is missing (at character 3): use 0-59");
    check("*/0 * * * *", "minute: a step of 0 goes nowhere (at character 3): use 1-59");
    check(
        "*/90 * * * *",
        "minute: step \"90\" is larger than the field (59) (at character 3): for every 90 minutes use @every 90m",
    );
    check(
        "0 9 * * MON-FRX",
        "day of week: \"FRX\" is not understood (at character 13): use 0-7 (0 and 7 are Sunday) or SUN-SAT",
    );
    check("0 0 5L * *", "day of month: \"5L\" belongs to day of week (at character 5): use L, L-3, LW or 15W");
    check(
        "0 0 * * L",
        "day of week: \"L\" needs a day (at character 9): use 5L or FRIL for the last Friday of the month",
    );
    check("0 L * * *", "hour: \"L\" belongs to the day fields only (at character 3): use 0-23");
    check("0 0 ? ? *", "month: \"?\" is only allowed alone, in day of month or day of week (at character 7): use *");
    check("99999999999 * * * *", "minute: \"99999999999\" is out of range 0-59 (at character 1)");
    check("H(5 * * * *", "minute: \"H(5\" is not understood (at character 1): write H, H(0-7) or H/15");
    check("H(9-5) * * * *", "minute: the range of H runs backwards (at character 3): write the lower value first");
    check("ä * * * ß", "minute: \"ä\" is not understood (at character 1): use 0-59");
    check(
        "0 0 12 * * MON 2026",
        "7 fields are the Quartz form with a year, which crontab does not have (at character 16): leave the year out (start_at and end_at bound a schedule)",
    );
    check(
        "* * *",
        "5 fields are expected, 3 found (at character 6): write minute, hour, day of month, month, day of week (with seconds in front: six fields)",
    );
    check("", "the expression is empty: write five fields, such as 0 9 * * MON-FRI");
    check("@daily now", "nothing may follow @daily, found \"now\" (at character 8)");
    check(
        "TZ=UTC 0 0 * * *",
        "\"TZ=UTC\" is not a field (at character 1): the time zone belongs in the field timezone",
    );
    check(
        "@every",
        "@every needs a duration (at character 1): write it like @every 90s, @every 15m, @every 1h30m or @every 2d",
    );
    check("@every 0s", "0 seconds is out of range 1-31622400 (at character 8)");
    check("@reboot", "accepted: When the server starts");
}

#[test]
fn what_never_fires_is_refused_quickly() {
    let check = |expression: &str, fires: bool| {
        let found = compile(&cron(expression, "UTC"), "");
        assert_eq!(found.is_ok(), fires, "{expression}");
        let message = found.err().map(|error| error.message).unwrap_or_default();
        assert_eq!(message.contains("never fires"), !fires, "{expression}: {message}");
    };
    check("0 0 30 2 *", false);
    check("0 0 31 4,6,9,11 *", false);
    check("0 0 30W 2 *", false);
    check("0 0 L-29 2 *", false);
    check("0 0 */31 2 MON", true);
    check("0 0 29 2 *", true);
    check("0 0 L-28 2 *", true);
    check("0 0 30 2 MON", true);
    check("0 0 * 2 6#5", true);
}

#[test]
fn windows_forms() {
    let check =
        |text: &str, expected: &str| assert_eq!(fault_of(Rule::Windows { text: text.to_owned() }), expected, "{text}");
    check("06:00", "accepted: At 06:00 every day");
    check("MON 08:00", "accepted: At 08:00 on Monday");
    check("15 09:30", "accepted: On the 15th of each month at 09:30");
    check(" sunday  6:05 ", "accepted: At 06:05 on Sunday");
    check("MON,WED 08:00", "accepted: At 08:00 on Monday and Wednesday");
    check("25:99", "\"25:99\" is not a time of day (at character 1): write it from 00:00 to 23:59");
    check("MON 8", "\"8\" is not a time of day (at character 5): write it from 00:00 to 23:59");
    check("MON 8:+5", "\"8:+5\" is not a time of day (at character 5): write it from 00:00 to 23:59");
    check("32 07:00", "day \"32\" is out of range 1-31 (at character 1)");
    check(
        "MON,15 07:00",
        "weekdays and days of the month cannot be mixed (at character 1): make two schedules instead",
    );
    assert!(fault_of(Rule::Windows { text: "FOO 08:00".to_owned() }).starts_with("\"FOO\" is neither a weekday nor"));
    assert!(fault_of(Rule::Windows { text: String::new() }).starts_with("\"\" is not a day and a time"));
    let monthly = schedule(Rule::Windows { text: "31 07:00".to_owned() }, "UTC");
    assert_eq!(said(&monthly, "2026-01-31T07:00:00Z", 2), "31 07:00, 31 07:00");
}

#[test]
fn zones_are_suggested() {
    let check = |name: &str, expected: &str| assert_eq!(zone_parse(name).unwrap_err().to_string(), expected);
    check("Berlin", "\"Berlin\" is not a known time zone: did you mean Europe/Berlin?");
    check("europe/berlin", "\"europe/berlin\" is not a known time zone: did you mean Europe/Berlin?");
    check("America/New York", "\"America/New York\" is not a known time zone: did you mean America/New_York?");
    check("Europe/Berlim", "\"Europe/Berlim\" is not a known time zone: did you mean Europe/Berlin?");
    check("Mars/Base", "\"Mars/Base\" is not a known time zone: use an IANA name such as Europe/Berlin or UTC");
    check(
        "W. Europe Standard Time",
        "\"W. Europe Standard Time\" is not a known time zone: that is its Windows name; write Europe/Berlin",
    );
    let empty =
        "the time zone is empty: leave it out for the server's zone, or write an IANA name such as Europe/Berlin";
    check("", empty);
    check(" ", empty);
}

#[test]
fn gaps_and_folds_follow_the_policy() {
    let check = |expression: &str, after: &str, gap: Gap, fold: Fold, expected: &str| {
        let schedule = Schedule { gap, fold, ..cron(expression, "Europe/Berlin") };
        assert_eq!(said(&schedule, after, expected.split(", ").count()), expected, "{expression} {gap:?} {fold:?}");
    };
    let (spring, autumn) = ("2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z");
    check("30 2 * * *", spring, Gap::RunAfter, Fold::First, "29 01:00 moved from 02:30, 30 00:30");
    check("30 2 * * *", spring, Gap::Skip, Fold::First, "[29 01:00 without 02:30], 30 00:30");
    check("0,30 2,3 * * *", spring, Gap::RunAfter, Fold::First, "29 01:00 moved from 02:00, 29 01:30, 30 00:00");
    check("0,30 2,3 * * *", spring, Gap::Skip, Fold::First, "29 01:00 without 02:00, 29 01:30, 30 00:00");
    check("*/30 * * * *", "2026-03-29T00:00:00Z", Gap::RunAfter, Fold::First, "29 00:30, 29 01:00, 29 01:30");
    check("0 */2 * * *", "2026-03-29T00:00:00Z", Gap::RunAfter, Fold::First, "29 01:00 moved from 02:00, 29 02:00");
    check("0 */2 * * *", "2026-03-29T00:00:00Z", Gap::Skip, Fold::First, "[29 01:00 without 02:00], 29 02:00");
    check("*/30 2 * * *", spring, Gap::RunAfter, Fold::First, "29 01:00 moved from 02:00, 30 00:00, 30 00:30");
    check("*/30 2 * * *", spring, Gap::Skip, Fold::First, "[29 01:00 without 02:00], 30 00:00, 30 00:30");
    check("*/30 1-3 * * *", "2026-03-29T00:30:00Z", Gap::Skip, Fold::First, "29 01:00 without 02:00, 29 01:30");
    check("*/30 */1 * * *", "2026-03-29T00:30:00Z", Gap::Skip, Fold::First, "29 01:00, 29 01:30");
    check("30 2 * * *", autumn, Gap::RunAfter, Fold::First, "25 00:30 first, 26 01:30");
    check("30 2 * * *", autumn, Gap::RunAfter, Fold::Second, "25 01:30 second, 26 01:30");
    check("30 2 * * *", autumn, Gap::RunAfter, Fold::Both, "25 00:30 first, 25 01:30 second, 26 01:30");
    check(
        "0,30 2 * * *",
        "2026-10-25T00:10:00Z",
        Gap::RunAfter,
        Fold::Second,
        "25 01:00 second, 25 01:30 second, 26 01:00",
    );
    check("0,30 2 * * *", "2026-10-25T01:10:00Z", Gap::RunAfter, Fold::First, "26 01:00, 26 01:30");
    check(
        "*/30 * * * *",
        "2026-10-24T23:45:00Z",
        Gap::Skip,
        Fold::First,
        "25 00:00 first, 25 00:30 first, 25 01:00 second, 25 01:30 second, 25 02:00",
    );
}

#[test]
fn one_time_schedules() {
    let check = |text: &str, fold: Fold, expected: &str| {
        let schedule = Schedule { fold, ..schedule(Rule::Once { at: text.to_owned() }, "Europe/Berlin") };
        assert_eq!(said(&schedule, "2026-01-01T00:00:00Z", 9), expected, "{text}");
    };
    check("2026-12-01T02:00", Fold::First, "01 01:00");
    check("2026-12-01T02:00:00Z", Fold::First, "01 02:00");
    check("2026-12-01T02:00:00+05:30", Fold::First, "30 20:30");
    check("2026-03-29T02:30", Fold::First, "29 01:00 moved from 02:30");
    check("2026-10-25 02:30", Fold::First, "25 00:30 first");
    check("2026-10-25 02:30:00", Fold::Both, "25 00:30 first, 25 01:30 second");
    check("2025-12-01T02:00", Fold::First, "");
    assert!(
        fault_of(Rule::Once { at: "tomorrow".to_owned() }).starts_with("\"tomorrow\" is not a time: write an instant")
    );
    assert!(fault_of(Rule::Once { at: "+99999-01-01T00:00:00".to_owned() }).contains("is not"));
}

#[test]
fn intervals_are_counted_from_their_anchor() {
    let check = |every_seconds: u64, anchor: Option<&str>, expected: &str| {
        let rule = Rule::Interval { every_seconds, anchor_at: anchor.map(at), window: None };
        assert_eq!(said(&schedule(rule, "UTC"), "2026-01-01T00:00:00Z", 3), expected);
    };
    check(900, None, "01 00:15, 01 00:30, 01 00:45");
    check(3600, Some("2026-01-01T00:20:00Z"), "01 00:20, 01 01:20, 01 02:20");
    check(3600, Some("2030-01-01T00:20:00Z"), "01 00:20, 01 01:20, 01 02:20");
    assert_eq!(
        fault_of(Rule::Interval { every_seconds: 0, anchor_at: None, window: None }),
        "0 seconds is out of range 1-31622400"
    );
    assert!(
        fault_of(Rule::Interval { every_seconds: u64::MAX, anchor_at: None, window: None }).contains("out of range")
    );
}

#[test]
fn bounds_are_half_open() {
    let bounded = Schedule {
        start_at: Some(at("2026-01-01T01:00:00Z")),
        end_at: Some(at("2026-01-01T03:00:00Z")),
        ..cron("0 * * * *", "UTC")
    };
    assert_eq!(said(&bounded, "2020-01-01T00:00:00Z", 9), "01 01:00, 01 02:00");
    let compiled = compile(&bounded, "").unwrap();
    assert_eq!(
        compiled.latest_at_or_before(at("2030-01-01T00:00:00Z")).unwrap().scheduled_for,
        at("2026-01-01T02:00:00Z")
    );
    assert_eq!(compiled.latest_at_or_before(at("2026-01-01T00:59:59Z")), None);
    let backwards =
        Schedule { end_at: bounded.start_at, start_at: bounded.end_at, timezone: "Nowhere".to_owned(), ..bounded };
    let fields: Vec<&str> = faults(&backwards).iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["end_at", "timezone"]);
}

#[test]
fn counting_agrees_with_listing() {
    let check = |expression: &str, zone: &str, from: &str, to: &str| {
        let compiled = compile(&cron(expression, zone), "count").unwrap();
        let listed = compiled.slots_between(at(from), at(to)).count() as u64;
        assert_eq!(compiled.count_between(at(from), at(to)), listed, "{expression} in {zone}");
        assert!(listed > 0, "{expression} in {zone} has nothing to count");
    };
    for zone in ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Gaza"] {
        for expression in
            ["*/7 * * * *", "0,30 0-4 * * *", "15 */5 * * SAT", "30 23,0 L * *", "H * * * *", "10 0 12 * * *"]
        {
            check(expression, zone, "2011-06-01T03:07:00Z", "2012-05-02T17:01:00Z");
        }
    }
    let year = compile(&cron("* * * * *", "Europe/Berlin"), "").unwrap();
    assert_eq!(year.count_between(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")), 525_600);
    assert_eq!(year.range_between(at("2026-01-01T00:00:10Z"), at("2026-01-01T00:00:50Z")), None);
}

#[test]
fn hashed_fields_stay_put_and_spread() {
    let first = |seed: &str| {
        let compiled = compile(&cron("H 2 * * *", "UTC"), seed).unwrap();
        compiled.next_after(at("2026-01-01T00:00:00Z")).unwrap().scheduled_for
    };
    assert_eq!(first("backup/cron"), first("backup/cron"));
    let minutes: std::collections::BTreeSet<_> = (0..100).map(|number| first(&format!("task-{number}/cron"))).collect();
    assert!(minutes.len() > 35, "100 tasks share {} minutes", minutes.len());
    let check = |expression: &str, count: u64| {
        let compiled = compile(&cron(expression, "UTC"), "seed").unwrap();
        assert_eq!(
            compiled.count_between(at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z")),
            count,
            "{expression}"
        );
    };
    check("H/15 * * * *", 96);
    check("H(0-7) * * * *", 24);
    check("H(0-29)/10 * * * *", 72);
}

#[test]
fn keys_are_filled() {
    let bare = |key: &str| Schedule { key: key.to_owned(), ..cron("@daily", "UTC") };
    let mut schedules = [bare(""), bare("cron-2"), bare(""), bare("night")];
    fill_keys(&mut schedules);
    assert_eq!(schedules.map(|schedule| schedule.key), ["cron", "cron-2", "cron-3", "night"]);
}

#[test]
fn stored_form_is_flat() {
    let text = r#"{"kind":"cron","expression":"@daily","timezone":"Europe/Berlin"}"#;
    let read: Schedule = crate::domain::core::json::read(text).unwrap();
    assert_eq!(read, Schedule { key: String::new(), ..cron("@daily", "Europe/Berlin") });
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written["kind"], "cron");
    assert_eq!(written["gap"], "run_after");
    assert_eq!(serde_json::from_value::<Schedule>(written).unwrap(), read);
}

/// Saffron, an independent implementation, as a second oracle for the day forms it gets right.
#[test]
fn days_agree_with_saffron() {
    let check = |month_day: &str, week_day: &str| {
        let theirs: saffron::Cron = format!("0 0 {month_day} * {week_day}").parse().unwrap();
        let ours = compile(&cron(&format!("0 0 {month_day} * {week_day}"), "UTC"), "").unwrap();
        let mut after = at("1999-12-31T12:00:00Z");
        for _ in 0..200 {
            let expected = theirs.next_after(after).unwrap();
            assert_eq!(ours.next_after(after).unwrap().scheduled_for, expected, "{month_day} {week_day}");
            after = expected;
        }
    };
    for month_day in ["L", "L-3", "LW", "1W", "15W", "28W", "1,15-18", "31"] {
        check(month_day, "*");
    }
    for week_day in ["FRI#2", "MON#5", "SUNL", "MON-FRI", "SUN,WED"] {
        check("*", week_day);
    }
    check("13", "FRI");
}

#[test]
fn days_are_found_backwards_too() {
    let days = Days { months: 1 << 2, month_days: 1 << 29, ..Days::daily() };
    let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    assert_eq!(days.next(date(1897, 1, 1)), Some(date(1904, 2, 29)));
    assert_eq!(days.previous(date(2024, 2, 28)), Some(date(2020, 2, 29)));
    assert_eq!(days.previous(date(2024, 2, 29)), Some(date(2024, 2, 29)));
}
