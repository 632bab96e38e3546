//! Lines of a file: unfolded, each with its number in the file, and sorted into events.

use super::error::{ICS_EVENTS, IcsError, shortened};
use icalendar::parser::Property;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A logical line and the number of its first line in the file.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Line<'a> {
    pub number: usize,
    pub text: Cow<'a, str>,
}

/// The lines of one event, without those of components inside it.
#[derive(Debug)]
pub(in crate::domain) struct RawEvent<'a> {
    pub number: usize,
    /// Which calendar of the file it stands in.
    pub calendar: usize,
    pub lines: Vec<Line<'a>>,
}

/// A zone that the file explains: its name, and the lines of each STANDARD and DAYLIGHT.
#[derive(Debug)]
pub(in crate::domain) struct RawZone<'a> {
    pub number: usize,
    pub name: String,
    /// The IANA name that the file gives for it.
    pub location: Option<String>,
    pub parts: Vec<Vec<Line<'a>>>,
}

/// What a VCALENDAR says of all its events; a file may have several.
#[derive(Debug, Default)]
pub(in crate::domain) struct RawCalendar<'a> {
    /// Whether its events are taken back (METHOD:CANCEL).
    pub cancels: bool,
    /// The line and name of its zone (X-WR-TIMEZONE).
    pub timezone: Option<Line<'a>>,
    pub zones: Vec<RawZone<'a>>,
}

/// Content of a file.
#[derive(Debug, Default)]
pub(in crate::domain) struct File<'a> {
    pub title: String,
    pub calendars: Vec<RawCalendar<'a>>,
    pub events: Vec<RawEvent<'a>>,
    /// Number of components of other kinds.
    pub left_out: BTreeMap<String, LeftOut>,
}

/// Components of a kind that is left out.
#[derive(Debug, Default)]
pub(in crate::domain) struct LeftOut {
    /// Line of the first.
    pub number: usize,
    pub count: usize,
}

/// Properties of an event that describe its time and its title.
const WANTED: &[&str] = &[
    "UID",
    "SUMMARY",
    "STATUS",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "EXRULE",
    "EXDATE",
    "RDATE",
    "RECURRENCE-ID",
    "SEQUENCE",
    "DTSTAMP",
    "LAST-MODIFIED",
    "X-MICROSOFT-CDO-ALLDAYEVENT",
    "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT",
    "X-FUNAMBOL-ALLDAY",
];

/// Properties that say when an offset of a zone begins to hold.
const WANTED_OF_ZONES: &[&str] = &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"];

/// Reads a file.
pub(in crate::domain) fn read(text: &str) -> Result<File<'_>, IcsError> {
    let mut reader = Reader::default();
    for line in unfolded(text)? {
        reader.line(line)?;
    }
    if let Some((name, number)) = reader.open.pop() {
        return Err(IcsError::new(number, format!("{name} begins here and does not end; the file may be truncated")));
    }
    if reader.file.events.is_empty() {
        return Err(IcsError::new(1, "there is no event (BEGIN:VEVENT) in the file"));
    }
    Ok(reader.file)
}

/// Puts folded lines together (RFC 5545, 3.1); lines end with LF.
fn unfolded(text: &str) -> Result<Vec<Line<'_>>, IcsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines: Vec<Line> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(more) = line.strip_prefix([' ', '\t']) {
            match lines.last_mut() {
                Some(before) => before.text.to_mut().push_str(more),
                None if line.trim().is_empty() => {}
                None => return Err(IcsError::new(index + 1, "the file begins with the rest of a folded line")),
            }
        } else if !line.trim().is_empty() {
            lines.push(Line { number: index + 1, text: Cow::Borrowed(line) });
        }
    }
    Ok(lines)
}

/// The name, parameters and value of a line.
pub(in crate::domain) fn property<'l>(line: &'l Line) -> Result<Property<'l>, IcsError> {
    let wrong = || {
        let shown = shortened(&line.text);
        IcsError::new(line.number, format!("\"{shown}\" is not NAME:VALUE; is this an iCalendar file?"))
    };
    let name = name_of(&line.text);
    if name.is_empty() || !line.text[name.len()..].contains(':') {
        return Err(wrong());
    }
    Property::try_from(line.text.as_ref()).ok().filter(|found| found.name.as_str() == name).ok_or_else(wrong)
}

/// A parameter of a property.
pub(in crate::domain) fn parameter<'p>(property: &'p Property, name: &str) -> Option<&'p str> {
    let found = property.params.iter().find(|it| it.key.as_str().eq_ignore_ascii_case(name))?;
    found.val.as_ref().map(|value| value.as_str().trim_matches('"'))
}

/// The text of a value without the signs that stand before commas and semicolons.
pub(in crate::domain) fn unescaped(text: &str) -> String {
    text.trim().replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
}

fn name_of(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.')).unwrap_or(text.len());
    &text[..end]
}

#[derive(Debug, Default)]
struct Reader<'a> {
    /// Open components, outermost first, and where each began.
    open: Vec<(String, usize)>,
    file: File<'a>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: Line<'a>) -> Result<(), IcsError> {
        let name = name_of(&line.text).to_ascii_uppercase();
        if !line.text[name.len()..].starts_with([':', ';']) {
            return property(&line).map(drop);
        }
        let after = |text: &str| text[name.len() + 1..].trim().to_ascii_uppercase();
        match name.as_str() {
            "BEGIN" => return self.begin(&after(&line.text), line.number),
            "END" => return self.end(&after(&line.text), line.number),
            _ => {}
        }
        match self.open.last().map(|(name, _)| name.as_str()) {
            None => Err(IcsError::new(line.number, "the file must begin with BEGIN:VCALENDAR")),
            Some("VEVENT") if WANTED.contains(&name.as_str()) => {
                self.file.events.last_mut().into_iter().for_each(|event| event.lines.push(line.clone()));
                Ok(())
            }
            Some("VCALENDAR") => self.of_calendar(&name, line),
            Some("VTIMEZONE" | "STANDARD" | "DAYLIGHT") => self.of_zone(&name, line),
            Some(_) => Ok(()),
        }
    }

    fn of_calendar(&mut self, name: &str, line: Line<'a>) -> Result<(), IcsError> {
        let Some(calendar) = self.file.calendars.last_mut() else { return Ok(()) };
        match name {
            "X-WR-CALNAME" => self.file.title = property(&line)?.val.as_str().trim().to_owned(),
            "METHOD" => calendar.cancels = property(&line)?.val.as_str().trim().eq_ignore_ascii_case("CANCEL"),
            "X-WR-TIMEZONE" => calendar.timezone = Some(line),
            _ => {}
        }
        Ok(())
    }

    fn of_zone(&mut self, name: &str, line: Line<'a>) -> Result<(), IcsError> {
        let whole = self.open.last().is_some_and(|(name, _)| name == "VTIMEZONE");
        let zone = self.file.calendars.last_mut().and_then(|calendar| calendar.zones.last_mut());
        let Some(zone) = zone else { return Ok(()) };
        match name {
            "TZID" if whole => zone.name = unescaped(property(&line)?.val.as_str()),
            "X-LIC-LOCATION" if whole => zone.location = Some(property(&line)?.val.as_str().trim().to_owned()),
            _ if !whole && WANTED_OF_ZONES.contains(&name) => {
                zone.parts.last_mut().into_iter().for_each(|part| part.push(line.clone()));
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, name: &str, number: usize) -> Result<(), IcsError> {
        let inside = self.open.last().map(|(name, _)| name.as_str());
        match (inside, name) {
            (None, "VCALENDAR") => self.file.calendars.push(RawCalendar::default()),
            (Some("VCALENDAR"), "VTIMEZONE") => {
                let zone = RawZone { number, name: String::new(), location: None, parts: Vec::new() };
                if let Some(calendar) = self.file.calendars.last_mut() {
                    calendar.zones.push(zone);
                }
            }
            (Some("VTIMEZONE"), "STANDARD" | "DAYLIGHT") => {
                let zone = self.file.calendars.last_mut().and_then(|calendar| calendar.zones.last_mut());
                zone.into_iter().for_each(|zone| zone.parts.push(Vec::new()));
            }
            (None, _) => return Err(IcsError::new(number, "the file must begin with BEGIN:VCALENDAR")),
            (Some("VCALENDAR"), "VEVENT") => {
                if self.file.events.len() >= ICS_EVENTS {
                    return Err(IcsError::new(number, format!("there are more than {ICS_EVENTS} events")));
                }
                let calendar = self.file.calendars.len() - 1;
                self.file.events.push(RawEvent { number, calendar, lines: Vec::new() });
            }
            (Some("VEVENT"), "VEVENT" | "VCALENDAR") | (Some("VCALENDAR"), "VCALENDAR") => {
                let (open, at) = self.open.last().cloned().unwrap_or_default();
                return Err(IcsError::new(number, format!("{name} begins inside the {open} of line {at}")));
            }
            (Some("VCALENDAR"), _) => {
                let left_out = self.file.left_out.entry(shortened(name)).or_insert(LeftOut { number, count: 0 });
                left_out.count += 1;
            }
            (Some(_), _) => {}
        }
        self.open.push((name.to_owned(), number));
        Ok(())
    }

    fn end(&mut self, name: &str, number: usize) -> Result<(), IcsError> {
        match self.open.pop() {
            Some((open, _)) if open == name => Ok(()),
            Some((open, at)) => Err(IcsError::new(
                number,
                format!("{} ends, but the {open} of line {at} is still open", shortened(name)),
            )),
            None => Err(IcsError::new(number, format!("{} ends but has not begun", shortened(name)))),
        }
    }
}
