//! Durations of definitions, which are in seconds, as spans of time.

use chrono::TimeDelta;

/// Seconds of a definition as a length of time, to the microsecond.
#[expect(clippy::cast_possible_truncation, reason = "definitions hold at most a year")]
pub fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::microseconds((seconds * 1_000_000.0) as i64)
}
