//! Adds to each dependency of a run when it was set up, when its last look ended, and how many looks went wrong.
//!
//! A look that began before the dependency was set up says nothing about it. What was seen is fresh from the end of the
//! look, because a look may take longer than the time between two looks.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000026_looks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let troubles = int("troubles").default(0).to_owned();
        for column in [int_null("set_up_at"), int_null("ended_at"), troubles] {
            manager.alter_table(Table::alter().table("run_dependency").add_column(column).take()).await?;
        }
        Ok(())
    }
}
