//! The distance of an interval, for schedules of that kind and for cron macros.
//!
//! Deliberately absent: the slots of an interval, which `slots` computes.

use crate::domain::core::time::ScheduleError;

/// Longest distance of an interval: 366 days.
const LONGEST_SECONDS: u64 = 366 * 86_400;

/// Refuses a distance of 0 or of too many seconds.
pub(in crate::domain) fn check_distance(field: &'static str, seconds: u64) -> Result<(), ScheduleError> {
    match seconds {
        1..=LONGEST_SECONDS => Ok(()),
        _ => Err(ScheduleError::new(field, format!("{seconds} seconds is out of range 1-{LONGEST_SECONDS}"))),
    }
}
