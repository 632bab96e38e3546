//! Adds the log of webhooks: the newest calls of each trigger, without secrets, bodies and queries.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000017_hook_calls"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let calls = table("hook_call")
            .col(key(is_postgres(manager)))
            .col(int("trigger_id"))
            .col(int("called_at"))
            .col(text("address"))
            .col(text("sender"))
            .col(text("verdict"))
            .col(uuid_null("run_uid"))
            .col(text_null("delivery"))
            .col(int("body_bytes"))
            .col(int("call_count"))
            .foreign_key(&mut refers("hook_call_of_trigger", "hook_call", "trigger_id", "trigger"))
            .to_owned();
        create(manager, vec![calls], vec![index("hook_call_trigger", "hook_call", &["trigger_id", "id"])]).await
    }
}
