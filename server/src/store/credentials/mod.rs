//! Credentials and the vault: reading them.
//!
//! Only sealed values are stored, and only the newest of each credential. Deliberately absent: keys and opening, which
//! `security::vault` does, and writing, which `changes` does. Start reading at `credential_list`.

mod changes;
pub mod entity;
pub mod original;

use self::entity::{credential, vault};
use super::core::entity::{channel, task};
use super::core::error::damaged;
use super::core::locks::{self, Hold};
use super::core::page::{beyond, containing, escaped};
use super::core::rows::small;
use super::core::task::definition::definition_of;
use super::core::time::{Micros, instant};
use super::{Result, Store, Tx};
use crate::domain::ids::CredentialId;
use crate::domain::keys::{Key, Vault};
use crate::domain::model::{CredentialRecord, Cursor, Page, PageRequest, SealedValue, VaultRecord};
use crate::domain::tasks::Definition;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

/// Key of the one row of the vault.
const ONLY: Key<Vault> = Key::new(1);

impl Store {
    /// The vault, if there is one.
    pub async fn vault_find(&self) -> Result<Option<VaultRecord>> {
        vault_row(self.reader()).await
    }

    /// A page of credentials by name.
    pub async fn credential_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<CredentialRecord>> {
        let mut query = credential::Entity::find();
        if let Some(text) = text {
            query = query.filter(containing(credential::Column::Name, text));
        }
        if let Some(cursor) = &page.cursor {
            let (at, key) = cursor.as_text()?;
            query = query.filter(beyond([credential::Column::Name, credential::Column::Id], at, key, false));
        }
        let query = query.order_by_asc(credential::Column::Name).order_by_asc(credential::Column::Id);
        let rows = query.limit(u64::from(page.limit) + 1).all(self.reader()).await?;
        Page::cut(rows, page.limit, |row| Cursor::text(row.name.clone(), row.id)).try_map(record)
    }

    /// Finds a credential by id or name.
    pub async fn credential_find(&self, credential: &str) -> Result<Option<CredentialRecord>> {
        find(self.reader(), credential).await
    }

    /// The definitions of the tasks that use a credential, by name of the task.
    pub async fn credential_tasks(&self, credential: &str) -> Result<Vec<Definition>> {
        users(self.reader(), credential).await
    }

    /// Names of the channels that use a credential.
    pub async fn credential_channels(&self, credential: &str) -> Result<Vec<String>> {
        channels(self.reader(), credential).await
    }
}

impl Tx {
    /// The vault, if there is one. Its key stays the same until the end of the transaction.
    pub async fn vault_find(&self) -> Result<Option<VaultRecord>> {
        locks::hold(self, Hold::Vault).await?;
        vault_row(self).await
    }

    /// Finds a credential by id or name.
    pub async fn credential_find(&self, credential: &str) -> Result<Option<CredentialRecord>> {
        find(self, credential).await
    }

    /// The definitions of the tasks that use a credential, by name of the task.
    pub async fn credential_tasks(&self, credential: &str) -> Result<Vec<Definition>> {
        users(self, credential).await
    }

    /// Names of the channels that use a credential.
    pub async fn credential_channels(&self, credential: &str) -> Result<Vec<String>> {
        channels(self, credential).await
    }

    /// All credentials, by key.
    pub async fn credentials(&self) -> Result<Vec<CredentialRecord>> {
        let rows = credential::Entity::find().order_by_asc(credential::Column::Id).all(self).await?;
        rows.into_iter().map(record).collect()
    }
}

/// Credentials whose values expire before an instant, the first ones first.
pub(in crate::store) async fn expiring(
    connection: &impl ConnectionTrait,
    before: DateTime<Utc>,
    most: u64,
) -> Result<Vec<CredentialRecord>> {
    let query = credential::Entity::find().filter(credential::Column::ExpiresAt.lt(Micros::from(before)));
    let rows = query.order_by_asc(credential::Column::ExpiresAt).limit(most).all(connection).await?;
    rows.into_iter().map(record).collect()
}

async fn vault_row(connection: &impl ConnectionTrait) -> Result<Option<VaultRecord>> {
    let Some(row) = vault::Entity::find_by_id(ONLY).one(connection).await? else { return Ok(None) };
    let vault::Model { id: _, uid, key_id, key_kind, salt, rounds, probe, created_at } = row;
    Ok(Some(VaultRecord {
        install: uid,
        key_id,
        key_kind: key_kind.parse().map_err(|error| damaged("vault", error))?,
        salt,
        rounds: small(rounds),
        probe,
        created_at: created_at.into(),
    }))
}

async fn find(connection: &impl ConnectionTrait, credential: &str) -> Result<Option<CredentialRecord>> {
    let query = match credential.parse::<CredentialId>() {
        Ok(id) => credential::Entity::find().filter(credential::Column::Uid.eq(id.0)),
        Err(_) => credential::Entity::find().filter(credential::Column::Name.eq(credential)),
    };
    query.one(connection).await?.map(record).transpose()
}

/// The text of a definition only narrows the search, so each definition that is found is read.
async fn users(connection: &impl ConnectionTrait, credential: &str) -> Result<Vec<Definition>> {
    let containing = |text: String| {
        let pattern = LikeExpr::new(format!("%{}%", escaped(&text))).escape('!');
        Expr::col(task::Column::Definition).like(pattern)
    };
    let named = Condition::any()
        .add(containing(format!("\"name\":\"{credential}\"")))
        .add(containing(format!("${{credential.{credential}")));
    let query = task::Entity::find().filter(task::Column::DeletedAt.is_null()).filter(named);
    let rows = query.order_by_asc(task::Column::Name).all(connection).await?;
    let read = rows.into_iter().map(|row| definition_of(&row.definition).0);
    Ok(read.filter(|task| task.credential_names().contains(credential)).collect())
}

async fn channels(connection: &impl ConnectionTrait, credential: &str) -> Result<Vec<String>> {
    let rows = channel::Entity::find().order_by_asc(channel::Column::Name).all(connection).await?;
    let uses = |row: &channel::Model| {
        serde_json::from_str::<Vec<String>>(&row.credentials)
            .is_ok_and(|names| names.iter().any(|name| name == credential))
    };
    Ok(rows.into_iter().filter(uses).map(|row| row.name).collect())
}

fn record(row: credential::Model) -> Result<CredentialRecord> {
    let wrong = |error: &dyn std::fmt::Display| damaged("credential", error);
    Ok(CredentialRecord {
        id: CredentialId(row.uid),
        key: row.id,
        name: row.name,
        description: row.description,
        kind: row.kind.parse().map_err(|error| wrong(&error))?,
        fields: serde_json::from_str(&row.fields).map_err(|error| wrong(&error))?,
        sealed: SealedValue { key_id: row.key_id, wrapped_key: row.wrapped_key, value: row.value },
        version: small(row.version),
        value_version: small(row.value_version),
        expires_at: instant(row.expires_at),
        created_at: row.created_at.into(),
        updated_at: row.updated_at.into(),
        changed_by: row.changed_by,
        rotated_at: row.rotated_at.into(),
        last_used_at: instant(row.last_used_at),
        last_used_by: row.last_used_by,
    })
}
