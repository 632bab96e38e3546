//! Adds the bodies of the calls that started runs. They have a table of their own, because few runs have one and most
//! readers of runs do not need it.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000019_run_bodies"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let bodies = table("run_body")
            .col(int("run_id").primary_key().to_owned())
            .col(bytes("body"))
            .foreign_key(refers("run_body_of_run", "run_body", "run_id", "run").on_delete(ForeignKeyAction::Cascade))
            .to_owned();
        create(manager, vec![bodies], vec![]).await
    }
}
