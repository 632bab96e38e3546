//! Who asks, and what they may do.

use crate::app::{Error, Result};
use crate::domain::vocabulary::{Permission, Role, TriggerKind};

/// How a caller was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A person with a browser session.
    User,
    /// A program with an API token.
    Token,
    /// The same machine's own token: the local command line.
    Local,
    /// The server itself.
    System,
}

impl CallerKind {
    /// The kind's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Token => "token",
            Self::Local => "local",
            Self::System => "system",
        }
    }
}

/// Whoever asks for a use case.
#[derive(Debug, Clone)]
pub struct Caller {
    /// How it was recognised.
    pub kind: CallerKind,
    /// Login name, or name of the token.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The user behind it, for sessions and personal tokens.
    pub user_id: Option<crate::domain::ids::UserId>,
    /// The session, for a person in a browser.
    pub session_id: Option<crate::domain::ids::SessionId>,
    /// Id of the request, for the audit log.
    pub request_id: Option<String>,
}

impl Caller {
    /// The server itself.
    pub fn system() -> Self {
        let name = "orc".to_owned();
        Self { kind: CallerKind::System, name, role: Role::Admin, user_id: None, session_id: None, request_id: None }
    }

    /// The local command line.
    pub fn local() -> Self {
        Self { kind: CallerKind::Local, name: "local".to_owned(), ..Self::system() }
    }

    /// Whether the caller has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.role >= permission.least_role()
    }

    /// Refuses a caller that lacks a permission.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        let (name, role, least) = (&self.name, self.role, permission.least_role());
        Err(Error::Forbidden(format!("{name} has the role {role}; this needs {least} or more")))
    }

    /// An entry for the audit log about what the caller does to a thing (its kind and name).
    pub fn audit(
        &self,
        at: chrono::DateTime<chrono::Utc>,
        action: &str,
        (target_kind, target): (&str, String),
        detail: serde_json::Value,
    ) -> crate::domain::model::AuditNew {
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

    /// Kind of trigger of the runs it starts by hand (server/docs/decisions.md, 12).
    pub const fn trigger(&self) -> TriggerKind {
        match self.kind {
            CallerKind::User | CallerKind::Local | CallerKind::System => TriggerKind::Manual,
            CallerKind::Token => TriggerKind::Api,
        }
    }
}
