//! Lets incidents be about the server, and knows more that can be wrong with a task.
//!
//! An incident is about a task (`task_id`) or about a part of the server (`part`: the name of a worker, a channel or a
//! credential, or `disk`, `clock`, `database`). What rules have to tell about a part has no task. SQLite cannot change a
//! column, so the three tables are made anew there, with all their rows.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000035_health"
    }
}

/// What can be wrong with a task or with the server.
const KINDS: &str = "kind IN ('failing', 'skipped', 'suspicious', 'late', 'missed', 'silent', 'running_long', \
                     'waiting_long', 'never_fires', 'disk_full', 'clock_doubted', 'worker_stuck', 'channel_failing', \
                     'credential_expiring', 'backup_unproven')";
const ABOUT_ONE: &str = "(task_id IS NULL) <> (part IS NULL)";
const TELLING_ABOUT: &str = "task_id IS NOT NULL OR incident_id IS NOT NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if is_postgres(manager) {
            change(manager).await?;
        } else {
            make_anew(manager).await?;
        }
        let open = unique("incident_open_part", "incident", &["part", "kind"]);
        create(manager, vec![], vec![partial(open, "resolved_at IS NULL AND part IS NOT NULL")]).await
    }
}

async fn change(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for statement in [
        "ALTER TABLE incident ALTER COLUMN task_id DROP NOT NULL".to_owned(),
        "ALTER TABLE incident ADD COLUMN part text".to_owned(),
        "ALTER TABLE incident DROP CONSTRAINT incident_kind_word".to_owned(),
        format!("ALTER TABLE incident ADD CONSTRAINT incident_kind_word CHECK ({KINDS})"),
        format!("ALTER TABLE incident ADD CONSTRAINT incident_about_one CHECK ({ABOUT_ONE})"),
        "ALTER TABLE telling ALTER COLUMN task_id DROP NOT NULL".to_owned(),
        format!("ALTER TABLE telling ADD CONSTRAINT telling_about CHECK ({TELLING_ABOUT})"),
    ] {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// The columns of each table before this change.
const TABLES: [(&str, &str); 3] = [
    (
        "incident",
        "id, uid, task_id, kind, opened_at, seen_at, run_count, first_run_uid, last_run_uid, state, reason_code, reason, \
         acknowledged_at, acknowledged_by, note, resolved_at, resolved_by, snoozed_until, snoozed_by",
    ),
    (
        "telling",
        "id, rule_id, incident_id, task_id, run_uid, kind, step, round, happened_at, due_at, told_at, muted, muted_args, \
         muted_until",
    ),
    ("incident_link", "id, uid, incident_id, channel_name, secret_hash, expires_at, used_at"),
];

/// Makes the tables anew. The old ones are out of the way first, and go last: rows that refer to an incident would go
/// with the old table otherwise.
async fn make_anew(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let old = indexes();
    for index in &old {
        let name = index.get_index_spec().get_name().unwrap_or_default().to_owned();
        manager.drop_index(Index::drop().name(name).to_owned()).await?;
    }
    let run = async |statement: String| manager.get_connection().execute_unprepared(&statement).await.map(drop);
    for (name, _) in TABLES {
        run(format!("ALTER TABLE {name} RENAME TO {name}_old")).await?;
    }
    create(manager, vec![incident(), telling(), incident_link()], vec![]).await?;
    for (name, columns) in TABLES {
        run(format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}_old")).await?;
    }
    for name in ["telling", "incident_link", "incident"] {
        run(format!("DROP TABLE {name}_old")).await?;
    }
    create(manager, vec![], old).await
}

fn incident() -> TableCreateStatement {
    table("incident")
        .col(key(false))
        .col(uid())
        .col(int_null("task_id"))
        .col(text_null("part"))
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
        .col(int_null("snoozed_until"))
        .col(text_null("snoozed_by"))
        .check(check("incident_kind_word", KINDS))
        .check(check("incident_about_one", ABOUT_ONE))
        .check(check("incident_resolved_by_somebody", "resolved_by IS NULL OR resolved_at IS NOT NULL"))
        .foreign_key(&mut refers("incident_of_task", "incident", "task_id", "task"))
        .to_owned()
}

fn telling() -> TableCreateStatement {
    table("telling")
        .col(key(false))
        .col(int("rule_id"))
        .col(int_null("incident_id"))
        .col(int_null("task_id"))
        .col(uuid_null("run_uid"))
        .col(text("kind"))
        .col(text("step"))
        .col(int("round"))
        .col(int("happened_at"))
        .col(int("due_at"))
        .col(int_null("told_at"))
        .col(text_null("muted"))
        .col(text("muted_args"))
        .col(int_null("muted_until"))
        .check(check("telling_step_word", "step IN ('event', 'reminder', 'escalation', 'recovery')"))
        .check(check("telling_told_or_muted", "told_at IS NULL OR muted IS NULL"))
        .check(check("telling_about", TELLING_ABOUT))
        .foreign_key(refers("telling_of_rule", "telling", "rule_id", "rule").on_delete(ForeignKeyAction::Cascade))
        .foreign_key(
            refers("telling_of_incident", "telling", "incident_id", "incident").on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn incident_link() -> TableCreateStatement {
    table("incident_link")
        .col(key(false))
        .col(uid())
        .col(int("incident_id"))
        .col(text("channel_name"))
        .col(bytes("secret_hash"))
        .col(int("expires_at"))
        .col(int_null("used_at"))
        .foreign_key(
            refers("link_of_incident", "incident_link", "incident_id", "incident").on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

/// The indexes of the three tables, as earlier changes made them.
fn indexes() -> Vec<IndexCreateStatement> {
    let open = unique("incident_open", "incident", &["task_id", "kind"]);
    let told = unique("telling_once", "telling", &["rule_id", "incident_id", "step", "round"]);
    vec![
        by_uid("incident"),
        partial(open, "resolved_at IS NULL"),
        paged(false, "incident_opened", "incident", &["opened_at"]),
        paged(false, "incident_of_task_opened", "incident", &["task_id", "opened_at"]),
        partial(told, "incident_id IS NOT NULL"),
        partial(index("telling_due", "telling", &["due_at"]), "told_at IS NULL AND muted IS NULL"),
        partial(index("telling_put_off", "telling", &["muted_until"]), "told_at IS NULL AND muted IS NOT NULL"),
        index("telling_recent", "telling", &["due_at", "rule_id"]),
        index("telling_incident", "telling", &["incident_id"]),
        by_uid("incident_link"),
        index("link_incident", "incident_link", &["incident_id"]),
    ]
}
