//! Set-up, login, and changing one's own password.

use crate::api::contract::names::LoginName;
use crate::api::core::auth;
use crate::api::core::auth::{COOKIE, COOKIE_SECURE, peer_address};
use crate::api::core::body::Body;
use crate::api::core::error::{ApiResult, request_id};
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::access::sessions::{NewSession, Origin};
use crate::domain::vocabulary::{Permission, Role};
use crate::security::secret::Secret;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;

/// The caller of this request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// Login name, or name of the token.
    pub name: String,
    /// Role of the caller.
    pub role: Role,
    /// Permissions of the caller.
    pub permissions: Vec<Permission>,
    /// `user` for a browser session, `token` for an API token, `local` for this machine's own token.
    #[schema(example = "user")]
    pub via: String,
    /// When the session or token ends; null: never by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Login name and password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionCreate {
    /// Login name.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Password.
    #[schema(value_type = String, min_length = 1, max_length = 200, write_only, format = Password)]
    pub password: Secret,
}

/// The first administrator.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupCreate {
    /// One-time token. The server prints it at its first start and keeps it in `setup-token` in its data folder.
    #[schema(value_type = String, min_length = 1, max_length = 200, write_only)]
    pub token: Secret,
    /// Login name.
    #[schema(value_type = LoginName)]
    pub name: String,
    /// Password, at least 10 characters.
    #[schema(value_type = String, min_length = 10, max_length = 200, write_only, format = Password)]
    pub password: Secret,
}

/// Whether the server still needs its first administrator.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Setup {
    /// True until the first administrator exists.
    pub required: bool,
}

/// Change of one's own password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionPassword {
    /// The current password.
    #[schema(value_type = String, min_length = 1, max_length = 200, write_only, format = Password)]
    pub current_password: Secret,
    /// The new password, at least 10 characters.
    #[schema(value_type = String, min_length = 10, max_length = 200, write_only, format = Password)]
    pub new_password: Secret,
}

/// Log in and get a session cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SessionCreate,
    responses((status = 201, description = "Logged in", body = Session, headers(("Set-Cookie" = String, description = "The session")))),
    extensions(("x-permission" = json!("public"))))]
pub async fn session_create(
    State(state): State<ApiState>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Body(body): Body<SessionCreate>,
) -> ApiResult<Response> {
    let origin = origin(&state, peer, &headers);
    let begun = state.app.session_create(&body.name, body.password, &origin).await?;
    let session = session_out(&begun.caller, Some(begun.expires_at));
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, begun_cookie(&state, &begun))], Json(session)).into_response())
}

/// Show who you are and what you may do.
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, description = "The caller", body = Session)),
    extensions(("x-permission" = json!("own"))))]
pub async fn session_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<Session>> {
    let expires_at = state.app.session_end(&caller).await?;
    Ok(Json(session_out(&caller, expires_at)))
}

/// Log out.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204, description = "Logged out")),
    extensions(("x-permission" = json!("own"))))]
pub async fn session_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Response> {
    state.app.session_delete(&caller).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&state, "", 0))]).into_response())
}

/// Change your password and end all your other sessions.
#[utoipa::path(put, path = "/session/password", tag = "session", request_body = SessionPassword,
    responses((status = 204, description = "Changed")),
    extensions(("x-permission" = json!("own"))))]
pub async fn session_password_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<SessionPassword>,
) -> ApiResult<StatusCode> {
    state.app.session_password_update(&caller, body.current_password, body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show whether the server still needs its first administrator.
#[utoipa::path(get, path = "/setup", tag = "session",
    responses((status = 200, description = "Whether set-up is needed", body = Setup)),
    extensions(("x-permission" = json!("public"))))]
pub async fn setup_view(State(state): State<ApiState>) -> ApiResult<Json<Setup>> {
    Ok(Json(Setup { required: state.app.setup_required().await? }))
}

/// Create the first administrator with the one-time token, and log in.
#[utoipa::path(post, path = "/setup", tag = "session", request_body = SetupCreate,
    responses((status = 201, description = "Created and logged in", body = Setup, headers(("Set-Cookie" = String, description = "The session")))),
    extensions(("x-permission" = json!("public"))))]
pub async fn setup_create(
    State(state): State<ApiState>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Body(body): Body<SetupCreate>,
) -> ApiResult<Response> {
    let origin = origin(&state, peer, &headers);
    let begun = state.app.setup_create(body.token, body.name, body.password, &origin).await?;
    let cookie = begun_cookie(&state, &begun);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(Setup { required: false })).into_response())
}

/// Where a request comes from. Behind a proxy, the proxy's header decides about the address.
fn origin(state: &ApiState, peer: Option<Extension<ConnectInfo<SocketAddr>>>, headers: &HeaderMap) -> Origin {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let address = peer_address(state, peer, headers);
    let cookie = auth::cookie(headers, state.settings.secure_cookies).map(Secret::new);
    Origin { address, user_agent: text("user-agent"), request_id: Some(request_id()), cookie }
}

/// The cookie of a new session.
fn begun_cookie(state: &ApiState, begun: &NewSession) -> HeaderValue {
    let seconds = (begun.expires_at - state.app.clock().now()).num_seconds().max(0);
    cookie(state, begun.cookie.expose(), seconds)
}

/// The session cookie. With 0 seconds left, the browser deletes it.
fn cookie(state: &ApiState, value: &str, seconds: i64) -> HeaderValue {
    let (name, secure) = if state.settings.secure_cookies { (COOKIE_SECURE, "; Secure") } else { (COOKIE, "") };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).expect("a token is valid in a header")
}

fn session_out(caller: &Caller, expires_at: Option<DateTime<Utc>>) -> Session {
    Session {
        name: caller.name.clone(),
        role: caller.role,
        permissions: Permission::ALL.iter().copied().filter(|permission| caller.may(*permission)).collect(),
        via: caller.kind.as_str().to_owned(),
        expires_at,
    }
}
