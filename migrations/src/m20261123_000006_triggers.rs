//! Adds triggers: webhooks, files, and the ends of other tasks' runs.
//!
//! The secret of an address is stored as a hash. The secret of a signature is stored sealed, because the server needs
//! it to check one.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000006_triggers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let tables = vec![trigger(postgres), trigger_source(), trigger_firing(postgres), hook_seen()];
        let indexes = vec![
            by_uid("trigger"),
            partial(unique("trigger_key", "trigger", &["task_id", "key"]), "removed_at IS NULL"),
            index("trigger_source_task", "trigger_source", &["task_id"]),
            index("hook_seen_at", "hook_seen", &["seen_at"]),
        ];
        create(manager, tables, indexes).await
    }
}

fn trigger(postgres: bool) -> TableCreateStatement {
    table("trigger")
        .col(key(postgres))
        .col(uid())
        .col(int("task_id"))
        .col(text("key"))
        .col(text("kind"))
        .col(ColumnDef::new("secret_hash").blob().to_owned())
        .col(ColumnDef::new("sealed_secret").blob().to_owned())
        .col(int_null("rotated_at"))
        .col(int_null("last_run_at"))
        .col(int_null("removed_at"))
        .check(check("trigger_kind_word", "kind IN ('webhook', 'file', 'task')"))
        .foreign_key(&mut refers("trigger_of_task", "trigger", "task_id", "task"))
        .to_owned()
}

/// The tasks whose ends a trigger listens to.
fn trigger_source() -> TableCreateStatement {
    table("trigger_source")
        .col(int("trigger_id"))
        .col(int("task_id"))
        .primary_key(Index::create().col("trigger_id").col("task_id"))
        .foreign_key(&mut refers("trigger_source_of_trigger", "trigger_source", "trigger_id", "trigger"))
        .foreign_key(&mut refers("trigger_source_of_task", "trigger_source", "task_id", "task"))
        .to_owned()
}

/// Ends of runs that a trigger has not handled yet. The transaction that ends a run writes them.
fn trigger_firing(postgres: bool) -> TableCreateStatement {
    table("trigger_firing")
        .col(key(postgres))
        .col(int("trigger_id"))
        .col(ColumnDef::new("run_uid").uuid().not_null().to_owned())
        .col(text("task_name"))
        .col(text("state"))
        .foreign_key(&mut refers("trigger_firing_of_trigger", "trigger_firing", "trigger_id", "trigger"))
        .to_owned()
}

/// Accepted signatures, so that none is accepted twice.
fn hook_seen() -> TableCreateStatement {
    table("hook_seen")
        .col(int("trigger_id"))
        .col(text("proof"))
        .col(int("seen_at"))
        .primary_key(Index::create().col("trigger_id").col("proof"))
        .to_owned()
}
