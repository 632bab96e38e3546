//! Users, tokens, sessions and audit entries, as the store keeps them.

use crate::domain::ids::SessionId;
use crate::domain::ids::TokenId;
use crate::domain::ids::UserId;
use crate::domain::keys::{Key, Token, User};
use crate::domain::vocabulary::Role;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;

/// An entry to append.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditNew {
    /// When.
    pub at: DateTime<Utc>,
    /// Kind of actor: user, token, local, system.
    pub actor_kind: String,
    /// Who.
    pub actor: String,
    /// What was done: the operation's id.
    pub action: String,
    /// Kind of thing.
    pub target_kind: String,
    /// The thing.
    pub target: String,
    /// Details, without secrets.
    pub detail: Value,
    /// Request that did it.
    pub request_id: Option<String>,
}

/// An entry as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Number in the chain, from 1, without gaps.
    pub number: u64,
    /// What was appended.
    pub entry: AuditNew,
    /// Hash of the entry before, hex; 64 zeros for the first.
    pub prev_hash: String,
    /// Hash of this entry, hex.
    pub hash: String,
}

/// Which entries a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<String>,
    /// With this action.
    pub action: Option<String>,
    /// About this thing.
    pub target: Option<String>,
    /// At or after.
    pub from_at: Option<DateTime<Utc>>,
    /// Before.
    pub until_at: Option<DateTime<Utc>>,
}

/// What walking the chain showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Entries looked at.
    pub count: u64,
    /// Number of the first entry that is not what it should be.
    pub broken_at: Option<u64>,
    /// Hash of the newest entry, hex; empty if there is none.
    pub head: String,
}

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

/// A token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Id; part of the token's text.
    pub id: TokenId,
    /// Key inside the database.
    pub key: Key<Token>,
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

impl TokenRecord {
    /// Whether it lets nobody in any more: revoked, expired, or of somebody disabled.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_some() || self.user_disabled || self.expires_at.is_some_and(|at| now >= at)
    }
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

/// A user as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Id.
    pub id: UserId,
    /// Key inside the database.
    pub key: Key<User>,
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
