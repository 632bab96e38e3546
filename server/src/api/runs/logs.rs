//! Logs of runs over HTTP: download and live stream.

use super::log_stream;
use super::log_stream::{Begin, LogEvent};
use crate::api::core::body::{Path, Query};
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::runs::log_follow::stream_word;
use crate::domain::ids::RunId;
use crate::domain::model::{AttemptRecord, RunRecord};
use crate::domain::vocabulary::{LogStream, Permission};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use orc_runner::{Content, GapReason, LogReader, Record};
use serde::Deserialize;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;
use uuid::Uuid;

/// Bytes per read for a download.
const PIECE: usize = 64 * 1024;

/// The part of a log to download.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// Number of the attempt; default: the newest.
    #[param(minimum = 1, maximum = 1000)]
    pub attempt: Option<u32>,
    /// Offset of the first byte, counting dropped bytes too.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub offset: Option<u64>,
    /// Maximum number of bytes in the answer; default: all.
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
    /// Offset of the first byte; default: the last 1,000 lines.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub offset: Option<u64>,
    /// The id of the last event seen; the stream continues after it.
    #[param(max_length = 100)]
    pub last_event_id: Option<String>,
}

/// Download the log of a run, byte for byte.
#[utoipa::path(get, path = "/runs/{run}/log", tag = "run", params(("run" = uuid::Uuid, Path, description = "Id of the run"), LogQuery),
    responses((status = 200, description = "The log", body = String, content_type = "text/plain")),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_log(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
    Query(query): Query<LogQuery>,
) -> ApiResult<Response> {
    let (run, attempt) = state.app.log_attempt(&caller, RunId(run), query.attempt).await?;
    let body = match &attempt {
        Some(attempt) => download(state.app.log_path(attempt.id), query),
        None => Body::empty(),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, file_name(&run, attempt.as_ref()));
    Ok(response)
}

/// Follow the log of a run (events `log`, `attempt`, `end`).
#[utoipa::path(get, path = "/runs/{run}/log/stream", tag = "run",
    params(("run" = uuid::Uuid, Path, description = "Id of the run"), LogStreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen; the stream continues after it")),
    responses((status = 200, description = "Events", body = LogEvent, content_type = "text/event-stream")),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_log_stream(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
    Query(query): Query<LogStreamQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let place = state.streams.clone().try_acquire_owned();
    let place = place.map_err(|_| ApiError {
        retry_after: Some(10),
        ..ApiError::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", "too many streams are open")
    })?;
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let begin = Begin::new(query.attempt, query.offset, header.or(query.last_event_id).as_deref());
    let run = RunId(run);
    state.app.log_attempt(&caller, run, begin.attempt()).await?;
    let (sender, receiver) = mpsc::channel(8);
    let app = state.app.clone();
    tokio::spawn(async move {
        let _counted_until_the_end = place;
        let refused = app.until_refused(&caller, Permission::Read);
        tokio::select! {
            () = log_stream::send(app.clone(), caller.clone(), run, begin, sender) => {}
            () = refused => {}
        }
    });
    let stop = state.stop.clone();
    let events = ReceiverStream::new(receiver).take_until(Box::pin(async move { stop.cancelled().await }));
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    Ok(([("x-accel-buffering", "no"), ("cache-control", "no-store")], sse).into_response())
}

/// Name of a downloaded log: task, run and attempt. A task's name contains only characters that file names allow.
fn file_name(run: &RunRecord, attempt: Option<&AttemptRecord>) -> HeaderValue {
    let number = attempt.map_or(0, |attempt| attempt.number);
    let text = format!("attachment; filename=\"{}-{}-{number}.log\"", run.task_name, run.id);
    HeaderValue::from_str(&text).expect("names and ids are valid in a header")
}

/// Streams a log from its file. A slow client slows down the reading, so nothing piles up in memory.
fn download(path: PathBuf, query: LogQuery) -> Body {
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = read_all(&path, &query, &sender)
            && error.kind() != io::ErrorKind::NotFound
        {
            let _a_client_that_is_gone_needs_no_error = sender.blocking_send(Err(error));
        }
    });
    Body::from_stream(ReceiverStream::new(receiver))
}

fn read_all(path: &std::path::Path, query: &LogQuery, sender: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
    let mut reader = LogReader::open(path)?;
    reader.seek(query.offset.unwrap_or_default())?;
    let mut left = query.limit_bytes.unwrap_or(u64::MAX);
    while left > 0 {
        let records = reader.read(PIECE)?;
        if records.is_empty() {
            return Ok(());
        }
        let wanted = |record: &&Record| query.stream.is_none_or(|stream| stream_word(record.stream) == stream);
        let mut piece: Vec<u8> = records.iter().filter(wanted).flat_map(bytes_of).collect();
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= piece.len() as u64;
        if !piece.is_empty() && sender.blocking_send(Ok(piece.into())).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn bytes_of(record: &Record) -> Vec<u8> {
    match &record.content {
        Content::Bytes(bytes) => bytes.clone(),
        Content::Gap { bytes, reason } => gap_words(*bytes, *reason).into_bytes(),
    }
}

/// The text of a download where bytes are missing. A terminal draws the next redraw over the text about redraws.
fn gap_words(bytes: u64, reason: GapReason) -> String {
    match reason {
        GapReason::Redraws { count } => format!("\r[orc] {count} redraws of this line were left out here"),
        GapReason::LineCap => format!(" [orc: {bytes} bytes of this line were dropped here] "),
        _ => format!("\n[orc] {bytes} bytes were dropped here\n"),
    }
}
