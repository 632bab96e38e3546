//! Time zones: their names, and what a local time means in one.

use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, Offset, SubsecRound, TimeZone, Utc};
use chrono_tz::{GapInfo, TZ_VARIANTS, Tz};

use super::error::ScheduleError;
use super::windows_zones::windows_zone;

/// The version of the IANA time zone database that is compiled in, such as `2025b`.
pub const ZONE_DATA_VERSION: &str = chrono_tz::IANA_TZDB_VERSION;

/// What a local time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Meaning {
    /// It exists once, at this offset in seconds east.
    Once(i32),
    /// It exists twice.
    Twice(Twice),
    /// It does not exist. The instant is the first one after the gap.
    Never(DateTime<Utc>),
}

/// A range of local time that the clock shows twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) struct Twice {
    pub first: i32,
    pub second: i32,
}

impl Twice {
    /// The instant at which the clock is set back, given any local time of the range.
    pub fn change(self, tz: Tz, local: NaiveDateTime) -> DateTime<Utc> {
        let mut before = instant(local, self.first).timestamp();
        let mut after = instant(local, self.second).timestamp();
        while after - before > 1 {
            let middle = before.midpoint(after);
            if offset_at(tz, DateTime::from_timestamp(middle, 0).expect("between two instants")) == self.first {
                before = middle;
            } else {
                after = middle;
            }
        }
        DateTime::from_timestamp(after, 0).expect("between two instants")
    }
}

/// What a local time means in a zone.
pub(in crate::domain) fn meaning(tz: Tz, local: NaiveDateTime) -> Meaning {
    match tz.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) => Meaning::Once(seconds(&offset)),
        LocalResult::Ambiguous(first, second) => {
            Meaning::Twice(Twice { first: seconds(&first), second: seconds(&second) })
        }
        LocalResult::None => Meaning::Never(
            GapInfo::new(&local, &tz)
                .and_then(|gap| gap.begin)
                .map_or_else(|| local.and_utc(), |(begin, offset)| instant(begin, seconds(&offset))),
        ),
    }
}

/// The instant at which the clocks of a zone show a local time: the first one if they show it twice, and the first one
/// after the gap if they never show it.
pub(in crate::domain) fn shown_at(tz: Tz, wanted: NaiveDateTime) -> DateTime<Utc> {
    match meaning(tz, wanted) {
        Meaning::Once(offset) => instant(wanted, offset),
        Meaning::Twice(twice) => instant(wanted, twice.first),
        Meaning::Never(after) => after,
    }
}

/// The zone's offset at an instant, in seconds east.
pub(in crate::domain) fn offset_at(tz: Tz, at: DateTime<Utc>) -> i32 {
    seconds(&tz.offset_from_utc_datetime(&at.naive_utc()))
}

/// The instant of a local time at an offset.
pub(in crate::domain) fn instant(local: NaiveDateTime, offset: i32) -> DateTime<Utc> {
    (local - Duration::seconds(i64::from(offset))).and_utc()
}

/// The local time of an instant at an offset.
pub(in crate::domain) fn local(at: DateTime<Utc>, offset: i32) -> NaiveDateTime {
    at.naive_utc() + Duration::seconds(i64::from(offset))
}

fn seconds(offset: &impl Offset) -> i32 {
    offset.fix().local_minus_utc()
}

/// The start of the hour, by the clocks of a time zone, that contains an instant.
pub fn hour_of(zone: Tz, at: DateTime<Utc>) -> DateTime<Utc> {
    let offset = seconds(at.with_timezone(&zone).offset());
    let second = (at.timestamp() + i64::from(offset)).rem_euclid(3600);
    at.trunc_subsecs(0) - Duration::seconds(second)
}

/// Parses an IANA name. For an unknown name, the error suggests similar names.
pub fn zone_parse(name: &str) -> Result<Tz, ScheduleError> {
    name.parse().map_err(|_| {
        if name.trim().is_empty() {
            let fix = "leave it out for the server's zone, or write an IANA name such as Europe/Berlin";
            return ScheduleError::new("timezone", "the time zone is empty").fix(fix);
        }
        let error = ScheduleError::new("timezone", format!("\"{}\" is not a known time zone", shortened(name)));
        if let Some(zone) = windows_zone(name) {
            return error.fix(format!("that is its Windows name; write {zone}"));
        }
        match nearest(name).as_slice() {
            [] => error.fix("use an IANA name such as Europe/Berlin or UTC"),
            names => error.fix(format!("did you mean {}?", names.join(", "))),
        }
    })
}

/// At most 60 characters of what somebody wrote, for messages.
pub(in crate::domain) fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Up to three known names similar to a wrong one.
fn nearest(wrong: &str) -> Vec<&'static str> {
    let wrong: String = wrong.trim().to_lowercase().replace([' ', '-'], "_");
    if wrong.is_empty() || wrong.len() > 60 {
        return Vec::new();
    }
    let mut near: Vec<(usize, &'static str)> = TZ_VARIANTS
        .iter()
        .map(|tz| tz.name())
        .filter_map(|name| {
            let known = name.to_lowercase();
            let city = known.rsplit('/').next().unwrap_or(&known);
            let wrong_city = wrong.rsplit('/').next().unwrap_or(&wrong);
            let far = distance(&wrong, &known).min(distance(&wrong, city) + 1).min(distance(wrong_city, city) + 1);
            (far <= 1 + wrong.len() / 5).then_some((far, name))
        })
        .collect();
    near.sort();
    let nearest = near.first().map_or(0, |(far, _)| *far);
    near.retain(|(far, _)| *far == nearest);
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Edit distance (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[right.len()]
}
