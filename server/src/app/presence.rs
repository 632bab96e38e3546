//! Since when the server has been there without a break: awake, and with a clock that nobody set.

use super::App;
use crate::clock::Stopwatch;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::PoisonError;

/// The clock may be corrected by that much at once without anything counting as missed for it.
const CORRECTION_MAX: TimeDelta = TimeDelta::seconds(2);

/// What was seen when it was last asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presence {
    from_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    /// Stands still while the machine sleeps.
    since: Stopwatch,
}

impl App {
    /// Since when the server has been there without a break, as of now. Asked for the first time, it has just come; so it has
    /// if since the last time the clock went on otherwise than time did.
    pub(super) fn present_from(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let mut known = self.inner.presence.lock().unwrap_or_else(PoisonError::into_inner);
        let from_at = match *known {
            Some(Presence { from_at, seen_at, since }) => {
                let awake = TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::MAX);
                if ((now - seen_at) - awake).abs() <= CORRECTION_MAX { from_at } else { now }
            }
            None => now,
        };
        *known = Some(Presence { from_at, seen_at: now, since: Stopwatch::start() });
        from_at
    }
}
