//! The server itself: its workers, and the hold on everything.

use super::App;
use chrono::{DateTime, Utc};
use std::sync::{Arc, OnceLock};

/// Key of the hold among the stored settings.
const HOLD: &str = "hold";

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

/// Shows how the workers are doing, as told by whoever runs them. Cheap to clone.
#[derive(Clone, Default)]
pub struct WorkerBoard {
    source: Arc<OnceLock<Source>>,
}

type Source = Box<dyn Fn() -> Vec<WorkerStatus> + Send + Sync>;

impl std::fmt::Debug for WorkerBoard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkerBoard").finish_non_exhaustive()
    }
}

impl WorkerBoard {
    /// Says where the figures come from; the first one to say so is believed.
    pub fn connect(&self, source: impl Fn() -> Vec<WorkerStatus> + Send + Sync + 'static) {
        let _first_wins = self.source.set(Box::new(source));
    }

    /// How all workers are doing; none while nobody runs any.
    pub fn list(&self) -> Vec<WorkerStatus> {
        self.source.get().map(|source| source()).unwrap_or_default()
    }
}

impl App {
    /// Whether the server can do its work: the database answers.
    pub async fn is_ready(&self) -> bool {
        self.store().setting_find(HOLD).await.is_ok()
    }
}
