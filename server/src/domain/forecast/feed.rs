//! The plan as an iCalendar file (RFC 5545), for calendar programs.
//!
//! The file is deliberately plain: one event per slot in UTC, nothing that repeats, nothing that blocks anybody's
//! time. A schedule that fires too often for a calendar only gets a note for the whole day.

use chrono::{DateTime, TimeDelta, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _};

/// Assumed duration of runs without a history.
const UNKNOWN: TimeDelta = TimeDelta::minutes(5);

/// A slot for a calendar program.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedSlot {
    /// Identity of the slot, which never changes.
    pub uid: String,
    /// Due instant of the slot.
    pub at: DateTime<Utc>,
    /// Expected duration of the run in seconds; none if unknown.
    pub seconds: Option<f64>,
    /// First line.
    pub summary: String,
    /// Further lines.
    pub description: String,
}

/// Writes a file. `stamp` is the time of writing; `left_out` are lines about what the file does not contain.
pub fn feed_text(name: &str, stamp: DateTime<Utc>, slots: &[FeedSlot], left_out: &[String]) -> String {
    let mut calendar = Calendar::empty();
    for property in [("VERSION", "2.0"), ("PRODID", "-//Orc//Orc//EN"), ("CALSCALE", "GREGORIAN")] {
        calendar.append_property(property);
    }
    calendar.name(name).ttl(&TimeDelta::hours(1));
    for slot in slots {
        let known = slot.seconds.map(|seconds| (seconds.max(1.0) / 60.0).ceil() as i64).map(TimeDelta::minutes);
        let minutes = known.unwrap_or(UNKNOWN).num_minutes();
        let mut event = Event::with_uid(&slot.uid);
        event.timestamp(stamp).starts(slot.at).summary(&slot.summary).description(&slot.description);
        event.add_property("DURATION", format!("PT{minutes}M")).add_property("TRANSP", "TRANSPARENT");
        calendar.push(event.done());
    }
    if !left_out.is_empty() {
        let mut note = Event::with_uid(&format!("left-out-{}@orc", stamp.format("%Y%m%d")));
        note.timestamp(stamp).all_day(stamp.date_naive()).summary("Orc: not everything is shown");
        note.description(&left_out.join("\n")).add_property("TRANSP", "TRANSPARENT");
        calendar.push(note.done());
    }
    calendar.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use icalendar::DatePerhapsTime;

    #[test]
    fn what_is_written_can_be_read() {
        let at: DateTime<Utc> = "2026-05-01T02:00:00Z".parse().expect("an instant");
        let slot = FeedSlot {
            uid: "x-1@orc".into(),
            at,
            seconds: Some(61.0),
            summary: "Backup, nightly; all\\of it".into(),
            description: format!("every day at 02:00\n{}", "long ".repeat(40)),
        };
        let unknown = FeedSlot { uid: "x-2@orc".into(), seconds: None, ..slot.clone() };
        let text = feed_text("Orc, here", at, &[slot.clone(), unknown], &["fast: every second".into()]);
        assert!(text.lines().all(|line| line.len() <= 75), "lines are folded");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Orc//Orc//EN\r\n"), "{text}");
        let read: Calendar = text.parse().expect("iCalendar");
        assert_eq!(read.get_name(), Some("Orc, here"));
        assert!(text.contains("REFRESH-INTERVAL;VALUE=DURATION:PT3600S"), "{text}");
        let events: Vec<&Event> = read.events().collect();
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].get_uid(), Some("x-1@orc"));
        assert_eq!(events[0].get_summary(), Some(slot.summary.as_str()));
        assert_eq!(events[0].get_description(), Some(slot.description.as_str()));
        assert_eq!(events[0].get_start(), Some(DatePerhapsTime::DateTime(at.into())));
        assert_eq!(events[0].property_value("DURATION"), Some("PT2M"));
        assert_eq!(events[1].property_value("DURATION"), Some("PT5M"));
        assert_eq!(events[2].get_start(), Some(DatePerhapsTime::Date(at.date_naive())));
        assert!(events.iter().all(|event| event.property_value("TRANSP") == Some("TRANSPARENT")));
    }
}
