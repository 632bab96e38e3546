//! Wire types of credentials and the vault. Values go in, and no answer has a place for them.

use crate::api::contract::names::Name;
use crate::api::core::answer::Reason;
use crate::api::core::page::page;
use crate::domain::credentials;
use crate::domain::vocabulary::{CredentialAction, CredentialKind, VaultKeyKind, VaultState};
use crate::security::secret::Secret;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A credential that the process of a task gets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialUse {
    /// Name of the credential.
    #[schema(value_type = Name)]
    pub name: String,
    /// Field of the credential; null: its secret value, or the password of a login.
    #[serde(default)]
    #[schema(max_length = 50, example = "username")]
    pub field: Option<String>,
    /// How the process gets the value.
    pub inject: Inject,
}

/// How a process gets a value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inject {
    /// In a variable of its environment. Other processes of the same account can read it there.
    Env(InjectEnv),
    /// In a private file that is removed at the end of the attempt.
    File(InjectFile),
    /// On its standard input.
    Stdin,
}

/// In a variable of the environment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InjectEnv {
    /// Name of the variable.
    #[schema(min_length = 1, max_length = 100, example = "DB_PASSWORD")]
    pub variable: String,
}

/// In a private file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InjectFile {
    /// Name of the variable that holds the path of the file.
    #[schema(min_length = 1, max_length = 100, example = "SSH_KEY_FILE")]
    pub variable: String,
}

/// A new credential.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialCreate {
    /// Unique name, by which tasks refer to the credential.
    #[schema(value_type = Name)]
    pub name: String,
    /// What the credential is.
    #[schema(inline = false)]
    pub kind: CredentialKind,
    /// What the credential is for.
    #[serde(default)]
    #[schema(max_length = 2000, default = "")]
    pub description: String,
    /// When the value stops being valid where it is used; null: unknown, or never.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// The secret value; of a login or a mail server: its password.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only, format = Password)]
    pub value: Option<Secret>,
    /// The values by name of the field: `username` and `password` of a login, also `host` and `port` of a mail server.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, default = json!({}))]
    pub values: BTreeMap<String, Secret>,
}

/// What can be changed of a credential without giving it a new value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialUpdate {
    /// Unique name. A credential that tasks use cannot be renamed.
    #[schema(value_type = Name)]
    pub name: String,
    /// What the credential is for.
    #[serde(default)]
    #[schema(max_length = 2000, default = "")]
    pub description: String,
    /// When the value stops being valid where it is used; null: unknown, or never.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new value for a credential.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialRotate {
    /// The secret value; of a login or a mail server: its password.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only, format = Password)]
    pub value: Option<Secret>,
    /// The values by name of the field. Fields that are absent have no value any more.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, default = json!({}))]
    pub values: BTreeMap<String, Secret>,
    /// When the new value stops being valid where it is used; null: unknown, or never.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A named secret that tasks use. Its values cannot be read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Credential {
    /// UUID of the credential.
    pub id: Uuid,
    /// Unique name, by which tasks refer to the credential.
    pub name: String,
    /// What the credential is.
    pub kind: CredentialKind,
    /// What the credential is for.
    pub description: String,
    /// Names of the fields that have a value.
    pub fields: Vec<String>,
    /// Version of the credential. It grows by one with each change.
    pub version: u32,
    /// Version of the value. It grows by one with each rotation.
    pub value_version: u32,
    /// When the value stops being valid where it is used; null: unknown, or never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the credential was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub changed_by: String,
    /// When it last got a value.
    pub rotated_at: DateTime<Utc>,
    /// When a run last used it.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Name of the task whose run used it last.
    pub last_used_by: Option<String>,
    /// What should be known about a value that was just given.
    pub warnings: Vec<Reason>,
    /// What you can do with it.
    pub actions: Vec<CredentialAction>,
}
page!(
    /// A page of credentials, by name.
    CredentialPage,
    Credential
);

/// Who uses a credential.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialUsage {
    /// The tasks that use it, by name.
    pub tasks: Vec<CredentialTask>,
    /// Names of the channels that use it.
    pub channels: Vec<String>,
    /// When a run last used it.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Name of the task whose run used it last.
    pub last_used_by: Option<String>,
    /// Who changed it last.
    pub changed_by: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A task that uses a credential.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialTask {
    /// Name of the task.
    pub task: String,
    /// How its process gets the values; empty: its http request mentions them.
    pub uses: Vec<CredentialUse>,
}

/// The vault, which seals credentials.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Vault {
    /// Whether credentials can be used.
    pub state: VaultState,
    /// Why credentials cannot be used; null: they can.
    pub problem: Option<Reason>,
    /// Where the key comes from; null: there is no credential yet, and so no key.
    #[schema(inline = false)]
    pub key_kind: Option<VaultKeyKind>,
    /// Path of the key file on the server; null: there is none. Keep a copy of the file apart from backups of the
    /// database, because without it credentials cannot be read.
    pub key_file: Option<String>,
    /// When the key was made.
    pub created_at: Option<DateTime<Utc>>,
}

/// The passphrase of the vault.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VaultUnseal {
    /// The passphrase.
    #[schema(value_type = String, min_length = 1, max_length = 1000, write_only, format = Password)]
    pub passphrase: Secret,
}

/// A new key for the vault.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VaultRotate {
    /// Passphrase from which the key is made, at least 12 characters; somebody then gives it after each start of the
    /// server. Null: the server makes a key file.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 12, max_length = 1000, write_only, format = Password)]
    pub passphrase: Option<Secret>,
    /// Whether the values of all credentials are given up because the present key is lost. The credentials stay, and
    /// each needs a new value. Refused while the present key works.
    #[serde(default)]
    #[schema(default = false)]
    pub forget_values: bool,
}

/// Converts a use to the domain.
pub fn use_in(used: CredentialUse) -> credentials::CredentialUse {
    let CredentialUse { name, field, inject } = used;
    let inject = match inject {
        Inject::Env(InjectEnv { variable }) => credentials::Inject::Env { variable },
        Inject::File(InjectFile { variable }) => credentials::Inject::File { variable },
        Inject::Stdin => credentials::Inject::Stdin,
    };
    credentials::CredentialUse { name, field: field.filter(|field| !field.is_empty()), inject }
}

/// Converts a use to the wire.
pub fn use_out(used: credentials::CredentialUse) -> CredentialUse {
    let credentials::CredentialUse { name, field, inject } = used;
    let inject = match inject {
        credentials::Inject::Env { variable } => Inject::Env(InjectEnv { variable }),
        credentials::Inject::File { variable } => Inject::File(InjectFile { variable }),
        credentials::Inject::Stdin => Inject::Stdin,
    };
    CredentialUse { name, field, inject }
}
