//! Adds what is expected of slots and tasks, and lets incidents be about lateness.
//!
//! A row of `slot_watch` is there from the booking of a slot until nothing can be late about it; what was late stays as
//! long as the slot. `look_at` says when something can become late next. An incident about lateness may have no run.
//! SQLite cannot change a CHECK, so the table of incidents is made anew; what was told about them is kept aside
//! meanwhile, because it would go with them.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000030_lateness"
    }
}

const KINDS: &str = "kind IN ('failing', 'skipped', 'suspicious', 'late', 'missed', 'silent')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![slot_watch(), task_watch()], watch_indexes()).await?;
        if is_postgres(manager) {
            let kinds = format!("ALTER TABLE incident ADD CONSTRAINT incident_kind_word CHECK ({KINDS})");
            let statements = [
                "ALTER TABLE incident DROP CONSTRAINT incident_kind_word",
                kinds.as_str(),
                "ALTER TABLE incident ALTER COLUMN state DROP NOT NULL",
            ];
            return execute(manager, &statements).await;
        }
        manager.create_table(incident().take()).await?;
        let statements = [
            "INSERT INTO incident_next SELECT * FROM incident",
            "CREATE TABLE telling_kept AS SELECT * FROM telling",
            "DELETE FROM telling",
            "DROP TABLE incident",
            "ALTER TABLE incident_next RENAME TO incident",
            "INSERT INTO telling SELECT * FROM telling_kept",
            "DROP TABLE telling_kept",
        ];
        execute(manager, &statements).await?;
        create(manager, Vec::new(), incident_indexes()).await
    }
}

async fn execute(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
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

fn incident() -> TableCreateStatement {
    table("incident_next")
        .col(key(false))
        .col(uid())
        .col(int("task_id"))
        .col(text("kind"))
        .col(int("opened_at"))
        .col(int("seen_at"))
        .col(int("run_count"))
        .col(uuid_null("first_run_uid"))
        .col(uuid_null("last_run_uid"))
        .col(text_null("state"))
        .col(text_null("reason_code"))
        .col(text("reason"))
        .col(int_null("acknowledged_at"))
        .col(text_null("acknowledged_by"))
        .col(text("note"))
        .col(int_null("resolved_at"))
        .col(text_null("resolved_by"))
        .check(check("incident_kind_word", KINDS))
        .check(check("incident_resolved_by_somebody", "resolved_by IS NULL OR resolved_at IS NOT NULL"))
        .foreign_key(&mut refers("incident_of_task", "incident_next", "task_id", "task"))
        .to_owned()
}

fn incident_indexes() -> Vec<IndexCreateStatement> {
    vec![
        by_uid("incident"),
        partial(unique("incident_open", "incident", &["task_id", "kind"]), "resolved_at IS NULL"),
        paged(false, "incident_opened", "incident", &["opened_at"]),
        paged(false, "incident_of_task_opened", "incident", &["task_id", "opened_at"]),
    ]
}
