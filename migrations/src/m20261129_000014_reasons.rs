//! Adds the codes of reasons. A row with a code holds the arguments as JSON in `reason`. A row without one holds a
//! sentence from the time before codes.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000014_reasons"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["run", "attempt", "slot", "backfill"] {
            let code = text_null("reason_code");
            manager.alter_table(Table::alter().table(table).add_column(code).take()).await?;
        }
        let code = text_null("skipped_code");
        manager.alter_table(Table::alter().table("slot").add_column(code).take()).await?;
        // Before this change the end of a run said who had asked it to stop. Now the request does.
        let asked = "UPDATE run SET reason = 'cancelled by ' || COALESCE(cancel_requested_by, 'somebody') \
                     WHERE state = 'running' AND cancel_requested_at IS NOT NULL AND reason = ''";
        manager.get_connection().execute_unprepared(asked).await.map(drop)
    }
}
