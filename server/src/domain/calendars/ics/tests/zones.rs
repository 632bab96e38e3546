//! Zones that a file explains itself.

use super::*;

const OWN: &str = include_str!("../../../../../tests/it/data/calendars/own_zone.ics");
const OWN_RULES: &str = include_str!("../../../../../tests/it/data/calendars/own_zone_rules.ics");

/// The notes of a file that is read in UTC but for those of times of day, and its dates of 2026.
fn read(text: &str) -> Vec<String> {
    let made = import_in(text, Tz::UTC).expect("read");
    let notes = made.notes.iter().filter(|note| note.done.code() != IcsDoneCode::TimesLeftOut);
    let notes = notes.map(|note| format!("{:?}", note.done.code()));
    dates(&made, 2026).into_iter().map(|(date, _)| date).filter(|date| !date.is_empty()).chain(notes).collect()
}

/// A zone with these parts, and events that last a second in it.
fn explained(parts: &str, starts: &[&str]) -> String {
    let events = starts.iter().map(|start| event(&format!("DTSTART;TZID=Here:{start}\nDURATION:PT1S")));
    file(&format!("BEGIN:VTIMEZONE\nTZID:Here\n{parts}END:VTIMEZONE\n{}", events.collect::<String>()))
}

fn part(kind: &str, lines: &str) -> String {
    format!("BEGIN:{kind}\n{lines}\nEND:{kind}\n")
}

#[test]
fn offsets_of_the_file_count_where_the_name_is_unknown() {
    assert_eq!(read(OWN), ["12-31"], "06:00 at +08:00 is 22:00 of the day before");
    assert_eq!(read(OWN_RULES), ["07-14", "12-14"], "01:30 in summer and 00:30 in winter");
    let all_year = |offset: &str| {
        part("STANDARD", &format!("DTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}"))
    };
    assert_eq!(read(&explained(&all_year("-0930"), &["20260301T143000"])), ["03-02"]);
    assert_eq!(read(&explained(&all_year("+053028"), &["20260301T053027", "20260601T053028"])), ["02-28", "06-01"]);
    // The file's own names hold in its own calendar only; a name that everybody knows is never asked of the file.
    let known = explained(&all_year("+0900"), &["20260301T003000"]).replace("Here", "Europe/London");
    assert_eq!(read(&known), ["03-01"]);
    let other = file(&event("DTSTART;TZID=Here:20260301T003000"));
    let both = format!("{}{other}", explained(&all_year("+0900"), &["20260301T003000"]));
    assert_eq!(read(&both), ["02-28", "03-01", "ZoneUnknown"]);
    // Commas of a name are escaped in the zone, and quoted in the event.
    let comma = explained(&all_year("+0900"), &["20260301T003000"])
        .replace("TZID:Here", "TZID:Here\\, there")
        .replace("TZID=Here", "TZID=\"Here, there\"");
    assert_eq!(read(&comma), ["02-28"]);
    // The zone may stand after its events.
    let zone_last = explained(&all_year("+0900"), &["20260301T003000"]);
    let (zone, events) = zone_last.split_at(zone_last.find("BEGIN:VEVENT").expect("an event"));
    let (head, zone) = zone.split_once("BEGIN:VTIMEZONE").expect("a zone");
    let events = events.trim_end().trim_end_matches("END:VCALENDAR");
    assert_eq!(read(&format!("{head}{events}BEGIN:VTIMEZONE{zone}END:VCALENDAR\n")), ["02-28"]);
}

#[test]
fn changes_of_the_offset_by_dates_and_rules() {
    let by_dates = [
        part(
            "STANDARD",
            "DTSTART:20251026T030000\nRDATE:20251026T030000,20261025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100",
        ),
        part("DAYLIGHT", "DTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200"),
    ];
    let starts = ["20260328T013000", "20260330T013000", "20261026T013000"];
    assert_eq!(read(&explained(&by_dates.concat(), &starts)), ["03-28", "03-29", "10-26"]);
    // The rule of summer time ended in 2020: standard time since.
    let ended = [
        part(
            "STANDARD",
            "DTSTART:20001029T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100",
        ),
        part(
            "DAYLIGHT",
            "DTSTART:20000326T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20200329T010000Z\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200",
        ),
    ];
    assert_eq!(read(&explained(&ended.concat(), &["20260715T013000"])), ["07-15"]);
    // A rule that is broken, or never begins, leaves the zone unknown, and the events are named.
    let broken = part("STANDARD", "DTSTART:20001029T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:one");
    assert_eq!(read(&explained(&broken, &["20260715T013000"])), ["07-15", "ZoneUnknown"]);
    assert_eq!(read(&explained("", &["20260715T013000"])), ["07-15", "ZoneUnknown"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The rules of Berlin and New York, as files write them, against the zones that everybody knows.
    #[test]
    fn explained_zones_are_the_known_ones(hours in proptest::collection::vec(0..24 * 366 * 4_i64, 1..20), american: bool) {
        let (tz, parts) = match american {
            false => (Tz::Europe__Berlin, [
                part("STANDARD", "DTSTART:16010101T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100"),
                part("DAYLIGHT", "DTSTART:16010101T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200"),
            ]),
            true => (Tz::America__New_York, [
                part("STANDARD", "DTSTART:20071104T020000\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500"),
                part("DAYLIGHT", "DTSTART:20070311T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400"),
            ]),
        };
        let text = explained(&parts.concat(), &["20260101T000000"]);
        let file = lines::read(&text).expect("read");
        let zone = FileZone::read(&file.calendars[0].zones[0]).expect("a zone");
        for hour in hours {
            let at = date("2026-01-01").and_time(chrono::NaiveTime::MIN) + chrono::Duration::hours(hour);
            prop_assert_eq!(zone.local(at.and_utc()), at.and_utc().with_timezone(&tz).naive_local());
            prop_assert_eq!(zone.instant(at), times::Zone::Known(tz).instant(at), "{}", at);
        }
    }
}
