//! Adds what a run needs to be compared with another one: the params that a rerun changed, and what each attempt found
//! when it started (files, names of variables, machine, version of Orc), as JSON.

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
        for (table, column) in [("run", "edited_params"), ("attempt", "conditions")] {
            manager.alter_table(Table::alter().table(table).add_column(text_null(column)).take()).await?;
        }
        Ok(())
    }
}
