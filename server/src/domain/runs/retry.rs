//! The rule for further attempts: how many, after what delay, after which outcomes.
//!
//! `domain::runs` applies it.

use serde::{Deserialize, Serialize};

/// Rule for the next attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    /// Maximum number of attempts of one run, including the first.
    pub max_attempts: u32,
    /// Seconds before the second attempt.
    pub delay_seconds: f64,
    /// How the delay grows.
    pub backoff: Backoff,
    /// Whether the delay is drawn at random between 0 and its full length.
    pub jitter: bool,
    /// Outcomes after which there is another attempt.
    pub retry_on: Vec<RetryOn>,
    /// If not empty, only these exit codes lead to another attempt.
    pub exit_codes: Vec<i32>,
    /// Exit codes that never lead to another attempt.
    pub never_exit_codes: Vec<i32>,
}

/// Growth of the delay between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Backoff {
    /// The delay stays the same.
    Fixed,
    /// The delay is multiplied by `factor` each time, up to `max_delay_seconds`.
    Exponential {
        /// Multiplier, at least 1.
        factor: f64,
        /// Maximum delay in seconds.
        max_delay_seconds: f64,
    },
}

/// Outcome that a retry rule may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryOn {
    /// The attempt failed.
    Failed,
    /// The attempt exceeded its time-out.
    TimedOut,
    /// The outcome of the attempt is unknown.
    Lost,
}
