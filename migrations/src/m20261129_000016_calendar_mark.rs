//! Adds an index from which it is seen whether any calendar changed, without reading the calendars.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000016_calendar_mark"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The index holds all that is asked for, so that no row is read.
        let mark = partial(index("calendar_mark", "calendar", &["version", "id", "deleted_at"]), "deleted_at IS NULL");
        create(manager, vec![], vec![mark]).await
    }
}
