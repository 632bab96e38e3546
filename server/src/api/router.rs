//! Every route of the server, through `routes!()` alone.

use super::core::error::ApiError;
use super::core::state::ApiState;
use super::core::{auth, guard, layers, metrics};
use super::pages::spa;
use super::{access, calendars, forecast, ledger, pools, runs, schedules, system, tasks, triggers};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use utoipa_axum::router::OpenApiRouter;

/// Prefix of all operations.
pub const PREFIX: &str = "/api/v1";

/// Everything that the server answers.
pub fn router(state: ApiState) -> Router {
    let deadline = state.settings.deadline.unwrap_or(layers::DEADLINE);
    let (operations, _) = operations().split_for_parts();
    let operations = operations.fallback(unknown).method_not_allowed_fallback(layers::method_not_allowed);
    Router::new()
        .nest(PREFIX, operations.layer(from_fn(auth::authorize)))
        .merge(spa::pages())
        .method_not_allowed_fallback(layers::method_not_allowed)
        .layer(from_fn_with_state(state.clone(), auth::identify))
        .layer(RequestBodyTimeoutLayer::new(layers::BODY_IDLE))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, deadline))
        .layer(map_response(layers::worded))
        .layer(from_fn_with_state(state.clone(), guard::guard))
        .layer(DefaultBodyLimit::max(layers::BODY_MAX))
        .layer(from_fn_with_state(state.clone(), metrics::track))
        .layer(from_fn(layers::frame))
        .with_state(state)
}

/// No operation has this path; only who is logged in learns so.
pub(super) async fn unknown(uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is no operation at {}", uri.path()))
}

/// All operations of the contract: each subject registers its own.
pub fn operations() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(tasks::routes())
        .merge(schedules::routes())
        .merge(triggers::routes())
        .merge(ledger::routes())
        .merge(forecast::routes())
        .merge(runs::routes())
        .merge(calendars::routes())
        .merge(pools::routes())
        .merge(access::routes())
        .merge(system::routes())
}
