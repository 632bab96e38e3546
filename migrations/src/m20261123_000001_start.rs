//! The first schema: tasks, schedules and their ledger, runs and attempts, people, audit.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000001_start"
    }
}

const OPEN_STATES: &str = "'waiting', 'queued', 'running', 'backing_off'";
const FINAL_STATES: &str = "'succeeded', 'failed', 'timed_out', 'cancelled', 'skipped', 'lost'";

/// Buckets of the duration histogram in `run_hour`.
const BUCKETS: usize = 32;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        for mut table in tables(postgres) {
            manager.create_table(table.take()).await?;
        }
        for mut index in indexes() {
            manager.create_index(index.take()).await?;
        }
        Ok(())
    }
}

fn tables(postgres: bool) -> Vec<TableCreateStatement> {
    vec![
        setting(),
        user(postgres),
        session(postgres),
        token(postgres),
        task(postgres),
        task_version(),
        schedule(postgres),
        run(postgres),
        attempt(postgres),
        slot(postgres),
        run_hour(),
        audit_entry(),
        idempotency(),
    ]
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

/// The integer key: on SQLite an alias of the rowid, on PostgreSQL a sequence.
fn key(postgres: bool) -> ColumnDef {
    let mut column = ColumnDef::new("id");
    column.big_integer().not_null().primary_key();
    if postgres {
        column.auto_increment();
    }
    column
}

fn uid() -> ColumnDef {
    ColumnDef::new("uid").uuid().not_null().to_owned()
}

fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().to_owned()
}

/// A name: compared byte by byte on both databases.
fn name(postgres: bool) -> ColumnDef {
    let mut column = text("name");
    if postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().to_owned()
}

fn int(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

fn int_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().to_owned()
}

fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().to_owned()
}

fn uuid_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().to_owned()
}

fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().to_owned()
}

fn check(name: &'static str, rule: impl Into<String>) -> (&'static str, Expr) {
    (name, Expr::cust(rule.into()))
}

fn refers(name: &'static str, from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(from, column).to(to, "id").to_owned()
}

fn setting() -> TableCreateStatement {
    table("setting").col(text("key").primary_key()).col(text("value")).to_owned()
}

fn user(postgres: bool) -> TableCreateStatement {
    table("user")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("password_hash"))
        .col(text("role"))
        .col(flag("disabled"))
        .col(int("created_at"))
        .col(int_null("last_login_at"))
        .check(check("user_role_word", "role IN ('viewer', 'operator', 'editor', 'admin')"))
        .to_owned()
}

fn session(postgres: bool) -> TableCreateStatement {
    table("session")
        .col(key(postgres))
        .col(uid())
        .col(int("user_id"))
        .col(bytes("secret_hash"))
        .col(int("created_at"))
        .col(int("last_seen_at"))
        .col(int("expires_at"))
        .col(text("user_agent"))
        .foreign_key(refers("session_of_user", "session", "user_id", "user").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
}

fn token(postgres: bool) -> TableCreateStatement {
    table("token")
        .col(key(postgres))
        .col(uid())
        .col(text("name"))
        .col(bytes("secret_hash"))
        .col(text("role"))
        .col(int_null("user_id"))
        .col(text("created_by"))
        .col(int("created_at"))
        .col(int_null("expires_at"))
        .col(int_null("last_used_at"))
        .col(int_null("revoked_at"))
        .check(check("token_role_word", "role IN ('viewer', 'operator', 'editor', 'admin')"))
        .foreign_key(refers("token_of_user", "token", "user_id", "user").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
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

/// Ended runs by task and hour of their end; task 0 is all tasks together.
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

fn audit_entry() -> TableCreateStatement {
    table("audit_entry")
        .col(int("id").primary_key())
        .col(int("at"))
        .col(text("actor_kind"))
        .col(text("actor"))
        .col(text("action"))
        .col(text("target_kind"))
        .col(text("target"))
        .col(text("detail"))
        .col(text_null("request_id"))
        .col(bytes("prev_hash"))
        .col(bytes("hash"))
        .to_owned()
}

fn idempotency() -> TableCreateStatement {
    table("idempotency")
        .col(text("scope"))
        .col(text("key"))
        .col(bytes("body_hash"))
        .col(text("result_kind"))
        .col(ColumnDef::new("result_id").uuid().not_null())
        .col(int("created_at"))
        .primary_key(Index::create().col("scope").col("key"))
        .to_owned()
}

fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

fn partial(mut index: IndexCreateStatement, rule: &'static str) -> IndexCreateStatement {
    index.and_where(Expr::cust(rule)).to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mut all: Vec<IndexCreateStatement> = ["user", "session", "token", "task", "schedule", "run", "attempt"]
        .into_iter()
        .map(|table| Index::create().name(format!("{table}_uid")).table(table).col("uid").unique().to_owned())
        .collect();
    let mut claim = Index::create().name("run_claim").table("run").col(("priority", IndexOrder::Desc)).to_owned();
    claim.col("due_at").col("id");
    all.extend([
        unique("user_name", "user", &["name"]),
        index("session_user", "session", &["user_id"]),
        index("session_expires", "session", &["expires_at"]),
        index("token_user", "token", &["user_id"]),
        partial(unique("task_name", "task", &["name"]), "deleted_at IS NULL"),
        partial(index("task_updated", "task", &["updated_at", "id"]), "deleted_at IS NULL"),
        partial(index("task_last_run", "task", &["last_run_created_at", "id"]), "deleted_at IS NULL"),
        partial(index("task_owner", "task", &["owner"]), "owner IS NOT NULL AND deleted_at IS NULL"),
        partial(unique("schedule_key", "schedule", &["task_id", "key"]), "removed_at IS NULL"),
        index("run_created", "run", &["created_at", "id"]),
        index("run_task", "run", &["task_id", "created_at", "id"]),
        partial(index("run_open", "run", &["task_id", "state"]), "finished_at IS NULL"),
        partial(index("run_unwell", "run", &["state", "created_at", "id"]), "state NOT IN ('succeeded', 'queued')"),
        partial(claim, "state = 'queued'"),
        partial(index("run_backing_off", "run", &["due_at"]), "state = 'backing_off'"),
        unique("attempt_number", "attempt", &["run_id", "number"]),
        unique("slot_first", "slot", &["schedule_id", "first_at"]),
        index("slot_task", "slot", &["task_id", "first_at", "id"]),
        index("slot_time", "slot", &["first_at", "id"]),
        index("idempotency_created", "idempotency", &["created_at"]),
    ]);
    all
}
