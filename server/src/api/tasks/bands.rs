//! What the runs of a task usually take, log and report, over HTTP.

use crate::api::core::body::Path;
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::domain::model::{self, Band, BandRecord, TaskBandsRecord};
use crate::domain::runs::bands::LEAST;
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What the runs of a task usually take, log and report, learnt from the newest ones that succeeded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskBands {
    /// Whether runs that lie outside are marked as suspicious: the task's `mark_suspicious`.
    pub marking: bool,
    /// Number of normal values from which a band is made.
    pub least_count: u64,
    /// The measures. Those of numbers in results come after the duration and the log.
    pub items: Vec<TaskBand>,
}

/// The newest values of one measure, and what they usually are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskBand {
    /// The measure: `duration` in seconds, `log` in bytes, `result`, or `result.NAME` for a number in the result.
    #[schema(example = "result.rows")]
    pub measure: String,
    /// What the values usually are; null: there are too few values.
    #[schema(inline = false)]
    pub usual: Option<TaskBandRange>,
    /// The values of the newest runs that succeeded, oldest first.
    pub values: Vec<TaskBandValue>,
}

/// What the values of a measure usually are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct TaskBandRange {
    /// The middle value.
    pub median: f64,
    /// Nearly all values are at least this.
    pub low: f64,
    /// Nearly all values are at most this.
    pub high: f64,
    /// A value below this is suspicious.
    pub suspicious_below: f64,
    /// A value above this is suspicious.
    pub suspicious_above: f64,
}

/// The value of a run.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct TaskBandValue {
    /// UUID of the run, which may have been deleted since.
    pub run_id: Uuid,
    /// When the run ended.
    pub finished_at: DateTime<Utc>,
    /// The value.
    pub value: f64,
    /// Whether the value lay outside and does not count as normal.
    pub outside: bool,
}

/// Show what the runs of a task usually take, log and report.
#[utoipa::path(get, path = "/tasks/{task}/bands", tag = "task", params(("task" = String, Path, description = "Name or id of the task")),
    responses((status = 200, description = "The bands", body = TaskBands)),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_bands(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
) -> ApiResult<Json<TaskBands>> {
    let TaskBandsRecord { marking, bands } = state.app.task_bands(&caller, &task).await?;
    let items = bands.into_iter().map(band_out).collect();
    Ok(Json(TaskBands { marking, least_count: LEAST as u64, items }))
}

fn band_out(record: BandRecord) -> TaskBand {
    let BandRecord { measure, band, values } = record;
    TaskBand { measure, usual: band.map(range_out), values: values.into_iter().map(value_out).collect() }
}

fn range_out(band: Band) -> TaskBandRange {
    let Band { median, usual_low, usual_high, low, high } = band;
    TaskBandRange { median, low: usual_low, high: usual_high, suspicious_below: low, suspicious_above: high }
}

fn value_out(value: model::BandValue) -> TaskBandValue {
    let model::BandValue { run, at, value, outside } = value;
    TaskBandValue { run_id: run.0, finished_at: at, value, outside }
}
