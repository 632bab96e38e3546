//! Recurrence rules as people write them: parts, times and dates, with the place of each fault.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use rrule::{Frequency, NWeekday, RRule, Unvalidated};

use super::error::ScheduleError;
use super::zone::shortened;

/// Maximum number of occurrences computed for one question. A rule that counts further is refused.
pub(in crate::domain) const STEPS: u32 = 1_000_000;

/// Years in which rules may begin.
const YEARS: std::ops::Range<i32> = 1900..9000;

/// Maximum number of characters in a rule.
const LONGEST: usize = 2000;

/// Parses the rule. Errors name the place of wrong parts.
pub(in crate::domain) fn parsed(text: &str, timezone: chrono_tz::Tz) -> Result<RRule<Unvalidated>, ScheduleError> {
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
        let value_at = position + name.chars().count() + 1;
        parts.push(match name.to_uppercase().as_str() {
            "FREQ" => frequency(value).map_err(|error| error.at(value_at))?,
            name @ ("INTERVAL" | "COUNT") => number(name, value).map_err(|error| error.at(value_at))?,
            "UNTIL" => format!("UNTIL={}", until(value, timezone).map_err(|error| error.at(value_at))?),
            name @ ("WKST" | "BYSETPOS" | "BYMONTH" | "BYMONTHDAY" | "BYYEARDAY" | "BYWEEKNO" | "BYDAY" | "BYHOUR"
            | "BYMINUTE" | "BYSECOND") => format!("{name}={value}"),
            _ => {
                return Err(fault(format!("\"{}\" is not a part of a recurrence rule", shortened(name))).fix(
                    "use FREQ, INTERVAL, COUNT, UNTIL, WKST, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, BYYEARDAY, \
                    BYWEEKNO, BYHOUR, BYMINUTE or BYSECOND",
                ));
            }
        });
        if let Err(error) = format!("FREQ=DAILY;{}", parts[parts.len() - 1]).parse::<RRule<Unvalidated>>()
            && !part.to_uppercase().starts_with("FREQ=")
        {
            return Err(
                fault(sentence(&error.to_string())).fix("write it as RFC 5545 has it, such as FREQ=MONTHLY;BYDAY=-1FR")
            );
        }
        position += part.chars().count() + 1;
    }
    if !parts.iter().any(|part| part.starts_with("FREQ=")) {
        return Err(ScheduleError::new("rule", "FREQ is missing").at(1).fix(FREQUENCIES));
    }
    let whole = parts.join(";").parse();
    whole.map_err(|error: rrule::RRuleError| ScheduleError::new("rule", sentence(&error.to_string())).at(1))
}

const FREQUENCIES: &str = "write FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY";

fn frequency(value: &str) -> Result<String, ScheduleError> {
    match value.to_ascii_uppercase().as_str() {
        known @ ("HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY") => Ok(format!("FREQ={known}")),
        "SECONDLY" | "MINUTELY" => Err(ScheduleError::new("rule", "FREQ below HOURLY is not available")
            .fix("use a schedule of kind interval, or a cron expression")),
        _ => Err(ScheduleError::new("rule", format!("\"{}\" is not a frequency", shortened(value))).fix(FREQUENCIES)),
    }
}

/// Parses INTERVAL or COUNT, within what the crate can compute.
fn number(name: &str, value: &str) -> Result<String, ScheduleError> {
    let most = if name == "INTERVAL" { u32::from(u16::MAX) } else { u32::MAX };
    match value.parse::<u32>() {
        Ok(number) if (1..=most).contains(&number) => Ok(format!("{name}={number}")),
        _ => Err(ScheduleError::new("rule", format!("{name}: \"{}\" is out of range 1-{most}", shortened(value)))
            .fix(format!("write it like {name}=2"))),
    }
}

/// What is wrong with the end of a new rule. Saved rules with such an end continue as before.
pub(in crate::domain) fn bad_end(text: &str) -> Option<ScheduleError> {
    let upper = text.to_ascii_uppercase();
    let at = |name: &str| upper.find(name).map(|byte| upper[..byte].chars().count() + 1);
    let count_at = at("COUNT=")?;
    if let Some(until_at) = at("UNTIL=") {
        let error = ScheduleError::new("rule", "COUNT and UNTIL exclude each other").at(count_at.max(until_at));
        return Some(error.fix("leave out one of them"));
    }
    let digits = upper.split("COUNT=").nth(1)?.split(';').next()?;
    let counted = digits.trim().parse::<u32>().ok().filter(|count| *count > STEPS)?;
    let error = ScheduleError::new("rule", format!("COUNT: {counted} is more than {STEPS}")).at(count_at + 6);
    Some(error.fix("leave it out, or write UNTIL"))
}

/// RFC 5545, 3.3.10: only months and years (except by week) have a first or last Monday.
pub(in crate::domain) fn days_are_countable(rule: &RRule<Unvalidated>, text: &str) -> Result<(), ScheduleError> {
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
pub(in crate::domain) fn times_of_day(rule: &RRule<Unvalidated>, start: NaiveTime) -> Vec<NaiveTime> {
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

/// A date without a time.
pub(in crate::domain) fn bare_date(text: &str) -> Option<NaiveDate> {
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

/// The last second of a day.
pub(in crate::domain) fn last_second() -> NaiveTime {
    NaiveTime::from_hms_opt(23, 59, 59).expect("a real time")
}

/// Parses a local time, in the extended form that people write or the basic form of RFC 5545. A date without a time
/// means its midnight.
pub(in crate::domain) fn local_time(field: &'static str, text: &str) -> Result<NaiveDateTime, ScheduleError> {
    let trimmed = text.trim();
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y%m%dT%H%M%S"];
    let found = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(trimmed, format).ok())
        .or_else(|| bare_date(trimmed).map(|date| date.and_time(NaiveTime::MIN)));
    let found = found.ok_or_else(|| {
        ScheduleError::new(field, format!("\"{}\" is not a local time", shortened(text)))
            .fix("write it like 2026-01-30T09:00, without a zone (the schedule has one)")
    })?;
    if YEARS.contains(&chrono::Datelike::year(&found)) {
        return Ok(found);
    }
    let message =
        format!("\"{}\" is out of range: years go from {} to {}", shortened(text), YEARS.start, YEARS.end - 1);
    Err(ScheduleError::new(field, message).fix("choose a year between them"))
}

/// Explains why the crate refuses a rule, at the part that the crate names first.
pub(in crate::domain) fn refused(rule: &str, error: &rrule::RRuleError) -> ScheduleError {
    let message = sentence(&error.to_string());
    let (message, fix) = match message.starts_with("`UNTIL`") {
        true => ("UNTIL is before dtstart", "choose a later UNTIL, or an earlier dtstart"),
        false => (message.as_str(), "change that part, or leave it out"),
    };
    let name = error.to_string().split('`').nth(1).unwrap_or("BYSETPOS").to_owned();
    let place = rule.to_ascii_uppercase().find(&name).map_or(0, |byte| rule[..byte].chars().count());
    ScheduleError::new("rule", message).at(place + 1).fix(fix)
}

/// A message of the crate without its full stop and its origin.
fn sentence(text: &str) -> String {
    let said = ["RRule validation error: ", "RRule parsing error: "].iter().find_map(|from| text.strip_prefix(from));
    said.unwrap_or(text).trim_end_matches('.').to_owned()
}
