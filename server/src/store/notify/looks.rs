//! What looks compare: open runs of tasks that expect something of each run, and the incidents that looks found.
//!
//! Deliberately absent: what is slow, which `domain::ledger::slowness` decides, and what is wrong with the server, which
//! `domain::notify::incidents::server` decides. Start reading at `open_runs_watched`.

use super::entity::incident;
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::ledger::lateness::LateKind;
use crate::domain::ledger::slowness::OpenRun;
use crate::domain::model::{IncidentRecord, TaskLateness};
use crate::domain::notify::words::IncidentKind;
use crate::domain::reason::Reason;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::time::{Micros, instant};
use crate::store::runs::entity::run;
use crate::store::{Result, Store, Tx};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Maximum number of open runs that are looked at.
const RUNS: u64 = 10_000;

/// Maximum number of keys in one statement.
const KEYS: usize = 500;

impl Store {
    /// Whether something is expected of the runs of any task.
    pub async fn runs_are_watched(&self) -> Result<bool> {
        let query =
            Query::select().expr(Expr::value(1)).from("task_watch").and_where(Expr::cust("runs")).limit(1).take();
        Ok(self.reader().query_one(&query).await?.is_some())
    }

    /// The open runs of tasks that expect something of each run, oldest first.
    pub async fn open_runs_watched(&self) -> Result<Vec<OpenRun>> {
        watched(self.reader()).await
    }

    /// The open incidents of tasks of some kinds.
    pub async fn incidents_of_kinds(&self, kinds: &[IncidentKind]) -> Result<Vec<IncidentRecord>> {
        of_kinds(self.reader(), kinds).await
    }

    /// The open incidents about the server.
    pub async fn incidents_of_server(&self) -> Result<Vec<IncidentRecord>> {
        of_server(self.reader()).await
    }

    /// What is slow about tasks now, or never fires, as far as it was found.
    pub async fn tasks_slow(&self, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskLateness>> {
        let kinds = [LateKind::RunningLong, LateKind::WaitingLong, LateKind::NeverFires];
        let mut found = HashMap::new();
        for chunk in tasks.chunks(KEYS) {
            let query = incident::Entity::find()
                .filter(incident::Column::TaskId.is_in(chunk.iter().copied()))
                .filter(incident::Column::Kind.is_in(kinds.map(LateKind::as_str)))
                .filter(incident::Column::ResolvedAt.is_null())
                .order_by_asc(incident::Column::OpenedAt);
            for row in query.all(self.reader()).await? {
                let reason = ReasonColumns { code: row.reason_code, args: row.reason }.read();
                let (Some(task), Ok(kind)) = (row.task_id, row.kind.parse()) else { continue };
                let reason = reason.unwrap_or(Reason::Text { text: String::new() });
                found.insert(task, TaskLateness { kind, since_at: row.opened_at.into(), reason });
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// The open runs of tasks that expect something of each run, oldest first.
    pub async fn open_runs_watched(&self) -> Result<Vec<OpenRun>> {
        watched(self).await
    }

    /// The open incidents of tasks of some kinds.
    pub async fn incidents_of_kinds(&self, kinds: &[IncidentKind]) -> Result<Vec<IncidentRecord>> {
        of_kinds(self, kinds).await
    }

    /// The open incidents about the server.
    pub async fn incidents_of_server(&self) -> Result<Vec<IncidentRecord>> {
        of_server(self).await
    }

    /// Gives the part of the server that an incident is about its new name.
    pub async fn incident_part_rename(&self, kind: IncidentKind, before: &str, name: &str) -> Result<()> {
        let update = incident::Entity::update_many()
            .col_expr(incident::Column::Part, Expr::value(name))
            .filter(incident::Column::Kind.eq(kind.as_str()))
            .filter(incident::Column::Part.eq(before))
            .filter(incident::Column::ResolvedAt.is_null());
        update.exec(self).await?;
        Ok(())
    }
}

#[derive(FromQueryResult)]
struct OpenRow {
    uid: Uuid,
    task_id: Key<Task>,
    created_at: Micros,
    due_at: Micros,
    started_at: Option<Micros>,
    reason_code: Option<String>,
    reason: String,
}

async fn watched(connection: &impl ConnectionTrait) -> Result<Vec<OpenRun>> {
    use run::Column::{CreatedAt, DueAt, FinishedAt, Id, Reason, ReasonCode, StartedAt, TaskId, Uid};
    let query = run::Entity::find()
        .select_only()
        .columns([Uid, TaskId, CreatedAt, DueAt, StartedAt, ReasonCode, Reason])
        .filter(FinishedAt.is_null())
        .filter(Expr::cust(
            "EXISTS (SELECT 1 FROM task_watch WHERE task_watch.task_id = run.task_id AND task_watch.runs)",
        ))
        .order_by_asc(Id)
        .limit(RUNS);
    let rows = query.into_model::<OpenRow>().all(connection).await?;
    let open = |row: OpenRow| {
        let OpenRow { uid, task_id, created_at, due_at, started_at, reason_code, reason } = row;
        let (created_at, due_at): (chrono::DateTime<_>, chrono::DateTime<_>) = (created_at.into(), due_at.into());
        OpenRun {
            id: RunId(uid),
            task_key: task_id,
            due_at: due_at.max(created_at),
            started_at: instant(started_at),
            reason: ReasonColumns { code: reason_code, args: reason }.read(),
        }
    };
    Ok(rows.into_iter().map(open).collect())
}

async fn of_kinds(connection: &impl ConnectionTrait, kinds: &[IncidentKind]) -> Result<Vec<IncidentRecord>> {
    let query = incident::Entity::find()
        .filter(incident::Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .filter(incident::Column::ResolvedAt.is_null())
        .order_by_asc(incident::Column::Id);
    super::incidents::records(connection, query.all(connection).await?).await
}

async fn of_server(connection: &impl ConnectionTrait) -> Result<Vec<IncidentRecord>> {
    let query = incident::Entity::find()
        .filter(incident::Column::Part.is_not_null())
        .filter(incident::Column::ResolvedAt.is_null())
        .order_by_asc(incident::Column::Id);
    super::incidents::records(connection, query.all(connection).await?).await
}
