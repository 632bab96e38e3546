//! Tokens: keys for programs, shown once, revocable.

use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, Error, Result};
use crate::domain::ids::TokenId;
use crate::domain::model::{Page, PageRequest, Rights, TokenNew, TokenRecord};
use crate::domain::vocabulary::Permission;
use crate::security::secret::Secret;
use crate::security::token;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

impl App {
    /// A page of tokens: one's own, or all of them for an administrator.
    pub async fn token_list(
        &self,
        caller: &Caller,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<TokenRecord>> {
        caller.require(Permission::Own)?;
        match (caller.may(Permission::Admin), caller.user_id) {
            (true, _) => Ok(self.store().token_list(None, text, page).await?),
            (false, Some(user)) => Ok(self.store().token_list(Some(user), text, page).await?),
            (false, None) => Ok(Page { items: Vec::new(), next: None }),
        }
    }

    /// Creates a token. Its text is shown only this once.
    pub async fn token_create(
        &self,
        caller: &Caller,
        name: String,
        rights: Rights,
        expires_days: Option<u32>,
    ) -> Result<(TokenRecord, Secret)> {
        caller.require(Permission::Own)?;
        if rights.role > caller.rights.role {
            let message = format!("your role is {}; your tokens cannot have a higher one", caller.rights.role);
            return Err(Error::invalid("/role", message));
        }
        if let Some(grant) = rights.grants.iter().find(|grant| !caller.rights.have(**grant)) {
            return Err(Error::invalid("/grants", format!("you do not have {grant}, so your tokens cannot have it")));
        }
        let (id, now) = (TokenId::generate(), self.clock().now());
        let expires_at = expires_days.map(|days| now + TimeDelta::days(days.into()));
        self.outlives_no_parent(caller, expires_at).await?;
        let new = token::generate(id.0);
        let record = TokenNew {
            id,
            name,
            secret_hash: new.secret_hash,
            rights,
            user: caller.user_id,
            created_by: caller.name.clone(),
            created_at: now,
            expires_at,
        };
        let detail = json!({"name": record.name, "role": record.rights.role, "grants": record.rights.grants, "expires_at": record.expires_at});
        let entry = caller.audit(now, "token_create", ("token", id.to_string()), detail);
        let write = async move |tx: &Tx, _: Moment| {
            tx.token_insert(&record).await?;
            tx.audit_append(&entry).await?;
            tx.token_find(id).await?.ok_or_else(|| Error::Internal("the new token cannot be read".into()))
        };
        Ok((self.write(write, silent).await?, new.text))
    }

    /// Refuses a new token that would expire after the token with which it is created.
    async fn outlives_no_parent(&self, caller: &Caller, expires_at: Option<DateTime<Utc>>) -> Result<()> {
        let Some(parent) = caller.token_id else { return Ok(()) };
        let parent = self.store().token_find(parent).await?.and_then(|parent| parent.expires_at);
        match parent {
            Some(end) if expires_at.is_none_or(|at| at > end) => {
                let message = format!(
                    "your own token expires at {}; a token created with it cannot expire later",
                    end.to_rfc3339()
                );
                Err(Error::invalid("/expires_days", message))
            }
            _ => Ok(()),
        }
    }

    /// Revokes a token: one's own, or any token for an administrator.
    pub async fn token_revoke(&self, caller: &Caller, id: TokenId) -> Result<()> {
        caller.require(Permission::Own)?;
        let caller = caller.clone();
        let missing = move || Error::NotFound(format!("there is no token {id}"));
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let record = tx.token_find(id).await?.filter(|token| token.revoked_at.is_none()).ok_or_else(missing)?;
            let own = record.user.is_some() && record.user == caller.user_id;
            if !own && !caller.may(Permission::Admin) {
                return Err(missing());
            }
            tx.token_revoke(id, now).await?;
            let detail = json!({"name": record.name});
            tx.audit_append(&caller.audit(now, "token_revoke", ("token", id.to_string()), detail)).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.access_ended()).await
    }
}
