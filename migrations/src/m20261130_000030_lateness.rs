//! Adds what is expected of slots and tasks, and lets incidents be about lateness.
//!
//! A row of `slot_watch` is there from the booking of a slot until nothing can be late about it; what was late stays as
//! long as the slot. `look_at` says when something can become late next. An incident about lateness may have no run.
//! SQLite cannot change a CHECK of a table, but lets a program change the stored definition of the table
//! (sqlite.org/lang_altertable.html, section 7), which moves no rows and needs no foreign key to look away.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000030_lateness"
    }
}

const OLD_KINDS: &str = "'failing', 'skipped', 'suspicious'";
const KINDS: &str = "'failing', 'skipped', 'suspicious', 'late', 'missed', 'silent'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if is_postgres(manager) {
            let kinds = format!("ALTER TABLE incident ADD CONSTRAINT incident_kind_word CHECK (kind IN ({KINDS}))");
            let drop = "ALTER TABLE incident DROP CONSTRAINT incident_kind_word";
            for statement in [drop, &kinds, "ALTER TABLE incident ALTER COLUMN state DROP NOT NULL"] {
                manager.get_connection().execute_unprepared(statement).await?;
            }
        } else {
            loosen(manager).await?;
        }
        create(manager, vec![slot_watch(), task_watch()], watch_indexes()).await
    }
}

/// Changes what SQLite stores as the definition of the table. The rows are valid under the new rules as they are. The
/// tables that are created next make other connections read the schema again.
async fn loosen(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let database = manager.get_connection();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (state, kinds) = ("\"state\" text NOT NULL", format!("({OLD_KINDS})"));
    let update = format!(
        "UPDATE sqlite_schema SET sql = replace(replace(sql, {state}, '\"state\" text'), {old}, {new}) \
         WHERE type = 'table' AND name = 'incident' AND instr(sql, {state}) > 0 AND instr(sql, {old}) > 0",
        state = quoted(state),
        old = quoted(&kinds),
        new = quoted(&format!("({KINDS})")),
    );
    database.execute_unprepared("PRAGMA writable_schema = ON").await?;
    let changed = database.execute_unprepared(&update).await?.rows_affected();
    database.execute_unprepared("PRAGMA writable_schema = RESET").await?;
    if changed == 1 {
        return Ok(());
    }
    Err(DbErr::Migration("the table of incidents is not as an earlier change made it".to_owned()))
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
