//! The short forms of the Windows task list: `06:00` every day, `MON 08:00` every week, `15 09:30` every month.
//!
//! They become the same days and times as everything else. The definition keeps what was written.

use super::days::{ALL_MONTH_DAYS, ALL_WEEK_DAYS, Days};
use super::times::Times;
use crate::domain::core::time::ScheduleError;
use crate::domain::core::time::zone::shortened;
use crate::domain::schedules::slots::wall::Wall;

const ADVICE: &str = "write 06:00 (every day), MON 08:00 (every week) or 15 09:30 (every month)";
const WEEK: [&str; 7] = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

/// Parses a short form.
pub(in crate::domain) fn parse_windows(text: &str) -> Result<Wall, ScheduleError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (days, time) = match words.as_slice() {
        [time] => (None, *time),
        [days, time] => (Some(*days), *time),
        _ => {
            return Err(fault(format!("\"{}\" is not a day and a time", shortened(text))).fix(ADVICE));
        }
    };
    let position = |word: &str| text.find(word).map_or(1, |byte| text[..byte].chars().count() + 1);
    let time_at = text.rfind(time).map_or(1, |byte| text[..byte].chars().count() + 1);
    let second = parse_time(time).map_err(|error| error.at(time_at))?;
    let days = match days {
        None => Days::daily(),
        Some(word) => parse_days(word).map_err(|error| error.at(position(word)))?,
    };
    Ok(Wall { days, times: Times::List(vec![second]) })
}

/// Parses weekdays or days of the month, one or several with commas.
fn parse_days(word: &str) -> Result<Days, ScheduleError> {
    let (mut week, mut month) = (0_u8, 0_u32);
    for day in word.split(',') {
        let upper = day.to_uppercase();
        if let Some(index) = WEEK.iter().position(|name| *name == upper || name[..3] == upper) {
            week |= 1 << index;
        } else if !day.is_empty() && day.bytes().all(|byte| byte.is_ascii_digit()) {
            match day.parse::<u32>() {
                Ok(number @ 1..=31) => month |= 1 << number,
                _ => {
                    return Err(fault(format!("day \"{}\" is out of range 1-31", shortened(day))));
                }
            }
        } else {
            return Err(
                fault(format!("\"{}\" is neither a weekday nor a day of the month", shortened(day))).fix(ADVICE)
            );
        }
    }
    match (week, month) {
        (0, month) => Ok(Days { month_days: month, week_days: ALL_WEEK_DAYS, ..Days::daily() }),
        (week, 0) => Ok(Days { month_days: ALL_MONTH_DAYS, week_days: week, ..Days::daily() }),
        _ => Err(fault("weekdays and days of the month cannot be mixed").fix("make two schedules instead")),
    }
}

/// Parses `6:00` or `06:00` into seconds since midnight.
fn parse_time(word: &str) -> Result<u32, ScheduleError> {
    let wrong = || fault(format!("\"{}\" is not a time of day", shortened(word))).fix("write it from 00:00 to 23:59");
    let (hour, minute) = word.split_once(':').ok_or_else(wrong)?;
    let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(hour, 1..=2) || !digits(minute, 2..=2) {
        return Err(wrong());
    }
    match (hour.parse::<u32>(), minute.parse::<u32>()) {
        (Ok(hour @ 0..=23), Ok(minute @ 0..=59)) => Ok(hour * 3600 + minute * 60),
        _ => Err(wrong()),
    }
}

fn fault(message: impl Into<String>) -> ScheduleError {
    ScheduleError::new("text", message)
}
