//! Since when the server has been present without interruption: awake, and with a clock that nobody set.

use crate::app::App;
use crate::clock::Stopwatch;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::PoisonError;

/// A correction of the clock up to this much does not count as an interruption, so no slot is missed because of it.
const CORRECTION_MAX: TimeDelta = TimeDelta::seconds(2);

/// After this long without a call the process counts as having been stopped. The timekeeper calls three times in this
/// period.
const SILENCE_MAX: TimeDelta = TimeDelta::seconds(15);

/// What the last call saw.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct Presence {
    from_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    /// Stands still while the machine sleeps.
    since: Stopwatch,
}

impl App {
    /// Returns the instant since which this process has been running without interruption. The period starts anew if
    /// the wall clock jumps by more than 2 s against the time since boot, or if nobody has called this for 15 s,
    /// because the process was stopped then. The timekeeper calls it every 5 s.
    pub fn present_from(&self) -> DateTime<Utc> {
        let mut known = self.inner.boards.presence.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock().now();
        let from_at = match *known {
            Some(Presence { from_at, seen_at, since }) => {
                let awake = TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::MAX);
                let there = awake <= SILENCE_MAX && ((now - seen_at) - awake).abs() <= CORRECTION_MAX;
                if there { from_at } else { now }
            }
            None => now,
        };
        *known = Some(Presence { from_at, seen_at: now, since: Stopwatch::start() });
        from_at
    }
}
