//! Lines of a file: unfolded, each with its number in the file, and sorted into events.

use super::{ICS_EVENTS, IcsError, shortened};
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
    pub lines: Vec<Line<'a>>,
}

/// Content of a file.
#[derive(Debug, Default)]
pub(in crate::domain) struct File<'a> {
    pub title: String,
    pub events: Vec<RawEvent<'a>>,
    /// IANA names that the file gives for its own names of time zones.
    pub locations: BTreeMap<String, String>,
    /// Number of components of other kinds.
    pub left_out: BTreeMap<String, usize>,
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
];

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

/// Joins folded lines (RFC 5545, 3.1). Line ends may be CRLF or LF.
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

fn name_of(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.')).unwrap_or(text.len());
    &text[..end]
}

#[derive(Debug, Default)]
struct Reader<'a> {
    /// Open components, outermost first, and where each began.
    open: Vec<(String, usize)>,
    zone: String,
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
            Some("VCALENDAR") if name == "X-WR-CALNAME" => {
                self.file.title = property(&line)?.val.as_str().trim().to_owned();
                Ok(())
            }
            Some("VTIMEZONE") if name == "TZID" => {
                self.zone = property(&line)?.val.as_str().to_owned();
                Ok(())
            }
            Some("VTIMEZONE") if name == "X-LIC-LOCATION" => {
                let location = property(&line)?.val.as_str().to_owned();
                self.file.locations.insert(self.zone.clone(), location);
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    fn begin(&mut self, name: &str, number: usize) -> Result<(), IcsError> {
        let inside = self.open.last().map(|(name, _)| name.as_str());
        match (inside, name) {
            (None, "VCALENDAR") | (Some("VCALENDAR"), "VTIMEZONE") => {}
            (None, _) => return Err(IcsError::new(number, "the file must begin with BEGIN:VCALENDAR")),
            (Some("VCALENDAR"), "VEVENT") => {
                if self.file.events.len() >= ICS_EVENTS {
                    return Err(IcsError::new(number, format!("there are more than {ICS_EVENTS} events")));
                }
                self.file.events.push(RawEvent { number, lines: Vec::new() });
            }
            (Some("VEVENT"), "VEVENT" | "VCALENDAR") | (Some("VCALENDAR"), "VCALENDAR") => {
                let (open, at) = self.open.last().cloned().unwrap_or_default();
                return Err(IcsError::new(number, format!("{name} begins inside the {open} of line {at}")));
            }
            (Some("VCALENDAR"), _) => *self.file.left_out.entry(shortened(name)).or_default() += 1,
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
