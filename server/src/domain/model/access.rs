//! Users, tokens, sessions and audit entries, as the store keeps them.

use crate::domain::ids::SessionId;
use crate::domain::ids::TokenId;
use crate::domain::ids::UserId;
use crate::domain::keys::{Key, Token, User};
use crate::domain::vocabulary::{Grant, Permission, Role};
use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use std::collections::BTreeSet;

/// What somebody may do: a role, and rights in addition to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// The role.
    pub role: Role,
    /// Rights that the role does not include. An administrator has all of them without being given any.
    pub grants: BTreeSet<Grant>,
}

impl Rights {
    /// The rights of a role alone.
    pub const fn of_role(role: Role) -> Self {
        Self { role, grants: BTreeSet::new() }
    }

    /// Returns whether they include a permission.
    pub fn include(&self, permission: Permission) -> bool {
        let granted = permission.grant().is_none_or(|grant| self.have(grant));
        self.role >= permission.least_role() && granted
    }

    /// Returns whether they include a grant.
    pub fn have(&self, grant: Grant) -> bool {
        self.role == Role::Admin || self.grants.contains(&grant)
    }

    /// The rights that both have.
    pub fn common(&self, other: &Self) -> Self {
        let all = Grant::ALL.iter().copied();
        let grants = all.filter(|grant| self.have(*grant) && other.have(*grant)).collect();
        Self { role: self.role.min(other.role), grants }
    }
}

impl From<Role> for Rights {
    fn from(role: Role) -> Self {
        Self::of_role(role)
    }
}

/// An audit entry to append.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditNew {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Kind of actor: user, token, local, system.
    pub actor_kind: String,
    /// Name of the actor.
    pub actor: String,
    /// What was done: the id of the operation.
    pub action: String,
    /// Kind of thing that was acted on.
    pub target_kind: String,
    /// Name or id of the thing.
    pub target: String,
    /// Details, without secrets.
    pub detail: Value,
    /// Id of the request that did it.
    pub request_id: Option<String>,
}

/// An audit entry as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Number in the chain, starting at 1, without gaps.
    pub number: u64,
    /// What was appended.
    pub entry: AuditNew,
    /// Hash of the previous entry, hex; 64 zeros for the first.
    pub prev_hash: String,
    /// Hash of this entry, hex.
    pub hash: String,
}

/// The entries that a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Entries of this actor.
    pub actor: Option<String>,
    /// Entries with this action.
    pub action: Option<String>,
    /// Entries about this thing.
    pub target: Option<String>,
    /// Entries at or after this instant.
    pub from_at: Option<DateTime<Utc>>,
    /// Entries before this instant.
    pub until_at: Option<DateTime<Utc>>,
}

/// Result of checking the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Number of entries that were checked.
    pub count: u64,
    /// Number of the first entry that does not fit.
    pub broken_at: Option<u64>,
    /// Hash of the newest entry, hex; empty if there is none.
    pub head: String,
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Id of the session.
    pub id: SessionId,
    /// The user of the session.
    pub user: UserRecord,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// When the session began.
    pub created_at: DateTime<Utc>,
    /// When the session was last used, as far as recorded.
    pub last_seen_at: DateTime<Utc>,
    /// When the session ends.
    pub expires_at: DateTime<Utc>,
    /// The browser's name for itself.
    pub user_agent: String,
}

/// A session to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionNew {
    /// Id of the session.
    pub id: SessionId,
    /// The user of the session.
    pub user: UserId,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// When the session begins.
    pub created_at: DateTime<Utc>,
    /// When the session ends.
    pub expires_at: DateTime<Utc>,
    /// The browser's name for itself.
    pub user_agent: String,
}

/// A token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Id of the token, which is part of its text.
    pub id: TokenId,
    /// Key in the database.
    pub key: Key<Token>,
    /// What the token is for.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// Rights that the token was given.
    pub rights: Rights,
    /// The user of a personal token.
    pub user: Option<UserId>,
    /// Rights of that user.
    pub user_rights: Option<Rights>,
    /// Whether that user is disabled.
    pub user_disabled: bool,
    /// Name of the user or token that created it.
    pub created_by: String,
    /// When the token was created.
    pub created_at: DateTime<Utc>,
    /// When the token expires; none: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the token was last used, as far as recorded.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When the token was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl TokenRecord {
    /// The rights of the token now: no more than its user has.
    pub fn present_rights(&self) -> Rights {
        self.user_rights.as_ref().map_or_else(|| self.rights.clone(), |user| user.common(&self.rights))
    }

    /// Returns whether the token is no longer valid: revoked, expired, or of a disabled user.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_some() || self.user_disabled || self.expires_at.is_some_and(|at| now >= at)
    }
}

/// A token to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenNew {
    /// Id of the token.
    pub id: TokenId,
    /// What the token is for.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// Rights of the token.
    pub rights: Rights,
    /// The user of a personal token.
    pub user: Option<UserId>,
    /// Name of the user or token that creates it.
    pub created_by: String,
    /// When the token is created.
    pub created_at: DateTime<Utc>,
    /// When the token expires; none: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A user as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Id of the user.
    pub id: UserId,
    /// Key in the database.
    pub key: Key<User>,
    /// Login name.
    pub name: String,
    /// Hash of the password (PHC string).
    pub password_hash: String,
    /// Rights of the user.
    pub rights: Rights,
    /// Whether the user is barred from logging in.
    pub disabled: bool,
    /// When the user was created.
    pub created_at: DateTime<Utc>,
    /// When the user last logged in.
    pub last_login_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UserRecord({}, {})", self.name, self.rights.role)
    }
}

/// A user to create.
#[derive(Clone, PartialEq, Eq)]
pub struct UserNew {
    /// Login name.
    pub name: String,
    /// Hash of the password (PHC string).
    pub password_hash: String,
    /// Rights of the user.
    pub rights: Rights,
    /// When the user is created.
    pub created_at: DateTime<Utc>,
}

/// Changes to a user. Fields that are none stay as they are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// New role.
    pub role: Option<Role>,
    /// New rights in addition to the role.
    pub grants: Option<BTreeSet<Grant>>,
    /// Whether the user is barred from logging in.
    pub disabled: Option<bool>,
    /// New hash of the password.
    pub password_hash: Option<String>,
    /// Time of a login.
    pub last_login_at: Option<DateTime<Utc>>,
}
