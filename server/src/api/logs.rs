//! Logs of runs over HTTP: download and live stream.

use crate::domain::vocabulary::LogStream;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What part of a log.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Number of the attempt; default: the newest.
    #[param(minimum = 1, maximum = 1000)]
    pub attempt: Option<u32>,
    /// Byte to begin with, counted before anything was dropped.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub offset: Option<u64>,
    /// Most bytes in the answer; default: all.
    #[param(minimum = 1, maximum = 1_073_741_824)]
    pub limit_bytes: Option<u64>,
    /// Only this stream.
    #[param(inline = false)]
    pub stream: Option<LogStream>,
}

/// Where a live log begins.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogStreamQuery {
    /// Number of the attempt; default: the newest.
    #[param(minimum = 1, maximum = 1000)]
    pub attempt: Option<u32>,
    /// Byte to begin with; default: the last 1,000 lines.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub offset: Option<u64>,
    /// Where to go on: the id of the last event seen.
    #[param(max_length = 100)]
    pub last_event_id: Option<String>,
}

/// A piece of a log; the data of a `log` event, whose id is `attempt:offset-after`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogChunk {
    /// Number of the attempt.
    pub attempt: u32,
    /// First byte of the piece, counted before anything was dropped.
    pub offset: u64,
    /// Stream it came from.
    pub stream: LogStream,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The text; bytes that are not UTF-8 are shown as U+FFFD (the download is exact).
    pub text: String,
    /// Bytes dropped just before the piece.
    pub dropped_bytes: u64,
}

/// Download the log of a run, byte for byte.
#[utoipa::path(get, path = "/runs/{run}/log", tag = "run", params(("run" = uuid::Uuid, Path, description = "Id of the run"), LogQuery),
    responses((status = 200, description = "The log", body = String, content_type = "text/plain")),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_log() {}

/// Follow the log of a run (events `log`, `attempt`, `end`).
#[utoipa::path(get, path = "/runs/{run}/log/stream", tag = "run",
    params(("run" = uuid::Uuid, Path, description = "Id of the run"), LogStreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "Where to go on")),
    responses((status = 200, description = "Events", body = LogChunk, content_type = "text/event-stream")),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_log_stream() {}
