//! Credentials and the vault that seals them, as the store keeps them.

use crate::domain::ids::CredentialId;
use crate::domain::keys::{Credential, Key};
use crate::domain::vocabulary::{CredentialKind, VaultKeyKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The vault of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultRecord {
    /// Id of the installation, to which every sealed value is bound.
    pub install: Uuid,
    /// Name of the master key.
    pub key_id: String,
    /// Where the master key comes from.
    pub key_kind: VaultKeyKind,
    /// Salt of the passphrase; empty for a key file.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2 for the passphrase; 0 for a key file.
    pub rounds: u32,
    /// A known text that the key sealed.
    pub probe: Vec<u8>,
    /// When the key was made.
    pub created_at: DateTime<Utc>,
}

/// A sealed value with the name of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// Name of the master key.
    pub key_id: String,
    /// The wrapped data key.
    pub wrapped_key: Vec<u8>,
    /// The sealed value.
    pub value: Vec<u8>,
}

/// A credential as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRecord {
    /// Id of the credential.
    pub id: CredentialId,
    /// Key in the database.
    pub key: Key<Credential>,
    /// Unique name.
    pub name: String,
    /// What the credential is for.
    pub description: String,
    /// What the credential is.
    pub kind: CredentialKind,
    /// Names of the fields that have a value.
    pub fields: Vec<String>,
    /// The sealed value.
    pub sealed: SealedValue,
    /// Version of the definition. It grows by one with each change.
    pub version: u32,
    /// Version of the value. It grows by one with each rotation.
    pub value_version: u32,
    /// When the value stops being valid where it is used.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the credential was created.
    pub created_at: DateTime<Utc>,
    /// When the definition or the value last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub changed_by: String,
    /// When it last got a value.
    pub rotated_at: DateTime<Utc>,
    /// When a run last used it.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Name of the task whose run used it last.
    pub last_used_by: Option<String>,
}

/// A credential to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialNew {
    /// Id of the credential, to which the value is sealed.
    pub id: CredentialId,
    /// Unique name.
    pub name: String,
    /// What the credential is for.
    pub description: String,
    /// What the credential is.
    pub kind: CredentialKind,
    /// Names of the fields that have a value.
    pub fields: Vec<String>,
    /// The sealed value.
    pub sealed: SealedValue,
    /// When the value stops being valid where it is used.
    pub expires_at: Option<DateTime<Utc>>,
    /// Who creates it.
    pub by: String,
    /// When it is created.
    pub at: DateTime<Utc>,
}

/// A change of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialChange {
    /// Name after the change.
    pub name: String,
    /// Description after the change.
    pub description: String,
    /// Expiry after the change.
    pub expires_at: Option<DateTime<Utc>>,
    /// The sealed value after the change.
    pub sealed: SealedValue,
    /// Names of its fields after a rotation; none: the value stays, and is only sealed anew.
    pub rotated: Option<Vec<String>>,
    /// Who changes it.
    pub by: String,
    /// When it is changed.
    pub at: DateTime<Utc>,
}

/// The credential that an attempt used, and which value of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialUsed {
    /// Name of the credential.
    pub name: String,
    /// Version of the value.
    pub value_version: u32,
}
