//! Adds deliveries: the outbox of notifications, and the record of what was sent.
//!
//! A delivery has a due instant as long as it is tried. One of a deleted channel keeps the channel's name.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000028_deliveries"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            by_uid("delivery"),
            partial(index("delivery_due", "delivery", &["channel_id", "due_at", "id"]), "due_at IS NOT NULL"),
            partial(unique("delivery_dedup", "delivery", &["channel_id", "dedup_key"]), "dedup_key IS NOT NULL"),
            index("delivery_created", "delivery", &["created_at", "id"]),
            index("delivery_channel", "delivery", &["channel_id", "created_at", "id"]),
        ];
        create(manager, vec![delivery(is_postgres(manager))], indexes).await
    }
}

/// `notice` and `unreached` are JSON.
fn delivery(postgres: bool) -> TableCreateStatement {
    table("delivery")
        .col(key(postgres))
        .col(uid())
        .col(int_null("channel_id"))
        .col(text("channel_name"))
        .col(text_null("dedup_key"))
        .col(text("notice"))
        .col(text("state"))
        .col(int("created_at"))
        .col(int("begun_at"))
        .col(int_null("due_at"))
        .col(int("attempt_count"))
        .col(int_null("attempted_at"))
        .col(int_null("delivered_at"))
        .col(text_null("answer"))
        .col(text("unreached"))
        .col(text_null("problem"))
        .col(text("problem_args"))
        .check(check("delivery_state_word", "state IN ('pending', 'delivered', 'failed', 'dead', 'suppressed')"))
        .check(check("delivery_due_while_tried", "(state IN ('pending', 'failed')) = (due_at IS NOT NULL)"))
        .foreign_key(
            refers("delivery_of_channel", "delivery", "channel_id", "channel").on_delete(ForeignKeyAction::SetNull),
        )
        .to_owned()
}
