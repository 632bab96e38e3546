//! API tokens: only the hash of a token's secret is stored.

use super::{Page, PageRequest, Result, Store, StoreError, Tx};
use crate::domain::ids::{TokenId, UserId};
use crate::domain::vocabulary::Role;
use chrono::{DateTime, Utc};

/// A token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Id; part of the token's text.
    pub id: TokenId,
    /// Key inside the database.
    pub key: i64,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// What it may do.
    pub role: Role,
    /// Whose it is, for personal tokens.
    pub user: Option<UserId>,
    /// Role of that user, and whether it may log in.
    pub user_role: Option<Role>,
    /// True if the user is disabled.
    pub user_disabled: bool,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last use, as far as written down.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenNew {
    /// Id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// What it may do.
    pub role: Role,
    /// Whose it is, for personal tokens.
    pub user: Option<UserId>,
    /// Who makes it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Store {
    /// A token, revoked and expired ones too.
    pub async fn token_find(&self, _token: TokenId) -> Result<Option<TokenRecord>> {
        Err(StoreError::Closed)
    }

    /// A page of tokens that are not revoked, newest first; of one user, or all.
    pub async fn token_list(&self, _user: Option<UserId>, _page: &PageRequest) -> Result<Page<TokenRecord>> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// A token, revoked and expired ones too.
    pub async fn token_find(&self, _token: TokenId) -> Result<Option<TokenRecord>> {
        Err(StoreError::Closed)
    }

    /// Makes a token.
    pub async fn token_insert(&self, _token: &TokenNew) -> Result<()> {
        Err(StoreError::Closed)
    }

    /// Revokes a token. False: it does not exist or is revoked.
    pub async fn token_revoke(&self, _token: TokenId, _at: DateTime<Utc>) -> Result<bool> {
        Err(StoreError::Closed)
    }

    /// Writes down a use.
    pub async fn token_touch(&self, _token: TokenId, _at: DateTime<Utc>) -> Result<bool> {
        Err(StoreError::Closed)
    }
}
