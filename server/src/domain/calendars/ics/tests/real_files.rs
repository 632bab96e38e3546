//! Files as people have them: revised events, and whole days that are written as times of day.

use super::*;

const MOVED: &str = include_str!("../../../../../tests/it/data/calendars/moved.ics");
const CANCELLED: &str = include_str!("../../../../../tests/it/data/calendars/cancelled.ics");
const SERIES: &str = include_str!("../../../../../tests/it/data/calendars/series.ics");
const THIS_AND_FUTURE: &str = include_str!("../../../../../tests/it/data/calendars/this_and_future.ics");
const EXCHANGE: &str = include_str!("../../../../../tests/it/data/calendars/exchange.ics");
const GOOGLE: &str = include_str!("../../../../../tests/it/data/calendars/google.ics");

const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Berlin, Tz::Asia__Tokyo, Tz::America__Los_Angeles, Tz::Pacific__Kiritimati];

/// The dates from 2026 to 2028.
fn all_dates(made: &IcsImport) -> Vec<String> {
    (2026..=2028)
        .flat_map(|year| dates(made, year).into_iter().map(move |(date, _)| format!("{year}-{date}")))
        .collect()
}

/// A file in any zone of import has these dates.
#[track_caller]
fn everywhere(text: &str, expected: &[&str]) {
    for zone in ZONES {
        let made = import_in(text, zone).expect("read");
        assert_eq!(all_dates(&made), expected, "{zone}\n{text}\n{:?}", made.entries);
    }
}

/// The parts of a file after its head, in the opposite order.
fn reversed(text: &str) -> String {
    let (head, events) = text.split_once("BEGIN:VEVENT").expect("an event");
    let events = events.trim_end().trim_end_matches("END:VCALENDAR");
    let events: Vec<_> = events.split("BEGIN:VEVENT").map(|event| format!("BEGIN:VEVENT{event}")).collect();
    format!("{head}{}END:VCALENDAR\r\n", events.into_iter().rev().collect::<String>())
}

#[test]
fn the_newest_revision_counts_in_whatever_order() {
    for text in [MOVED.to_owned(), reversed(MOVED)] {
        everywhere(&text, &["2026-11-17"]);
        assert_eq!(done(&import(&text).expect("read")), ["2026-11-10 OlderRevision"]);
    }
    for text in [CANCELLED.to_owned(), reversed(CANCELLED)] {
        everywhere(&text, &["2026-11-18"]);
        let mut found = done(&import(&text).expect("read"));
        found.sort();
        assert_eq!(found, ["2026-11-10 Cancelled", "2026-11-10 OlderRevision"]);
    }
    let weeks = ["2026-07-06", "2026-07-07", "2026-07-08", "2026-07-09", "2026-07-10"];
    for text in [SERIES.to_owned(), reversed(SERIES)] {
        let found = all_dates(&import(&text).expect("read"));
        assert!(!found.iter().any(|date| ("2026-07-27".."2026-08-01").contains(&date.as_str())), "{found:?}");
        assert_eq!(found[..5], weeks);
        assert!(found.contains(&"2026-08-17".to_owned()), "{found:?}");
    }
    for text in [THIS_AND_FUTURE.to_owned(), reversed(THIS_AND_FUTURE)] {
        everywhere(&text, &["2026-11-03", "2026-11-11", "2026-11-17", "2026-11-24"]);
        assert_eq!(done(&import(&text).expect("read")), ["2026-11-11 OnlyThisDate"]);
    }
}

#[test]
fn revisions_of_single_dates() {
    let stamped = |lines: &str, sequence: u32, stamp: &str| {
        event(&format!("UID:a\nSEQUENCE:{sequence}\nDTSTAMP:202601{stamp}T000000Z\n{lines}"))
    };
    let weekly = "DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=WEEKLY;COUNT=3";
    let moved = |to: &str| format!("RECURRENCE-ID;VALUE=DATE:20260309\nDTSTART;VALUE=DATE:{to}");
    let both = |events: &[String], expected: &[&str]| {
        check(&events.concat(), 2026, expected);
        check(&events.iter().rev().cloned().collect::<String>(), 2026, expected);
    };
    // The sequence counts before the stamp; the same sequence: the stamp counts.
    let (old, new) = (stamped(&moved("20260310"), 1, "09"), stamped(&moved("20260311"), 2, "01"));
    both(&[stamped(weekly, 0, "01"), old, new], &["03-02", "03-11", "03-16"]);
    let (old, new) = (stamped(&moved("20260310"), 1, "01"), stamped(&moved("20260311"), 1, "02"));
    both(&[stamped(weekly, 0, "01"), old, new.clone()], &["03-02", "03-11", "03-16"]);
    // A change that is as new as the series, or that an older series had too, holds.
    both(&[stamped(weekly, 1, "02"), new.clone()], &["03-02", "03-11", "03-16"]);
    both(&[stamped(weekly, 2, "03"), new.clone()], &["03-02", "03-11", "03-16"]);
    // The newer series has no such date: neither stays.
    both(&[stamped("DTSTART;VALUE=DATE:20260303\nRRULE:FREQ=WEEKLY;COUNT=2", 2, "03"), new], &["03-03", "03-10"]);
    let made = check(
        &[stamped(weekly, 0, "01"), stamped(&format!("STATUS:CANCELLED\n{}", moved("20260309")), 1, "02")].concat(),
        2026,
        &["03-02", "03-16"],
    );
    assert_eq!(done(&made), ["2026-03-09 Cancelled"]);
    // A series that is called off takes its changed dates along.
    let off = stamped(&format!("STATUS:CANCELLED\n{weekly}"), 3, "05");
    both(&[stamped(weekly, 0, "01"), stamped(&moved("20260311"), 1, "02"), off], &[]);
    // Of two that nothing tells apart both stay, as do all without a uid.
    both(
        &[event("UID:a\nDTSTART;VALUE=DATE:20260302"), event("UID:a\nDTSTART;VALUE=DATE:20260303")],
        &["03-02", "03-03"],
    );
    both(
        &[event("SEQUENCE:1\nDTSTART;VALUE=DATE:20260302"), event("DTSTART;VALUE=DATE:20260303")],
        &["03-02", "03-03"],
    );
}

#[test]
fn a_file_that_cancels_leaves_nothing() {
    let of = |method: &str, events: &str| format!("BEGIN:VCALENDAR\nMETHOD:{method}\n{events}END:VCALENDAR\n");
    let one = |sequence: u32| event(&format!("UID:a\nSEQUENCE:{sequence}\nDTSTART;VALUE=DATE:20260302"));
    let made = import(&of("CANCEL", &one(1))).expect("read");
    assert_eq!((all_dates(&made).len(), done(&made)), (0, vec!["2026-03-02 Cancelled".to_owned()]));
    // Several calendars in one file: each has its own method, and the newest revision counts over all of them.
    everywhere(&[of("REQUEST", &one(0)), of("CANCEL", &one(1))].concat(), &[]);
    everywhere(&[of("CANCEL", &one(1)), of("REQUEST", &one(2))].concat(), &["2026-03-02"]);
    // The same revision sent and called off is called off.
    everywhere(&[of("REQUEST", &one(1)), of("CANCEL", &one(1))].concat(), &[]);
}

#[test]
fn whole_days_of_exchange_are_the_same_in_every_zone() {
    let days = ["2027-01-01", "2027-03-01", "2027-03-15", "2027-03-22", "2027-03-27", "2027-03-28", "2027-03-29"];
    everywhere(EXCHANGE, &days);
    let made = import_in(EXCHANGE, Tz::UTC).expect("read");
    let rules: Vec<_> = made.entries.iter().filter(|entry| matches!(entry, CalendarEntry::Rrule { .. })).collect();
    assert_eq!(rules.len(), 1, "the weekly rule stays a rule: {:?}", made.entries);
    assert_eq!(
        done(&made),
        ["2027-01-01 WholeDays", "2027-03-01 WholeDays", "2027-03-27 WholeDays"],
        "those that have other dates in UTC are named"
    );
    assert_eq!(made.notes[0].title, "New Year");
    assert_eq!(done(&import(EXCHANGE).expect("read")), [""; 0], "in Berlin nothing is otherwise than written");
}

#[test]
fn the_zone_of_a_file_is_taken_unless_a_person_chose_one() {
    let zones = |chosen| IcsZones { chosen, otherwise: Tz::UTC };
    let made = ics_import(GOOGLE, zones(None), date("2026-01-01")).expect("read");
    assert_eq!((all_dates(&made), made.timezone), (vec!["2026-12-01".into(), "2026-12-06".into()], Tz::Europe__Berlin));
    assert_eq!(done(&made), ["2026-11-30 TimesLeftOut"]);
    let chosen = ics_import(GOOGLE, zones(Some(Tz::UTC)), date("2026-01-01")).expect("read");
    assert_eq!(all_dates(&chosen), ["2026-11-30", "2026-12-01", "2026-12-06"], "the whole day stays, the night is two");
    let unknown = GOOGLE.replace("Europe/Berlin", "Mars/Olympus");
    let made = ics_import(&unknown, zones(None), date("2026-01-01")).expect("read");
    assert_eq!((made.notes[0].line, made.notes[0].done.code()), (6, IcsDoneCode::ZoneUnknown));
}

#[test]
fn whole_days_in_other_spellings() {
    let in_zone = |start: &str, end: &str| {
        file(&event(&format!("DTSTART;TZID=America/New_York:{start}\nDTEND;TZID=America/New_York:{end}")))
    };
    everywhere(&in_zone("20261225T000000", "20261226T000000"), &["2026-12-25"]);
    everywhere(&in_zone("20261225T000000", "20261225T235900"), &["2026-12-25"]);
    everywhere(&in_zone("20261225T000000", "20261226T235959"), &["2026-12-25", "2026-12-26"]);
    let berlin = |lines: &str| file(&event(&lines.replace("DTSTART:", "DTSTART;TZID=Europe/Berlin:")));
    everywhere(&berlin("DTSTART:20261225T000000\nDURATION:P1D"), &["2026-12-25"]);
    everywhere(&berlin("DTSTART:20261225T000000\nDURATION:PT48H"), &["2026-12-25", "2026-12-26"]);
    // A day of 23 and one of 25 hours, alone and in a rule.
    everywhere(&berlin("DTSTART:20260329T000000\nDURATION:P1D"), &["2026-03-29"]);
    everywhere(&berlin("DTSTART:20261025T000000\nDTEND;TZID=Europe/Berlin:20261026T000000"), &["2026-10-25"]);
    everywhere(
        &berlin("DTSTART:20260322T000000\nDTEND;TZID=Europe/Berlin:20260323T000000\nRRULE:FREQ=WEEKLY;COUNT=2"),
        &["2026-03-22", "2026-03-29"],
    );
    // Marked: a day although it has no end, and although it is midnight only in another zone of the file.
    let marked = "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n";
    everywhere(&berlin(&format!("{marked}DTSTART:20261225T000000")), &["2026-12-25"]);
    everywhere(&file(&event("DTSTART:20261225T000000\nDTEND:20261226T000000")), &["2026-12-25"]);
    let utc = format!("{marked}DTSTART:20261224T230000Z\nDTEND:20261225T230000Z");
    let zone = "BEGIN:VTIMEZONE\nTZID:Romance Standard Time\nEND:VTIMEZONE\n";
    everywhere(&file(&format!("{zone}{}", event(&utc))), &["2026-12-25"]);
    let odd = file(&event(&format!("{marked}DTSTART;TZID=Asia/Tokyo:20261225T030000\nDURATION:PT24H")));
    everywhere(&odd, &["2026-12-25"]);
    assert_eq!(done(&import(&odd).expect("read")), ["2026-12-25 MarkedWholeDays"]);
    let midnights = file(&event("DTSTART:20261225T000000Z\nDTEND:20261226T000000Z"));
    everywhere(&midnights, &["2026-12-25"]);
}

#[test]
fn rules_and_changes_of_whole_days_that_are_written_in_utc() {
    let of = |events: &str| format!("BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Berlin\n{events}END:VCALENDAR\n");
    let start = "UID:a\nDTSTART:20260301T230000Z\nDTEND:20260302T230000Z\nRRULE:FREQ=WEEKLY;COUNT=6";
    let moved = "UID:a\nSEQUENCE:1\nRECURRENCE-ID:20260308T230000Z\nDTSTART:20260310T230000Z\nDTEND:20260311T230000Z";
    let mondays = ["2026-03-02", "2026-03-11", "2026-03-23", "2026-03-30", "2026-04-06"];
    for by_day in ["", ";BYDAY=MO"] {
        let series = event(&format!("{start}{by_day}\nEXDATE:20260315T230000Z"));
        everywhere(&of(&[series, event(moved)].concat()), &mondays);
    }
    // The rule names the days of UTC: Sundays there, which are Mondays in Berlin until summer time begins.
    let sundays = event(&start.replace("COUNT=6", "COUNT=3;BYDAY=SU"));
    everywhere(&of(&sundays), &["2026-03-02", "2026-03-09", "2026-03-16"]);
}
