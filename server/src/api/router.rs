//! Every route of the server, through `routes!()` alone.

use super::error::ApiError;
use super::state::ApiState;
use super::{
    audit, backfills, calendar_import, calendars, effects, events, feeds, logs, plan, pools, runs, schedules, sessions,
    simulations, slot_summary, system, task_export, task_import, tasks, tokens, triggers, users,
};
use super::{auth, guard, layers, metrics, spa};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Prefix of all operations.
pub const PREFIX: &str = "/api/v1";

/// Everything that the server answers.
pub fn router(state: ApiState) -> Router {
    let (operations, _) = operations().split_for_parts();
    let operations = operations.fallback(unknown).method_not_allowed_fallback(layers::method_not_allowed);
    Router::new()
        .nest(PREFIX, operations.layer(from_fn(auth::authorize)))
        .merge(spa::pages())
        .method_not_allowed_fallback(layers::method_not_allowed)
        .layer(from_fn_with_state(state.clone(), auth::identify))
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

/// All operations of the contract.
pub fn operations() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(tasks::task_list, tasks::task_create))
        .routes(routes!(tasks::task_bulk))
        .merge(applied())
        .routes(routes!(task_export::task_export))
        .routes(routes!(task_import::task_import))
        .routes(routes!(tasks::task_view, tasks::task_update, tasks::task_patch, tasks::task_delete))
        .routes(routes!(tasks::task_enable))
        .routes(routes!(tasks::task_disable))
        .routes(routes!(tasks::task_clone))
        .routes(routes!(tasks::task_run))
        .routes(routes!(tasks::task_version_list))
        .routes(routes!(tasks::task_version_view))
        .routes(routes!(schedules::schedule_preview))
        .routes(routes!(schedules::schedule_describe))
        .routes(routes!(schedules::slot_list))
        .routes(routes!(triggers::trigger_list))
        .routes(routes!(triggers::trigger_rotate))
        .routes(routes!(backfills::backfill_create))
        .routes(routes!(backfills::backfill_list))
        .routes(routes!(backfills::backfill_view))
        .routes(routes!(backfills::backfill_cancel))
        .routes(routes!(slot_summary::slot_summary))
        .routes(routes!(effects::task_effect))
        .routes(routes!(plan::plan_list))
        .routes(routes!(plan::plan_days))
        .routes(routes!(simulations::simulation_create))
        .routes(routes!(feeds::plan_ics))
        .routes(routes!(feeds::feed_list, feeds::feed_create))
        .routes(routes!(feeds::feed_delete))
        .routes(routes!(feeds::feed_rotate))
        .routes(routes!(runs::run_list))
        .routes(routes!(runs::run_stats))
        .routes(routes!(runs::run_view, runs::run_delete))
        .routes(routes!(runs::run_cancel))
        .routes(routes!(runs::run_rerun))
        .routes(routes!(logs::run_log))
        .routes(routes!(logs::run_log_stream))
        .routes(routes!(calendars::calendar_dates))
        .merge(large())
        .routes(routes!(pools::pool_list, pools::pool_create))
        .routes(routes!(pools::pool_view, pools::pool_update, pools::pool_delete))
        .routes(routes!(users::user_list, users::user_create))
        .routes(routes!(users::user_view, users::user_update, users::user_delete))
        .routes(routes!(tokens::token_list, tokens::token_create))
        .routes(routes!(tokens::token_revoke))
        .routes(routes!(sessions::session_create, sessions::session_view, sessions::session_delete))
        .routes(routes!(sessions::session_password_update))
        .routes(routes!(sessions::setup_view, sessions::setup_create))
        .routes(routes!(audit::audit_list))
        .routes(routes!(audit::audit_verify))
        .routes(routes!(system::system_view))
        .routes(routes!(system::system_settings))
        .routes(routes!(system::system_workers))
        .routes(routes!(system::system_hold, system::system_release))
        .routes(routes!(system::clock_confirm))
        .routes(routes!(system::system_metrics))
        .routes(routes!(system::system_contract))
        .routes(routes!(events::event_stream))
}

/// The operation whose body is what an export answers.
fn applied() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(tasks::task_apply)).layer(DefaultBodyLimit::max(layers::TASKS_MAX))
}

/// Operations whose bodies are calendars or files of them.
fn large() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(calendars::calendar_list, calendars::calendar_create))
        .routes(routes!(calendars::calendar_view, calendars::calendar_update, calendars::calendar_delete))
        .routes(routes!(calendar_import::calendar_import))
        .routes(routes!(effects::calendar_effect))
        .layer(DefaultBodyLimit::max(layers::CALENDAR_MAX))
}
