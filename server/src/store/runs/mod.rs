//! Runs: one row per occurrence of a task, from its creation to its end, with the attempts within it.
//!
//! Deliberately absent: logs, which are files, and decisions about states. Start reading at `claim`, then `finish`.

pub(in crate::store) mod attempts;
pub(in crate::store) mod bands;
pub(in crate::store) mod changes;
pub(in crate::store) mod claim;
pub mod entity;
pub(in crate::store) mod finish;
pub(in crate::store) mod idempotency;
pub(in crate::store) mod open;
pub(in crate::store) mod outlook;
pub(in crate::store) mod places;
pub(in crate::store) mod prune;
pub(in crate::store) mod stats;
pub(in crate::store) mod unheard;
pub(in crate::store) mod waiting;

use self::entity::run;
use super::core::error::damaged;
use super::core::page::newest_first;
use super::core::reason::ReasonColumns;
use super::core::rows::small;
use super::core::task::task_uids;
use super::core::time::{Micros, instant};
use super::{Result, Store, Tx};
use crate::domain::ids::{RunId, TaskId};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::model::{RunFilter, RunOrigin, RunRecord, TriggerRecord};
use crate::domain::vocabulary::{RunState, TriggerKind};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

impl Store {
    /// Finds a run.
    pub async fn run_find(&self, run: RunId) -> Result<Option<RunRecord>> {
        one(self.reader(), by_id(run)).await
    }

    /// A page of runs, newest first.
    pub async fn run_list(&self, filter: &RunFilter, page: &PageRequest) -> Result<Page<RunRecord>> {
        let query = filtered(filter);
        let columns = [run::Column::CreatedAt, run::Column::Id];
        let place = |row: &run::Model| Cursor::number(row.created_at.0, row.id);
        let Page { items, next } = newest_first(self.reader(), query, columns, page, place).await?;
        Ok(Page { items: records(self.reader(), items).await?, next })
    }

    /// The newest run of the same task that was created before this one and succeeded.
    pub async fn run_succeeded_before(&self, run: &RunRecord) -> Result<Option<RunRecord>> {
        let query = run::Entity::find()
            .filter(run::Column::TaskId.eq(run.task_key))
            .filter(run::Column::State.eq(RunState::Succeeded.as_str()))
            .filter(run::Column::CreatedAt.lte(Micros::from(run.created_at)))
            .filter(run::Column::Uid.ne(run.id.0));
        let query = query.order_by_desc(run::Column::CreatedAt).order_by_desc(run::Column::Id);
        one(self.reader(), query.limit(1)).await
    }

    /// Runs in progress on this server that somebody asked to stop.
    pub async fn run_cancel_list(&self, node: &str) -> Result<Vec<RunRecord>> {
        let asked = running(node).filter(run::Column::CancelRequestedAt.is_not_null());
        records(self.reader(), asked.all(self.reader()).await?).await
    }

    /// Number of runs in progress on this server.
    pub async fn runs_running_count(&self, node: &str) -> Result<u32> {
        use sea_orm::PaginatorTrait as _;
        Ok(u32::try_from(running(node).count(self.reader()).await?).unwrap_or(u32::MAX))
    }

    /// Returns whether somebody asked a run to stop.
    pub async fn run_cancel_requested(&self, run: RunId) -> Result<bool> {
        let query = run::Entity::find().select_only().column(run::Column::CancelRequestedAt);
        let asked: Option<Option<i64>> =
            query.filter(run::Column::Uid.eq(run.0)).into_tuple().one(self.reader()).await?;
        Ok(asked.flatten().is_some())
    }
}

impl Tx {
    /// Finds a run.
    pub async fn run_find(&self, run: RunId) -> Result<Option<RunRecord>> {
        one(self, by_id(run)).await
    }
}

/// Spelled out so that the partial index is used.
pub(super) fn open() -> Expr {
    Expr::cust("finished_at IS NULL")
}

pub(super) fn by_id(run: RunId) -> Select<run::Entity> {
    run::Entity::find().filter(run::Column::Uid.eq(run.0))
}

/// Runs in progress on a server.
pub(super) fn running(node: &str) -> Select<run::Entity> {
    run::Entity::find()
        .filter(open())
        .filter(run::Column::State.eq(RunState::Running.as_str()))
        .filter(run::Column::Node.eq(node))
}

async fn one(connection: &impl ConnectionTrait, query: Select<run::Entity>) -> Result<Option<RunRecord>> {
    let Some(row) = query.one(connection).await? else { return Ok(None) };
    Ok(records(connection, vec![row]).await?.pop())
}

/// The conditions of partial indexes are spelled out so that the indexes are used.
fn filtered(filter: &RunFilter) -> Select<run::Entity> {
    let RunFilter { task_key, states, trigger, from_at, until_at, suspicious } = filter;
    let mut query = run::Entity::find();
    if let Some(key) = task_key {
        query = query.filter(run::Column::TaskId.eq(*key));
    }
    if !states.is_empty() {
        query = query.filter(run::Column::State.is_in(states.iter().map(|state| state.as_str())));
        if !states.contains(&RunState::Succeeded) {
            query = query.filter(Expr::cust("state <> 'succeeded'"));
        }
    }
    if let Some(kind) = trigger {
        query = query.filter(run::Column::TriggerKind.eq(kind.as_str()));
        if *kind != TriggerKind::Schedule {
            query = query.filter(Expr::cust("trigger_kind <> 'schedule'"));
        }
    }
    if let Some(suspicious) = suspicious {
        query = query.filter(Expr::cust(if *suspicious { "suspicious IS NOT NULL" } else { "suspicious IS NULL" }));
    }
    if let Some(from) = from_at {
        query = query.filter(run::Column::CreatedAt.gte(Micros::from(*from)));
    }
    if let Some(until) = until_at {
        query = query.filter(run::Column::CreatedAt.lt(Micros::from(*until)));
    }
    query
}

/// Converts rows to records, in the same order.
pub(super) async fn records(connection: &impl ConnectionTrait, rows: Vec<run::Model>) -> Result<Vec<RunRecord>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let uids = task_uids(connection, rows.iter().map(|row| row.task_id)).await?;
    let found = |row: run::Model| {
        let task = uids.get(&row.task_id).copied().ok_or_else(|| damaged("run", "its task does not exist"))?;
        record(row, task)
    };
    rows.into_iter().map(found).collect()
}

/// Converts a row to a record.
pub(super) fn record(row: run::Model, task: TaskId) -> Result<RunRecord> {
    let json = |text: &str| serde_json::from_str(text).map_err(|error| damaged("run", error));
    let suspicious = row.suspicious.as_deref().map(serde_json::from_str).transpose();
    let edited = row.edited_params.as_deref().map(serde_json::from_str).transpose();
    let trigger = TriggerRecord {
        kind: row.trigger_kind.parse().map_err(|error| damaged("run", error))?,
        by: row.trigger_by,
        schedule_key: row.trigger_schedule_key,
        rerun_of: row.trigger_rerun_of.map(RunId),
        edited_params: edited.map_err(|error| damaged("run", error))?.unwrap_or_default(),
    };
    let origin = match row.origin_kind {
        Some(kind) => Some(RunOrigin { kind: kind.parse().map_err(|error| damaged("run", error))?, by: row.origin_by }),
        None => None,
    };
    Ok(RunRecord {
        id: RunId(row.uid),
        task,
        task_key: row.task_id,
        task_name: row.task_name,
        task_version: small(row.task_version),
        gated: row.gate.is_some() && row.state == RunState::Waiting.as_str(),
        state: row.state.parse().map_err(|error| damaged("run", error))?,
        trigger,
        origin,
        scheduled_for: instant(row.scheduled_for),
        created_at: row.created_at.into(),
        queued_at: instant(row.queued_at),
        started_at: instant(row.started_at),
        finished_at: instant(row.finished_at),
        due_at: row.due_at.into(),
        timeout: row.timeout.map(TimeDelta::microseconds),
        deadline_at: instant(row.deadline_at),
        priority: i32::try_from(row.priority).unwrap_or_default(),
        params: serde_json::from_str(&row.params).map_err(|error| damaged("run", error))?,
        result: row.result.as_deref().map(json).transpose()?,
        reason: ReasonColumns { code: row.reason_code, args: row.reason }.read(),
        suspicious: suspicious.map_err(|error| damaged("run", error))?.unwrap_or_default(),
        cancel_requested_at: instant(row.cancel_requested_at),
        cancel_requested_by: row.cancel_requested_by,
        cancel_forced: row.cancel_forced,
        attempt_count: small(row.attempt_count),
        fence: row.fence,
        node: row.node.filter(|node| node != run::NO_SERVER),
        log_bytes: row.log_bytes.unsigned_abs(),
        log_lines: row.log_lines.unsigned_abs(),
        log_truncated: row.log_truncated,
        needs_vault: row.needs_vault,
    })
}
