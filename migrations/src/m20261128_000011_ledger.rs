//! Adds the reason to ledger entries whose run was skipped later, and indexes that find ranges of slots by their end.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261128_000011_ledger"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = text_null("skipped_because");
        manager.alter_table(Table::alter().table("slot").add_column(column).take()).await?;
        // Entries whose run was deleted have no reason, because nobody knows how that run ended.
        let skipped = "UPDATE slot SET skipped_because = (SELECT run.reason FROM run WHERE run.uid = slot.run_uid) \
                       WHERE run_uid IN (SELECT uid FROM run WHERE state = 'skipped')";
        manager.get_connection().execute_unprepared(skipped).await?;
        let postgres = is_postgres(manager);
        let skipped = paged(postgres, "slot_skipped_run", "slot", &["first_at"]);
        let indexes = vec![
            partial(skipped, "skipped_because IS NOT NULL"),
            partial(index("slot_stretch", "slot", &["last_at"]), "\"count\" > 1"),
            partial(index("slot_task_stretch", "slot", &["task_id", "last_at"]), "\"count\" > 1"),
        ];
        create(manager, vec![], indexes).await
    }
}
