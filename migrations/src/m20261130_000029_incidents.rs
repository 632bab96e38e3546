//! Adds rules, incidents, and what rules have to tell about them.
//!
//! `run_unheard` lists runs that ended and that incidents have not looked at yet. Its rows live for less than a second.
//! A row of `telling` is told when `told_at` is set. When `muted` says why, it is not told: before `muted_until` if that
//! is set, and never otherwise. Reminders of one incident are counted by `round`.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000029_incidents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let unheard = table("run_unheard").col(int("run_id").primary_key()).to_owned();
        let tables = vec![unheard, rule(postgres), incident(postgres), telling(postgres)];
        let open = unique("incident_open", "incident", &["task_id", "kind"]);
        let told = unique("telling_once", "telling", &["rule_id", "incident_id", "step", "round"]);
        let indexes = vec![
            by_uid("rule"),
            unique("rule_name", "rule", &["name"]),
            by_uid("incident"),
            partial(open, "resolved_at IS NULL"),
            paged(postgres, "incident_opened", "incident", &["opened_at"]),
            paged(postgres, "incident_of_task_opened", "incident", &["task_id", "opened_at"]),
            partial(told, "incident_id IS NOT NULL"),
            partial(index("telling_due", "telling", &["due_at"]), "told_at IS NULL AND muted IS NULL"),
            partial(index("telling_put_off", "telling", &["muted_until"]), "told_at IS NULL AND muted IS NOT NULL"),
            index("telling_recent", "telling", &["due_at", "rule_id"]),
            index("telling_incident", "telling", &["incident_id"]),
        ];
        create(manager, tables, indexes).await
    }
}

/// What can be wrong with a task. An incident about lateness may have no run, and so no state of one.
const KINDS: &str = "'failing', 'skipped', 'suspicious', 'late', 'missed', 'silent'";

fn rule(postgres: bool) -> TableCreateStatement {
    table("rule")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("description"))
        .col(flag("enabled"))
        .col(text("terms"))
        .col(int("version"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .to_owned()
}

fn incident(postgres: bool) -> TableCreateStatement {
    table("incident")
        .col(key(postgres))
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
        .check(check("incident_kind_word", format!("kind IN ({KINDS})")))
        .check(check("incident_resolved_by_somebody", "resolved_by IS NULL OR resolved_at IS NOT NULL"))
        .foreign_key(&mut refers("incident_of_task", "incident", "task_id", "task"))
        .to_owned()
}

fn telling(postgres: bool) -> TableCreateStatement {
    table("telling")
        .col(key(postgres))
        .col(int("rule_id"))
        .col(int_null("incident_id"))
        .col(int("task_id"))
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
        .foreign_key(refers("telling_of_rule", "telling", "rule_id", "rule").on_delete(ForeignKeyAction::Cascade))
        .foreign_key(
            refers("telling_of_incident", "telling", "incident_id", "incident").on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
