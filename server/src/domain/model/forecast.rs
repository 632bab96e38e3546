//! Calendar feeds, as the store keeps them.

use crate::domain::ids::FeedId;
use crate::domain::ids::UserId;
use crate::domain::keys::{Feed, Key, Task};
use chrono::DateTime;
use chrono::Utc;

/// A feed as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRecord {
    /// Id.
    pub id: FeedId,
    /// Key inside the database.
    pub key: Key<Feed>,
    /// What it is called in calendar programs.
    pub name: String,
    /// Only this task: its key inside the database and its name.
    pub task: Option<(Key<Task>, String)>,
    /// Only this folder and those below.
    pub folder: Option<String>,
    /// Days ahead.
    pub days: u32,
    /// Whose it is.
    pub user: Option<UserId>,
    /// True if that user is disabled.
    pub user_disabled: bool,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its address was made.
    pub rotated_at: DateTime<Utc>,
}

/// A feed to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedNew {
    /// Id.
    pub id: FeedId,
    /// What it is called in calendar programs.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// Only this task: its key inside the database.
    pub task_key: Option<Key<Task>>,
    /// Only this folder and those below.
    pub folder: Option<String>,
    /// Days ahead.
    pub days: u32,
    /// Whose it is.
    pub user: Option<UserId>,
    /// Who makes it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
}
