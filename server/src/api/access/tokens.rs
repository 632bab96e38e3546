//! API tokens over HTTP.

use crate::api::core::body::{Body, Path, Query, page_request};
use crate::api::core::error::ApiResult;
use crate::api::core::page::NamedPageQuery;
use crate::api::core::page::page;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::domain::ids::TokenId;
use crate::domain::model::TokenRecord;
use crate::domain::vocabulary::Role;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An API token, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TokenSummary {
    /// UUID of the token, which is part of the token's text.
    pub id: Uuid,
    /// What the token is for.
    pub name: String,
    /// Role of the token.
    pub role: Role,
    /// Name of the user or token that created it.
    pub created_by: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it expires; null: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}
page!(
    /// A page of tokens.
    TokenPage,
    TokenSummary
);

/// A new token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenCreate {
    /// What the token is for.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Role of the token. It cannot have more permissions than you.
    #[schema(inline = false)]
    pub role: Role,
    /// Days until it expires; null: never.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    pub expires_days: Option<u32>,
}

/// A new token with its text, which is shown only this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Token {
    /// The token as a list shows it.
    #[serde(flatten)]
    pub summary: TokenSummary,
    /// The text for `Authorization: Bearer`. It cannot be shown again.
    #[schema(example = "orc_018f3b1c00007000a000000000000000_...")]
    pub secret: String,
}

/// List tokens: your own, or all of them if you are an administrator.
#[utoipa::path(get, path = "/tokens", tag = "token", params(NamedPageQuery),
    responses((status = 200, description = "A page of tokens", body = TokenPage)),
    extensions(("x-permission" = json!("own"))))]
pub async fn token_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<TokenPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.token_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(summary_out).into()))
}

/// Create a token. Its text is shown only this once.
#[utoipa::path(post, path = "/tokens", tag = "token", request_body = TokenCreate,
    responses((status = 201, description = "The token", body = Token)),
    extensions(("x-permission" = json!("own"))))]
pub async fn token_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<TokenCreate>,
) -> ApiResult<(StatusCode, Json<Token>)> {
    let (token, secret) = state.app.token_create(&caller, body.name, body.role, body.expires_days).await?;
    let created = Token { summary: summary_out(token), secret: secret.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Revoke a token.
#[utoipa::path(delete, path = "/tokens/{token}", tag = "token", params(("token" = Uuid, Path, description = "Id of the token")),
    responses((status = 204, description = "Revoked")),
    extensions(("x-permission" = json!("own"))))]
pub async fn token_revoke(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(token): Path<Uuid>,
) -> ApiResult<StatusCode> {
    state.app.token_revoke(&caller, TokenId(token)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn summary_out(token: TokenRecord) -> TokenSummary {
    let role = token.user_role.map_or(token.role, |role| role.min(token.role));
    let TokenRecord { id, name, created_by, created_at, expires_at, last_used_at, .. } = token;
    TokenSummary { id: id.0, name, role, created_by, created_at, expires_at, last_used_at }
}
