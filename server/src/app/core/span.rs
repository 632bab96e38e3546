//! Converts durations of definitions, which are in seconds.

use chrono::TimeDelta;

/// Converts seconds of a definition to a duration, to the microsecond.
#[expect(clippy::cast_possible_truncation, reason = "definitions hold at most a year")]
pub fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::microseconds((seconds * 1_000_000.0) as i64)
}
