//! One event: when it happens, how it repeats, its title.

use super::error::{IcsError, shortened};
use super::lines::{Line, RawEvent, parameter, property, unescaped};
use super::notes::{IcsDone, IcsNote};
use super::times::{When, Zone, Zones, duration, when};
use chrono::{DateTime, Duration, NaiveDate, Utc};

/// Maximum number of characters of a title.
const TITLE: usize = 200;

/// An event as read from the file.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Event<'z> {
    /// Line on which the event begins.
    pub number: usize,
    /// Which calendar of the file it stands in.
    pub calendar: usize,
    pub uid: String,
    pub title: String,
    pub start: When<'z>,
    /// Length of the event: whole days for dates, elapsed time otherwise.
    pub length: Duration,
    /// The rule and its line.
    pub rule: Option<(usize, String)>,
    /// Starts that are taken out of the rule.
    pub without: Vec<When<'z>>,
    /// Additional starts.
    pub more: Vec<When<'z>>,
    /// The start that this event replaces in the repeating event with the same uid.
    pub replaces: Option<When<'z>>,
    pub cancelled: bool,
    /// Which revision of the event it is.
    pub revision: Revision,
    /// Whether it is marked as lasting whole days.
    pub marked_whole: bool,
    /// The zone whose dates its starts are named by; none: dates and times are as written.
    pub zone: Option<Zone<'z>>,
    /// The zone whose dates are taken, if the event lasts whole days in it and its rule is of another; none: that of the
    /// calendar.
    pub shown: Option<Zone<'z>>,
    /// What was read differently than it was written, if the event counts.
    pub done: Vec<(usize, IcsDone)>,
}

/// Which revision of an event it is; the greatest counts (RFC 5546, 2.1.4 and 2.1.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) struct Revision {
    sequence: u64,
    stamp: Option<DateTime<Utc>>,
    modified: Option<DateTime<Utc>>,
}

impl<'z> Event<'z> {
    /// The date by which a start of this event is named.
    pub fn date_of(&self, at: When<'z>) -> NaiveDate {
        let whole = matches!(self.start, When::Date(_));
        match self.zone {
            Some(zone) if !whole || at.zone().is_some_and(Zone::is_utc) => at.local_in(zone).date(),
            _ => at.local().date(),
        }
    }

    /// A note about the event.
    pub fn note(&self, line: usize, done: IcsDone) -> IcsNote {
        IcsNote { line, title: self.title.clone(), date: Some(self.date_of(self.start)), done }
    }
}

/// The parts of an event while it is being read.
#[derive(Debug, Default)]
struct Parts<'z> {
    uid: String,
    title: String,
    cancelled: bool,
    start: Option<When<'z>>,
    end: Option<(usize, When<'z>)>,
    length: Option<Duration>,
    rule: Option<(usize, String)>,
    without: Vec<When<'z>>,
    more: Vec<When<'z>>,
    replaces: Option<When<'z>>,
    revision: Revision,
    marked_whole: bool,
    done: Vec<(usize, IcsDone)>,
}

/// Reads an event.
pub(in crate::domain) fn read<'z>(raw: &RawEvent, zones: &'z Zones) -> Result<Event<'z>, IcsError> {
    let mut parts = Parts::default();
    for line in &raw.lines {
        one(line, &mut parts, zones)?;
    }
    let start = parts.start.ok_or_else(|| IcsError::new(raw.number, "the event has no DTSTART"))?;
    let length = match (parts.end, parts.length) {
        (Some((number, end)), _) => between(start, end).map_err(|message| IcsError::new(number, message))?,
        (None, Some(length)) => length,
        (None, None) => Duration::zero(),
    };
    let length = if matches!(start, When::Date(_)) { length.max(Duration::days(1)) } else { length };
    Ok(Event {
        number: raw.number,
        calendar: raw.calendar,
        uid: parts.uid,
        title: parts.title,
        start,
        length,
        rule: parts.rule,
        without: parts.without,
        more: parts.more,
        replaces: parts.replaces,
        cancelled: parts.cancelled,
        revision: parts.revision,
        marked_whole: parts.marked_whole,
        zone: start.zone(),
        shown: None,
        done: parts.done,
    })
}

fn one<'z>(line: &Line, parts: &mut Parts<'z>, zones: &'z Zones) -> Result<(), IcsError> {
    let found = property(line)?;
    let name = found.name.as_str().to_ascii_uppercase();
    let value = found.val.as_str();
    let instant = || when(value, None).ok().map(|at| at.local().and_utc());
    match name.as_str() {
        "UID" => value.clone_into(&mut parts.uid),
        "SUMMARY" => parts.title = title(value),
        "STATUS" => parts.cancelled = value.trim().eq_ignore_ascii_case("CANCELLED"),
        "SEQUENCE" => parts.revision.sequence = value.trim().parse().unwrap_or_default(),
        "DTSTAMP" => parts.revision.stamp = instant(),
        "LAST-MODIFIED" => parts.revision.modified = instant(),
        name if name.starts_with("X-") => {
            parts.marked_whole |= value.trim().eq_ignore_ascii_case("TRUE") || value.trim() == "1";
        }
        "DURATION" => {
            parts.length = Some(duration(value).map_err(|message| IcsError::new(line.number, message))?);
        }
        "RRULE" if parts.rule.is_some() => parts.done.push((line.number, IcsDone::SecondRule {})),
        "RRULE" => parts.rule = Some((line.number, value.trim().trim_end_matches(';').to_ascii_uppercase())),
        "EXRULE" => parts.done.push((line.number, IcsDone::Exrule {})),
        _ => {
            let zone = zone_of(line, parameter(&found, "TZID"), zones, &mut parts.done);
            let mut times = Vec::new();
            for text in value.split(',').filter(|text| !text.trim().is_empty()) {
                let start = text.split('/').next().unwrap_or_default();
                let at =
                    when(start, zone).map_err(|message| IcsError::new(line.number, format!("{name}: {message}")))?;
                times.push(at);
            }
            times_of(&name, line, times, parts)?;
            let range = parameter(&found, "RANGE");
            if range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE")) {
                parts.done.push((line.number, IcsDone::OnlyThisDate {}));
            }
        }
    }
    Ok(())
}

fn times_of<'z>(name: &str, line: &Line, times: Vec<When<'z>>, parts: &mut Parts<'z>) -> Result<(), IcsError> {
    match name {
        "EXDATE" => parts.without.extend(times),
        "RDATE" => parts.more.extend(times),
        _ => {
            let [at] = times[..] else {
                return Err(IcsError::new(line.number, format!("{name} must be one date or time")));
            };
            match name {
                "DTSTART" => parts.start = Some(at),
                "DTEND" => parts.end = Some((line.number, at)),
                _ => parts.replaces = Some(at),
            }
        }
    }
    Ok(())
}

fn zone_of<'z>(
    line: &Line,
    name: Option<&str>,
    zones: &'z Zones,
    done: &mut Vec<(usize, IcsDone)>,
) -> Option<Zone<'z>> {
    let name = unescaped(name?);
    let found = zones.find(&name);
    if found.is_none() {
        let unknown = IcsDone::ZoneUnknown { zone: shortened(&name) };
        if done.iter().all(|(_, known)| *known != unknown) {
            done.push((line.number, unknown));
        }
    }
    found
}

/// The length from start to end.
fn between(start: When, end: When) -> Result<Duration, String> {
    let length = match (start, end) {
        (When::Zoned(start, from), When::Zoned(end, to)) => to.instant(end) - from.instant(start),
        _ => end.local() - start.local(),
    };
    if length < Duration::zero() {
        return Err("DTEND is before DTSTART".to_owned());
    }
    if length > Duration::days(3660) {
        return Err("an event is at most ten years long".to_owned());
    }
    Ok(length)
}

/// Puts a title on one line.
fn title(text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    line.collect::<Vec<_>>().join(" ").chars().take(TITLE).collect()
}
