//! Every route of the server. Operations are registered through `routes!()` alone.

use super::contract::Contract;
use super::core::PREFIX;
use super::core::state::ApiState;
use super::core::{auth, guard, layers};
use super::pages::spa;
use super::{
    access, calendars, credentials, forecast, ledger, networks, notify, pools, reports, runs, schedules, system, tasks,
    triggers,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use std::sync::{Arc, LazyLock};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use utoipa_axum::router::OpenApiRouter;

/// The contract of all operations, made once per process.
pub fn contract() -> Arc<Contract> {
    static CONTRACT: LazyLock<Arc<Contract>> =
        LazyLock::new(|| Arc::new(Contract::new(|| operations().split_for_parts().1)));
    Arc::clone(&CONTRACT)
}

/// All routes of the server.
pub fn router(state: ApiState) -> Router {
    let deadline = state.settings.deadline.unwrap_or(layers::DEADLINE);
    let (operations, _) = operations().split_for_parts();
    let operations = operations.fallback(layers::unknown).method_not_allowed_fallback(layers::method_not_allowed);
    Router::new()
        .nest(PREFIX, operations.layer(from_fn_with_state(Arc::clone(&state.contract), auth::authorize)))
        .merge(spa::pages())
        .method_not_allowed_fallback(layers::method_not_allowed)
        .layer(from_fn_with_state(state.clone(), auth::identify))
        .layer(RequestBodyTimeoutLayer::new(layers::BODY_IDLE))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, deadline))
        .layer(map_response(layers::worded))
        .layer(from_fn_with_state(state.clone(), guard::guard))
        .layer(DefaultBodyLimit::max(layers::BODY_MAX))
        .layer(from_fn_with_state(state.clone(), layers::track))
        .layer(from_fn(layers::frame))
        .with_state(state)
}

/// All operations of the contract. Each subject registers its own.
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
        .merge(credentials::routes())
        .merge(networks::routes())
        .merge(notify::routes())
        .merge(reports::routes())
        .merge(access::routes())
        .merge(system::routes())
}
