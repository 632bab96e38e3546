//! What runs usually take, log and report: one row per task, and a list of runs that nobody has looked at yet.
//!
//! The transaction that ends a run only puts it on the list; a worker takes it from there. Deliberately absent: what a
//! band is, which `domain::runs::bands` decides. Start reading at `unjudged_take`.

use super::changes::ROWS;
use super::entity::{run, task_band};
use super::records;
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Run, Task};
use crate::domain::model::{BandSample, RunRecord, SeenMeasures, UnjudgedRun};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use crate::store::core::entity::task;
use crate::store::core::rows::Rows;
use crate::store::core::task::definition::definition_of;
use crate::store::core::time::Micros;
use crate::store::{Result, Store, StoreError, Tx};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Unjudged {
    uid: Uuid,
    task_id: Key<Task>,
    started_at: Option<Micros>,
    finished_at: Option<Micros>,
    log_bytes: i64,
    result: Option<String>,
}

impl Store {
    /// Whether there are runs that nobody has looked at yet.
    pub async fn unjudged_are_there(&self) -> Result<bool> {
        let query = Query::select().expr(Expr::value(1)).from("run_unjudged").limit(1).take();
        Ok(self.reader().query_one(&query).await?.is_some())
    }

    /// What is remembered of the newest runs of a task, oldest first.
    pub async fn band_samples(&self, task: Key<Task>) -> Result<Vec<BandSample>> {
        let found = task_band::Entity::find_by_id(task).one(self.reader()).await?;
        Ok(found.map_or_else(Vec::new, |row| read(&row.samples)))
    }
}

impl Tx {
    /// Puts runs that succeeded on the list.
    pub(in crate::store) async fn runs_unjudged<'a>(
        &self,
        ended: impl IntoIterator<Item = &'a run::Model>,
    ) -> Result<()> {
        let succeeded = ended.into_iter().filter(|row| row.state == RunState::Succeeded.as_str());
        let keys: Vec<Key<Run>> = succeeded.map(|row| row.id).collect();
        for chunk in keys.chunks(ROWS) {
            let mut rows = Rows::new(["run_id"]);
            // The key of a deleted run may be used again before the list was read.
            let after = " ON CONFLICT (run_id) DO NOTHING";
            chunk.iter().for_each(|key| rows.push([(*key).into()]));
            self.execute_raw(rows.insert(self.get_database_backend(), "run_unjudged", &[], after)).await?;
        }
        Ok(())
    }

    /// Takes at most `most` runs from the list, in the order in which they were put there, and hands them on to
    /// incidents.
    pub async fn unjudged_take(&self, most: u64) -> Result<Vec<UnjudgedRun>> {
        let first = Query::select()
            .column("run_id")
            .from("run_unjudged")
            .order_by("run_id", sea_orm::Order::Asc)
            .limit(most)
            .take();
        let taken = Query::delete()
            .from_table("run_unjudged")
            .and_where(Expr::col("run_id").in_subquery(first))
            .returning(Query::returning().column("run_id"))
            .take();
        let rows = self.query_all(&taken).await?;
        let keys = rows.iter().map(|row| row.try_get::<Key<Run>>("", "run_id")).collect::<Result<Vec<_>, _>>()?;
        self.unheard_insert(&keys).await?;
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(ROWS) {
            use run::Column::{FinishedAt, Id, LogBytes, Result as Wrote, StartedAt, TaskId, Uid};
            let query =
                run::Entity::find().select_only().columns([Uid, TaskId, StartedAt, FinishedAt, LogBytes, Wrote]);
            let query = query.filter(Id.is_in(chunk.iter().copied()));
            for row in query.into_model::<Unjudged>().all(self).await? {
                found.extend(unjudged(row));
            }
        }
        found.sort_by_key(|run| (run.at, run.id));
        Ok(found)
    }

    /// What is remembered of the newest runs of tasks.
    pub async fn band_samples(&self, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, Vec<BandSample>>> {
        let mut found = HashMap::with_capacity(tasks.len());
        for chunk in tasks.chunks(ROWS) {
            let query = task_band::Entity::find().filter(task_band::Column::TaskId.is_in(chunk.iter().copied()));
            for row in query.all(self).await? {
                found.insert(row.task_id, read(&row.samples));
            }
        }
        Ok(found)
    }

    /// Remembers runs of tasks.
    pub async fn bands_write<'a>(
        &self,
        bands: impl IntoIterator<Item = (Key<Task>, &'a Vec<BandSample>)>,
    ) -> Result<()> {
        let mut all: Vec<_> = bands.into_iter().collect();
        all.sort_by_key(|(task, _)| *task);
        for chunk in all.chunks(ROWS) {
            let mut rows = Rows::new(["task_id", "samples"]);
            for (task, samples) in chunk {
                let text = serde_json::to_string(samples).map_err(|error| StoreError::Other(error.to_string()))?;
                rows.push([(*task).into(), text.into()]);
            }
            let after = " ON CONFLICT (task_id) DO UPDATE SET samples = excluded.samples";
            self.execute_raw(rows.insert(self.get_database_backend(), "task_band", &[], after)).await?;
        }
        Ok(())
    }

    /// Which of these tasks do not mark unusual runs.
    pub async fn tasks_not_marking(&self, tasks: impl IntoIterator<Item = Key<Task>>) -> Result<HashSet<Key<Task>>> {
        let tasks: Vec<Key<Task>> = tasks.into_iter().collect();
        let mut found = HashSet::new();
        for chunk in tasks.chunks(ROWS) {
            let query = task::Entity::find().select_only().columns([task::Column::Id, task::Column::Definition]);
            let query = query.filter(task::Column::Id.is_in(chunk.iter().copied()));
            for (key, definition) in query.into_tuple::<(Key<Task>, String)>().all(self).await? {
                found.extend((!definition_of(&definition).0.mark_suspicious).then_some(key));
            }
        }
        Ok(found)
    }

    /// Marks a run as suspicious for these reasons, or removes its mark if there are none. Its task shows the mark if
    /// it is the task's newest run.
    pub async fn run_mark(&self, run: RunId, reasons: &[Reason]) -> Result<Option<RunRecord>> {
        let marked = !reasons.is_empty();
        let text = marked.then(|| serde_json::to_string(reasons)).transpose();
        let text = text.map_err(|error| StoreError::Other(error.to_string()))?;
        let rows = run::Entity::update_many()
            .col_expr(run::Column::Suspicious, Expr::value(text))
            .filter(run::Column::Uid.eq(run.0))
            .exec_with_returning(self)
            .await?;
        task::Entity::update_many()
            .col_expr(task::Column::LastRunSuspicious, Expr::value(marked))
            .filter(task::Column::LastRunUid.eq(run.0))
            .filter(task::Column::Id.is_in(rows.iter().map(|row| row.task_id)))
            .exec(self)
            .await?;
        Ok(records(self, rows).await?.pop())
    }
}

/// Samples that cannot be read are forgotten: the next runs make new ones, and the runs of other tasks are judged.
fn read(samples: &str) -> Vec<BandSample> {
    serde_json::from_str(samples).unwrap_or_default()
}

/// A run without an end is no longer what was put on the list. A result that cannot be read counts as none.
fn unjudged(row: Unjudged) -> Option<UnjudgedRun> {
    let Unjudged { uid, task_id, started_at, finished_at, log_bytes, result } = row;
    let ended = finished_at?;
    let (at, started) = (chrono::DateTime::from(ended), started_at.map(chrono::DateTime::<chrono::Utc>::from));
    let result = result.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let duration_seconds = started.map(|from| (at - from).as_seconds_f64().max(0.0));
    let seen = SeenMeasures { duration_seconds, log_bytes: log_bytes.unsigned_abs(), result };
    Some(UnjudgedRun { id: RunId(uid), task: task_id, at, seen })
}
