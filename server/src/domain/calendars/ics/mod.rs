//! Import of iCalendar files (RFC 5545): the events of a file become the entries of a calendar.
//!
//! Start reading here. `lines` finds the events, `event` reads one, `times` and `file_zones` interpret its times,
//! `whole_days` finds the events that are dates, `revisions` finds the events that count, and `entries` makes entries of
//! them. A calendar holds dates, so an event with times of day becomes whole dates. A repetition stays a rule if a rule
//! means the same. Whatever is read differently than it is written becomes a note. Deliberately absent: free/busy,
//! to-dos, alarms, attendees.

mod entries;
mod error;
mod event;
mod file_zones;
mod lines;
mod notes;
mod revisions;
#[cfg(test)]
mod tests;
mod times;
mod whole_days;

pub use self::error::IcsError;
pub use self::notes::{IcsDone, IcsDoneCode, IcsNote};

use self::error::shortened;
use self::file_zones::FileZone;
use self::lines::{Line, RawCalendar, unescaped};
use self::times::{Zone, Zones};
use self::whole_days::Around;
use super::CalendarEntry;
use chrono::NaiveDate;
use chrono_tz::Tz;

/// Largest file, in bytes.
pub const ICS_BYTES: usize = 5 * 1024 * 1024;

/// Most zones that a file may explain.
const ZONES: usize = 500;

/// The zones that an import may take the dates of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcsZones {
    /// The one that a person chose; none: that of the file.
    pub chosen: Option<Tz>,
    /// The one to take if the file says none (X-WR-TIMEZONE).
    pub otherwise: Tz,
}

/// Result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsImport {
    /// The file's own name; may be empty.
    pub title: String,
    /// Entries of the calendar.
    pub entries: Vec<CalendarEntry>,
    /// Dates that the rules have but the events do not.
    pub except: Vec<CalendarEntry>,
    /// What was read differently than it was written, by line.
    pub notes: Vec<IcsNote>,
    /// The zone whose dates were taken; that of the first calendar, if the file has several.
    pub timezone: Tz,
}

/// Reads a file. Events with times of day get the dates that they have in one of the zones; rules that began by `today` may
/// be taken to hold for all years.
pub fn ics_import(text: &str, zones: IcsZones, today: NaiveDate) -> Result<IcsImport, IcsError> {
    if text.len() > ICS_BYTES {
        return Err(IcsError::new(1, format!("the file is larger than {} MiB", ICS_BYTES / 1024 / 1024)));
    }
    let text = orc_text::with_newlines(text);
    let file = lines::read(&text)?;
    let mut notes = Vec::new();
    let known = file.calendars.iter().map(zones_of).collect::<Result<Vec<_>, _>>()?;
    let mut around = Vec::with_capacity(known.len());
    for (raw, known) in file.calendars.iter().zip(&known) {
        around.push(around_of(raw, known, zones, &mut notes));
    }
    let shown: Vec<Tz> = around.iter().map(|around| around.shown).collect();
    let mut events = Vec::with_capacity(file.events.len());
    for raw in &file.events {
        let mut event = event::read(raw, &known[raw.calendar])?;
        event.cancelled |= file.calendars[raw.calendar].cancels;
        whole_days::settle(&mut event, &around[raw.calendar]);
        events.push(event);
    }
    for (name, left_out) in &file.left_out {
        let done = IcsDone::OtherComponents { name: name.clone(), count: left_out.count };
        notes.push(IcsNote::of_file(left_out.number, done));
    }
    let events = revisions::current(events, &mut notes)?;
    let (entries, except) = entries::make(events, &shown, today, &mut notes)?;
    let timezone = shown.first().copied().unwrap_or(zones.otherwise);
    Ok(IcsImport { title: file.title, entries, except, notes: notes::in_order(notes), timezone })
}

/// The zones that events of a calendar may name. One that cannot be read is not known.
fn zones_of(calendar: &RawCalendar) -> Result<Zones, IcsError> {
    let mut zones = Zones::default();
    if let Some(many) = calendar.zones.get(ZONES) {
        return Err(IcsError::new(many.number, format!("there are more than {ZONES} time zones")));
    }
    for raw in &calendar.zones {
        if let Some(location) = &raw.location {
            zones.locations.insert(raw.name.clone(), location.clone());
        }
        if zones.find(&raw.name).is_none()
            && let Ok(zone) = FileZone::read(raw)
        {
            zones.own.insert(raw.name.clone(), zone);
        }
    }
    Ok(zones)
}

fn around_of<'z>(calendar: &RawCalendar, known: &'z Zones, zones: IcsZones, notes: &mut Vec<IcsNote>) -> Around<'z> {
    let said = calendar.timezone.as_ref().and_then(|line| said(line, known, notes));
    let plain = said.and_then(|zone| if let Zone::Known(zone) = zone { Some(zone) } else { None });
    let shown = zones.chosen.or(plain).unwrap_or(zones.otherwise);
    let explained = calendar.zones.iter().filter_map(|zone| known.find(&zone.name)).collect();
    Around { shown, said, explained }
}

/// The zone that a calendar says for itself.
fn said<'z>(line: &Line, known: &'z Zones, notes: &mut Vec<IcsNote>) -> Option<Zone<'z>> {
    let property = lines::property(line).ok()?;
    let name = unescaped(property.val.as_str());
    let found = known.find(&name);
    if found.is_none() && !name.is_empty() {
        notes.push(IcsNote::of_file(line.number, IcsDone::ZoneUnknown { zone: shortened(&name) }));
    }
    found
}
