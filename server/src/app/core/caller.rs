//! The caller of a use case, and what the caller may do.

use crate::app::{Error, Result};
use crate::domain::model::Rights;
use crate::domain::vocabulary::{Permission, Role, TriggerKind};

/// How a caller was identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A person with a browser session.
    User,
    /// A program with an API token.
    Token,
    /// The local command line, by this machine's own token.
    Local,
    /// Somebody who got a message with a link.
    Link,
    /// The server itself.
    System,
}

impl CallerKind {
    /// Name of the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Token => "token",
            Self::Local => "local",
            Self::Link => "link",
            Self::System => "system",
        }
    }
}

/// The caller of a use case.
#[derive(Debug, Clone)]
pub struct Caller {
    /// How the caller was identified.
    pub kind: CallerKind,
    /// Login name, or name of the token.
    pub name: String,
    /// Rights of the caller.
    pub rights: Rights,
    /// Id of the user, for sessions and personal tokens.
    pub user_id: Option<crate::domain::ids::UserId>,
    /// Id of the session, for a person in a browser.
    pub session_id: Option<crate::domain::ids::SessionId>,
    /// Id of the token, for a program. Names of tokens are not unique.
    pub token_id: Option<crate::domain::ids::TokenId>,
    /// Id of the request, for the audit log.
    pub request_id: Option<String>,
}

impl Caller {
    /// The server itself as a caller.
    pub fn system() -> Self {
        let name = "orc".to_owned();
        let (user_id, session_id, token_id, request_id) = (None, None, None, None);
        Self {
            kind: CallerKind::System,
            name,
            rights: Rights::of_role(Role::Admin),
            user_id,
            session_id,
            token_id,
            request_id,
        }
    }

    /// The local command line as a caller.
    pub fn local() -> Self {
        Self { kind: CallerKind::Local, name: "local".to_owned(), ..Self::system() }
    }

    /// Whoever got a message by a channel, and may take care of what it is about.
    pub fn link(channel: &str) -> Self {
        let (kind, name, rights) =
            (CallerKind::Link, format!("a message to {channel}"), Rights::of_role(Role::Operator));
        Self { kind, name, rights, ..Self::system() }
    }

    /// Distinguishes the caller from all others: the id of the token or of the user, because names can be reused.
    pub fn identity(&self) -> String {
        let kind = self.kind.as_str();
        match (self.token_id, self.user_id) {
            (Some(token), _) => format!("{kind}:{token}"),
            (None, Some(user)) => format!("{kind}:{user}"),
            (None, None) => format!("{kind}:{}", self.name),
        }
    }

    /// Returns whether the caller has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.rights.include(permission)
    }

    /// Refuses a caller that lacks a permission.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        let (name, role, least) = (&self.name, self.rights.role, permission.least_role());
        if role < least {
            return Err(Error::Forbidden(format!("the role of {name} is {role}; this needs {least} or higher")));
        }
        Err(Error::Forbidden(format!(
            "this needs the permission {permission}, which an administrator can give to {name}"
        )))
    }

    /// An audit entry about what the caller does to a thing (its kind and name). The detail contains the id of a
    /// token, because names of tokens are not unique.
    pub fn audit(
        &self,
        at: chrono::DateTime<chrono::Utc>,
        action: &str,
        (target_kind, target): (&str, String),
        mut detail: serde_json::Value,
    ) -> crate::domain::model::AuditNew {
        if let (Some(token), Some(detail)) = (self.token_id, detail.as_object_mut()) {
            detail.insert("token_id".to_owned(), token.to_string().into());
        }
        crate::domain::model::AuditNew {
            at,
            actor_kind: self.kind.as_str().to_owned(),
            actor: self.name.clone(),
            action: action.to_owned(),
            target_kind: target_kind.to_owned(),
            target,
            detail,
            request_id: self.request_id.clone(),
        }
    }

    /// Kind of trigger for runs that the caller starts by hand (server/docs/decisions.md, 12).
    pub const fn trigger(&self) -> TriggerKind {
        match self.kind {
            CallerKind::User | CallerKind::Local | CallerKind::Link | CallerKind::System => TriggerKind::Manual,
            CallerKind::Token => TriggerKind::Api,
        }
    }
}
