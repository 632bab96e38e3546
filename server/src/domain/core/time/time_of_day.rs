//! A time of day as people write it, `06:00` or `06:00:30`.
//!
//! Deliberately absent: dates and time zones. A time of day is a number of seconds since midnight, by whatever clock.

use super::error::ScheduleError;
use super::zone::shortened;

/// Parses `6:00`, `06:00` or `06:00:30` into seconds since midnight.
pub fn time_of_day(field: &'static str, text: &str) -> Result<u32, ScheduleError> {
    let wrong = || {
        ScheduleError::new(field, format!("\"{}\" is not a time of day", shortened(text)))
            .fix("write it from 00:00 to 23:59, or with seconds (07:30:15)")
    };
    let parts: Vec<&str> = text.trim().split(':').collect();
    let number = |part: &str, shortest: usize, limit: u32| {
        let plain = (shortest..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|number| plain && *number < limit).ok_or_else(wrong)
    };
    match parts.as_slice() {
        [hour, minute] => Ok(number(hour, 1, 24)? * 3600 + number(minute, 2, 60)? * 60),
        [hour, minute, second] => {
            Ok(number(hour, 1, 24)? * 3600 + number(minute, 2, 60)? * 60 + number(second, 2, 60)?)
        }
        _ => Err(wrong()),
    }
}
