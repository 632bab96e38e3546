//! Adds network profiles: named facts about the network that tasks can need.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000022_networks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let indexes = vec![by_uid("network"), unique("network_name", "network", &["name"])];
        create(manager, vec![network(postgres)], indexes).await
    }
}

/// `rules` is a JSON list.
fn network(postgres: bool) -> TableCreateStatement {
    table("network")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("description"))
        .col(text("matching"))
        .col(text("rules"))
        .col(int("version"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .check(check("network_matching_word", "matching IN ('all', 'any')"))
        .to_owned()
}
