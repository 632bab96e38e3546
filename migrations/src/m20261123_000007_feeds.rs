//! Adds feeds: future slots for calendar programs, each at an address with a secret, which is stored as a hash.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000007_feeds"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_secret = unique("feed_secret", "feed", &["secret_hash"]);
        create(manager, vec![feed(is_postgres(manager))], vec![by_uid("feed"), by_secret]).await
    }
}

fn feed(postgres: bool) -> TableCreateStatement {
    table("feed")
        .col(key(postgres))
        .col(uid())
        .col(text("name"))
        .col(bytes("secret_hash"))
        .col(int_null("task_id"))
        .col(text_null("folder"))
        .col(int("days"))
        .col(int_null("user_id"))
        .col(text("created_by"))
        .col(int("created_at"))
        .col(int("rotated_at"))
        .foreign_key(refers("feed_of_task", "feed", "task_id", "task").on_delete(ForeignKeyAction::Cascade))
        .foreign_key(refers("feed_of_user", "feed", "user_id", "user").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
}
