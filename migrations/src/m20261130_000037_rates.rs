//! Adds an index that finds what a channel delivered last, for channels with a limit within an hour.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000037_rates"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let delivered = index("delivery_delivered", "delivery", &["channel_id", "delivered_at"]);
        create(manager, Vec::new(), vec![partial(delivered, "delivered_at IS NOT NULL")]).await
    }
}
