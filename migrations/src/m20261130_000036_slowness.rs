//! Adds whether something is expected of each run of a task, so that only open runs of these tasks are looked at.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000036_slowness"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut runs = flag("runs");
        runs.default(false);
        manager.alter_table(Table::alter().table("task_watch").add_column(runs).take()).await?;
        let watching = partial(index("task_watch_runs", "task_watch", &["task_id"]), "runs");
        create(manager, vec![], vec![watching]).await
    }
}
