//! Adds what is expected of slots and tasks.
//!
//! A row of `slot_watch` is there from the booking of a slot until nothing can be late about it; what was late stays as
//! long as the slot. `look_at` says when something can become late next.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000030_lateness"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![slot_watch(), task_watch()], watch_indexes()).await
    }
}

fn slot_watch() -> TableCreateStatement {
    table("slot_watch")
        .col(int("schedule_id"))
        .col(int("first_at"))
        .col(int("task_id"))
        .col(int_null("look_at"))
        .col(text_null("late_kind"))
        .col(int_null("late_at"))
        .col(text_null("reason_code"))
        .col(text("reason"))
        .col(int_null("over_at"))
        .primary_key(Index::create().col("schedule_id").col("first_at"))
        .check(check("slot_watch_kind_word", "late_kind IN ('start', 'finish', 'missed')"))
        .check(check("slot_watch_late_of_a_kind", "(late_at IS NULL) = (late_kind IS NULL)"))
        .check(check("slot_watch_over_if_late", "over_at IS NULL OR late_at IS NOT NULL"))
        .foreign_key(
            ForeignKey::create()
                .name("slot_watch_of_slot")
                .from("slot_watch", ("schedule_id", "first_at"))
                .to("slot", ("schedule_id", "first_at"))
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn task_watch() -> TableCreateStatement {
    table("task_watch")
        .col(int("task_id").primary_key())
        .col(int("since_at"))
        .col(int_null("success_at"))
        .col(int_null("look_at"))
        .col(int_null("silent_at"))
        .col(text_null("reason_code"))
        .col(text("reason"))
        .foreign_key(&mut refers("task_watch_of_task", "task_watch", "task_id", "task"))
        .to_owned()
}

fn watch_indexes() -> Vec<IndexCreateStatement> {
    let of_task = index("slot_watch_late", "slot_watch", &["task_id", "late_at"]);
    vec![
        partial(index("slot_watch_look", "slot_watch", &["look_at"]), "look_at IS NOT NULL"),
        partial(of_task, "late_at IS NOT NULL AND over_at IS NULL"),
        index("slot_watch_task", "slot_watch", &["task_id"]),
        partial(index("task_watch_look", "task_watch", &["look_at"]), "look_at IS NOT NULL"),
    ]
}
