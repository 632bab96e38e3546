//! API tokens over HTTP.

use super::page::page;
use super::task_wire::PageQuery;
use crate::domain::vocabulary::Role;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An API token, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Token {
    /// Id; part of the token's text.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; null: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last use, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}
page!(
    /// A page of tokens.
    TokenPage,
    Token
);

/// A new token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenCreate {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may do; at most what you may.
    #[schema(inline = false)]
    pub role: Role,
    /// Days until it ends; null: never.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650)]
    pub expires_days: Option<u32>,
}

/// A new token with its text, which is shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TokenCreated {
    /// The token.
    pub token: Token,
    /// The text for `Authorization: Bearer`; it cannot be shown again.
    #[schema(example = "orc_018f3b1c00007000a000000000000000_...")]
    pub secret: String,
}

/// List tokens: your own, or all of them for an administrator.
#[utoipa::path(get, path = "/tokens", tag = "token", params(PageQuery),
    responses((status = 200, description = "A page of tokens", body = TokenPage)),
    extensions(("x-permission" = json!("own"))))]
pub async fn token_list() {}

/// Create a token; its text is shown this once.
#[utoipa::path(post, path = "/tokens", tag = "token", request_body = TokenCreate,
    responses((status = 201, description = "The token", body = TokenCreated)),
    extensions(("x-permission" = json!("own"))))]
pub async fn token_create() {}

/// Revoke a token.
#[utoipa::path(delete, path = "/tokens/{token}", tag = "token", params(("token" = Uuid, Path, description = "Id of the token")),
    responses((status = 204, description = "Revoked")),
    extensions(("x-permission" = json!("own"))))]
pub async fn token_revoke() {}
