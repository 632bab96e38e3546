//! What is remembered of runs that succeeded, so that unusual ones are seen.

use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered of a run. The short names keep the row of a task small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BandSample {
    /// Id of the run.
    #[serde(rename = "r")]
    pub run: RunId,
    /// When the run ended.
    #[serde(rename = "t", with = "ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// Values by measure.
    #[serde(rename = "v")]
    pub values: BTreeMap<String, f64>,
    /// Measures whose values lay outside their band.
    #[serde(rename = "o", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub outside: BTreeSet<String>,
    /// Whether somebody called the run normal.
    #[serde(rename = "a", default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
}

/// What can be measured of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenMeasures {
    /// Seconds from its start to its end.
    pub duration_seconds: Option<f64>,
    /// Number of bytes in its log.
    pub log_bytes: u64,
    /// What it wrote as its result.
    pub result: Option<Value>,
}

/// A run that succeeded and that nobody has looked at yet.
#[derive(Debug, Clone, PartialEq)]
pub struct UnjudgedRun {
    /// Id of the run.
    pub id: RunId,
    /// Key of its task.
    pub task: Key<Task>,
    /// When the run ended.
    pub at: DateTime<Utc>,
    /// What can be measured of it.
    pub seen: SeenMeasures,
}

/// What the values of a measure usually are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The middle value.
    pub median: f64,
    /// Nearly all values are at least this.
    pub usual_low: f64,
    /// Nearly all values are at most this.
    pub usual_high: f64,
    /// A lower value is suspicious.
    pub low: f64,
    /// A higher value is suspicious.
    pub high: f64,
}

/// The newest values of a measure, and their band.
#[derive(Debug, Clone, PartialEq)]
pub struct BandRecord {
    /// The measure.
    pub measure: String,
    /// What the values usually are; none: there are too few.
    pub band: Option<Band>,
    /// The values, oldest first: run, its end, value, whether it lay outside.
    pub values: Vec<BandValue>,
}

/// A value of a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct BandValue {
    /// Id of the run.
    pub run: RunId,
    /// When the run ended.
    pub at: DateTime<Utc>,
    /// The value.
    pub value: f64,
    /// Whether the value lies outside the band and does not count as normal.
    pub outside: bool,
}

/// What the runs of a task usually take, log and report.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskBandsRecord {
    /// Whether unusual runs are marked.
    pub marking: bool,
    /// The measures.
    pub bands: Vec<BandRecord>,
}
