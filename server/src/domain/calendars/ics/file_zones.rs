//! Zones that a file explains itself (VTIMEZONE; RFC 5545, 3.6.5): offsets, and when each begins to hold.
//!
//! They are used where nobody knows the zone's name. Changes are computed from 1900 to 2200.

use super::error::{IcsError, shortened};
use super::lines::{Line, RawZone, property};
use crate::domain::core::time::recurrence_dates;
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Utc};

/// First and last year in which changes are computed.
const YEARS: [i32; 2] = [1900, 2200];

/// Most changes of one zone: two a year with room for odd ones.
const CHANGES: usize = 3000;

/// A zone as the file explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct FileZone {
    name: String,
    /// Offset before the first change.
    before: Duration,
    /// The changes, by instant.
    changes: Vec<Change>,
}

/// A change of the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    at: NaiveDateTime,
    from: Duration,
    to: Duration,
}

impl FileZone {
    /// Reads a zone.
    pub fn read(raw: &RawZone) -> Result<Self, IcsError> {
        let (mut changes, mut ancient) = (Vec::new(), Vec::new());
        for part in &raw.parts {
            let part = Part::read(part, raw.number)?;
            ancient.push((part.start, part.to));
            for onset in part.onsets()? {
                changes.push(Change { at: onset - part.from, from: part.from, to: part.to });
            }
            if changes.len() > CHANGES {
                return Err(IcsError::new(raw.number, format!("the zone changes more than {CHANGES} times")));
            }
        }
        changes.sort_by_key(|change| change.at);
        ancient.sort_by_key(|(start, _)| *start);
        let before = match (changes.first(), ancient.last()) {
            (Some(first), _) => first.from,
            (None, Some((_, offset))) => *offset,
            (None, None) => return Err(IcsError::new(raw.number, "the zone has neither STANDARD nor DAYLIGHT")),
        };
        Ok(Self { name: raw.name.clone(), before, changes })
    }

    /// What the file calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The local time at an instant.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let at = at.naive_utc();
        at + self.offset(self.changes.partition_point(|change| change.at <= at))
    }

    /// The instant of a local time: the first if there are two, and after the gap if there is none.
    pub fn instant(&self, at: NaiveDateTime) -> DateTime<Utc> {
        let near = self.changes.partition_point(|change| change.at <= at);
        let stretches = near.saturating_sub(3)..=(near + 3).min(self.changes.len());
        let holds = |stretch: &usize| {
            let instant = at - self.offset(*stretch);
            let begun = stretch.checked_sub(1).is_none_or(|before| self.changes[before].at <= instant);
            begun && self.changes.get(*stretch).is_none_or(|next| instant < next.at)
        };
        let in_gap = |stretch: &usize| {
            let change = stretch.checked_sub(1).map(|before| self.changes[before]);
            change.is_some_and(|change| (change.at + change.from..change.at + change.to).contains(&at))
        };
        let offset = match stretches.clone().find(holds) {
            Some(stretch) => self.offset(stretch),
            None => self.offset(stretches.clone().find(in_gap).map_or(near, |stretch| stretch - 1)),
        };
        (at - offset).and_utc()
    }

    /// The offset after so many changes.
    fn offset(&self, changes: usize) -> Duration {
        changes.checked_sub(1).map_or(self.before, |index| self.changes[index].to)
    }
}

/// STANDARD or DAYLIGHT: the local times at which an offset begins to hold.
struct Part {
    start: NaiveDateTime,
    from: Duration,
    to: Duration,
    rule: Option<(usize, String)>,
    more: Vec<NaiveDateTime>,
}

impl Part {
    fn read(lines: &[Line], number: usize) -> Result<Self, IcsError> {
        let (mut start, mut from, mut to, mut rule, mut more) = (None, None, None, None, Vec::new());
        for line in lines {
            let found = property(line)?;
            let value = found.val.as_str().trim();
            match found.name.as_str().to_ascii_uppercase().as_str() {
                "DTSTART" => start = Some(local_time(line, value)?),
                "TZOFFSETFROM" => from = Some(offset(line, value)?),
                "TZOFFSETTO" => to = Some(offset(line, value)?),
                "RRULE" => rule = Some((line.number, value.trim_end_matches(';').to_ascii_uppercase())),
                _ => {
                    for text in value.split(',').filter(|text| !text.trim().is_empty()) {
                        more.push(local_time(line, text.split('/').next().unwrap_or_default())?);
                    }
                }
            }
        }
        let missing = |name: &str| IcsError::new(number, format!("a part of the zone has no {name}"));
        let to = to.ok_or_else(|| missing("TZOFFSETTO"))?;
        let start = start.ok_or_else(|| missing("DTSTART"))?;
        Ok(Self { start, from: from.unwrap_or(to), to, rule, more })
    }

    /// The local times at which the offset begins to hold, in the years that are computed.
    fn onsets(&self) -> Result<Vec<NaiveDateTime>, IcsError> {
        let [first, last] = YEARS;
        let mut onsets: Vec<_> = self.more.iter().copied().chain([self.start]).collect();
        onsets.retain(|at| (first..=last).contains(&at.year()));
        if let Some((number, rule)) = &self.rule {
            let rule = self.dated(rule);
            let end = NaiveDate::from_ymd_opt(last, 12, 31).expect("a real date");
            let start = self.computed_start(&rule);
            if last_date(&rule).is_none_or(|last| last >= start) {
                let dates = recurrence_dates(&rule, start, end);
                let dates = dates.map_err(|error| IcsError::new(*number, format!("RRULE: {error}")))?;
                onsets.extend(dates.into_iter().map(|date| date.and_time(self.start.time())));
            }
        }
        onsets.sort();
        onsets.dedup();
        Ok(onsets)
    }

    /// The rule with its end as a date: the last on which it begins by then.
    fn dated(&self, rule: &str) -> String {
        let parts = rule.split(';').map(|part| match part.strip_prefix("UNTIL=").and_then(|end| self.until(end)) {
            Some(date) => format!("UNTIL={}", date.format("%Y%m%d")),
            None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join(";")
    }

    fn until(&self, end: &str) -> Option<NaiveDate> {
        if end.len() == 8 {
            return NaiveDate::parse_from_str(end, "%Y%m%d").ok();
        }
        let end = match end.strip_suffix('Z') {
            Some(utc) => local(utc)? + self.from,
            None => local(end)?,
        };
        if end.time() >= self.start.time() { Some(end.date()) } else { end.date().pred_opt() }
    }

    /// The rule's start, or one of the same period in 1900: programs write 1601 for "always".
    fn computed_start(&self, rule: &str) -> NaiveDate {
        let date = self.start.date();
        let [first, _] = YEARS;
        if date.year() >= first {
            return date;
        }
        let every = rule.split(';').find_map(|part| part.strip_prefix("INTERVAL=")?.parse::<i32>().ok()).unwrap_or(1);
        let year = first + (date.year() - first).rem_euclid(every.max(1));
        date.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, date.month(), 28)).unwrap_or(date)
    }
}

/// The end of a rule, if it has one as a date.
pub(in crate::domain) fn last_date(rule: &str) -> Option<NaiveDate> {
    let end = rule.split(';').find_map(|part| part.strip_prefix("UNTIL="))?;
    NaiveDate::parse_from_str(end, "%Y%m%d").ok()
}

/// Reads `20260406T090000`, in whatever year.
pub(in crate::domain) fn local(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok()
}

fn local_time(line: &Line, text: &str) -> Result<NaiveDateTime, IcsError> {
    let text = text.trim();
    local(text.trim_end_matches(['Z', 'z'])).ok_or_else(|| {
        IcsError::new(line.number, format!("\"{}\" is not a local time such as 20260329T020000", shortened(text)))
    })
}

/// Reads `+0100`, `-0330` or `+053028`.
fn offset(line: &Line, text: &str) -> Result<Duration, IcsError> {
    let wrong =
        || IcsError::new(line.number, format!("\"{}\" is not an offset such as +0100 or -0330", shortened(text)));
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => (1, text),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Ok(0), str::parse::<i64>).map_err(|_| wrong());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return Err(wrong());
    }
    Ok(Duration::seconds(sign * (hours * 3600 + minutes * 60 + seconds)))
}
