//! Users over HTTP, for administrators.

use crate::api::contract::names::LoginName;
use crate::api::core::body::{Body, Path, Query, page_request};
use crate::api::core::error::ApiResult;
use crate::api::core::page::NamedPageQuery;
use crate::api::core::page::page;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::access::users::UserEdit;
use crate::domain::model::UserRecord;
use crate::domain::vocabulary::Role;
use crate::security::secret::Secret;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A person who can log in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// UUID of the user.
    pub id: Uuid,
    /// Login name.
    pub name: String,
    /// Role of the user.
    pub role: Role,
    /// Whether the user is barred from logging in.
    pub disabled: bool,
    /// When the user was created.
    pub created_at: DateTime<Utc>,
    /// When the user last logged in.
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
    /// Login name.
    #[schema(value_type = LoginName)]
    pub name: String,
    /// Role of the user.
    #[schema(inline = false)]
    pub role: Role,
    /// First password, at least 10 characters.
    #[schema(value_type = String, min_length = 10, max_length = 200, write_only, format = Password)]
    pub password: Secret,
}

/// Changes to a user. Fields that are absent stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserUpdate {
    /// New role of the user.
    #[serde(default)]
    #[schema(inline = false)]
    pub role: Option<Role>,
    /// Whether the user is barred from logging in.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// New password. It ends all sessions of the user.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 10, max_length = 200, write_only, format = Password)]
    pub password: Option<Secret>,
}

/// List users.
#[utoipa::path(get, path = "/users", tag = "user", params(NamedPageQuery),
    responses((status = 200, description = "A page of users", body = UserPage)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<UserPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.user_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(user_out).into()))
}

/// Create a user.
#[utoipa::path(post, path = "/users", tag = "user", request_body = UserCreate,
    responses((status = 201, description = "The user", body = User, headers(("Location" = String, description = "Path of the user")))),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<UserCreate>,
) -> ApiResult<Response> {
    let user = state.app.user_create(&caller, body.name, body.role, body.password).await?;
    let location = format!("{}/users/{}", crate::api::core::PREFIX, user.id);
    let location = HeaderValue::from_str(&location).expect("an id is valid in a header");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(user_out(user))).into_response())
}

/// View a user.
#[utoipa::path(get, path = "/users/{user}", tag = "user", params(("user" = String, Path, description = "Name or id of the user")),
    responses((status = 200, description = "The user", body = User)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(user): Path<String>,
) -> ApiResult<Json<User>> {
    Ok(Json(user_out(state.app.user_view(&caller, &user).await?)))
}

/// Change a user's role or password, or disable the user.
#[utoipa::path(patch, path = "/users/{user}", tag = "user", params(("user" = String, Path, description = "Name or id of the user")), request_body = UserUpdate,
    responses((status = 200, description = "The user", body = User)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(user): Path<String>,
    Body(body): Body<UserUpdate>,
) -> ApiResult<Json<User>> {
    let edit = UserEdit { role: body.role, disabled: body.disabled, password: body.password };
    Ok(Json(user_out(state.app.user_update(&caller, &user, edit).await?)))
}

/// Delete a user and end the user's sessions and tokens.
#[utoipa::path(delete, path = "/users/{user}", tag = "user", params(("user" = String, Path, description = "Name or id of the user")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("admin"))))]
pub async fn user_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(user): Path<String>,
) -> ApiResult<StatusCode> {
    state.app.user_delete(&caller, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn user_out(user: UserRecord) -> User {
    let UserRecord { id, key: _, name, password_hash: _, role, disabled, created_at, last_login_at } = user;
    User { id: id.0, name, role, disabled, created_at, last_login_at }
}
