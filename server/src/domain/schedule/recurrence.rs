//! Recurrence rules of RFC 5545, computed by the crate `rrule` in local time, as if the zone were UTC.
//!
//! Gap and fold policies are then ours, as for every other local time. The crate only goes forward from DTSTART, so what it
//! found is kept: a schedule that is asked for one slot after another pays for each occurrence once. At most `KEPT`
//! occurrences are kept; a question about an earlier time starts anew. Rules below an hour are refused: an interval or a cron
//! expression says the same, and the crate's bound on fruitless steps could end them silently.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use rrule::{Frequency, NWeekday, RRule, RRuleSet, RRuleSetIter, Tz, Unvalidated};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::ScheduleError;
use super::zone::shortened;

/// Occurrences that are kept.
const KEPT: usize = 20_000;

/// Occurrences that one question may cost: a century of hours. Beyond them there is none.
const STEPS: u32 = 1_000_000;

/// The longest rule that is looked at, in characters.
const LONGEST: usize = 2000;

/// The parts of a rule as a person writes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    pub rule: &'a str,
    pub dtstart: &'a str,
    pub exdate: &'a [String],
    pub rdate: &'a [String],
}

/// A compiled rule; clones share what was found.
#[derive(Debug, Clone)]
pub(super) struct Recurrence {
    /// Whether it follows elapsed time over clock changes, as `FREQ=HOURLY` does.
    pub elapsed: bool,
    /// Whether it passes over hours, by an interval or `BYHOUR`.
    pub some_hours: bool,
    pub(super) set: RRuleSet,
    /// Days of the month as written; the crate shows only those that count from its beginning.
    pub(super) month_days: Vec<i8>,
    found: Arc<Mutex<Found>>,
}

#[derive(Debug, Default)]
struct Found {
    iter: Option<RRuleSetIter>,
    /// Seconds of local time as if UTC, rising.
    kept: VecDeque<i64>,
    /// Whether occurrences before the kept ones were dropped.
    dropped: bool,
}

impl PartialEq for Recurrence {
    fn eq(&self, other: &Self) -> bool {
        self.set == other.set
    }
}
impl Eq for Recurrence {}

impl Recurrence {
    /// Compiles a rule whose local times are meant in a zone.
    pub fn compile(written: Written, timezone: chrono_tz::Tz) -> Result<Self, ScheduleError> {
        let start = local_time("dtstart", written.dtstart)?;
        let rule = parsed(written.rule, timezone)?;
        match rule.get_freq() {
            Frequency::Secondly | Frequency::Minutely => {
                return Err(ScheduleError::new("rule", "FREQ below HOURLY is not available")
                    .fix("use a schedule of kind interval, or a cron expression"));
            }
            Frequency::Hourly | Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {}
        }
        days_are_countable(&rule, written.rule)?;
        let left_out_at = times_of_day(&rule, start.time());
        let elapsed = rule.get_freq() == Frequency::Hourly;
        let some_hours = rule.get_interval() > 1 || !rule.get_by_hour().is_empty();
        let mut month_days = rule.get_by_month_day().to_vec();
        month_days.sort_by_key(|day| (*day < 0, *day));
        let start = start.and_utc().with_timezone(&Tz::UTC);
        let set = rule.build(start).map_err(|error| ScheduleError::new("rule", sentence(&error.to_string())))?;
        let dates = |field, texts: &[String]| -> Result<Vec<_>, ScheduleError> {
            let times = texts.iter().map(|text| local_time(field, text));
            times.map(|at| at.map(|at| at.and_utc().with_timezone(&Tz::UTC))).collect()
        };
        let (mut exdates, rdates) = (dates("exdate", written.exdate)?, dates("rdate", written.rdate)?);
        // A bare date leaves out all that the rule has on it.
        for date in written.exdate.iter().filter_map(|text| bare_date(text)) {
            exdates.retain(|at| at.naive_utc() != date.and_time(NaiveTime::MIN));
            exdates.extend(left_out_at.iter().map(|time| date.and_time(*time).and_utc().with_timezone(&Tz::UTC)));
        }
        let set = set.set_exdates(exdates).set_rdates(rdates).limit();
        let compiled = Self { elapsed, some_hours, set, month_days, found: Arc::default() };
        if compiled.next(NaiveDateTime::MIN).is_none() {
            return Err(ScheduleError::new("rule", "this rule never fires: it has no date at or after its start")
                .fix("check BYMONTH, BYMONTHDAY, COUNT, UNTIL and exdate"));
        }
        Ok(compiled)
    }

    /// The first local time at or after `from`.
    pub fn next(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        let from = from.and_utc().timestamp();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.reach(&self.set, from);
        let index = found.kept.partition_point(|at| *at < from);
        found.kept.get(index).copied().and_then(naive)
    }

    /// The last local time at or before `from`.
    pub fn previous(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        let from = from.and_utc().timestamp();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.reach(&self.set, from);
        let index = found.kept.partition_point(|at| *at <= from);
        index.checked_sub(1).and_then(|index| found.kept.get(index)).copied().and_then(naive)
    }
}

/// The dates of a rule without times, up to a date.
pub fn recurrence_dates(rule: &str, dtstart: NaiveDate, until: NaiveDate) -> Result<Vec<NaiveDate>, ScheduleError> {
    let dtstart = dtstart.format("%Y-%m-%d").to_string();
    let written = Written { rule, dtstart: &dtstart, exdate: &[], rdate: &[] };
    let compiled = Recurrence::compile(written, chrono_tz::UTC)?;
    if compiled.elapsed {
        return Err(ScheduleError::new("rule", "a calendar's rule names dates").fix("use FREQ=DAILY or longer"));
    }
    let end = until.and_time(last_second()).and_utc().timestamp();
    let dates = compiled.set.into_iter().map(|at| at.timestamp()).take_while(|at| *at <= end);
    let mut dates: Vec<NaiveDate> = dates.filter_map(naive).map(|at| at.date()).collect();
    dates.dedup();
    Ok(dates)
}

impl Found {
    /// Makes sure that everything up to the first occurrence after an instant is kept.
    fn reach(&mut self, set: &RRuleSet, at: i64) {
        if self.dropped && self.kept.front().is_some_and(|first| at < *first) {
            *self = Self::default();
        }
        let iter = self.iter.get_or_insert_with(|| set.into_iter());
        for _ in 0..STEPS {
            if self.kept.back().is_some_and(|last| *last > at) {
                break;
            }
            let Some(next) = iter.next() else { break };
            if self.kept.back() == Some(&next.timestamp()) {
                continue;
            }
            self.kept.push_back(next.timestamp());
            if self.kept.len() > KEPT {
                self.kept.pop_front();
                self.dropped = true;
            }
        }
    }
}

fn naive(seconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, 0).map(|at| at.naive_utc())
}

fn parsed(text: &str, timezone: chrono_tz::Tz) -> Result<RRule<Unvalidated>, ScheduleError> {
    let trimmed = text.trim();
    let rule = trimmed.strip_prefix("RRULE:").unwrap_or(trimmed);
    if rule.chars().count() > LONGEST || rule.contains('\n') {
        return Err(ScheduleError::new("rule", format!("the rule is not one line of at most {LONGEST} characters")));
    }
    let mut parts = Vec::new();
    let mut position = text.find(rule).map_or(0, |byte| text[..byte].chars().count()) + 1;
    for part in rule.split(';') {
        let fault = |message: String| ScheduleError::new("rule", message).at(position);
        let Some((name, value)) = part.split_once('=') else {
            return Err(fault(format!("\"{}\" is not NAME=VALUE", shortened(part)))
                .fix("write it like FREQ=MONTHLY;BYDAY=-1FR"));
        };
        parts.push(match name.to_uppercase().as_str() {
            "UNTIL" => format!("UNTIL={}", until(value, timezone).map_err(|error| error.at(position))?),
            name @ ("FREQ" | "INTERVAL" | "COUNT" | "WKST" | "BYSETPOS" | "BYMONTH" | "BYMONTHDAY" | "BYYEARDAY"
            | "BYWEEKNO" | "BYDAY" | "BYHOUR" | "BYMINUTE" | "BYSECOND") => format!("{name}={value}"),
            _ => return Err(fault(format!("\"{}\" is not a part of a recurrence rule", shortened(name)))
                .fix("known are FREQ, INTERVAL, COUNT, UNTIL, WKST, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, BYYEARDAY, BYWEEKNO, BYHOUR, BYMINUTE, BYSECOND")),
        });
        if let Err(error) = format!("FREQ=DAILY;{}", parts[parts.len() - 1]).parse::<RRule<Unvalidated>>()
            && !part.to_uppercase().starts_with("FREQ=")
        {
            return Err(fault(sentence(&error.to_string())));
        }
        position += part.chars().count() + 1;
    }
    parts.join(";").parse().map_err(|error: rrule::RRuleError| ScheduleError::new("rule", sentence(&error.to_string())))
}

/// RFC 5545, 3.3.10: only months and years (not those by week) have a first or last Monday.
fn days_are_countable(rule: &RRule<Unvalidated>, text: &str) -> Result<(), ScheduleError> {
    let numbered = rule.get_by_weekday().iter().any(|day| matches!(day, NWeekday::Nth(..)));
    let countable = match rule.get_freq() {
        Frequency::Monthly => true,
        Frequency::Yearly => rule.get_by_week_no().is_empty(),
        _ => false,
    };
    if !numbered || countable {
        return Ok(());
    }
    let position = text.to_ascii_uppercase().find("BYDAY").map_or(0, |byte| text[..byte].chars().count()) + 1;
    Err(ScheduleError::new("rule", "BYDAY has a number, but only a month or a year has a first or last weekday")
        .at(position)
        .fix("write FREQ=MONTHLY, or the weekday without a number"))
}

/// The times of day at which a rule may be due.
fn times_of_day(rule: &RRule<Unvalidated>, start: NaiveTime) -> Vec<NaiveTime> {
    let given = |written: &[u8], else_at: u32| match written {
        [] => vec![else_at],
        written => written.iter().copied().map(u32::from).collect(),
    };
    let hours = match (rule.get_freq(), rule.get_by_hour()) {
        (Frequency::Hourly, []) => (0..24).collect(),
        (_, written) => given(written, start.hour()),
    };
    let (minutes, seconds) = (given(rule.get_by_minute(), start.minute()), given(rule.get_by_second(), start.second()));
    let mut times = Vec::new();
    for (hour, minute) in hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (*hour, *minute))) {
        times.extend(seconds.iter().filter_map(|second| NaiveTime::from_hms_opt(hour, minute, *second)));
    }
    times
}

fn bare_date(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%Y%m%d"].iter().find_map(|format| NaiveDate::parse_from_str(text.trim(), format).ok())
}

/// The end as local time as if UTC: `20261231`, `20261231T235959` and `20261231T225959Z`.
fn until(text: &str, timezone: chrono_tz::Tz) -> Result<String, ScheduleError> {
    let at = match text.strip_suffix(['Z', 'z']) {
        Some(utc) => NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S")
            .map(|at| at.and_utc().with_timezone(&timezone).naive_local())
            .ok(),
        None => NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S")
            .ok()
            .or_else(|| Some(NaiveDate::parse_from_str(text, "%Y%m%d").ok()?.and_time(last_second()))),
    };
    let at = at.ok_or_else(|| {
        ScheduleError::new("rule", format!("UNTIL: \"{}\" is not a time", shortened(text)))
            .fix("write 20261231 or 20261231T235959")
    })?;
    Ok(at.format("%Y%m%dT%H%M%SZ").to_string())
}

fn last_second() -> NaiveTime {
    NaiveTime::from_hms_opt(23, 59, 59).expect("a real time")
}

/// A local time, in the extended form people write or the basic form of RFC 5545; a bare date is its midnight.
fn local_time(field: &'static str, text: &str) -> Result<NaiveDateTime, ScheduleError> {
    let trimmed = text.trim();
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y%m%dT%H%M%S"];
    let found = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(trimmed, format).ok())
        .or_else(|| bare_date(trimmed).map(|date| date.and_time(NaiveTime::MIN)));
    found.filter(|at| (1900..9000).contains(&chrono::Datelike::year(at))).ok_or_else(|| {
        ScheduleError::new(field, format!("\"{}\" is not a local time", shortened(text)))
            .fix("write it like 2026-01-30T09:00, without a zone (the schedule has one)")
    })
}

fn sentence(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}
