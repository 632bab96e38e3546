//! Adds one index for the question that the dispatcher asks in every round: which runs are queued, waiting or backing
//! off, and until when. It replaces the index of runs that are backing off.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261124_000010_outlook"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("run_backing_off").table("run").to_owned()).await?;
        let outlook = index("run_outlook", "run", &["state", "due_at"]);
        create(manager, vec![], vec![partial(outlook, "state IN ('queued', 'backing_off', 'waiting')")]).await
    }
}
