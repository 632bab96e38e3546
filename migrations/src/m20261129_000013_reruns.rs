//! Adds the original trigger to each rerun, so that a start need not walk the whole chain of reruns.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000013_reruns"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null("origin_kind"), text_null("origin_by")] {
            manager.alter_table(Table::alter().table("run").add_column(column).take()).await?;
        }
        // Reruns of a deleted run have no origin, because nobody knows what started that run.
        let origins = "WITH RECURSIVE chain(id, before) AS (\
                       SELECT id, trigger_rerun_of FROM run WHERE trigger_rerun_of IS NOT NULL \
                       UNION ALL \
                       SELECT chain.id, run.trigger_rerun_of FROM chain JOIN run ON run.uid = chain.before \
                       WHERE run.trigger_rerun_of IS NOT NULL) \
                       UPDATE run SET origin_kind = origin.trigger_kind, origin_by = origin.trigger_by \
                       FROM chain JOIN run AS origin ON origin.uid = chain.before \
                       WHERE run.id = chain.id AND origin.trigger_rerun_of IS NULL";
        manager.get_connection().execute_unprepared(origins).await?;
        Ok(())
    }
}
