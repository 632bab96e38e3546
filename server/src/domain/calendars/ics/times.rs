//! Times of events: dates, local times with and without a time zone, UTC, durations, and names of zones as programs
//! write them.

use super::shortened;
use crate::domain::core::time::windows_zone;
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// A point in time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum When {
    /// A whole day.
    Date(NaiveDate),
    /// A local time without a time zone, or with an unknown one.
    Floating(NaiveDateTime),
    /// A local time in a time zone.
    Zoned(NaiveDateTime, Tz),
}

impl When {
    /// The local time as written; for a date, its midnight.
    pub fn local(self) -> NaiveDateTime {
        match self {
            Self::Date(date) => date.into(),
            Self::Floating(at) | Self::Zoned(at, _) => at,
        }
    }

    /// The local date in the time zone of another time, such as that of an event's start.
    pub fn date_like(self, other: Self) -> NaiveDate {
        match (self, other) {
            (Self::Zoned(at, from), Self::Zoned(_, to)) if from != to => {
                instant(at, from).with_timezone(&to).date_naive()
            }
            _ => self.local().date(),
        }
    }
}

/// The instant of a local time: the first if there are two, and the one after the gap if there is none.
pub(in crate::domain) fn instant(at: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let found = zone.from_local_datetime(&at).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&(at + Duration::hours(1))).earliest());
    found.map_or_else(|| at.and_utc(), |at| at.with_timezone(&Utc))
}

/// Reads `20260406`, `20260406T090000` or `20260406T070000Z`.
pub(in crate::domain) fn when(text: &str, zone: Option<Tz>) -> Result<When, String> {
    let text = text.trim();
    let found = match (text.strip_suffix(['Z', 'z']), zone) {
        _ if text.len() == 8 => NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(When::Date),
        (Some(utc), _) => local(utc).map(|at| When::Zoned(at, Tz::UTC)),
        (None, Some(zone)) => local(text).map(|at| When::Zoned(at, zone)),
        (None, None) => local(text).map(When::Floating),
    };
    let wrong = || format!("\"{}\" is not a date such as 20260406 or 20260406T090000Z", shortened(text));
    let found = found.ok_or_else(wrong)?;
    let year = chrono::Datelike::year(&found.local());
    if (1900..=2200).contains(&year) { Ok(found) } else { Err(format!("the year {year} is not in 1900-2200")) }
}

fn local(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok()
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

/// The time zone of a name: an IANA name, one with a prefix as some programs write it, a name of Windows, or one that
/// the file itself defines.
pub(in crate::domain) fn zone(name: &str, locations: &BTreeMap<String, String>) -> Option<Tz> {
    let known = |name: &str| name.parse::<Tz>().ok().or_else(|| windows_zone(name));
    let mut rest = name.trim();
    loop {
        if let Some(zone) = known(rest) {
            return Some(zone);
        }
        match rest.split_once('/') {
            Some((_, after)) => rest = after,
            None => return locations.get(name).and_then(|name| known(name)),
        }
    }
}
