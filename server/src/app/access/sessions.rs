//! Identifies callers: sessions of people, tokens of programs, the first administrator, one's own password.

use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, CallerKind, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::ids::{SessionId, TokenId};
use crate::domain::model::{Rights, SessionNew, SessionRecord, UserChange, UserNew, UserRecord};
use crate::domain::vocabulary::Role;
use crate::security::secret::Secret;
use crate::security::{password, setup, token};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// A session ends after this long without a request.
const IDLE: TimeDelta = TimeDelta::minutes(30);

/// A session ends after this long in any case.
pub(in crate::app) const LONGEST: TimeDelta = TimeDelta::hours(12);

/// Minimum time between two recorded uses of a session or token.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Longest time that a request waits for its use to be recorded.
const TOUCH_PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

/// A new session.
#[derive(Debug)]
pub struct NewSession {
    /// The caller to whom it belongs.
    pub caller: Caller,
    /// Text of the cookie.
    pub cookie: Secret,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// Where a login comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Address of the client.
    pub address: String,
    /// The browser's name for itself.
    pub user_agent: String,
    /// Id of the request.
    pub request_id: Option<String>,
    /// Session cookie that the browser already had. The new session replaces that one.
    pub cookie: Option<Secret>,
}

impl App {
    /// Logs a person in.
    pub async fn session_create(&self, name: &str, given: Secret, origin: &Origin) -> Result<NewSession> {
        let account = format!("account:{}", name.to_lowercase());
        let keys = [format!("{account}@{}", origin.address), format!("address:{}", origin.address)];
        let enter = self.limiter().enter_account(&keys, &account, self.uptime());
        enter.map_err(|wait| Error::TooMany(wait.as_secs().max(1)))?;
        let user = self.store().user_find_by_name(name).await?.filter(|user| !user.disabled);
        let stored = user.as_ref().map(|user| user.password_hash.clone());
        let right = password::verify(given, stored).await;
        match user.filter(|_| right) {
            Some(user) => {
                // Only guesses about this account from this address are forgotten, so a login with one's own account
                // does not reset the limits.
                self.limiter().forget(&keys[0]);
                self.limiter().trust(&keys[0]);
                self.limiter().give_back(&keys[1]);
                self.limiter().give_back(&account);
                self.session_begin(&user, origin, "session_create").await
            }
            None => {
                self.audit_refused(name, origin).await;
                Err(Error::Unauthenticated("name or password is wrong".into()))
            }
        }
    }

    /// Records a refused login. A wrong password stays a wrong password even if the log cannot be written.
    async fn audit_refused(&self, name: &str, origin: &Origin) {
        let (now, known) = (self.clock().now(), name.chars().take(100).collect::<String>());
        let mut caller = Caller::system();
        caller.request_id.clone_from(&origin.request_id);
        let detail = json!({"address": origin.address});
        let entry = caller.audit(now, "session_refuse", ("user", known), detail);
        let written = self.write(async move |tx: &Tx, _| Ok(tx.audit_append(&entry).await?), silent);
        if let Err(error) = written.await {
            tracing::warn!(%error, "a refused login could not be recorded in the audit log");
        }
    }

    async fn session_begin(&self, user: &UserRecord, origin: &Origin, action: &'static str) -> Result<NewSession> {
        let now = self.clock().now();
        let id = SessionId::generate();
        let new = token::generate(id.0);
        let caller = user_caller(user, id, origin.request_id.clone());
        let session = SessionNew {
            id,
            user: user.id,
            secret_hash: new.secret_hash,
            created_at: now,
            expires_at: now + IDLE,
            user_agent: origin.user_agent.chars().take(200).collect(),
        };
        let entry = caller.audit(now, action, ("session", id.to_string()), json!({"address": origin.address}));
        let change = UserChange { last_login_at: Some(now), ..UserChange::default() };
        let (user, proved) = (user.id, user.password_hash.clone());
        let replaced = self.session_shown(origin).await?;
        let write = async move |tx: &Tx, _: Moment| {
            // This locks the row, so the proved password stays current until the session exists and can be ended.
            let present = tx.user_update(user, &change).await?;
            if present.is_none_or(|user| user.disabled || user.password_hash != proved) {
                return Err(Error::Unauthenticated("name or password is wrong".into()));
            }
            if let Some(old) = replaced {
                tx.session_delete(old).await?;
            }
            tx.session_insert(&session).await?;
            tx.audit_append(&entry).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.access_ended()).await?;
        Ok(NewSession { caller, cookie: new.text, expires_at: now + LONGEST })
    }

    /// The session whose cookie came with a login, if the cookie is valid.
    async fn session_shown(&self, origin: &Origin) -> Result<Option<SessionId>> {
        let Some(parts) = origin.cookie.as_ref().and_then(|cookie| token::parse(cookie.expose())) else {
            return Ok(None);
        };
        let found = self.store().session_find(SessionId(parts.id)).await?;
        let proved = found.filter(|session| token::same(&parts.secret_hash, &session.secret_hash));
        Ok(proved.map(|session| session.id))
    }

    /// The caller of a session's cookie; none if the cookie is not valid, or no longer valid.
    pub async fn session_caller(&self, cookie: &str, request_id: Option<String>) -> Result<Option<Caller>> {
        let Some(parts) = token::parse(cookie) else { return Ok(None) };
        let Some(session) = self.store().session_find(SessionId(parts.id)).await? else { return Ok(None) };
        let now = self.clock().now();
        let proved = token::same(&parts.secret_hash, &session.secret_hash);
        if !proved || session.user.disabled || now >= session.expires_at || now >= session.created_at + LONGEST {
            return Ok(None);
        }
        self.touch(&session, now).await;
        Ok(Some(user_caller(&session.user, session.id, request_id)))
    }

    async fn touch(&self, session: &SessionRecord, now: DateTime<Utc>) {
        if now - session.last_seen_at < TOUCH_EVERY {
            return;
        }
        let (id, until) = (session.id, (now + IDLE).min(session.created_at + LONGEST));
        let touch = async move |tx: &Tx, _: Moment| Ok(tx.session_touch(id, now, until).await?);
        best_effort(self.write(touch, silent)).await;
    }

    /// When a caller's session ends, if it ends by itself.
    pub async fn session_end(&self, caller: &Caller) -> Result<Option<DateTime<Utc>>> {
        let Some(id) = caller.session_id else { return Ok(None) };
        Ok(self.store().session_find(id).await?.map(|session| session.created_at + LONGEST))
    }

    /// The caller of an API token; none if the token is not valid, or no longer valid.
    pub async fn token_caller(&self, text: &str, request_id: Option<String>) -> Result<Option<Caller>> {
        let Some(parts) = token::parse(text) else { return Ok(None) };
        let Some(record) = self.store().token_find(TokenId(parts.id)).await? else { return Ok(None) };
        let now = self.clock().now();
        let proved = token::same(&parts.secret_hash, &record.secret_hash);
        if !proved || record.is_over(now) {
            return Ok(None);
        }
        if record.last_used_at.is_none_or(|at| now - at >= TOUCH_EVERY) {
            let id = record.id;
            let touch = async move |tx: &Tx, _: Moment| Ok(tx.token_touch(id, now).await?);
            best_effort(self.write(touch, silent)).await;
        }
        let rights = record.present_rights();
        let kind = CallerKind::Token;
        let (user_id, token_id) = (record.user, Some(record.id));
        Ok(Some(Caller { kind, name: record.name, rights, user_id, session_id: None, token_id, request_id }))
    }

    /// Logs out.
    pub async fn session_delete(&self, caller: &Caller) -> Result<()> {
        let Some(id) = caller.session_id else { return Ok(()) };
        let entry = caller.audit(self.clock().now(), "session_delete", ("session", id.to_string()), json!({}));
        let write = async move |tx: &Tx, _: Moment| {
            tx.session_delete(id).await?;
            tx.audit_append(&entry).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.access_ended()).await
    }

    /// Changes one's own password and ends all other sessions.
    pub async fn session_password_update(&self, caller: &Caller, current: Secret, new: Secret) -> Result<()> {
        let only_people = || Error::conflict("not_a_user", "only a person who is logged in has a password");
        let (Some(id), CallerKind::User) = (caller.user_id, caller.kind) else { return Err(only_people()) };
        let key = format!("password:{id}");
        self.limiter()
            .enter(std::slice::from_ref(&key), self.uptime())
            .map_err(|wait| Error::TooMany(wait.as_secs().max(1)))?;
        let user = self.store().user_find(id).await?.ok_or_else(only_people)?;
        let wrong = || Error::invalid("/current_password", "this is not your current password");
        if !password::verify(current, Some(user.password_hash.clone())).await {
            return Err(wrong());
        }
        self.limiter().forget(&key);
        password_sound(&new, "/new_password")?;
        let change = UserChange { password_hash: Some(password::hash(new).await), ..UserChange::default() };
        let (keep, now) = (caller.session_id, self.clock().now());
        let entry = caller.audit(now, "session_password_update", ("user", caller.name.clone()), json!({}));
        let write = async move |tx: &Tx, _: Moment| {
            // An administrator may have reset the password since it was verified. That reset stands.
            let proven = tx.user_find_held(id).await?.is_some_and(|now| now.password_hash == user.password_hash);
            if !proven {
                return Err(wrong());
            }
            tx.user_update(id, &change).await?;
            tx.sessions_delete(id, keep).await?;
            tx.audit_append(&entry).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.access_ended()).await
    }

    /// Returns whether the server still needs its first administrator.
    pub async fn setup_required(&self) -> Result<bool> {
        Ok(self.store().user_count().await? == 0)
    }

    /// The one-time token, if the server still needs its first administrator.
    pub async fn setup_prepare(&self) -> Result<Option<Secret>> {
        if !self.setup_required().await? {
            return Ok(None);
        }
        let unwritten = |error: std::io::Error| Error::Internal(format!("the set-up token cannot be written: {error}"));
        setup::prepare(&self.settings().data_dir).map(Some).map_err(unwritten)
    }

    /// Creates the first administrator and logs in. Of several simultaneous calls exactly one succeeds.
    pub async fn setup_create(&self, given: Secret, name: String, new: Secret, origin: &Origin) -> Result<NewSession> {
        let over = || Error::NotFound("the set-up is over; log in".into());
        if !self.setup_required().await? {
            return Err(over());
        }
        let key = format!("setup:{}", origin.address);
        self.limiter()
            .enter(std::slice::from_ref(&key), self.uptime())
            .map_err(|wait| Error::TooMany(wait.as_secs().max(1)))?;
        let unread = |error: std::io::Error| Error::Internal(format!("the set-up token cannot be read: {error}"));
        if !setup::verify(&self.settings().data_dir, &given).map_err(unread)? {
            // Somebody may have finished the set-up just now and removed the token with it.
            if !self.setup_required().await? {
                return Err(over());
            }
            return Err(Error::Forbidden(
                "this is not the set-up token; you find it on the server's console and in its data folder".into(),
            ));
        }
        self.limiter().forget(&key);
        password_sound(&new, "/password")?;
        let now = self.clock().now();
        let user = UserNew {
            name,
            password_hash: password::hash(new).await,
            rights: Rights::of_role(Role::Admin),
            created_at: now,
        };
        let request_id = origin.request_id.clone();
        let write = async move |tx: &Tx, _: Moment| {
            if tx.user_counts().await?.0 > 0 {
                return Err(Error::NotFound("the set-up is over; log in".into()));
            }
            let made = tx.user_insert(&user).await?;
            let caller = Caller { request_id: request_id.clone(), ..Caller::system() };
            tx.audit_append(&caller.audit(now, "setup_create", ("user", made.name.clone()), json!({}))).await?;
            Ok(made)
        };
        let made = self.write(write, silent).await?;
        let unremoved = |error: std::io::Error| tracing::warn!(%error, "the used set-up token could not be removed");
        setup::finish(&self.settings().data_dir).unwrap_or_else(unremoved);
        self.session_begin(&made, origin, "session_create").await
    }

    pub(in crate::app) fn uptime(&self) -> std::time::Duration {
        self.clock().running()
    }
}

/// Records a use. A request never fails, and hardly waits, because its use cannot be recorded.
async fn best_effort<T>(touch: impl Future<Output = Result<T>>) {
    match tokio::time::timeout(TOUCH_PATIENCE, touch).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a use could not be recorded"),
        Err(_) => tracing::debug!("a use was not recorded in time"),
    }
}

fn user_caller(user: &UserRecord, session: SessionId, request_id: Option<String>) -> Caller {
    Caller {
        kind: CallerKind::User,
        name: user.name.clone(),
        rights: user.rights.clone(),
        user_id: Some(user.id),
        session_id: Some(session),
        token_id: None,
        request_id,
    }
}

/// Refuses passwords that are too short or too simple.
pub(in crate::app) fn password_sound(password: &Secret, pointer: &str) -> Result<()> {
    let text = password.expose();
    let mut letters: Vec<char> = text.chars().collect();
    let length = letters.len();
    letters.sort_unstable();
    letters.dedup();
    let problem = if length < 10 {
        "must have at least 10 characters"
    } else if letters.len() < 4 {
        "must not repeat the same few characters"
    } else {
        return Ok(());
    };
    Err(Error::Invalid(vec![Problem::at(pointer, problem)]))
}
