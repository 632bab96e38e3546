//! The runner's two clocks: wall time for records, monotonic time for limits.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Wall time in microseconds since 1970 UTC.
pub fn now_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Monotonic time; never used for records.
pub fn now() -> Instant {
    Instant::now()
}

/// Converts seconds from the wire to a duration. Negative and meaningless values become zero; endless values become a
/// century.
pub fn seconds(value: f64) -> Duration {
    const CENTURY: f64 = 100.0 * 366.0 * 86_400.0;
    if value.is_nan() { Duration::ZERO } else { Duration::from_secs_f64(value.clamp(0.0, CENTURY)) }
}

/// Sleeps. Used only where there is no event to wait for.
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}
