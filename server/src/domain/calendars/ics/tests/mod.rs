//! Files as other programs write them, and files that are wrong.

mod real_files;
mod zones;

use super::error::ICS_EVENTS;
use super::*;
use crate::domain::calendars::{Calendar, CalendarBook};
use proptest::prelude::*;

const HOLIDAYS: &str = include_str!("../../../../../tests/it/data/holidays_de.ics");
const OUTLOOK: &str = include_str!("../../../../../tests/it/data/outlook.ics");

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn import(text: &str) -> Result<IcsImport, IcsError> {
    import_in(text, Tz::Europe__Berlin)
}

fn import_in(text: &str, chosen: Tz) -> Result<IcsImport, IcsError> {
    ics_import(text, IcsZones { chosen: Some(chosen), otherwise: Tz::UTC }, date("2026-01-01"))
}

/// The codes of the notes, with the dates of their events.
fn done(made: &IcsImport) -> Vec<String> {
    let date = |note: &IcsNote| note.date.map_or_else(|| "-".to_owned(), |date| date.to_string());
    made.notes.iter().map(|note| format!("{} {:?}", date(note), note.done.code())).collect()
}

/// A file with one calendar.
fn file(events: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n")
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")
}

/// The dates of a year, as month and day, that the calendar made of a file has.
fn dates(made: &IcsImport, year: i32) -> Vec<(String, String)> {
    let IcsImport { title: _, entries, except, notes: _, timezone: _ } = made.clone();
    let calendar = Calendar { name: "it".into(), description: String::new(), entries, except, maintenance: None };
    let book = CalendarBook::compile(&[calendar]);
    assert_eq!(book.problems("it"), []);
    let found = book.find("it").expect("made");
    let days = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date").iter_days();
    let year = days.take_while(|date| chrono::Datelike::year(date) == year).filter(|date| found.contains(*date));
    year.map(|date| (date.format("%m-%d").to_string(), found.title(date).unwrap_or_default().to_owned())).collect()
}

#[track_caller]
fn check(events: &str, year: i32, expected: &[&str]) -> IcsImport {
    let made = import(&file(events)).expect("read");
    let found: Vec<String> = dates(&made, year).into_iter().map(|(date, _)| date).collect();
    assert_eq!(found, expected, "{events}\n{:?}", made.entries);
    made
}

#[track_caller]
fn refused(text: &str, line: usize, part: &str) {
    let error = import(text).expect_err("refused");
    assert_eq!(error.line, line, "{error}\n{text}");
    assert!(error.message.contains(part), "{error}");
}

#[test]
fn public_holidays() {
    let made = import(HOLIDAYS).expect("read");
    assert_eq!(
        (made.title.as_str(), &made.except[..], &done(&made)[..]),
        ("Feiertage Bayern", &[][..], &["2026-08-08 Cancelled".to_owned()][..])
    );
    let pair = |date: &str, title: &str| (date.to_owned(), title.to_owned());
    let long = "Heilige Drei Könige (nur in Baden-Württemberg, Bayern und Sachsen-Anhalt)";
    let expected = [
        pair("01-01", "Neujahr"),
        pair("01-06", long),
        pair("04-03", "Karfreitag"),
        pair("04-06", "Ostermontag"),
        pair("05-01", "Tag der Arbeit"),
        pair("10-03", "Tag der Deutschen Einheit"),
        pair("11-18", "Buß- und Bettag"),
        pair("12-25", "Weihnachten"),
        pair("12-26", "Weihnachten"),
    ];
    assert_eq!(dates(&made, 2026), expected);
    assert_eq!(dates(&made, 2031).len(), 5, "what repeats goes on");
    let yearly = made.entries.iter().filter(|entry| matches!(entry, CalendarEntry::Yearly { .. })).count();
    assert_eq!(yearly, 4, "{:?}", made.entries);
}

#[test]
fn an_outlook_export() {
    assert!(OUTLOOK.starts_with('\u{feff}') && OUTLOOK.contains("\r\n"), "as Outlook writes it");
    let made = import(OUTLOOK).expect("read");
    let found: Vec<String> = dates(&made, 2026).into_iter().map(|(date, _)| date).collect();
    let expected = [
        "01-06", "01-20", "02-17", "03-03", "03-31", "04-14", "04-30", "05-26", "06-09", "06-13", "06-14", "06-23",
        "09-02",
    ];
    assert_eq!(found, expected, "{:?}", made.entries);
    assert_eq!(made.except.len(), 4, "two EXDATE, one moved, one cancelled: {:?}", made.except);
    let expected = [
        "2026-01-06 TimesLeftOut",
        "2026-04-30 TimesLeftOut",
        "2026-05-12 Cancelled",
        "2026-06-13 TimesLeftOut",
        "2026-09-01 TimesLeftOut",
        "- OtherComponents",
    ];
    assert_eq!(done(&made), expected);
    assert_eq!(import(&OUTLOOK.replace("\r\n", "\n")).expect("read"), made);
}

#[test]
fn ends_and_lengths() {
    check(&event("DTSTART;VALUE=DATE:20260228"), 2026, &["02-28"]);
    check(&event("DTSTART;VALUE=DATE:20260228\nDTEND;VALUE=DATE:20260303"), 2026, &["02-28", "03-01", "03-02"]);
    check(&event("DTSTART;VALUE=DATE:20260228\nDURATION:P2D"), 2026, &["02-28", "03-01"]);
    check(&event("DTSTART:20260228T230000\nDTEND:20260301T000000"), 2026, &["02-28"]);
    let one = import(&file(&event("DTSTART:20260228T230000\nDTEND:20260301T000000"))).expect("read");
    assert_eq!(done(&one), ["2026-02-28 TimesLeftOut"]);
    check(&event("DTSTART:20260228T230000\nDURATION:PT1H1S"), 2026, &["02-28", "03-01"]);
    check(&event("DTSTART:20260228T230000Z"), 2026, &["03-01"]);
    check(&event("DTSTART;TZID=America/New_York:20260228T190000"), 2026, &["03-01"]);
    check(&event("DTSTART;TZID=/mozilla.org/20050126_1/America/New_York:20260228T190000"), 2026, &["03-01"]);
    let zone = "BEGIN:VTIMEZONE\nTZID:here\nX-LIC-LOCATION:America/New_York\nEND:VTIMEZONE\n";
    check(&format!("{zone}{}", event("DTSTART;TZID=here:20260228T190000")), 2026, &["03-01"]);
    let odd = check(&event("DTSTART;TZID=Customized:20260228T190000"), 2026, &["02-28"]);
    assert_eq!(done(&odd), ["2026-02-28 TimesLeftOut", "2026-02-28 ZoneUnknown"]);
    assert_eq!(odd.notes[1].line, 4, "{:?}", odd.notes);
}

#[test]
fn what_repeats() {
    let all = |made: &IcsImport| (made.entries.len(), made.except.len());
    let rule = "DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;COUNT=3";
    let made = check(&event(rule), 2026, &["01-05", "01-12", "01-19"]);
    assert_eq!(all(&made), (1, 0));
    // The end is an instant, which may be before or after the event's start on the last date.
    let timed =
        |until: &str| event(&format!("DTSTART;TZID=Europe/Berlin:20260105T090000\nRRULE:FREQ=DAILY;UNTIL={until}"));
    check(&timed("20260107T080000Z"), 2026, &["01-05", "01-06", "01-07"]);
    check(&timed("20260107T075959Z"), 2026, &["01-05", "01-06"]);
    check(&timed("20260107"), 2026, &["01-05", "01-06", "01-07"]);
    check(&timed("20251224T080000Z"), 2026, &["01-05"]);
    // A first date that the rule does not contain.
    check(
        &event("DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=2"),
        2026,
        &["01-05", "02-01", "03-01"],
    );
    check(
        &event("DTSTART;VALUE=DATE:20260105\nRDATE;VALUE=DATE:20260201,20260301"),
        2026,
        &["01-05", "02-01", "03-01"],
    );
    // An evening in New York is the next day in Berlin: no rule says that, so the dates are written out.
    let evening = "DTSTART;TZID=Eastern Standard Time:20260302T200000\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Eastern Standard Time:20260309T200000";
    let made = check(&event(evening), 2026, &["03-03", "03-17"]);
    assert_eq!(all(&made), (2, 0));
    let endless =
        check(&event("DTSTART;VALUE=DATE:20261230\nDURATION:P2D\nRRULE:FREQ=WEEKLY"), 2026, &["12-30", "12-31"]);
    assert_eq!(endless.notes[0].done, IcsDone::WrittenOut { until: date("2036-12-30") }, "{:?}", endless.notes);
    let often = check(&event("DTSTART:20260105T100000\nRRULE:FREQ=HOURLY"), 2026, &["01-05"]);
    assert_eq!(done(&often), ["2026-01-05 TimesLeftOut", "2026-01-05 RepeatsWithinDay"]);
    check(&event("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"), 2028, &["02-29"]);
    check(&event("DTSTART;VALUE=DATE:20240228\nDURATION:P2D\nRRULE:FREQ=YEARLY"), 2027, &["02-28", "03-01"]);
    // What began later does not apply to earlier years.
    let made = check(&event("DTSTART;VALUE=DATE:20270308\nRRULE:FREQ=YEARLY"), 2026, &[]);
    assert!(matches!(made.entries[..], [CalendarEntry::Rrule { .. }]));
}

#[test]
fn a_date_taken_away_from_one_event_stays_if_another_has_it() {
    let weekly = event("DTSTART;VALUE=DATE:20260330\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20260406");
    let made = check(&weekly, 2026, &["03-30", "04-13"]);
    assert_eq!(made.except.len(), 1);
    let easter = event("DTSTART;VALUE=DATE:20260406\nSUMMARY:Easter Monday");
    let made = check(&format!("{weekly}{easter}"), 2026, &["03-30", "04-06", "04-13"]);
    assert_eq!(made.except, []);
}

#[test]
fn refused_files_name_the_line() {
    refused("", 1, "no event");
    refused("<html>\n<body>", 1, "is not NAME:VALUE");
    refused("SUMMARY:x\n", 1, "must begin with BEGIN:VCALENDAR");
    refused(" folded\n", 1, "folded line");
    refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101T000000\n", 2, "VEVENT begins here and does not end");
    refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", 3, "the VEVENT of line 2 is still open");
    refused("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VEVENT\n", 3, "has not begun");
    refused(&file(""), 1, "no event");
    refused(&file(&event("SUMMARY:x")), 3, "no DTSTART");
    refused(&file(&event("SUMMARY:x\nDTSTART:2026-01-01")), 5, "\"2026-01-01\" is not a date");
    refused(&file(&event("SUMMARY:a\n folded\nDTSTART:20260230T000000")), 6, "DTSTART");
    refused(&file(&event("DTSTART:16010101T000000")), 4, "1601");
    refused(&file(&event("DTSTART:20260102T000000\nDTEND:20260101T000000")), 5, "before DTSTART");
    refused(&file(&event("DTSTART;VALUE=DATE:20260102\nDURATION:1D")), 5, "\"1D\" is not a duration");
    refused(&file(&event("DTSTART;VALUE=DATE:20260102\nRRULE:FREQ=SOMETIMES")), 5, "RRULE");
    refused(&file(&event("DTSTART;VALUE=DATE:20260102\nRRULE")), 5, "is not NAME:VALUE");
    refused(&file(&event("DTSTART;VALUE=DATE:20260102\n\nEXDATE:soon")), 6, "EXDATE");
    refused(&"x".repeat(ICS_BYTES + 1), 1, "larger than 5 MiB");
    let many = event("DTSTART;VALUE=DATE:20260102").repeat(ICS_EVENTS + 1);
    refused(&file(&many), 3 + ICS_EVENTS * 3, "more than 20000 events");
    let daily = event("DTSTART;VALUE=DATE:19000102\nRRULE:FREQ=DAILY").repeat(40);
    refused(&file(&daily), 2 + 6 * 4 + 3, "dates until 2100");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No input makes the import panic, and its result has no problems.
    #[test]
    fn any_lines_end_in_a_calendar_or_a_line(
        lines in proptest::collection::vec("(DTSTART|DTEND|RRULE|EXDATE|UID|SUMMARY|X-A|RECURRENCE-ID|DURATION)(;TZID=(UTC|\"W. Europe Standard Time\")|;VALUE=DATE|;)?(:[0-9]{8}(T[0-9]{6}Z?)?|:FREQ=(DAILY|YEARLY);(COUNT|INTERVAL)=[0-9]|:P[1-9][DW]|.{0,9})", 0..6),
    ) {
        let text = file(&event(&format!("DTSTART;VALUE=DATE:20260105\n{}", lines.join("\n"))));
        if let Ok(made) = import(&text) {
            let _no_problems = dates(&made, 2026);
        }
    }

    /// Weekly rules in a time zone with excluded dates, compared with the dates one by one.
    #[test]
    fn rules_have_exactly_the_dates_of_their_events(
        hour in 0..24_u32, interval in 1..4_i64, count in 1..20_i64, out in proptest::collection::btree_set(0..20_i64, 0..5),
        zone in prop_oneof![Just("Europe/Berlin"), Just("America/New_York"), Just("Asia/Tokyo")],
    ) {
        let start = date("2026-02-02");
        let at = |index: i64| format!("{}T{hour:02}3000", (start + chrono::Duration::weeks(index * interval)).format("%Y%m%d"));
        let without: Vec<String> = out.iter().map(|index| format!("EXDATE;TZID={zone}:{}\n", at(*index))).collect();
        let rule = format!("RRULE:FREQ=WEEKLY;INTERVAL={interval};COUNT={count}");
        let text = file(&event(&format!("DTSTART;TZID={zone}:{}\n{}{rule}", at(0), without.concat())));
        let made = import(&text).expect("read");
        let tz: Tz = zone.parse().expect("a zone");
        let mut expected: Vec<String> = (0..count).filter(|index| !out.contains(index)).map(|index| {
            let local = chrono::NaiveDateTime::parse_from_str(&at(index), "%Y%m%dT%H%M%S").expect("a time");
            times::Zone::Known(tz).instant(local).with_timezone(&Tz::Europe__Berlin).format("%Y-%m-%d").to_string()
        }).collect();
        expected.sort();
        let years = (2026..2030).flat_map(|year| dates(&made, year).into_iter().map(move |(date, _)| format!("{year}-{date}")));
        let mut found: Vec<String> = years.collect();
        found.dedup();
        prop_assert_eq!(found, expected);
    }
}
