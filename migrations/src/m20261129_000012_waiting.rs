//! Adds indexes with which only the first waiting run of each line has a cost, and with which the taken places of a
//! pool are counted without reading the runs that wait for it.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000012_waiting"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("run_pool").table("run").to_owned()).await?;
        let used = index("run_pool_used", "run", &["pool", "pool_weight"]);
        let used = partial(used, "pool IS NOT NULL AND finished_at IS NULL AND state <> 'waiting'");
        create(manager, vec![], vec![used]).await?;
        // A point of priority is worth a minute, in microseconds. The last two columns are in the index so that the
        // row need not be read.
        let waiting = "CREATE INDEX run_waiting ON run \
                       (pool, (due_at - priority * 60000000), id, task_id, due_at) WHERE state = 'waiting'";
        manager.get_connection().execute_unprepared(waiting).await?;
        Ok(())
    }
}
