//! Adds tasks with their versions and schedules, runs with their attempts, the ledger of slots, and statistics.
//!
//! The key of a slot is (`schedule_id`, `first_at`) and unique, so no instant is booked twice
//! (server/docs/decisions.md, 13). The CHECKs of `run` and `attempt` tie `finished_at` to the final states.
//! `last_run_*` and `run_count` are copies in the row of the task, so that the list of tasks reads no runs.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000002_tasks"
    }
}

const OPEN_STATES: &str = "'waiting', 'queued', 'running', 'backing_off'";
const FINAL_STATES: &str = "'succeeded', 'failed', 'timed_out', 'cancelled', 'skipped', 'lost'";

/// Buckets of the histogram of durations in `run_hour`.
const BUCKETS: usize = 32;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let tables = vec![
            task(postgres),
            task_version(),
            schedule(postgres),
            run(postgres),
            attempt(postgres),
            slot(postgres),
            run_hour(),
        ];
        create(manager, tables, indexes(postgres)).await
    }
}

fn task(postgres: bool) -> TableCreateStatement {
    table("task")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("folder"))
        .col(text("tags"))
        .col(text("search"))
        .col(flag("enabled"))
        .col(int("version"))
        .col(text("definition"))
        .col(int("retention_days"))
        .col(int("retention_runs"))
        .col(text_null("owner"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .col(int_null("deleted_at"))
        .col(int("run_count").default(0))
        .col(uuid_null("last_run_uid"))
        .col(int("last_run_created_at").default(0))
        .col(text_null("last_run_state"))
        .col(int_null("last_run_started_at"))
        .col(int_null("last_run_finished_at"))
        .check(check("task_version_from_one", "version >= 1"))
        .check(check("task_run_count_not_negative", "run_count >= 0"))
        .to_owned()
}

fn task_version() -> TableCreateStatement {
    table("task_version")
        .col(int("task_id"))
        .col(int("version"))
        .col(text("definition"))
        .col(int("created_at"))
        .col(text("created_by"))
        .col(text("note"))
        .primary_key(Index::create().col("task_id").col("version"))
        .foreign_key(&mut refers("task_version_of_task", "task_version", "task_id", "task"))
        .to_owned()
}

fn schedule(postgres: bool) -> TableCreateStatement {
    table("schedule")
        .col(key(postgres))
        .col(uid())
        .col(int("task_id"))
        .col(text("key"))
        .col(text("definition"))
        .col(flag("enabled"))
        .col(int("watermark_at"))
        .col(int_null("removed_at"))
        .foreign_key(&mut refers("schedule_of_task", "schedule", "task_id", "task"))
        .to_owned()
}

fn run(postgres: bool) -> TableCreateStatement {
    table("run")
        .col(key(postgres))
        .col(uid())
        .col(int("task_id"))
        .col(text("task_name"))
        .col(int("task_version"))
        .col(text("state"))
        .col(text("trigger_kind"))
        .col(text_null("trigger_by"))
        .col(text_null("trigger_schedule_key"))
        .col(uuid_null("trigger_rerun_of"))
        .col(int_null("schedule_id"))
        .col(int_null("scheduled_for"))
        .col(int("created_at"))
        .col(int_null("queued_at"))
        .col(int_null("started_at"))
        .col(int_null("finished_at"))
        .col(int("due_at"))
        .col(int_null("timeout"))
        .col(int_null("deadline_at"))
        .col(int("priority"))
        .col(text("params"))
        .col(text_null("result"))
        .col(text("reason"))
        .col(int_null("cancel_requested_at"))
        .col(text_null("cancel_requested_by"))
        .col(flag("cancel_forced"))
        .col(int("attempt_count"))
        .col(int("fence"))
        .col(text_null("node"))
        .col(int("log_bytes"))
        .col(int("log_lines"))
        .col(flag("log_truncated"))
        .check(check("run_state_word", format!("state IN ({OPEN_STATES}, {FINAL_STATES})")))
        .check(check("run_finished_if_final", format!("(finished_at IS NOT NULL) = (state IN ({FINAL_STATES}))")))
        .check(check("run_started_if_running", "state <> 'running' OR (started_at IS NOT NULL AND node IS NOT NULL)"))
        .check(check("run_attempt_count_not_negative", "attempt_count >= 0"))
        .foreign_key(&mut refers("run_of_task", "run", "task_id", "task"))
        .to_owned()
}

fn attempt(postgres: bool) -> TableCreateStatement {
    table("attempt")
        .col(key(postgres))
        .col(uid())
        .col(int("run_id"))
        .col(int("number"))
        .col(text_null("outcome"))
        .col(text("node"))
        .col(text_null("boot_id"))
        .col(int_null("runner_pid"))
        .col(int_null("runner_started"))
        .col(int_null("pid"))
        .col(text_null("token"))
        .col(int("started_at"))
        .col(int_null("finished_at"))
        .col(int_null("exit_code"))
        .col(int_null("signal"))
        .col(text("reason"))
        .col(int_null("cpu"))
        .col(int_null("peak_memory_bytes"))
        .col(int("log_bytes"))
        .col(int("log_lines"))
        .col(int("log_dropped_bytes"))
        .col(flag("leaked_output"))
        .col(int("survivor_count"))
        .check(check(
            "attempt_outcome_word",
            "outcome IS NULL OR outcome IN ('succeeded', 'failed', 'timed_out', 'cancelled', 'lost')",
        ))
        .check(check("attempt_finished_if_outcome", "(finished_at IS NULL) = (outcome IS NULL)"))
        .foreign_key(refers("attempt_of_run", "attempt", "run_id", "run").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
}

fn slot(postgres: bool) -> TableCreateStatement {
    table("slot")
        .col(key(postgres))
        .col(int("schedule_id"))
        .col(int("task_id"))
        .col(int("first_at"))
        .col(int("last_at"))
        .col(int("count"))
        .col(text("outcome"))
        .col(text("reason"))
        .col(uuid_null("run_uid"))
        .col(int("created_at"))
        .check(check("slot_outcome_word", "outcome IN ('run', 'skipped', 'missed', 'pending')"))
        .check(check("slot_in_order", "last_at >= first_at"))
        .check(check("slot_counts", "\"count\" >= 1 AND (\"count\" = 1) = (last_at = first_at)"))
        .check(check("slot_run_if_run", "(outcome = 'run') = (run_uid IS NOT NULL)"))
        .foreign_key(&mut refers("slot_of_schedule", "slot", "schedule_id", "schedule"))
        .to_owned()
}

/// Ended runs by task and by the hour of their end: a count for each final state, the sum of their durations, and a
/// histogram (`b00` to `b31`). `hour` counts hours since 1970; `duration_sum` is in microseconds. The rows of task 0
/// sum up all tasks.
fn run_hour() -> TableCreateStatement {
    let mut table = table("run_hour");
    table.col(int("task_id")).col(int("hour"));
    for count in ["succeeded", "failed", "timed_out", "cancelled", "skipped", "lost"] {
        table.col(int(count));
    }
    table.col(int("duration_sum"));
    for bucket in 0..BUCKETS {
        table.col(ColumnDef::new(format!("b{bucket:02}")).big_integer().not_null().to_owned());
    }
    table.primary_key(Index::create().col("task_id").col("hour")).to_owned()
}

fn indexes(postgres: bool) -> Vec<IndexCreateStatement> {
    let mut claim = Index::create().name("run_claim").table("run").col(("priority", IndexOrder::Desc)).to_owned();
    claim.col("due_at").col("id");
    vec![
        by_uid("task"),
        by_uid("schedule"),
        by_uid("run"),
        partial(by_uid("attempt"), "outcome IS NULL"),
        partial(unique("task_name", "task", &["name"]), "deleted_at IS NULL"),
        partial(paged(postgres, "task_updated", "task", &["updated_at"]), "deleted_at IS NULL"),
        partial(paged(postgres, "task_last_run", "task", &["last_run_created_at"]), "deleted_at IS NULL"),
        partial(index("task_owner", "task", &["owner"]), "owner IS NOT NULL AND deleted_at IS NULL"),
        partial(unique("schedule_key", "schedule", &["task_id", "key"]), "removed_at IS NULL"),
        paged(postgres, "run_created", "run", &["created_at"]),
        paged(postgres, "run_task", "run", &["task_id", "created_at"]),
        partial(index("run_open", "run", &["task_id", "state"]), "finished_at IS NULL"),
        partial(paged(postgres, "run_state", "run", &["state", "created_at"]), "state <> 'succeeded'"),
        partial(paged(postgres, "run_trigger", "run", &["trigger_kind", "created_at"]), "trigger_kind <> 'schedule'"),
        partial(claim, "state = 'queued'"),
        partial(index("run_backing_off", "run", &["due_at"]), "state = 'backing_off'"),
        unique("attempt_number", "attempt", &["run_id", "number"]),
        unique("slot_first", "slot", &["schedule_id", "first_at"]),
        paged(postgres, "slot_task", "slot", &["task_id", "first_at"]),
        paged(postgres, "slot_time", "slot", &["first_at"]),
        partial(paged(postgres, "slot_outcome", "slot", &["outcome", "first_at"]), "outcome <> 'run'"),
    ]
}
