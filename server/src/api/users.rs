//! Users over HTTP (administrators).

use super::page::page;
use super::task_wire::PageQuery;
use crate::domain::vocabulary::Role;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A person who may log in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// Login name.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may not log in.
    pub disabled: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Last login.
    pub last_login_at: Option<DateTime<Utc>>,
}
page!(
    /// A page of users.
    UserPage,
    User
);

/// A new user.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCreate {
    /// Login name: a-z, 0-9, '.', '_', '-', '@'.
    #[schema(min_length = 1, max_length = 100, pattern = "^[a-z0-9][a-z0-9._@-]{0,99}$")]
    pub name: String,
    /// What the user may do.
    #[schema(inline = false)]
    pub role: Role,
    /// First password, at least 10 characters.
    #[schema(min_length = 10, max_length = 200, write_only, format = Password)]
    pub password: String,
}

/// Changes of a user; what is absent stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserUpdate {
    /// What the user may do.
    #[serde(default)]
    #[schema(inline = false)]
    pub role: Option<Role>,
    /// Whether the user may not log in.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// New password; ends all sessions of the user.
    #[serde(default)]
    #[schema(min_length = 10, max_length = 200, write_only, format = Password)]
    pub password: Option<String>,
}

/// List users.
#[utoipa::path(get, path = "/users", tag = "user", params(PageQuery),
    responses((status = 200, description = "A page of users", body = UserPage)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_list() {}

/// Create a user.
#[utoipa::path(post, path = "/users", tag = "user", request_body = UserCreate,
    responses((status = 201, description = "The user", body = User, headers(("Location" = String, description = "Path of the user")))),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_create() {}

/// View a user.
#[utoipa::path(get, path = "/users/{user}", tag = "user", params(("user" = String, Path, description = "Name or id of the user")),
    responses((status = 200, description = "The user", body = User)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_view() {}

/// Change a user's role or password, or disable the user.
#[utoipa::path(patch, path = "/users/{user}", tag = "user", params(("user" = String, Path, description = "Name or id of the user")), request_body = UserUpdate,
    responses((status = 200, description = "The user", body = User)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_update() {}

/// Delete a user; sessions and tokens end.
#[utoipa::path(delete, path = "/users/{user}", tag = "user", params(("user" = String, Path, description = "Name or id of the user")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_delete() {}
