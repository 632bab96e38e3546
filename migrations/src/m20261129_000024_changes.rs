//! Adds what a run needs to be compared with another one: the params that a rerun changed, and what each attempt found
//! when it started (files, names of variables, machine, version of Orc), as JSON.
//!
//! Attempts that found the same share a row of `conditions`, because most runs of a task find the same.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000024_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("run").add_column(text_null("edited_params")).take()).await?;
        manager.alter_table(Table::alter().table("attempt").add_column(int_null("conditions_id")).take()).await?;
        let conditions =
            table("conditions").col(key(is_postgres(manager))).col(bytes("digest")).col(text("found")).to_owned();
        create(manager, vec![conditions], vec![unique("conditions_digest", "conditions", &["digest"])]).await
    }
}
