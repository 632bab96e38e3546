//! Adds what is remembered of each task's newest runs that succeeded, and the marks of those that still look wrong.
//!
//! `run_unjudged` lists runs that ended and that nobody has looked at yet. Its rows live for less than a second.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000025_bands"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let suspicious = flag("last_run_suspicious").default(false).to_owned();
        manager.alter_table(Table::alter().table("task").add_column(suspicious).take()).await?;
        manager.alter_table(Table::alter().table("run").add_column(text_null("suspicious")).take()).await?;
        let unjudged = table("run_unjudged").col(int("run_id").primary_key()).to_owned();
        let band = table("task_band")
            .col(int("task_id").primary_key())
            .col(text("samples"))
            .foreign_key(&mut refers("task_band_of_task", "task_band", "task_id", "task"))
            .to_owned();
        let marked = paged(is_postgres(manager), "run_suspicious", "run", &["created_at"]);
        create(manager, vec![unjudged, band], vec![partial(marked, "suspicious IS NOT NULL")]).await
    }
}
