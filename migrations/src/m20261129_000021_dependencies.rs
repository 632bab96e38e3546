//! Adds what runs wait for before they start: their dependencies, and the probes that are looked at for them.
//!
//! `run.gate` is null unless the run waits for dependencies: `new` until its probes are set up, then `shut`. Until
//! `run.gate_until`, what was seen of the dependencies of a run that goes on counts for its start.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000021_dependencies"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        for column in [text_null("gate"), int_null("gate_until")] {
            manager.alter_table(Table::alter().table("run").add_column(column).take()).await?;
        }
        // Runs that wait for dependencies are in no line.
        manager.drop_index(Index::drop().name("run_waiting").table("run").to_owned()).await?;
        let waiting = "CREATE INDEX run_waiting ON run (pool, (due_at - priority * 60000000), id, task_id, due_at) \
                       WHERE state = 'waiting' AND gate IS NULL";
        manager.get_connection().execute_unprepared(waiting).await?;
        let indexes = vec![
            partial(index("run_gate", "run", &["gate", "due_at"]), "gate IS NOT NULL"),
            partial(index("run_gate_until", "run", &["gate_until"]), "gate_until IS NOT NULL"),
            unique("probe_digest", "probe", &["digest"]),
            index("probe_next", "probe", &["next_at"]),
            unique("run_dependency_position", "run_dependency", &["run_id", "position"]),
            partial(index("run_dependency_probe", "run_dependency", &["probe_id"]), "probe_id IS NOT NULL"),
            index("task_dependency_source", "task_dependency", &["source_id"]),
        ];
        create(manager, vec![probe(postgres), run_dependency(postgres), task_dependency()], indexes).await
    }
}

/// What is looked at, once for all runs that ask the same.
fn probe(postgres: bool) -> TableCreateStatement {
    table("probe")
        .col(key(postgres))
        .col(bytes("digest"))
        .col(text("kind"))
        .col(text("spec"))
        .col(int("every"))
        .col(int("troubles"))
        .col(text_null("memory"))
        .col(int("next_at"))
        .to_owned()
}

/// Dependencies of runs. A probe is named as long as the run waits.
fn run_dependency(postgres: bool) -> TableCreateStatement {
    table("run_dependency")
        .col(key(postgres))
        .col(int("run_id"))
        .col(int("position"))
        .col(text("key"))
        .col(text("rule"))
        .col(text("on_unmet"))
        .col(int_null("probe_id"))
        .col(flag("met"))
        .col(text_null("sight"))
        .col(int_null("looked_at"))
        .col(int_null("next_at"))
        .col(int_null("deadline_at"))
        .col(text_null("waived_by"))
        .foreign_key(
            refers("run_dependency_of_run", "run_dependency", "run_id", "run").on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

/// Which task depends on which.
fn task_dependency() -> TableCreateStatement {
    table("task_dependency")
        .col(int("task_id"))
        .col(int("source_id"))
        .primary_key(Index::create().col("task_id").col("source_id"))
        .foreign_key(&mut refers("task_dependency_of_task", "task_dependency", "task_id", "task"))
        .foreign_key(&mut refers("task_dependency_on_task", "task_dependency", "source_id", "task"))
        .to_owned()
}
