//! Adds to each attempt what it read and wrote on disks, and the limits that its processes had.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000023_limits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [int_null("disk_read_bytes"), int_null("disk_written_bytes"), text_null("limits")] {
            manager.alter_table(Table::alter().table("attempt").add_column(column).take()).await?;
        }
        Ok(())
    }
}
