//! Adds backfills, which run a task for each slot of a past period, and the backfill of a run.
//!
//! `done_at` and `done_key` name the last slot that became a run (its instant, and the key of its schedule), so that
//! a restarted server continues after it.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000008_backfills"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        manager.alter_table(Table::alter().table("run").add_column(int_null("backfill_id")).take()).await?;
        let of_run = partial(index("run_backfill", "run", &["backfill_id"]), "backfill_id IS NOT NULL");
        let running = partial(index("backfill_running", "backfill", &["state"]), "state = 'running'");
        create(manager, vec![backfill(postgres)], vec![by_uid("backfill"), of_run, running]).await
    }
}

fn backfill(postgres: bool) -> TableCreateStatement {
    table("backfill")
        .col(key(postgres))
        .col(uid())
        .col(int("task_id"))
        .col(text_null("schedule_key"))
        .col(int("from_at"))
        .col(int("until_at"))
        .col(int("at_once"))
        .col(text("params"))
        .col(text("state"))
        .col(text("reason"))
        .col(int("slot_count"))
        .col(int("made_count"))
        .col(int("done_at"))
        .col(text("done_key"))
        .col(int("created_at"))
        .col(text("created_by"))
        .col(int_null("finished_at"))
        .check(check("backfill_state_word", "state IN ('running', 'finished', 'cancelled')"))
        .check(check("backfill_finished_if_not_running", "(finished_at IS NULL) = (state = 'running')"))
        .foreign_key(&mut refers("backfill_of_task", "backfill", "task_id", "task"))
        .to_owned()
}
