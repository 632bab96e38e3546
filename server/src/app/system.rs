//! The server itself: its workers, and the hold on everything.

use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// A loop inside the server and how its last round went.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerStatus {
    /// Name.
    pub name: &'static str,
    /// Seconds between two rounds without a signal.
    pub every_seconds: f64,
    /// Rounds so far.
    pub round_count: u64,
    /// Rounds that failed so far.
    pub error_count: u64,
    /// Begin of the last round.
    pub last_at: Option<DateTime<Utc>>,
    /// Seconds that the last round took.
    pub last_seconds: Option<f64>,
    /// What the last round that did something did.
    pub last_summary: Option<String>,
    /// Error of the last round, if it failed.
    pub error: Option<String>,
}

/// Where workers report and whoever is interested looks. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct WorkerBoard {
    statuses: Arc<Mutex<Vec<WorkerStatus>>>,
}

impl WorkerBoard {
    /// Notes how a worker is doing, in place of what was noted before.
    pub fn report(&self, status: WorkerStatus) {
        let mut statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        match statuses.iter_mut().find(|known| known.name == status.name) {
            Some(known) => *known = status,
            None => statuses.push(status),
        }
    }

    /// How all workers are doing, in the order of their first report.
    pub fn list(&self) -> Vec<WorkerStatus> {
        self.statuses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
