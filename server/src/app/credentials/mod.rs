//! Credentials: named secrets that tasks use. Values go in, and never out except into the process of a run.
//!
//! Deliberately absent: where the vault's key comes from (`vault`), and giving values to runs (`using`). Start reading
//! at `credential_create`.

pub mod filling;
mod holding;
pub mod import;
pub mod using;
pub mod vault;

use self::vault::{place, sealed_of, stored};
use super::core::events::Change;
use super::core::write::{Moment, Write};
use super::{App, Caller, Error, Result};
use crate::domain::core::phrases::first_ten;
use crate::domain::core::problem::Problem;
use crate::domain::credentials::{CredentialUse, MASKED_MIN, value_problems};
use crate::domain::ids::CredentialId;
use crate::domain::model::{CredentialChange, CredentialNew, CredentialRecord, Page, PageRequest, SealedValue};
use crate::domain::names::name_problem;
use crate::domain::reason::Reason;
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::{CredentialAction, CredentialKind, Permission, SystemPart};
use crate::security::secret::Secret;
use crate::security::vault::VaultKey;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Values of a credential by name of the field.
pub type Values = BTreeMap<String, Secret>;

/// What a person says about a credential, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialDefinition {
    /// Unique name.
    pub name: String,
    /// What the credential is for.
    pub description: String,
    /// When its value stops being valid where it is used.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A credential and what its caller may do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialView {
    /// The credential.
    pub record: CredentialRecord,
    /// What the caller may do.
    pub actions: Vec<CredentialAction>,
    /// What should be known about its value.
    pub warnings: Vec<Reason>,
}

/// A task that uses a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialTask {
    /// Name of the task.
    pub task: String,
    /// How its process gets the value; empty for http tasks, which mention it in their request.
    pub uses: Vec<CredentialUse>,
}

/// Who uses a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialUsage {
    /// The credential.
    pub record: CredentialRecord,
    /// The tasks that use it, by name.
    pub tasks: Vec<CredentialTask>,
    /// Names of the channels that use it.
    pub channels: Vec<String>,
}

impl App {
    /// A page of credentials by name.
    pub async fn credential_list(
        &self,
        caller: &Caller,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<CredentialView>> {
        caller.require(Permission::Read)?;
        let listed = self.store().credential_list(text, page).await?;
        Ok(listed.map(|record| view(caller, record, Vec::new())))
    }

    /// Finds a credential by name or id.
    pub async fn credential_view(&self, caller: &Caller, credential: &str) -> Result<CredentialView> {
        caller.require(Permission::Read)?;
        let found = self.store().credential_find(credential).await?.ok_or_else(|| no_credential(credential))?;
        Ok(view(caller, found, Vec::new()))
    }

    /// Says which tasks use a credential.
    pub async fn credential_usage(&self, caller: &Caller, credential: &str) -> Result<CredentialUsage> {
        caller.require(Permission::Read)?;
        let record = self.store().credential_find(credential).await?.ok_or_else(|| no_credential(credential))?;
        let tasks = self.store().credential_tasks(&record.name).await?;
        let used = |task: Definition| CredentialTask {
            task: task.name,
            uses: task.credentials.into_iter().filter(|used| used.name == record.name).collect(),
        };
        let channels = self.store().credential_channels(&record.name).await?;
        Ok(CredentialUsage { tasks: tasks.into_iter().map(used).collect(), channels, record })
    }

    /// Stores a new credential.
    pub async fn credential_create(
        &self,
        caller: &Caller,
        wanted: CredentialDefinition,
        kind: CredentialKind,
        values: Values,
        dry_run: bool,
    ) -> Result<CredentialView> {
        caller.require(Permission::CredentialsWrite)?;
        let mut problems = definition_problems(&wanted);
        problems.extend(problems_of(kind, &values));
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let id = CredentialId::generate();
        let (fields, warnings) = (fields_of(&values), warnings(kind, &values));
        // A dry run makes no vault: it would leave a key file behind.
        let sealed = if dry_run {
            SealedValue { key_id: String::new(), wrapped_key: Vec::new(), value: Vec::new() }
        } else {
            sealed(&self.vault_key().await?, id, &wanted.name, 1, &values)
        };
        let by = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let CredentialDefinition { name, description, expires_at } = wanted.clone();
            if tx.credential_find(&name).await?.is_some() {
                return Err(Error::taken("credential", &name));
            }
            let (fields, sealed, by_name) = (fields.clone(), sealed.clone(), by.name.clone());
            key_is_current(tx, &sealed).await?;
            let new = CredentialNew { id, name, description, kind, fields, sealed, expires_at, by: by_name, at: now };
            let made = tx.credential_insert(&new).await?;
            let detail = json!({"kind": made.kind, "fields": made.fields});
            tx.audit_append(&by.audit(now, "credential_create", ("credential", made.name.clone()), detail)).await?;
            Ok(made)
        };
        let mut made = self.write_or_try(dry_run, write, |app, _| app.announce_credential()).await?;
        if dry_run {
            made.id = CredentialId(uuid::Uuid::nil());
        }
        Ok(view(caller, made, warnings))
    }

    /// Changes what is said about a credential. Its value stays.
    pub async fn credential_update(
        &self,
        caller: &Caller,
        credential: &str,
        wanted: CredentialDefinition,
        Write { base, dry_run }: Write,
    ) -> Result<CredentialView> {
        caller.require(Permission::CredentialsWrite)?;
        let problems = definition_problems(&wanted);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let found = self.store().credential_find(credential).await?.ok_or_else(|| no_credential(credential))?;
        // The name is a part of what the value is sealed for.
        let key = if found.name == wanted.name { None } else { Some(self.vault_key().await?) };
        let (by, credential) = (caller.clone(), credential.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.credential_find(&credential).await?.ok_or_else(|| no_credential(&credential))?;
            Error::unless_at(read.version, base)?;
            let CredentialDefinition { name, description, expires_at } = wanted.clone();
            let mut sealed = read.sealed.clone();
            if name != read.name {
                unused(tx, &read, "renamed").await?;
                if tx.credential_find(&name).await?.is_some() {
                    return Err(Error::taken("credential", &name));
                }
                let stale = || Error::Stale { current: read.version };
                sealed = renamed(key.as_ref().ok_or_else(stale)?, &read, &name)?;
            }
            if (&name, &description, expires_at) == (&read.name, &read.description, read.expires_at) {
                return Ok(read);
            }
            let before = read.name.clone();
            let change =
                CredentialChange { name, description, expires_at, sealed, rotated: None, by: by.name.clone(), at: now };
            key_is_current(tx, &change.sealed).await?;
            let written = tx.credential_update(&read, &change).await?;
            let detail =
                json!({"renamed_from": (before != written.name).then_some(before), "expires_at": written.expires_at});
            tx.audit_append(&by.audit(now, "credential_update", ("credential", written.name.clone()), detail)).await?;
            Ok(written)
        };
        let written = self.write_or_try(dry_run, write, |app, _| app.announce_credential()).await?;
        Ok(view(caller, written, Vec::new()))
    }

    /// Gives a credential a new value. Runs that start from now on use it.
    pub async fn credential_rotate(
        &self,
        caller: &Caller,
        credential: &str,
        values: Values,
        expires_at: Option<DateTime<Utc>>,
        base: Option<u32>,
    ) -> Result<CredentialView> {
        caller.require(Permission::CredentialsWrite)?;
        let found = self.store().credential_find(credential).await?.ok_or_else(|| no_credential(credential))?;
        let problems = problems_of(found.kind, &values);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let warnings = warnings(found.kind, &values);
        let (key, by, credential) = (self.vault_key().await?, caller.clone(), credential.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.credential_find(&credential).await?.ok_or_else(|| no_credential(&credential))?;
            Error::unless_at(read.version, base)?;
            let change = CredentialChange {
                name: read.name.clone(),
                description: read.description.clone(),
                expires_at,
                sealed: sealed(&key, read.id, &read.name, read.value_version + 1, &values),
                rotated: Some(fields_of(&values)),
                by: by.name.clone(),
                at: now,
            };
            key_is_current(tx, &change.sealed).await?;
            let written = tx.credential_update(&read, &change).await?;
            let detail = json!({"value_version": written.value_version, "fields": written.fields});
            tx.audit_append(&by.audit(now, "credential_rotate", ("credential", written.name.clone()), detail)).await?;
            Ok(written)
        };
        let written = self.write(write, |app, _| app.announce_credential()).await?;
        Ok(view(caller, written, warnings))
    }

    /// Deletes a credential that no task uses.
    pub async fn credential_delete(&self, caller: &Caller, credential: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::CredentialsWrite)?;
        let (caller, credential) = (caller.clone(), credential.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.credential_find(&credential).await?.ok_or_else(|| no_credential(&credential))?;
            Error::unless_at(read.version, base)?;
            unused(tx, &read, "deleted").await?;
            if !tx.credential_delete(&read).await? {
                return Err(Error::Stale { current: read.version });
            }
            let detail = json!({"kind": read.kind});
            tx.audit_append(&caller.audit(now, "credential_delete", ("credential", read.name.clone()), detail)).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_credential()).await
    }

    fn announce_credential(&self) {
        self.events().publish(Change::System { what: SystemPart::Credential });
    }
}

fn view(caller: &Caller, record: CredentialRecord, warnings: Vec<Reason>) -> CredentialView {
    let all = if caller.may(Permission::CredentialsWrite) { CredentialAction::ALL } else { &[] };
    CredentialView { record, actions: all.to_vec(), warnings }
}

fn definition_problems(wanted: &CredentialDefinition) -> Vec<Problem> {
    name_problem(&wanted.name).map(|message| Problem::at("/name", message)).into_iter().collect()
}

fn problems_of(kind: CredentialKind, values: &Values) -> Vec<Problem> {
    let shown = values.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    value_problems(kind, &shown)
}

/// Names of the fields that have a value.
fn fields_of(values: &Values) -> Vec<String> {
    values.iter().filter(|(_, value)| !value.expose().is_empty()).map(|(name, _)| name.clone()).collect()
}

/// A value that is too short would hide ordinary text, so it is not masked, and the person who sets it should know.
fn warnings(kind: CredentialKind, values: &Values) -> Vec<Reason> {
    let short = |(name, value): &(&String, &Secret)| {
        kind.is_secret(name) && !value.expose().is_empty() && value.expose().len() < MASKED_MIN
    };
    let unmasked = |(name, _): (&String, &Secret)| Reason::SecretTooShort { field: name.clone() };
    values.iter().filter(short).map(unmasked).collect()
}

/// Seals the values of a credential. The text of the values is wiped from memory.
fn sealed(key: &VaultKey, id: CredentialId, name: &str, value_version: u32, values: &Values) -> SealedValue {
    let shown: BTreeMap<&str, &str> = values
        .iter()
        .filter(|(_, value)| !value.expose().is_empty())
        .map(|(name, value)| (name.as_str(), value.expose()))
        .collect();
    let text = Zeroizing::new(serde_json::to_vec(&shown).expect("texts by name are JSON"));
    stored(key, key.seal(&text, &place(id, name, value_version)))
}

/// Refuses a value that was sealed with a key that the vault no longer has. A dry run seals nothing.
async fn key_is_current(tx: &Tx, sealed: &SealedValue) -> Result<()> {
    let present = tx.vault_find().await?;
    if sealed.key_id.is_empty() || present.is_some_and(|vault| vault.key_id == sealed.key_id) {
        return Ok(());
    }
    Err(Error::conflict("vault_changed", "the vault's key was changed meanwhile; try again"))
}

/// The same value, sealed for another name.
fn renamed(key: &VaultKey, read: &CredentialRecord, name: &str) -> Result<SealedValue> {
    let text = key.open(&sealed_of(&read.sealed), &place(read.id, &read.name, read.value_version));
    let damaged = || {
        let reason = Reason::CredentialUnreadable { credential: read.name.clone() };
        Error::conflict("credential_damaged", reason.words())
    };
    let text = text.ok_or_else(damaged)?;
    Ok(stored(key, key.seal(&text, &place(read.id, name, read.value_version))))
}

async fn unused(tx: &Tx, credential: &CredentialRecord, verb: &str) -> Result<()> {
    let tasks = tx.credential_tasks(&credential.name).await?;
    let channels = tx.credential_channels(&credential.name).await?;
    if tasks.is_empty() && channels.is_empty() {
        return Ok(());
    }
    let tasks = tasks.iter().map(|task| format!("task \"{}\"", task.name));
    let places = first_ten(tasks.chain(channels.iter().map(|name| format!("channel \"{name}\""))).collect());
    let name = &credential.name;
    let detail = format!("credential \"{name}\" cannot be {verb}, it is used by {}", places.join(", "));
    Err(Error::conflict("credential_in_use", detail))
}

fn no_credential(credential: &str) -> Error {
    Error::NotFound(format!("there is no credential \"{credential}\""))
}
