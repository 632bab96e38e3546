//! Adds pools, which limit how many runs there are at once, and the pool and weight of each run.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000005_pools"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        for column in [text_null("pool"), int_null("pool_weight")] {
            manager.alter_table(Table::alter().table("run").add_column(column).take()).await?;
        }
        let open = partial(index("run_pool", "run", &["pool"]), "pool IS NOT NULL AND finished_at IS NULL");
        create(manager, vec![pool(postgres)], vec![by_uid("pool"), unique("pool_name", "pool", &["name"]), open]).await
    }
}

fn pool(postgres: bool) -> TableCreateStatement {
    table("pool")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("description"))
        .col(int("capacity"))
        .col(int("version"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .check(check("pool_capacity_not_negative", "capacity >= 0"))
        .to_owned()
}
