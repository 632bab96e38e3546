//! Since when the server has been there without a break: awake, and with a clock that nobody set.

use crate::app::App;
use crate::clock::Stopwatch;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::PoisonError;

/// The clock may be corrected by that much at once without anything counting as missed for it.
const CORRECTION_MAX: TimeDelta = TimeDelta::seconds(2);

/// Whoever says nothing for that long was stopped: the timekeeper asks three times in it.
const SILENCE_MAX: TimeDelta = TimeDelta::seconds(15);

/// What was seen when it was last asked.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct Presence {
    from_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    /// Stands still while the machine sleeps.
    since: Stopwatch,
}

impl App {
    /// Returns the instant since which this process has been running without a break. The interval begins anew if the wall
    /// clock jumps by more than 2 s against the time since boot, or if nobody has called this for 15 s, because the process was stopped then.
    /// The timekeeper calls it every few seconds.
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
