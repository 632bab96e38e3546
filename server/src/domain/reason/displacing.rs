//! Overlap rules that let a newer run take the place of an older one, as reasons name them.

use serde::{Deserialize, Serialize};

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
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::QueueLatest => "queue_latest",
            Self::Replace => "replace",
        }
    }
}
