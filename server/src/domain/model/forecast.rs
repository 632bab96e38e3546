//! Calendar feeds, as the store keeps them.

use crate::domain::ids::FeedId;
use crate::domain::ids::UserId;
use crate::domain::keys::{Feed, Key, Task};
use chrono::DateTime;
use chrono::Utc;

/// A feed as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRecord {
    /// Id of the feed.
    pub id: FeedId,
    /// Key in the database.
    pub key: Key<Feed>,
    /// Name of the feed in calendar programs.
    pub name: String,
    /// Key and name of the only task in the feed; none: all tasks.
    pub task: Option<(Key<Task>, String)>,
    /// The only folder in the feed, with the folders below it; none: all folders.
    pub folder: Option<String>,
    /// Number of days ahead.
    pub days: u32,
    /// The user who owns the feed.
    pub user: Option<UserId>,
    /// Whether that user is disabled.
    pub user_disabled: bool,
    /// Name of the user or token that created it.
    pub created_by: String,
    /// When the feed was created.
    pub created_at: DateTime<Utc>,
    /// When its current address was created.
    pub rotated_at: DateTime<Utc>,
}

/// A feed to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedNew {
    /// Id of the feed.
    pub id: FeedId,
    /// Name of the feed in calendar programs.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// Key of the only task in the feed; none: all tasks.
    pub task_key: Option<Key<Task>>,
    /// The only folder in the feed, with the folders below it; none: all folders.
    pub folder: Option<String>,
    /// Number of days ahead.
    pub days: u32,
    /// The user who owns the feed.
    pub user: Option<UserId>,
    /// Name of the user or token that creates it.
    pub created_by: String,
    /// When the feed is created.
    pub created_at: DateTime<Utc>,
}
