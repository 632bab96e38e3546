//! Sessions: browsers that are logged in. Only the hash of a session's secret is stored.

use super::{Result, Store, StoreError, Tx, UserRecord};
use crate::domain::ids::{SessionId, UserId};
use chrono::{DateTime, Utc};

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserRecord,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// Last use, as far as written down.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionNew {
    /// Id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// When it begins.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// What the browser calls itself.
    pub user_agent: String,
}

impl Store {
    /// A session with its user. Whether it has expired, or the user is disabled, is for the caller to judge.
    pub async fn session_find(&self, _session: SessionId) -> Result<Option<SessionRecord>> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// Begins a session. `Gone` if there is no such user.
    pub async fn session_insert(&self, _session: &SessionNew) -> Result<()> {
        Err(StoreError::Closed)
    }

    /// Writes down a use and a new end.
    pub async fn session_touch(
        &self,
        _session: SessionId,
        _seen_at: DateTime<Utc>,
        _expires_at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(StoreError::Closed)
    }

    /// Ends a session.
    pub async fn session_delete(&self, _session: SessionId) -> Result<bool> {
        Err(StoreError::Closed)
    }

    /// Ends all sessions of a user but one.
    pub async fn sessions_delete(&self, _user: UserId, _but: Option<SessionId>) -> Result<u64> {
        Err(StoreError::Closed)
    }
}
