//! Checks during long answers whether the caller may still receive them.

use crate::app::access::sessions::LONGEST;
use crate::app::{App, Caller, CallerKind, Result};
use crate::domain::vocabulary::Permission;
use std::time::Duration;
use tokio::sync::watch;

/// How often a long answer checks its caller even though no access was revoked.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// Tells long answers that somebody's access was revoked.
#[derive(Debug, Default)]
pub struct Standing(watch::Sender<()>);

impl App {
    /// Called when somebody's access was revoked: every long answer checks its caller again.
    pub(in crate::app) fn access_ended(&self) {
        self.standing().0.send_replace(());
    }

    /// Returns when the caller no longer has the permission, because the session or token ended or the role was
    /// lowered.
    pub async fn until_refused(&self, caller: &Caller, permission: Permission) {
        let mut ended = self.standing().0.subscribe();
        loop {
            match self.is_standing(caller, permission).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::debug!(%error, "a caller could not be checked again"),
            }
            tokio::select! {
                changed = ended.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(ASK_AGAIN) => {}
            }
        }
    }

    /// Returns whether the caller still has the permission. Does not record a use.
    pub async fn is_standing(&self, caller: &Caller, permission: Permission) -> Result<bool> {
        let now = self.clock().now();
        let rights = match (caller.kind, caller.session_id, caller.token_id) {
            (CallerKind::Local | CallerKind::Link | CallerKind::System, ..) => Some(caller.rights.clone()),
            (CallerKind::User, Some(session), _) => self.store().session_find(session).await?.and_then(|session| {
                let over = session.user.disabled || now >= session.expires_at || now >= session.created_at + LONGEST;
                (!over).then_some(session.user.rights)
            }),
            (CallerKind::Token, _, Some(token)) => self
                .store()
                .token_find(token)
                .await?
                .and_then(|token| (!token.is_over(now)).then(|| token.present_rights())),
            (CallerKind::User | CallerKind::Token, ..) => None,
        };
        Ok(rights.is_some_and(|rights| rights.include(permission)))
    }
}
