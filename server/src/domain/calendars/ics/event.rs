//! One event: when it happens, how it repeats, its title.

use super::lines::{Line, RawEvent, parameter, property};
use super::times::{When, duration, instant, when, zone};
use super::{IcsError, shortened};
use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Maximum number of characters of a title.
const TITLE: usize = 200;

/// An event as read from the file.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Event {
    /// Line on which the event begins.
    pub number: usize,
    pub uid: String,
    pub title: String,
    pub start: When,
    /// Length of the event: whole days for dates, elapsed time otherwise.
    pub length: Duration,
    /// The rule and its line.
    pub rule: Option<(usize, String)>,
    /// Dates excluded from the rule, in the time zone of the start.
    pub without: Vec<NaiveDate>,
    /// Additional starts.
    pub more: Vec<When>,
    /// The start that this event replaces in the repeating event with the same uid.
    pub replaces: Option<When>,
    pub cancelled: bool,
}

/// The parts of an event while it is being read.
#[derive(Debug, Default)]
struct Parts {
    uid: String,
    title: String,
    cancelled: bool,
    start: Option<When>,
    end: Option<(usize, When)>,
    length: Option<Duration>,
    rule: Option<(usize, String)>,
    without: Vec<When>,
    more: Vec<When>,
    replaces: Option<When>,
}

/// Time zones that the file defines, and the place for warnings.
struct Context<'c> {
    locations: &'c BTreeMap<String, String>,
    warnings: &'c mut Vec<String>,
}

/// Reads an event.
pub(in crate::domain) fn read(
    raw: &RawEvent,
    locations: &BTreeMap<String, String>,
    warnings: &mut Vec<String>,
) -> Result<Event, IcsError> {
    let (mut parts, mut context) = (Parts::default(), Context { locations, warnings });
    for line in &raw.lines {
        one(line, &mut parts, &mut context)?;
    }
    let Parts { uid, title, cancelled, start, end, length, rule, without, more, replaces } = parts;
    let start = start.ok_or_else(|| IcsError::new(raw.number, "the event has no DTSTART"))?;
    let length = match (end, length) {
        (Some((number, end)), _) => between(start, end).map_err(|message| IcsError::new(number, message))?,
        (None, Some(length)) => length,
        (None, None) => Duration::zero(),
    };
    let length = if matches!(start, When::Date(_)) { length.max(Duration::days(1)) } else { length };
    let without = without.into_iter().map(|at| at.date_like(start)).collect();
    Ok(Event { number: raw.number, uid, title, start, length, rule, without, more, replaces, cancelled })
}

fn one(line: &Line, parts: &mut Parts, context: &mut Context) -> Result<(), IcsError> {
    let found = property(line)?;
    let name = found.name.as_str().to_ascii_uppercase();
    let value = found.val.as_str();
    match name.as_str() {
        "UID" => value.clone_into(&mut parts.uid),
        "SUMMARY" => parts.title = title(value),
        "STATUS" => parts.cancelled = value.trim().eq_ignore_ascii_case("CANCELLED"),
        "DURATION" => {
            parts.length = Some(duration(value).map_err(|message| IcsError::new(line.number, message))?);
        }
        "RRULE" if parts.rule.is_some() => {
            context.warnings.push(format!("line {}: a second rule of the same event is left out", line.number));
        }
        "RRULE" => parts.rule = Some((line.number, value.trim().trim_end_matches(';').to_ascii_uppercase())),
        "EXRULE" => context.warnings.push(format!("line {}: EXRULE is left out, because it is obsolete", line.number)),
        _ => {
            let zone = zone_of(line, parameter(&found, "TZID"), context);
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
                let text = "only this date is changed, not those after it (RANGE=THISANDFUTURE)";
                context.warnings.push(format!("line {}: {text}", line.number));
            }
        }
    }
    Ok(())
}

fn times_of(name: &str, line: &Line, times: Vec<When>, parts: &mut Parts) -> Result<(), IcsError> {
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

fn zone_of(line: &Line, name: Option<&str>, context: &mut Context) -> Option<Tz> {
    let name = name?;
    let found = zone(name, context.locations);
    if found.is_none() {
        let text = format!("time zone \"{}\" is not known, so its times are used as written", shortened(name));
        if !context.warnings.iter().any(|known| known.ends_with(&text)) {
            context.warnings.push(format!("line {}: {text}", line.number));
        }
    }
    found
}

/// The length from start to end.
fn between(start: When, end: When) -> Result<Duration, String> {
    let length = match (start, end) {
        (When::Zoned(start, from), When::Zoned(end, to)) => instant(end, to) - instant(start, from),
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
