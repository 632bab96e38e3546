//! Adds credentials, the vault that seals them, and the rights to use and to change them.
//!
//! A credential has its newest value only. The value is sealed with a data key of its own, and the data key with the
//! vault's key, which is not in the database (`vault.key_id` names it).

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000020_credentials"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        for table in ["user", "token"] {
            let grants = text("grants").default("[]").to_owned();
            manager.alter_table(Table::alter().table(table).add_column(grants).take()).await?;
        }
        let sealed = flag("needs_vault").default(false).to_owned();
        manager.alter_table(Table::alter().table("run").add_column(sealed).take()).await?;
        manager.alter_table(Table::alter().table("attempt").add_column(text_null("credentials")).take()).await?;
        let indexes = vec![by_uid("credential"), unique("credential_name", "credential", &["name"])];
        create(manager, vec![vault(), credential(postgres)], indexes).await
    }
}

/// The one vault of an installation. `probe` is a known text that its key sealed.
fn vault() -> TableCreateStatement {
    table("vault")
        .col(int("id").primary_key())
        .col(uid())
        .col(text("key_id"))
        .col(text("key_kind"))
        .col(bytes("salt"))
        .col(int("rounds"))
        .col(bytes("probe"))
        .col(int("created_at"))
        .check(check("vault_is_one", "id = 1"))
        .check(check("vault_key_kind_word", "key_kind IN ('file', 'passphrase')"))
        .to_owned()
}

fn credential(postgres: bool) -> TableCreateStatement {
    let kinds = "kind IN ('generic', 'login', 'token', 'ssh_key', 'smtp', 'database_url')";
    table("credential")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("description"))
        .col(text("kind"))
        .col(text("fields"))
        .col(text("key_id"))
        .col(bytes("wrapped_key"))
        .col(bytes("value"))
        .col(int("version"))
        .col(int("value_version"))
        .col(int_null("expires_at"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .col(text("changed_by"))
        .col(int("rotated_at"))
        .col(int_null("last_used_at"))
        .col(text_null("last_used_by"))
        .check(check("credential_kind_word", kinds))
        .to_owned()
}
