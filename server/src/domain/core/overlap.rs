//! The overlap rule: what happens to a new run of a task while another run is open.
//!
//! Tasks define the rule, admission applies it, and pools and simulations compute with it. Deliberately absent: the
//! admission itself, which is in `runs`.

use serde::{Deserialize, Serialize};

/// What happens when a task is due, or is started, while one of its runs is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Overlap {
    /// No run is made; the ledger records this.
    Skip,
    /// Further runs wait, oldest first, at most `max_waiting` of them.
    Queue {
        /// Maximum number of runs that may wait.
        max_waiting: u32,
    },
    /// Only the newest run waits; one that waited before is skipped.
    QueueLatest,
    /// The open run is cancelled, and the new one starts when it has ended.
    Replace,
    /// At most `max` runs are open at once. Beyond that, as in `Skip`.
    Allow {
        /// Maximum number of simultaneous runs.
        max: u32,
    },
}

/// An overlap rule under which a newer run displaces those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Displacing {
    /// Only the newest run waits.
    QueueLatest,
    /// The newest run replaces the one in progress.
    Replace,
}

impl Displacing {
    pub(in crate::domain) const fn as_str(self) -> &'static str {
        match self {
            Self::QueueLatest => "queue_latest",
            Self::Replace => "replace",
        }
    }
}
