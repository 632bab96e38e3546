//! Recurrence rules: those that began long ago, their words, and what is wrong with them.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::kinds::{at, recurring, refused, schedule};
use super::*;

/// A rule that began long ago starts again near the time in question, with the same slots.
#[test]
fn old_recurrence_rules_are_quick_and_right() {
    let hourly = compile(&schedule(recurring("FREQ=HOURLY", "1900-01-01T00:30")), "").unwrap();
    assert_eq!(hourly.next_after(at("2026-05-01T12:00:00Z")).unwrap().scheduled_for, at("2026-05-01T12:30:00Z"));
    let check = |rule: &str, start: &str| {
        let counted = compile(&schedule(recurring(&format!("{rule};COUNT=100000"), start)), "").unwrap();
        let open = compile(&schedule(recurring(rule, start)), "").unwrap();
        for after in ["2019-07-09T11:12:13Z", "2003-02-28T23:59:59Z", "2024-02-29T01:00:00Z", "1999-12-31T00:00:00Z"] {
            let slots = |it: &CompiledSchedule| {
                it.slots_between(at(after), at("2090-01-01T00:00:00Z")).take(6).collect::<Vec<_>>()
            };
            assert_eq!(slots(&open), slots(&counted), "{rule} {start} after {after}");
            assert_eq!(
                open.latest_at_or_before(at(after)),
                counted.latest_at_or_before(at(after)),
                "{rule} {start} {after}"
            );
        }
    };
    for rule in [
        "FREQ=HOURLY;INTERVAL=7",
        "FREQ=DAILY;INTERVAL=3;BYHOUR=0,13",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=10,-10",
        "FREQ=HOURLY;BYMONTH=1;BYMONTHDAY=1",
        "FREQ=YEARLY;INTERVAL=3;BYWEEKNO=1;BYDAY=TH",
    ] {
        for start in ["1996-01-31T02:45", "1996-02-29T02:45", "1996-03-04T02:45"] {
            check(rule, start);
        }
    }
    let ended = compile(&schedule(recurring("FREQ=DAILY;UNTIL=20000101", "1996-01-01T09:00")), "").unwrap();
    assert_eq!(
        ended.latest_at_or_before(at("2026-01-01T00:00:00Z")).unwrap().scheduled_for,
        at("2000-01-01T08:00:00Z")
    );
    assert_eq!(ended.next_after(at("2026-01-01T00:00:00Z")), None);
}

#[test]
fn there_are_no_slots_after_the_year_9998() {
    for body in [
        json!({"kind": "cron", "expression": "0 0 1 1 *"}),
        recurring("FREQ=YEARLY", "2026-01-01T09:00"),
        json!({"kind": "interval", "every_seconds": 86_400}),
    ] {
        let compiled = compile(&schedule(body), "").unwrap();
        let listed = compiled.slots_between(at("9997-06-01T00:00:00Z"), DateTime::<Utc>::MAX_UTC).last().unwrap();
        assert!(listed.scheduled_for < at("9999-01-01T00:00:00Z"), "{listed:?}");
        assert_eq!(compiled.next_after(at("9999-06-01T00:00:00Z")), None);
        assert_eq!(compiled.latest_at_or_before(DateTime::<Utc>::MAX_UTC), Some(listed));
    }
}

#[test]
fn recurrence_rules_in_words() {
    let say = |rule: &str, expected: &str| {
        let words = compile(&schedule(recurring(rule, "2026-01-30T09:00")), "").unwrap().words();
        let expected = match expected.strip_suffix(" ..") {
            // The start's time of day decides what the rule has on the first day.
            Some(cut) => format!("{cut} from 30 January 2026 09:00"),
            None => format!("{expected} from 30 January 2026"),
        };
        assert_eq!(words, expected, "{rule}");
    };
    say("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=6,18", "Every 2 weeks on Monday and Friday at 06:00 and 18:00 ..");
    say(
        "FREQ=MONTHLY;BYMONTHDAY=15,-1,-2",
        "Every month on the 15th, the second to last day and the last day at 09:00",
    );
    say("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "Every month on the 13th, only if that is Friday at 09:00");
    say("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "Every month on the last of Monday and Tuesday at 09:00");
    say("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "Every year on Monday of week 20 at 09:00");
    say("FREQ=YEARLY;BYYEARDAY=100,-1", "Every year on the last day of the year and day 100 of the year at 09:00");
    say("FREQ=DAILY;BYHOUR=8;BYMINUTE=0,20;BYSECOND=5", "Every day at 08:00:05 and 08:20:05 ..");
    say("FREQ=HOURLY;INTERVAL=5;BYMINUTE=0,20", "Every 5 hours at 0 and 20 minutes past the hour ..");
}

#[test]
fn faults_of_recurrence_rules() {
    let start = "2026-01-01T09:00";
    refused(
        recurring("FREQ=DAILY", "tomorrow"),
        "dtstart",
        "\"tomorrow\" is not a local time: write it like 2026-01-30T09:00, without a zone (the schedule has one)",
    );
    refused(
        recurring("FREQ=DAILY", "1500-01-01T09:00"),
        "dtstart",
        "\"1500-01-01T09:00\" is out of range: years go from 1900 to 8999: choose a year between them",
    );
    let counted = "BYDAY has a number, but only a month or a year has a first or last weekday (at character";
    let fix = "write FREQ=MONTHLY, or the weekday without a number";
    refused(recurring("FREQ=WEEKLY;BYDAY=1MO", start), "rule", &format!("{counted} 13): {fix}"));
    refused(recurring("FREQ=DAILY;BYDAY=MO,-1FR", start), "rule", &format!("{counted} 12): {fix}"));
    refused(recurring("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", start), "rule", &format!("{counted} 25): {fix}"));
    refused(
        recurring("FREQ=SECONDLY", start),
        "rule",
        "FREQ below HOURLY is not available (at character 6): use a schedule of kind interval, or a cron expression",
    );
    refused(
        recurring("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start),
        "rule",
        "this rule never fires: it has no date at or after its start: check BYMONTH, BYMONTHDAY, COUNT, UNTIL and exdate",
    );
    refused(
        recurring("FREQ=DAILY;UNTIL=soon", start),
        "rule",
        "UNTIL: \"soon\" is not a time (at character 18): write 20261231 or 20261231T235959",
    );
    refused(
        recurring("FREQ=DAILY;UNTIL=20200101", start),
        "rule",
        "UNTIL is before dtstart (at character 12): choose a later UNTIL, or an earlier dtstart",
    );
    let frequencies = "write FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY";
    refused(
        recurring("FREQ=FOO", start),
        "rule",
        &format!("\"FOO\" is not a frequency (at character 6): {frequencies}"),
    );
    refused(recurring("INTERVAL=2", start), "rule", &format!("FREQ is missing (at character 1): {frequencies}"));
    refused(
        recurring("FREQ=DAILY;INTERVAL=0", start),
        "rule",
        "INTERVAL: \"0\" is out of range 1-65535 (at character 21): write it like INTERVAL=2",
    );
    let ends =
        |rule: &str| faults(&schedule(recurring(rule, start))).first().map(ToString::to_string).unwrap_or_default();
    assert_eq!(
        ends("FREQ=DAILY;COUNT=3;UNTIL=20270101"),
        "COUNT and UNTIL exclude each other (at character 20): leave out one of them"
    );
    assert_eq!(
        ends("FREQ=DAILY;COUNT=2000000"),
        "COUNT: 2000000 is more than 1000000 (at character 18): leave it out, or write UNTIL"
    );
    assert!(
        compile(&schedule(recurring("FREQ=DAILY;COUNT=3;UNTIL=20270101", start)), "").is_ok(),
        "what is saved goes on"
    );
    for (rule, position) in [("FREQ=DAILY;BYHUOR=9", 12), ("FREQ=DAILY;BYDAY=XX", 12), ("DAILY", 1)] {
        let found = compile(&schedule(recurring(rule, start)), "").expect_err(rule);
        assert_eq!((found.field, found.position), ("rule", Some(position)), "{found}");
    }
    for rule in ["", "FREQ=SOMETIMES", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;INTERVAL=x", "FREQ=DAILY\nFREQ=DAILY"] {
        assert_eq!(compile(&schedule(recurring(rule, start)), "").expect_err(rule).field, "rule", "{rule}");
    }
}
