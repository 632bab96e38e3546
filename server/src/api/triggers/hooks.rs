//! The door for webhooks. Its address is public but secret, so the route is not an operation of the contract.

use crate::api::core::answer::Reason;
use crate::api::core::auth::peer_address;
use crate::api::core::body::{IdempotencyKey, too_large};
use crate::api::core::error::{ApiError, ApiResult, request_id};
use crate::api::core::state::ApiState;
use crate::app::triggers::call::HookCall;
use crate::app::triggers::hooks::HookAnswer;
use crate::domain::triggers::call::Headers;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;
use std::net::SocketAddr;

/// Who calls, and from where.
type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// Starts the task of a webhook. Answers 202 with the run, 200 if a filter kept the call out, and 200 with plain text if
/// the sender tested the address. To the job of a heartbeat it answers 200 with the run.
pub async fn receive(
    State(state): State<ApiState>,
    Path(address): Path<String>,
    (peer, RawQuery(query)): (Peer, RawQuery),
    IdempotencyKey(idempotency_key): IdempotencyKey,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> ApiResult<Response> {
    let body = body.map_err(too_large)?.to_vec();
    let call = HookCall { body, idempotency_key, ..call(&state, address, peer, query.as_deref(), &headers) };
    Ok(answer(state.app.hook_call(call).await?))
}

/// Takes what the job of a heartbeat says: `start`, `fail`, `log` or an exit code after the address, with any of the
/// methods that are called easily.
pub async fn heartbeat(
    State(state): State<ApiState>,
    Path((address, said)): Path<(String, String)>,
    (peer, RawQuery(query)): (Peer, RawQuery),
    IdempotencyKey(idempotency_key): IdempotencyKey,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> ApiResult<Response> {
    let (said, body) = (Some(said), body.map_err(too_large)?.to_vec());
    let call = HookCall { said, body, idempotency_key, ..call(&state, address, peer, query.as_deref(), &headers) };
    Ok(answer(state.app.hook_call(call).await?))
}

fn answer(answer: HookAnswer) -> Response {
    match answer {
        HookAnswer::Run { run, verdict, reason } => {
            let reason = reason.map(Reason::from);
            let answer =
                json!({"run_id": run.id.to_string(), "verdict": verdict, "state": run.state, "reason": reason});
            (StatusCode::ACCEPTED, Json(answer)).into_response()
        }
        HookAnswer::Told { run, verdict } => {
            Json(json!({"run_id": run.id.to_string(), "verdict": verdict, "state": run.state})).into_response()
        }
        HookAnswer::Filtered(reason) => {
            Json(json!({"run_id": null, "verdict": "filtered", "reason": Reason::from(reason)})).into_response()
        }
        HookAnswer::Challenge(text) => plain(text),
    }
}

/// Answers the job of a heartbeat, or a sender that tests an address. At every other address, known or not, there is
/// nothing to read.
pub async fn read(
    State(state): State<ApiState>,
    Path(address): Path<String>,
    peer: Peer,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let call = call(&state, address, peer, query.as_deref(), &headers);
    match state.app.hook_read(call).await? {
        Some(found) => Ok(answer(found)),
        None => Ok(only_post().await),
    }
}

/// Refuses every other method.
pub async fn only_post() -> Response {
    let detail = "a webhook is called with POST; nothing can be read here";
    refused_method("POST", detail)
}

/// Refuses every other method after the address of a heartbeat.
pub async fn only_calls() -> Response {
    refused_method("GET, HEAD, POST", "a heartbeat is called with POST, GET or HEAD")
}

fn refused_method(allowed: &'static str, detail: &str) -> Response {
    let refused = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
    ([(header::ALLOW, allowed)], refused).into_response()
}

fn call(state: &ApiState, address: String, peer: Peer, query: Option<&str>, headers: &HeaderMap) -> HookCall {
    let named = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let query = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    HookCall {
        address,
        headers: Headers::new(headers.iter().map(named)),
        query: query.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        from: peer_address(state, peer, headers),
        request_id: Some(request_id()),
        ..HookCall::default()
    }
}

/// Plain text that no browser takes for anything else (`nosniff` stands on every answer).
fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
