//! Rule for the next attempt: how often, after how long, after which ends.
//!
//! What follows from it is decided in `run`.

use serde::{Deserialize, Serialize};

/// Rule for the next attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    /// Most attempts of one run, the first included.
    pub max_attempts: u32,
    /// Seconds before the second attempt.
    pub delay_seconds: f64,
    /// How the delay grows.
    pub backoff: Backoff,
    /// Whether the delay is drawn evenly between 0 and its full length.
    pub jitter: bool,
    /// Outcomes that are tried again.
    pub retry_on: Vec<RetryOn>,
    /// If not empty: only these exit codes are tried again.
    pub exit_codes: Vec<i32>,
    /// Exit codes that are never tried again.
    pub never_exit_codes: Vec<i32>,
}

/// Growth of the delay between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Backoff {
    /// Always the same.
    Fixed,
    /// Multiplied by `factor` each time, at most `max_delay_seconds`.
    Exponential {
        /// Multiplier, at least 1.
        factor: f64,
        /// Upper bound in seconds.
        max_delay_seconds: f64,
    },
}

/// Outcome that a retry rule may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryOn {
    /// The attempt failed.
    Failed,
    /// The attempt ran into its time-out.
    TimedOut,
    /// The attempt's fate is unknown.
    Lost,
}
