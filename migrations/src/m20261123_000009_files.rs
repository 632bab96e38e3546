//! Adds the files that file triggers know, so that a restart does not start runs again for the same files.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000009_files"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![file_seen()], vec![]).await
    }
}

/// Size and modification time of a file when it last started a run, and since when the file has been gone. The row
/// with the empty path says that the files of the first look are known; its `bytes` is the fingerprint of the pattern
/// at that time.
fn file_seen() -> TableCreateStatement {
    table("file_seen")
        .col(int("trigger_id"))
        .col(text("path"))
        .col(int("bytes"))
        .col(int("changed_at"))
        .col(int_null("gone_at"))
        .primary_key(Index::create().col("trigger_id").col("path"))
        .foreign_key(&mut refers("file_seen_of_trigger", "file_seen", "trigger_id", "trigger"))
        .to_owned()
}
