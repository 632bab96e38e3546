//! Adds what file systems note about the files that file triggers know: number, last alteration, rights, and a
//! fingerprint of the content. Files that are known already have none of it, and so start no run because of it.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000018_file_marks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["device", "number", "altered_at", "rights", "content"] {
            manager.alter_table(Table::alter().table("file_seen").add_column(int_null(name)).take()).await?;
        }
        Ok(())
    }
}
