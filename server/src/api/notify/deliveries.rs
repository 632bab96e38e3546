//! Deliveries over HTTP: what was sent to whom, and what became of it.
//!
//! Start reading at `delivery_list`.

use super::convert::{delivery_out, delivery_summary_out};
use super::delivery_wire::{Delivery, DeliveryListQuery, DeliveryPage};
use crate::api::core::body::{Path, Query, page_request};
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::domain::ids::DeliveryId;
use crate::domain::notify::words::DeliveryState;
use axum::extract::State;
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Operations on deliveries.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(delivery_list)).routes(routes!(delivery_view)).routes(routes!(delivery_retry))
}

/// List deliveries, newest first.
#[utoipa::path(get, path = "/deliveries", tag = "delivery", params(DeliveryListQuery),
    responses((status = 200, description = "A page of deliveries", body = DeliveryPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn delivery_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DeliveryListQuery>,
) -> ApiResult<Json<DeliveryPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let states = states_in(query.state.as_deref().unwrap_or_default())?;
    let listed = state.app.delivery_list(&caller, query.channel.as_deref(), states, &page).await?;
    Ok(Json(listed.map(delivery_summary_out).into()))
}

/// View a delivery: what was said, and what became of it.
#[utoipa::path(get, path = "/deliveries/{delivery}", tag = "delivery", params(("delivery" = Uuid, Path, description = "Id of the delivery")),
    responses((status = 200, description = "The delivery", body = Delivery)),
    extensions(("x-permission" = json!("read"))))]
pub async fn delivery_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(delivery): Path<Uuid>,
) -> ApiResult<Json<Delivery>> {
    Ok(Json(delivery_out(state.app.delivery_view(&caller, DeliveryId(delivery)).await?)))
}

/// Send a delivery again that was given up or suppressed, or that waits for its next attempt.
#[utoipa::path(post, path = "/deliveries/{delivery}/retry", tag = "delivery", params(("delivery" = Uuid, Path, description = "Id of the delivery")),
    responses((status = 200, description = "The delivery, which is sent as soon as its channel is free", body = Delivery)),
    extensions(("x-permission" = json!("run"))))]
pub async fn delivery_retry(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(delivery): Path<Uuid>,
) -> ApiResult<Json<Delivery>> {
    Ok(Json(delivery_out(state.app.delivery_retry(&caller, DeliveryId(delivery)).await?)))
}

fn states_in(text: &str) -> ApiResult<Vec<DeliveryState>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|_| unknown_state(word))).collect()
}

fn unknown_state(word: &str) -> ApiError {
    let known: Vec<&str> = DeliveryState::ALL.iter().map(|state| state.as_str()).collect();
    ApiError::invalid_query(
        "state",
        format!("\"{word}\" is not a state of a delivery; use one of {}", known.join(", ")),
    )
}
