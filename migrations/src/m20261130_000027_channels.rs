//! Adds channels, by which notifications leave Orc.
//!
//! A channel has no secret. `credentials` lists the names of the credentials that it uses.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000027_channels"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![by_uid("channel"), unique("channel_name", "channel", &["name"])];
        create(manager, vec![channel(is_postgres(manager))], indexes).await
    }
}

fn channel(postgres: bool) -> TableCreateStatement {
    table("channel")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("description"))
        .col(flag("enabled"))
        .col(text("target"))
        .col(text("credentials"))
        .col(int("version"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .col(int_null("accepted_at"))
        .col(int_null("refused_at"))
        .col(int("refused_count"))
        .col(text_null("problem"))
        .col(text("problem_args"))
        .to_owned()
}
