//! Dependencies: what each run waits for, and the probes that are looked at for all runs that ask the same.
//!
//! A run that must wait has `gate = 'new'` until its rows here are made, then `gate = 'shut'` until all of them hold.
//! Deliberately absent: deciding, which `domain::dependencies` does. Start reading at `run_dependencies`.

mod changes;
mod edges;
pub mod entity;
mod gates;

use self::entity::{probe, run_dependency};
use super::core::entity::task;
use super::core::rows::small;
use super::core::task::definition::definition_of;
use super::core::time::{Micros, instant};
use super::runs::entity::run;
use super::{Result, Store};
use crate::domain::core::json;
use crate::domain::dependencies::windows::EndedRun;
use crate::domain::dependencies::{OnUnmet, Span};
use crate::domain::ids::RunId;
use crate::domain::keys::{self, Key, Run, Task};
use crate::domain::model::{ProbeRecord, RunDependencyRecord};
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Number of ended runs of a task that are read to find the one that ended last.
const ENDED: u64 = 100;

/// What counts of a run that has ended.
#[derive(FromQueryResult)]
struct EndedRow {
    uid: Uuid,
    scheduled_for: Option<Micros>,
    created_at: Micros,
    finished_at: Micros,
    state: String,
}

impl Store {
    /// The dependencies of a run, in the order of its definition.
    pub async fn run_dependencies(&self, run: RunId) -> Result<Vec<RunDependencyRecord>> {
        let key = Query::select()
            .column(run::Column::Id)
            .from(run::Entity)
            .and_where(Expr::col(run::Column::Uid).eq(run.0))
            .take();
        let query = run_dependency::Entity::find().filter(run_dependency::Column::RunId.in_subquery(key));
        let rows = query.order_by_asc(run_dependency::Column::Position).all(self.reader()).await?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// Probes that are due, except these, longest due first.
    pub async fn probes_due(
        &self,
        now: DateTime<Utc>,
        except: &[Key<keys::Probe>],
        most: u64,
    ) -> Result<Vec<ProbeRecord>> {
        let query = probe::Entity::find().filter(probe::Column::NextAt.lte(Micros::from(now)));
        let query = query.filter(probe::Column::Id.is_not_in(except.iter().copied()));
        let rows = query.order_by_asc(probe::Column::NextAt).limit(most).all(self.reader()).await?;
        Ok(rows.into_iter().map(probe_record).collect())
    }

    /// When the next probe is due, except these.
    pub async fn probe_next(&self, except: &[Key<keys::Probe>]) -> Result<Option<DateTime<Utc>>> {
        let query = probe::Entity::find().select_only().column(probe::Column::NextAt);
        let query = query.filter(probe::Column::Id.is_not_in(except.iter().copied()));
        let next: Option<Micros> = query.order_by_asc(probe::Column::NextAt).into_tuple().one(self.reader()).await?;
        Ok(instant(next))
    }

    /// The first instant at which a run is due whose dependencies are not set up yet.
    pub async fn gate_next(&self) -> Result<Option<DateTime<Utc>>> {
        let query = run::Entity::find().select_only().column(run::Column::DueAt).filter(Expr::cust(gates::NEW));
        let next: Option<Micros> = query.order_by_asc(run::Column::DueAt).into_tuple().one(self.reader()).await?;
        Ok(instant(next))
    }

    /// Returns whether runs wait for whose dependencies nothing is set up yet.
    pub async fn gates_are_new(&self) -> Result<bool> {
        let query = run::Entity::find().select_only().column(run::Column::Id).filter(Expr::cust(gates::NEW));
        Ok(query.into_tuple::<Key<Run>>().one(self.reader()).await?.is_some())
    }

    /// All probes of other tasks' runs.
    pub async fn probes_of_tasks(&self) -> Result<Vec<ProbeRecord>> {
        let query = probe::Entity::find().filter(probe::Column::Kind.eq("task"));
        Ok(query.all(self.reader()).await?.into_iter().map(probe_record).collect())
    }

    /// The newest runs of tasks, by the tasks' names: a text that changes with each run and each of its states.
    pub async fn tasks_newest(&self, names: &[String]) -> Result<HashMap<String, String>> {
        let mut found = HashMap::new();
        for chunk in names.chunks(500) {
            let query = task::Entity::find().filter(task::Column::DeletedAt.is_null());
            let query =
                query.select_only().columns([task::Column::Name, task::Column::LastRunUid, task::Column::LastRunState]);
            let query = query.filter(task::Column::Name.is_in(chunk.iter().map(String::as_str)));
            let rows: Vec<(String, Option<uuid::Uuid>, Option<String>)> = query.into_tuple().all(self.reader()).await?;
            found.extend(rows.into_iter().map(|(name, run, state)| {
                let state = state.unwrap_or_default();
                (name, run.map_or_else(String::new, |run| format!("{run} {state}")))
            }));
        }
        Ok(found)
    }

    /// Runs of a task that have ended and may count for a span, with their states. Skipped ones only if `skipped`.
    pub async fn runs_ended(&self, task: Key<Task>, span: &Span, skipped: bool) -> Result<Vec<(EndedRun, RunState)>> {
        let query = run::Entity::find().filter(run::Column::TaskId.eq(task));
        let query = query.filter(run::Column::FinishedAt.is_not_null());
        let mut query = if skipped { query } else { query.filter(run::Column::State.ne("skipped")) };
        if let Some((from, until)) = span.slots_around() {
            let between = |column: run::Column| column.gte(Micros::from(from)).and(column.lte(Micros::from(until)));
            let unslotted = run::Column::ScheduledFor.is_null().and(between(run::Column::CreatedAt));
            query = query.filter(between(run::Column::ScheduledFor).or(unslotted));
        }
        let query = query.order_by_desc(run::Column::CreatedAt).limit(ENDED);
        let query = query.select_only().columns([
            run::Column::Uid,
            run::Column::ScheduledFor,
            run::Column::CreatedAt,
            run::Column::FinishedAt,
            run::Column::State,
        ]);
        let rows: Vec<EndedRow> = query.into_model().all(self.reader()).await?;
        let ended = |row: EndedRow| {
            let slot_at = row.scheduled_for.unwrap_or(row.created_at).into();
            let ended = EndedRun { id: RunId(row.uid), slot_at, finished_at: row.finished_at.into() };
            Some((ended, row.state.parse().ok()?))
        };
        Ok(rows.into_iter().filter_map(ended).collect())
    }

    /// Which of these tasks have runs that wait for dependencies before they start.
    pub async fn tasks_that_wait(&self, keys: &[Key<Task>]) -> Result<HashSet<Key<Task>>> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        let mut found = HashSet::new();
        for chunk in keys.chunks(500) {
            let query = task::Entity::find().select_only().columns([task::Column::Id, task::Column::Definition]);
            let query = query.filter(task::Column::Id.is_in(chunk.iter().copied()));
            // Few tasks have dependencies, and only their definitions are read.
            let query = query.filter(task::Column::Definition.not_like("%\"dependencies\":[]%"));
            let rows: Vec<(Key<Task>, String)> = query.into_tuple().all(self.reader()).await?;
            let waits = |text: &str| !definition_of(text).0.dependencies.is_empty();
            found.extend(rows.into_iter().filter(|(_, text)| waits(text)).map(|(key, _)| key));
        }
        Ok(found)
    }

    /// Returns whether a run of a task has not ended.
    pub async fn task_is_open(&self, task: Key<Task>) -> Result<bool> {
        let query = run::Entity::find().select_only().column(run::Column::Id);
        let query = query.filter(Expr::cust("finished_at IS NULL")).filter(run::Column::TaskId.eq(task));
        Ok(query.into_tuple::<Key<Run>>().one(self.reader()).await?.is_some())
    }
}

fn record(row: run_dependency::Model) -> RunDependencyRecord {
    RunDependencyRecord {
        key: row.key,
        rule: json::read(&row.rule).ok(),
        on_unmet: json::read(&row.on_unmet).unwrap_or(OnUnmet::Fail),
        met: row.met,
        sight: row.sight.and_then(|sight| json::read(&sight).ok()),
        looked_at: instant(row.looked_at),
        look_ended_at: instant(row.ended_at),
        troubles: small(row.troubles),
        next_look_at: instant(row.next_at),
        deadline_at: instant(row.deadline_at),
        waived_by: row.waived_by,
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a year in microseconds")]
fn probe_record(row: probe::Model) -> ProbeRecord {
    ProbeRecord {
        key: row.id,
        probe: json::read(&row.spec).ok(),
        every_seconds: row.every as f64 / 1e6,
        troubles: small(row.troubles),
        memory: row.memory,
        next_look_at: row.next_at.into(),
    }
}
