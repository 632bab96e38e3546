//! Set-up, login and one's own password.

use crate::domain::vocabulary::{Permission, Role};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is asking.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// Login name, or name of the token.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its permissions.
    pub permissions: Vec<Permission>,
    /// `user` for a browser session, `token` for an API token, `local` for this machine's own token.
    #[schema(example = "user")]
    pub via: String,
    /// When the session ends; null: not by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Name and password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionCreate {
    /// Login name.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Password.
    #[schema(min_length = 1, max_length = 200, write_only, format = Password)]
    pub password: String,
}

/// The first administrator.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupCreate {
    /// One-time token, printed by the server at its first start and kept in `setup-token` of its data folder.
    #[schema(min_length = 1, max_length = 200, write_only)]
    pub token: String,
    /// Login name: a-z, 0-9, '.', '_', '-', '@'.
    #[schema(min_length = 1, max_length = 100, pattern = "^[a-z0-9][a-z0-9._@-]{0,99}$")]
    pub name: String,
    /// Password, at least 10 characters.
    #[schema(min_length = 10, max_length = 200, write_only, format = Password)]
    pub password: String,
}

/// Whether the server waits for its first administrator.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Setup {
    /// True until the first administrator exists.
    pub required: bool,
}

/// A new password of one's own.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionPassword {
    /// The present password.
    #[schema(min_length = 1, max_length = 200, write_only, format = Password)]
    pub current_password: String,
    /// The new password, at least 10 characters.
    #[schema(min_length = 10, max_length = 200, write_only, format = Password)]
    pub new_password: String,
}

/// Log in: sets the session cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SessionCreate,
    responses((status = 201, description = "Logged in", body = Session, headers(("Set-Cookie" = String, description = "The session")))),
    extensions(("x-permission" = json!("public"))))]
pub async fn session_create() {}

/// Show who is asking.
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, description = "Who is asking", body = Session)),
    extensions(("x-permission" = json!("own"))))]
pub async fn session_view() {}

/// Log out.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204, description = "Logged out")),
    extensions(("x-permission" = json!("own"))))]
pub async fn session_delete() {}

/// Change one's own password; all other sessions end.
#[utoipa::path(put, path = "/session/password", tag = "session", request_body = SessionPassword,
    responses((status = 204, description = "Changed")),
    extensions(("x-permission" = json!("own"))))]
pub async fn session_password_update() {}

/// Show whether the server waits for its first administrator.
#[utoipa::path(get, path = "/setup", tag = "session",
    responses((status = 200, description = "Whether set-up is needed", body = Setup)),
    extensions(("x-permission" = json!("public"))))]
pub async fn setup_view() {}

/// Create the first administrator with the one-time token, and log in.
#[utoipa::path(post, path = "/setup", tag = "session", request_body = SetupCreate,
    responses((status = 201, description = "Created and logged in", body = Session, headers(("Set-Cookie" = String, description = "The session")))),
    extensions(("x-permission" = json!("public"))))]
pub async fn setup_create() {}
