//! Statistics from the summary table: one row per task and hour, kept in the transaction that ends a run.

use super::{Result, Store, StoreError};
use chrono::{DateTime, Utc};

/// Width of one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatsStep {
    /// One hour.
    Hour,
    /// One day (UTC).
    Day,
}

/// Counts of the runs that ended within one stretch of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsPoint {
    /// Begin of the stretch.
    pub from_at: DateTime<Utc>,
    /// Succeeded.
    pub succeeded_count: u64,
    /// Failed.
    pub failed_count: u64,
    /// Timed out.
    pub timed_out_count: u64,
    /// Cancelled.
    pub cancelled_count: u64,
    /// Skipped.
    pub skipped_count: u64,
    /// Lost.
    pub lost_count: u64,
    /// Share of succeeded among succeeded, failed, timed out and lost.
    pub success_rate: Option<f64>,
    /// Median duration of runs that started, in seconds, from a histogram.
    pub p50_seconds: Option<f64>,
    /// 95th percentile of the same.
    pub p95_seconds: Option<f64>,
}

/// Statistics over a range.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsRecord {
    /// Running now.
    pub running_count: u64,
    /// Queued now.
    pub queued_count: u64,
    /// Waiting or backing off now.
    pub waiting_count: u64,
    /// The whole range.
    pub total: StatsPoint,
    /// Points in order of time; empty ones are left out.
    pub points: Vec<StatsPoint>,
}

impl Store {
    /// Statistics of all tasks or of one, whole hours from the one of `from` to the one before `until`.
    pub async fn run_stats(
        &self,
        _task_key: Option<i64>,
        _from: DateTime<Utc>,
        _until: DateTime<Utc>,
        _step: StatsStep,
    ) -> Result<StatsRecord> {
        Err(StoreError::Closed)
    }
}
