//! Users: the people who can log in, managed by administrators. One enabled administrator always remains.

use super::sessions::password_sound;
use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, Error, Result};
use crate::domain::ids::UserId;
use crate::domain::model::{Page, PageRequest, UserChange, UserNew, UserRecord};
use crate::domain::vocabulary::{Permission, Role};
use crate::security::password;
use crate::security::secret::Secret;
use crate::store::Tx;
use serde_json::json;

/// Changes to a user. Absent fields stay as they are.
#[derive(Debug, Clone, Default)]
pub struct UserEdit {
    /// New role of the user.
    pub role: Option<Role>,
    /// Whether the user is barred from logging in.
    pub disabled: Option<bool>,
    /// New password.
    pub password: Option<Secret>,
}

impl App {
    /// A page of users.
    pub async fn user_list(&self, caller: &Caller, text: Option<&str>, page: &PageRequest) -> Result<Page<UserRecord>> {
        caller.require(Permission::Admin)?;
        Ok(self.store().user_list(text, page).await?)
    }

    /// Finds a user by name or id.
    pub async fn user_view(&self, caller: &Caller, user: &str) -> Result<UserRecord> {
        caller.require(Permission::Admin)?;
        let found = match user.parse::<UserId>() {
            Ok(id) => self.store().user_find(id).await?,
            Err(_) => self.store().user_find_by_name(user).await?,
        };
        found.ok_or_else(|| no_user(user))
    }

    /// Creates a user.
    pub async fn user_create(&self, caller: &Caller, name: String, role: Role, given: Secret) -> Result<UserRecord> {
        caller.require(Permission::Admin)?;
        password_sound(&given, "/password")?;
        let now = self.clock().now();
        let user = UserNew { name, password_hash: password::hash(given).await, role, created_at: now };
        let caller = caller.clone();
        let write = async move |tx: &Tx, _: Moment| {
            if tx.user_find_by_name(&user.name).await?.is_some() {
                return Err(Error::taken("user", &user.name));
            }
            let made = tx.user_insert(&user).await?;
            let detail = json!({"role": role});
            tx.audit_append(&caller.audit(now, "user_create", ("user", made.name.clone()), detail)).await?;
            Ok(made)
        };
        self.write(write, silent).await
    }

    /// Changes a user. A new password or role, or disabling the user, ends the user's sessions.
    pub async fn user_update(&self, caller: &Caller, user: &str, edit: UserEdit) -> Result<UserRecord> {
        let record = self.user_view(caller, user).await?;
        let password_hash = match edit.password {
            Some(given) => {
                password_sound(&given, "/password")?;
                Some(password::hash(given).await)
            }
            None => None,
        };
        let detail = json!({"role": edit.role, "disabled": edit.disabled, "password": password_hash.is_some()});
        let change = UserChange { role: edit.role, disabled: edit.disabled, password_hash, last_login_at: None };
        let (caller, id) = (caller.clone(), record.id);
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let before = tx.user_find(id).await?.ok_or_else(|| no_user(&id.to_string()))?;
            let stays =
                change.role.unwrap_or(before.role) == Role::Admin && !change.disabled.unwrap_or(before.disabled);
            keep_one_admin(tx, &before, stays).await?;
            let after = tx.user_update(id, &change).await?.ok_or_else(|| no_user(&id.to_string()))?;
            let ends = change.password_hash.is_some() || after.role != before.role || after.disabled;
            if ends {
                tx.sessions_delete(id, caller.session_id).await?;
            }
            tx.audit_append(&caller.audit(now, "user_update", ("user", after.name.clone()), detail.clone())).await?;
            Ok(after)
        };
        self.write(write, |app, _| app.access_ended()).await
    }

    /// Deletes a user with all sessions and tokens.
    pub async fn user_delete(&self, caller: &Caller, user: &str) -> Result<()> {
        let record = self.user_view(caller, user).await?;
        let (caller, id) = (caller.clone(), record.id);
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let before = tx.user_find(id).await?.ok_or_else(|| no_user(&id.to_string()))?;
            keep_one_admin(tx, &before, false).await?;
            tx.user_delete(id).await?;
            tx.audit_append(&caller.audit(now, "user_delete", ("user", before.name), json!({}))).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.access_ended()).await
    }
}

fn no_user(user: &str) -> Error {
    Error::NotFound(format!("there is no user \"{user}\""))
}

async fn keep_one_admin(tx: &Tx, user: &UserRecord, stays_admin: bool) -> Result<()> {
    let is_admin = user.role == Role::Admin && !user.disabled;
    if is_admin && !stays_admin && tx.user_counts().await?.1 <= 1 {
        let detail = format!("\"{}\" is the last administrator who can log in; add another one first", user.name);
        return Err(Error::conflict("last_admin", detail));
    }
    Ok(())
}
