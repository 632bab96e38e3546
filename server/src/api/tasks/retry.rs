//! Wire types of the rule for further attempts.

use crate::domain::tasks::RetryOn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Rule for further attempts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retry {
    /// Maximum number of attempts of one run, including the first.
    #[schema(minimum = 1, maximum = 100, default = 1)]
    pub max_attempts: u32,
    /// Seconds before the second attempt.
    #[schema(minimum = 0, maximum = 31_622_400, default = 30)]
    pub delay_seconds: f64,
    /// How the delay grows.
    pub backoff: Backoff,
    /// Whether each delay is drawn at random between 0 and its full length.
    #[schema(default = true)]
    pub jitter: bool,
    /// Outcomes after which there is another attempt.
    #[schema(max_items = 3, default = json!(["failed", "timed_out", "lost"]))]
    pub retry_on: Vec<RetryOn>,
    /// If not empty, only these exit codes lead to another attempt.
    #[schema(max_items = 50, default = json!([]))]
    pub exit_codes: Vec<i32>,
    /// Exit codes that never lead to another attempt.
    #[schema(max_items = 50, default = json!([]))]
    pub never_exit_codes: Vec<i32>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_attempts: 1,
            delay_seconds: 30.0,
            backoff: Backoff::Fixed,
            jitter: true,
            retry_on: vec![RetryOn::Failed, RetryOn::TimedOut, RetryOn::Lost],
            exit_codes: Vec::new(),
            never_exit_codes: Vec::new(),
        }
    }
}

/// Growth of the delay between attempts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Backoff {
    /// The delay stays the same.
    Fixed,
    /// The delay is multiplied each time.
    Exponential(BackoffExponential),
}

/// The delay is multiplied each time.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackoffExponential {
    /// Multiplier.
    #[serde(default = "two")]
    #[schema(minimum = 1, maximum = 100, default = 2)]
    pub factor: f64,
    /// Maximum delay in seconds.
    #[serde(default = "hour")]
    #[schema(minimum = 0, maximum = 31_622_400, default = 3600)]
    pub max_delay_seconds: f64,
}

fn two() -> f64 {
    2.0
}
fn hour() -> f64 {
    3600.0
}
