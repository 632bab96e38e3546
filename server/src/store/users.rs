//! Users: people who may log in.

use super::{Page, PageRequest, Result, Store, StoreError, Tx};
use crate::domain::ids::UserId;
use crate::domain::vocabulary::Role;
use chrono::{DateTime, Utc};

/// A user as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Id.
    pub id: UserId,
    /// Key inside the database.
    pub key: i64,
    /// Login name.
    pub name: String,
    /// Hash of the password (PHC string).
    pub password_hash: String,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may not log in.
    pub disabled: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Last login.
    pub last_login_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UserRecord({}, {})", self.name, self.role)
    }
}

/// A user to create.
#[derive(Clone, PartialEq, Eq)]
pub struct UserNew {
    /// Login name.
    pub name: String,
    /// Hash of the password (PHC string).
    pub password_hash: String,
    /// What the user may do.
    pub role: Role,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What changes of a user; what is none stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// New role.
    pub role: Option<Role>,
    /// Whether the user may not log in.
    pub disabled: Option<bool>,
    /// New hash of the password.
    pub password_hash: Option<String>,
    /// Time of a login.
    pub last_login_at: Option<DateTime<Utc>>,
}

impl Store {
    /// A user by login name.
    pub async fn user_find_by_name(&self, _name: &str) -> Result<Option<UserRecord>> {
        Err(StoreError::Closed)
    }

    /// A user by id.
    pub async fn user_find(&self, _user: UserId) -> Result<Option<UserRecord>> {
        Err(StoreError::Closed)
    }

    /// A page of users by name.
    pub async fn user_list(&self, _page: &PageRequest) -> Result<Page<UserRecord>> {
        Err(StoreError::Closed)
    }

    /// How many users there are.
    pub async fn user_count(&self) -> Result<u64> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// A user by id.
    pub async fn user_find(&self, _user: UserId) -> Result<Option<UserRecord>> {
        Err(StoreError::Closed)
    }

    /// A user by login name.
    pub async fn user_find_by_name(&self, _name: &str) -> Result<Option<UserRecord>> {
        Err(StoreError::Closed)
    }

    /// How many users there are, and how many of them are administrators that may log in. Locks against other changes of users.
    pub async fn user_counts(&self) -> Result<(u64, u64)> {
        Err(StoreError::Closed)
    }

    /// Creates a user. `NameTaken` if the name is in use.
    pub async fn user_insert(&self, _user: &UserNew) -> Result<UserRecord> {
        Err(StoreError::Closed)
    }

    /// Changes a user. None: there is no such user.
    pub async fn user_update(&self, _user: UserId, _change: &UserChange) -> Result<Option<UserRecord>> {
        Err(StoreError::Closed)
    }

    /// Deletes a user with its sessions and tokens. False: there is no such user.
    pub async fn user_delete(&self, _user: UserId) -> Result<bool> {
        Err(StoreError::Closed)
    }
}
