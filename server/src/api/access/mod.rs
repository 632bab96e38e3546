//! Operations about people and programs: users, tokens, sessions, set-up, and the audit log.
//!
//! Deliberately absent: the check of permissions, which `core::auth` and `app` make. Start reading at `sessions`.

pub mod audit;
pub mod sessions;
pub mod tokens;
pub mod users;
use crate::api::core::state::ApiState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on users, tokens, sessions, set-up and the audit log.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(users::user_list, users::user_create))
        .routes(routes!(users::user_view, users::user_update, users::user_delete))
        .routes(routes!(tokens::token_list, tokens::token_create))
        .routes(routes!(tokens::token_revoke))
        .routes(routes!(sessions::session_create, sessions::session_view, sessions::session_delete))
        .routes(routes!(sessions::session_password_update))
        .routes(routes!(sessions::setup_view, sessions::setup_create))
        .routes(routes!(audit::audit_list))
        .routes(routes!(audit::audit_verify))
}
