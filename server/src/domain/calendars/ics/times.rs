//! Times of events: dates, local times with and without a time zone, UTC, durations, and names of zones as programs
//! write them.

use super::error::shortened;
use super::file_zones::{FileZone, local};
use crate::domain::core::time::windows_zone;
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// A zone of time.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) enum Zone<'z> {
    /// One that everybody knows.
    Known(Tz),
    /// One that the file explains itself.
    File(&'z FileZone),
}

impl Zone<'_> {
    /// The name that people read.
    pub fn name(self) -> String {
        match self {
            Self::Known(zone) => zone.name().to_owned(),
            Self::File(zone) => zone.name().to_owned(),
        }
    }

    pub fn is_utc(self) -> bool {
        matches!(self, Self::Known(Tz::UTC))
    }

    /// The local time at an instant.
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Known(zone) => at.with_timezone(&zone).naive_local(),
            Self::File(zone) => zone.local(at),
        }
    }

    /// The instant of a local time: the first if there are two, and the one after the gap if there is none.
    pub fn instant(self, at: NaiveDateTime) -> DateTime<Utc> {
        match self {
            Self::Known(zone) => {
                let found = zone.from_local_datetime(&at).earliest();
                let found = found.or_else(|| zone.from_local_datetime(&(at + Duration::hours(1))).earliest());
                found.map_or_else(|| at.and_utc(), |at| at.with_timezone(&Utc))
            }
            Self::File(zone) => zone.instant(at),
        }
    }
}

/// A point in time as written.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) enum When<'z> {
    /// A whole day.
    Date(NaiveDate),
    /// A local time without a time zone, or with an unknown one.
    Floating(NaiveDateTime),
    /// A local time in a time zone.
    Zoned(NaiveDateTime, Zone<'z>),
}

impl<'z> When<'z> {
    /// The local time as written; for a date, its midnight.
    pub fn local(self) -> NaiveDateTime {
        match self {
            Self::Date(date) => date.into(),
            Self::Floating(at) | Self::Zoned(at, _) => at,
        }
    }

    /// The local time in a zone; what has no zone stays as written.
    pub fn local_in(self, zone: Zone<'_>) -> NaiveDateTime {
        match self {
            Self::Zoned(at, from) => zone.local(from.instant(at)),
            _ => self.local(),
        }
    }

    /// Its zone, if it has one.
    pub fn zone(self) -> Option<Zone<'z>> {
        if let Self::Zoned(_, zone) = self { Some(zone) } else { None }
    }
}

/// Reads `20260406`, `20260406T090000` or `20260406T070000Z`.
pub(in crate::domain) fn when<'z>(text: &str, zone: Option<Zone<'z>>) -> Result<When<'z>, String> {
    let text = text.trim();
    let found = match (text.strip_suffix(['Z', 'z']), zone) {
        _ if text.len() == 8 => NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(When::Date),
        (Some(utc), _) => local(utc).map(|at| When::Zoned(at, Zone::Known(Tz::UTC))),
        (None, Some(zone)) => local(text).map(|at| When::Zoned(at, zone)),
        (None, None) => local(text).map(When::Floating),
    };
    let wrong = || format!("\"{}\" is not a date such as 20260406 or 20260406T090000Z", shortened(text));
    let found = found.ok_or_else(wrong)?;
    let year = chrono::Datelike::year(&found.local());
    if (1900..=2200).contains(&year) { Ok(found) } else { Err(format!("the year {year} is not in 1900-2200")) }
}

/// Reads a duration such as `P1D`, `PT1H30M` or `P2W`, of at most ten years.
pub(in crate::domain) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("\"{}\" is not a duration such as P1D or PT1H30M", shortened(text));
    let upper = text.trim().trim_start_matches('+').to_ascii_uppercase();
    let parts = upper.strip_prefix('P').filter(|rest| !rest.is_empty()).ok_or_else(wrong)?;
    let (mut seconds, mut digits) = (0_i64, String::new());
    for c in parts.chars() {
        let unit = match c {
            '0'..='9' => {
                digits.push(c);
                continue;
            }
            'T' => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return Err(wrong()),
        };
        let count: i64 = digits.parse().ok().filter(|count| *count < 400_000_000).ok_or_else(wrong)?;
        seconds += count * unit;
        digits.clear();
    }
    if !digits.is_empty() || seconds > 3660 * 86_400 {
        return Err(wrong());
    }
    Ok(Duration::seconds(seconds))
}

/// The zones that the events of one calendar of a file may name.
#[derive(Debug, Default)]
pub(in crate::domain) struct Zones {
    /// IANA names that the file gives for its own zone names.
    pub locations: BTreeMap<String, String>,
    /// Zones that the file explains by their offsets.
    pub own: BTreeMap<String, FileZone>,
}

impl Zones {
    /// The time zone of a name: an IANA name, one with a prefix as some programs write it, a name of Windows, or one that
    /// the file itself defines.
    pub fn find(&self, name: &str) -> Option<Zone<'_>> {
        let known = known_zone(name).or_else(|| self.locations.get(name).and_then(|name| known_zone(name)));
        known.map(Zone::Known).or_else(|| self.own.get(name).map(Zone::File))
    }
}

/// The zone of a name that everybody knows, perhaps behind a prefix such as `/mozilla.org/20050126_1/`.
pub(in crate::domain) fn known_zone(name: &str) -> Option<Tz> {
    let mut rest = name.trim();
    loop {
        if let Some(zone) = rest.parse::<Tz>().ok().or_else(|| windows_zone(rest)) {
            return Some(zone);
        }
        // A name that lists cities, such as "(GMT+01.00) Sarajevo/Warsaw/Zagreb", has no prefix.
        rest = rest.split_once('/').filter(|(before, _)| !before.contains(['(', ' ']))?.1;
    }
}
