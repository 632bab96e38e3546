//! The door for webhooks. Its address is public but secret, so the route is not an operation of the contract.

use crate::api::core::auth::peer_address;
use crate::api::core::body::{IdempotencyKey, too_large};
use crate::api::core::error::{ApiResult, request_id};
use crate::api::core::state::ApiState;
use crate::app::triggers::hooks::HookCall;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;
use std::net::SocketAddr;

/// Starts the task of a webhook. Answers 202 with the run.
pub async fn receive(
    State(state): State<ApiState>,
    Path(address): Path<String>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> ApiResult<Response> {
    let body = body.map_err(too_large)?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let call = HookCall {
        address,
        timestamp: text("x-orc-timestamp"),
        signature: text("x-orc-signature"),
        idempotency_key,
        body: body.to_vec(),
        from: peer_address(&state, peer, &headers),
        request_id: Some(request_id()),
    };
    let run = state.app.hook_call(call).await?;
    let answer = Json(json!({"run_id": run.id.to_string()}));
    Ok((StatusCode::ACCEPTED, [(header::CACHE_CONTROL, "no-store")], answer).into_response())
}
