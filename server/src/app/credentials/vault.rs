//! The vault: where its key comes from, and whether it can be used.
//!
//! The key is read once and kept in memory. A key file is made when the first credential is. With a passphrase the
//! server starts sealed: runs that need credentials wait until somebody unseals it. Changing the key wraps all data
//! keys anew in one transaction, so a server that is killed meanwhile finds either the old state or the new one.
//! Deliberately absent: deleting old key files, because older backups need them. Start reading at `vault_key`.

use crate::app::core::events::Change;
use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::model::{CredentialRecord, SealedValue, VaultRecord};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{Permission, SystemPart, VaultKeyKind, VaultState};
use crate::security::secret::Secret;
use crate::security::vault::key_file::{self, KeyFileError};
use crate::security::vault::{MasterKey, PASSPHRASE_MIN, Place, ROUNDS, SALT, Sealed, VaultKey};
use crate::store::Tx;
use crate::store::credentials::original::forget_copies;
use chrono::{DateTime, Utc};
use serde_json::json;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

/// What the server knows of the vault.
#[derive(Debug, Clone, Default)]
pub(in crate::app) enum Door {
    /// Nobody has looked yet, or there is no vault.
    #[default]
    Unknown,
    /// The key is in memory.
    Open(Box<VaultKey>, VaultRecord),
    /// The passphrase is missing.
    Sealed(VaultRecord),
    /// The key cannot be used.
    Unusable(VaultRecord, Reason),
}

/// The door of the vault, shared by all use cases.
#[derive(Debug, Default)]
pub struct VaultDoor(RwLock<Door>);

impl VaultDoor {
    fn get(&self) -> Door {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, door: Door) -> Door {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clone_from(&door);
        door
    }
}

/// Which key the vault gets.
#[derive(Debug)]
pub struct NewKey {
    /// The passphrase from which it is made; none: a key file.
    pub passphrase: Option<Secret>,
    /// Whether the values that only the lost key opens are given up. Each credential then needs a new value.
    pub forget_values: bool,
}

/// The vault as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultView {
    /// Whether credentials can be used.
    pub state: VaultState,
    /// Why they cannot.
    pub problem: Option<Reason>,
    /// The vault; none: there is no credential yet.
    pub record: Option<VaultRecord>,
    /// Path of the key file, if there is one.
    pub key_file: Option<PathBuf>,
}

impl App {
    /// Looks at the vault when the server starts. A vault that cannot be used does not keep the server from starting,
    /// because other tasks do not need it.
    pub async fn vault_prepare(&self) -> Result<()> {
        forget_copies(&self.settings().data_dir);
        match self.vault_look().await? {
            Door::Unusable(_, reason) => tracing::error!(%reason, "credentials cannot be used"),
            Door::Sealed(_) => tracing::warn!(reason = %Reason::VaultSealed {}, "runs that need credentials wait"),
            Door::Open(..) | Door::Unknown => {}
        }
        Ok(())
    }

    /// The vault as people see it.
    pub async fn vault_view(&self, caller: &Caller) -> Result<VaultView> {
        caller.require(Permission::Read)?;
        Ok(self.vault_shown(self.vault_look().await?))
    }

    fn vault_shown(&self, door: Door) -> VaultView {
        let (state, problem, record) = match door {
            Door::Unknown => (VaultState::Open, None, None),
            Door::Open(_, record) => (VaultState::Open, None, Some(record)),
            Door::Sealed(record) => (VaultState::Sealed, Some(Reason::VaultSealed {}), Some(record)),
            Door::Unusable(record, reason) => (VaultState::Unusable, Some(reason), Some(record)),
        };
        let file = record.as_ref().filter(|record| record.key_kind == VaultKeyKind::File);
        let key_file = file.map(|record| key_file::path(&self.settings().data_dir, &record.key_id));
        VaultView { state, problem, record, key_file }
    }

    /// Why runs that need credentials cannot start now, as far as this server knows.
    pub fn vault_closed(&self) -> Option<Reason> {
        match self.inner.vault.get() {
            Door::Unknown | Door::Open(..) => None,
            Door::Sealed(_) => Some(Reason::VaultSealed {}),
            Door::Unusable(_, reason) => Some(reason),
        }
    }

    /// Opens the vault with its passphrase.
    pub async fn vault_unseal(&self, caller: &Caller, passphrase: Secret) -> Result<VaultView> {
        caller.require(Permission::Admin)?;
        let record = match self.vault_look().await? {
            Door::Sealed(record) => record,
            door @ (Door::Open(..) | Door::Unknown) => return Ok(self.vault_shown(door)),
            Door::Unusable(_, reason) => return Err(Error::conflict("vault_unusable", reason.words())),
        };
        let wait = self.limiter().enter(&["vault".to_owned()], self.uptime());
        wait.map_err(|wait| Error::TooMany(wait.as_secs().max(1)))?;
        let (salt, rounds) = (record.salt.clone(), record.rounds);
        let key = self.of_passphrase(passphrase, salt, rounds, &record.key_id, record.install).await?;
        let right = key.made(&record.probe);
        let (caller, action) = (caller.clone(), if right { "vault_unseal" } else { "vault_refuse" });
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            Ok(tx.audit_append(&caller.audit(now, action, ("vault", String::new()), json!({}))).await?)
        };
        self.write(write, silent).await?;
        if !right {
            return Err(Error::invalid("/passphrase", "this is not the passphrase of the vault"));
        }
        self.limiter().forget("vault");
        let door = self.inner.vault.set(Door::Open(Box::new(key), record));
        self.announce_vault();
        Ok(self.vault_shown(door))
    }

    /// Gives the vault a new key. The vault must be open, unless the values are to be forgotten.
    pub async fn vault_rotate(&self, caller: &Caller, wanted: NewKey) -> Result<VaultView> {
        caller.require(Permission::Admin)?;
        let NewKey { passphrase, forget_values } = wanted;
        if let Some(passphrase) = &passphrase
            && passphrase.expose().trim().chars().count() < PASSPHRASE_MIN
        {
            let message = format!("must have at least {PASSPHRASE_MIN} characters, apart from spaces around it");
            return Err(Error::invalid("/passphrase", message));
        }
        let old = match (self.vault_look().await?, forget_values) {
            (Door::Sealed(_) | Door::Unusable(..), true) => None,
            (Door::Open(..) | Door::Unknown, true) => {
                let message = "the present key opens the values, so none has to be forgotten; leave this out";
                return Err(Error::invalid("/forget_values", message));
            }
            (_, false) => Some(self.vault_key().await?),
        };
        let before = self.store().vault_find().await?.ok_or_else(|| Error::Internal("the vault is gone".into()))?;
        let (new, record) = self.vault_key_new(passphrase, before.install).await?;
        let (caller, key) = (caller.clone(), new.clone());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let present = tx.vault_find().await?;
            if present.as_ref().map(|vault| &vault.key_id) != Some(&before.key_id) {
                return Err(Error::conflict("vault_changed", "the vault's key was changed meanwhile; look again"));
            }
            let all = tx.credentials().await?;
            for (credential, old) in all.iter().filter_map(|credential| Some((credential, old.as_ref()?))) {
                let moved = rewrapped(credential, old, &key)?;
                tx.credential_rewrap(credential, &moved).await?;
            }
            let record = VaultRecord { created_at: now, ..record.clone() };
            tx.vault_put(&record).await?;
            let detail = json!({"key": record.key_id, "kind": record.key_kind, "before": before.key_id,
                "credentials": all.len(), "values_forgotten": old.is_none()});
            tx.audit_append(&caller.audit(now, "vault_rotate", ("vault", String::new()), detail)).await?;
            Ok(record)
        };
        let record = self.write(write, silent).await?;
        let door = self.inner.vault.set(Door::Open(Box::new(new), record));
        self.announce_vault();
        Ok(self.vault_shown(door))
    }

    /// The key of the vault. Makes a vault with a key file if there is none.
    pub(in crate::app) async fn vault_key(&self) -> Result<VaultKey> {
        match self.vault_look().await? {
            Door::Open(key, _) => Ok(*key),
            Door::Sealed(_) => Err(Error::conflict("vault_sealed", Reason::VaultSealed {}.words())),
            Door::Unusable(_, reason) => Err(Error::conflict("vault_unusable", reason.words())),
            Door::Unknown => self.vault_create().await,
        }
    }

    /// Reads the vault's record, and its key if the one in memory is not the right one.
    async fn vault_look(&self) -> Result<Door> {
        let known = self.inner.vault.get();
        let Some(record) = self.store().vault_find().await? else { return Ok(Door::Unknown) };
        match &known {
            Door::Open(key, _) if key.id() == record.key_id => return Ok(known),
            Door::Sealed(before) if before.key_id == record.key_id => return Ok(known),
            _ => {}
        }
        let door = match record.key_kind {
            VaultKeyKind::Passphrase => Door::Sealed(record),
            VaultKeyKind::File => {
                let (data_dir, id) = (self.settings().data_dir.clone(), record.key_id.clone());
                match blocking(move || key_file::read(&data_dir, &id)).await? {
                    Ok(master) => {
                        let key = VaultKey::derive(&master, &record.key_id, record.install);
                        let wrong = || Reason::VaultKeyWrong { key: record.key_id.clone() };
                        if key.made(&record.probe) {
                            Door::Open(Box::new(key), record)
                        } else {
                            Door::Unusable(record.clone(), wrong())
                        }
                    }
                    Err(error) => Door::Unusable(record, Reason::VaultKeyUnusable { problem: error.to_string() }),
                }
            }
        };
        Ok(self.inner.vault.set(door))
    }

    /// Makes the vault, or finds that another server has made it just now.
    async fn vault_create(&self) -> Result<VaultKey> {
        let (key, record) = self.vault_key_new(None, uuid::Uuid::new_v4()).await?;
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            if let Some(present) = tx.vault_find().await? {
                return Ok(present);
            }
            let record = VaultRecord { created_at: now, ..record.clone() };
            tx.vault_put(&record).await?;
            let detail = json!({"key": record.key_id, "kind": record.key_kind});
            tx.audit_append(&Caller::system().audit(now, "vault_create", ("vault", String::new()), detail)).await?;
            Ok(record)
        };
        let stored = self.write(write, silent).await?;
        if stored.key_id == key.id() {
            self.inner.vault.set(Door::Open(Box::new(key.clone()), stored));
            return Ok(key);
        }
        match self.vault_look().await? {
            Door::Open(key, _) => Ok(*key),
            _ => Err(Error::conflict("vault_changed", "another server made the vault just now; try again")),
        }
    }

    /// A new key and its record, with the key file written.
    async fn vault_key_new(&self, passphrase: Option<Secret>, install: uuid::Uuid) -> Result<(VaultKey, VaultRecord)> {
        let id = hex::encode(rand::random::<[u8; 8]>());
        let (key_kind, salt, rounds, key) = match passphrase {
            Some(passphrase) => {
                let salt = rand::random::<[u8; SALT]>().to_vec();
                let key = self.of_passphrase(passphrase, salt.clone(), ROUNDS, &id, install).await?;
                (VaultKeyKind::Passphrase, salt, ROUNDS, key)
            }
            None => {
                let (data_dir, name) = (self.settings().data_dir.clone(), id.clone());
                let made = blocking(move || {
                    let master = MasterKey::generate();
                    key_file::write(&data_dir, &name, &master).map(|()| VaultKey::derive(&master, &name, install))
                });
                let unwritten = |error: KeyFileError| match &error {
                    KeyFileError::System { cause, .. } if cause.kind() == std::io::ErrorKind::StorageFull => {
                        Error::Full
                    }
                    _ => Error::Internal(error.to_string()),
                };
                (VaultKeyKind::File, Vec::new(), 0, made.await?.map_err(unwritten)?)
            }
        };
        let (probe, created_at) = (key.probe(), DateTime::<Utc>::UNIX_EPOCH);
        Ok((key, VaultRecord { install, key_id: id, key_kind, salt, rounds, probe, created_at }))
    }

    async fn of_passphrase(
        &self,
        passphrase: Secret,
        salt: Vec<u8>,
        rounds: u32,
        id: &str,
        install: uuid::Uuid,
    ) -> Result<VaultKey> {
        let id = id.to_owned();
        blocking(move || VaultKey::derive(&MasterKey::of_passphrase(&passphrase, &salt, rounds), &id, install)).await
    }

    fn announce_vault(&self) {
        self.events().publish(Change::System { what: SystemPart::Vault });
        self.signals().raise(Signal::Queue);
    }
}

/// The place to which the value of a credential is bound.
pub(super) fn place(id: crate::domain::ids::CredentialId, name: &str, value_version: u32) -> Place {
    Place { credential: id.0, name: name.to_owned(), version: value_version }
}

/// The sealed value of a credential under a new key.
fn rewrapped(credential: &CredentialRecord, old: &VaultKey, new: &VaultKey) -> Result<SealedValue> {
    let place = place(credential.id, &credential.name, credential.value_version);
    let damaged = || {
        let detail = format!(
            "the value of credential \"{}\" does not open with the present key; rotate or delete it first",
            credential.name
        );
        Error::conflict("credential_damaged", detail)
    };
    let moved = old.rewrap(&sealed_of(&credential.sealed), &place, new).ok_or_else(damaged)?;
    Ok(stored(new, moved))
}

pub(super) fn sealed_of(stored: &SealedValue) -> Sealed {
    Sealed { wrapped_key: stored.wrapped_key.clone(), value: stored.value.clone() }
}

pub(super) fn stored(key: &VaultKey, sealed: Sealed) -> SealedValue {
    let Sealed { wrapped_key, value } = sealed;
    SealedValue { key_id: key.id().to_owned(), wrapped_key, value }
}

/// Runs slow work on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
}
