//! The only place that asks what time it is.
//!
//! `Clock::system()` is the machine's clock; `Clock::manual(...)` is set by tests. Everything else is told the time.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// A clock; cheap to clone, all clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    manual: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self { manual: None }
    }

    /// A clock that stands still until it is moved.
    pub fn manual(now: DateTime<Utc>) -> Self {
        Self { manual: Some(Arc::new(Mutex::new(now))) }
    }

    /// The instant now, cut to microseconds as the database holds it.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.manual {
            Some(manual) => *manual.lock().unwrap_or_else(PoisonError::into_inner),
            None => Utc::now(),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Moves a manual clock; the machine's clock stays.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(manual) = &self.manual {
            let mut now = manual.lock().unwrap_or_else(PoisonError::into_inner);
            *now += by;
        }
    }

    /// True for the machine's clock.
    pub const fn is_system(&self) -> bool {
        self.manual.is_none()
    }
}

/// Measures how long something takes, unmoved by changes of the clock.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// An instant in microseconds that tells one life of the process from another.
pub fn process_start_micros() -> i64 {
    Utc::now().timestamp_micros()
}

/// How long ago a file's time is; nothing if it is in the future.
pub fn age(of: SystemTime) -> Duration {
    SystemTime::now().duration_since(of).unwrap_or_default()
}
