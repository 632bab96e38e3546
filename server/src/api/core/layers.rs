//! Layers around every request and answer: id, log line, panic handler, headers.

use super::error::{ApiError, REQUEST_ID, request_id};
use super::state::ApiState;
use crate::app::system::count_panic;
use crate::clock::Stopwatch;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use uuid::Uuid;

/// Largest body of a request, in bytes.
pub const BODY_MAX: usize = 1024 * 1024;

/// Largest body of an operation on calendars, in bytes: a file of 5 MiB with escaped line ends.
pub const CALENDAR_MAX: usize = 8 * BODY_MAX;

/// Largest body of definitions that are applied together, in bytes: as many as are allowed, at a common size.
pub const TASKS_MAX: usize = 32 * BODY_MAX;

/// How long a request may take until its answer begins. A stream may go on after that without limit.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// How long a body may pause before the server gives it up.
pub const BODY_IDLE: Duration = Duration::from_secs(15);

/// Counts a request and measures its time.
pub async fn track(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("(page)", MatchedPath::as_str).to_owned();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let watch = Stopwatch::start();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    state.metrics.request_count(route, method, status, watch.elapsed());
    response
}

static REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id (its own, if it sent a sensible one), catches panics, and writes one line to the log.
pub async fn frame(request: Request, next: Next) -> Response {
    let id = given_id(&request).unwrap_or_else(|| Uuid::now_v7().simple().to_string());
    REQUEST_ID.scope(id.clone(), framed(id, request, next)).await
}

async fn framed(id: String, request: Request, next: Next) -> Response {
    let (method, watch) = (request.method().clone(), Stopwatch::start());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| first_part(request.uri().path()));
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| panicked());
    let (status, seconds) = (response.status().as_u16(), watch.elapsed().as_secs_f64());
    if status >= 500 {
        tracing::warn!(request_id = id, %method, route, status, seconds, "answered");
    } else {
        tracing::debug!(request_id = id, %method, route, status, seconds, "answered");
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID_HEADER.clone(), value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The part that is logged of a path without a route. The rest may hold a secret, such as the address of a webhook
/// with an extra slash.
fn first_part(path: &str) -> String {
    match path.trim_start_matches('/').split_once('/') {
        Some((first, _)) => format!("/{first}/..."),
        None => path.to_owned(),
    }
}

/// The answer after a panic. The hook has counted and logged the panic; the client gets the request's id.
fn panicked() -> Response {
    let detail = "something went wrong inside the server; its log has the details under this request id";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).into_response()
}

/// Gives the answer of the deadline its words, because the deadline adds none itself.
pub async fn worded(response: Response) -> Response {
    if response.status() != StatusCode::REQUEST_TIMEOUT || response.headers().contains_key(header::CONTENT_TYPE) {
        return response;
    }
    let detail = "the request took too long and was stopped; send it again, in parts if it is large";
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", detail).into_response()
}

/// Answers an address under the prefix that belongs to no operation.
pub async fn unknown(uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is no operation at {}", uri.path()))
}

/// Answers a method that the path does not support.
pub async fn method_not_allowed(request: Request) -> ApiError {
    let detail = format!("{} does not support the method {}", request.uri().path(), request.method());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

fn given_id(request: &Request) -> Option<String> {
    let given = request.headers().get(&REQUEST_ID_HEADER)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ((8..=64).contains(&given.len()) && given.chars().all(plain)).then(|| given.to_owned())
}

/// Counts and logs every panic of the process, with its place but without its text, which may hold secrets.
pub fn watch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        count_panic();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, request_id = request_id(), "panic");
    }));
}
