//! Waiting runs: finding the first of each line, and moving the chosen ones on.
//!
//! The cost for a reader or the writer grows with the runs that are examined, never with those that wait behind them.
//! The index `run_waiting` defines the order of a line: a point of priority is worth a minute. Start reading at
//! `runs_waiting`.

use super::changes::ROWS;
use super::entity::run;
use crate::domain::keys::{Key, Run, Task};
use crate::domain::model::RunRecord;
use crate::domain::pools::{TaskRoom, WaitingMark, WaitingRun};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use crate::store::core::entity::task;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::Rows;
use crate::store::core::rows::small;
use crate::store::core::task::definition::definition_of;
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};
use std::collections::HashMap;

/// Sort value of a line, as in the index.
const IN_LINE: &str = "(due_at - priority * 60000000)";

/// Maximum number of tasks left out of a page of a line. Runs of further tasks are read and found to be busy again.
const BUSY_MAX: usize = 400;

/// A part of a line: the line of one pool, or of the runs without a pool.
#[derive(Debug, Clone, Copy)]
pub struct LinePage<'a> {
    /// Name of the pool; none: runs without a pool.
    pub pool: Option<&'a str>,
    /// The place up to which the line was read already.
    pub after: Option<WaitingMark>,
    /// Keys of tasks whose runs need not be read.
    pub busy: &'a [Key<Task>],
    /// Maximum number of runs.
    pub limit: u64,
}

impl Store {
    /// Due waiting runs of all lines, in the order in which they became due.
    pub async fn runs_waiting(
        &self,
        after: Option<WaitingMark>,
        now: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<WaitingRun>> {
        let mut query = waiting(now, "due_at").order_by_asc(run::Column::DueAt);
        if let Some(WaitingMark { at, key }) = after {
            query = query.filter(run::Column::DueAt.gte(Micros(at)));
            query = query.filter(run::Column::DueAt.gt(Micros(at)).or(run::Column::Id.gt(key)));
        }
        read(self.reader(), query.order_by_asc(run::Column::Id).limit(limit)).await
    }

    /// What decides whether these tasks may start another run.
    pub async fn tasks_room(&self, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskRoom>> {
        tasks_room(self.reader(), tasks).await
    }
}

impl Tx {
    /// A page of due waiting runs of one line, in the order of the line.
    pub async fn runs_waiting(&self, page: LinePage<'_>, now: DateTime<Utc>) -> Result<Vec<WaitingRun>> {
        let LinePage { pool, after, busy, limit } = page;
        let query = waiting(now, IN_LINE);
        let mut query = match pool {
            Some(pool) => query.filter(run::Column::Pool.eq(pool)),
            None => query.filter(run::Column::Pool.is_null()),
        };
        if let Some(WaitingMark { at, key }) = after {
            query = query.filter(Expr::cust(IN_LINE).gte(at));
            query = query.filter(Expr::cust(IN_LINE).gt(at).or(run::Column::Id.gt(key)));
        }
        if !busy.is_empty() {
            query = query.filter(run::Column::TaskId.is_not_in(busy.iter().copied().take(BUSY_MAX)));
        }
        let query = query.order_by(Expr::cust(IN_LINE), Order::Asc).order_by_asc(run::Column::Id);
        read(self, query.limit(limit)).await
    }

    /// What decides whether these tasks may start another run.
    pub async fn tasks_room(&self, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskRoom>> {
        tasks_room(self, tasks).await
    }

    /// Makes these waiting runs ready to start. Those for which too much time has passed since the last look at their
    /// dependencies keep their place, and are looked at again before they start.
    pub async fn runs_promote(&self, keys: &[Key<Run>], at: DateTime<Utc>) -> Result<Vec<RunRecord>> {
        let mut promoted = Vec::new();
        for chunk in keys.chunks(ROWS) {
            let chosen = Query::select()
                .column(run::Column::Id)
                .from(run::Entity)
                .and_where(Expr::col(run::Column::Id).is_in(chunk.iter().copied()))
                .and_where(Expr::col(run::Column::Gate).is_null())
                .take();
            promoted.extend(self.promote(chosen, RunState::Waiting, at).await?);
        }
        Ok(promoted)
    }

    /// Stores what runs wait for, if they still wait.
    pub async fn runs_explain(&self, reasons: &[(Key<Run>, Reason)]) -> Result<()> {
        let text = "UPDATE run SET reason_code = v.reason_code, reason = v.reason FROM {rows} \
                    WHERE run.id = v.id AND run.state = 'waiting'";
        for chunk in reasons.chunks(ROWS) {
            let mut rows = Rows::new(["id", "reason_code", "reason"]);
            for (key, reason) in chunk {
                let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
                rows.push([(*key).into(), code.into(), args.into()]);
            }
            self.execute_raw(rows.statement(self.get_database_backend(), text)).await?;
        }
        Ok(())
    }
}

#[derive(FromQueryResult)]
struct WaitingRow {
    id: Key<Run>,
    task_id: Key<Task>,
    pool: Option<String>,
    pool_weight: Option<i64>,
    mark: i64,
    reason_code: Option<String>,
    reason: String,
}

/// The condition of the indexes is spelled out so that they are used.
fn waiting(now: DateTime<Utc>, mark: &'static str) -> Select<run::Entity> {
    use run::Column::{Id, Pool, PoolWeight, Reason, ReasonCode, TaskId};
    let query = run::Entity::find().select_only().columns([Id, TaskId, Pool, PoolWeight, ReasonCode, Reason]);
    let query = query.expr_as(Expr::cust(mark), "mark").filter(Expr::cust("state = 'waiting' AND gate IS NULL"));
    query.filter(run::Column::DueAt.lte(Micros::from(now)))
}

async fn read(connection: &impl ConnectionTrait, query: Select<run::Entity>) -> Result<Vec<WaitingRun>> {
    let of = |row: WaitingRow| {
        let WaitingRow { id, task_id, pool, pool_weight, mark, reason_code, reason } = row;
        let reason = ReasonColumns { code: reason_code, args: reason }.read();
        let weight = pool_weight.map_or(1, small);
        WaitingRun { task: task_id, pool, weight, mark: WaitingMark { at: mark, key: id }, reason }
    };
    Ok(query.into_model().all(connection).await?.into_iter().map(of).collect())
}

/// Only active runs are counted, so that a task's long line costs nothing here.
async fn tasks_room(connection: &impl ConnectionTrait, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskRoom>> {
    let mut found = HashMap::with_capacity(tasks.len());
    for chunk in tasks.chunks(ROWS) {
        let query = task::Entity::find().select_only().columns([task::Column::Id, task::Column::Definition]);
        let query = query.filter(task::Column::Id.is_in(chunk.iter().copied()));
        for (key, definition) in query.into_tuple::<(Key<Task>, String)>().all(connection).await? {
            found.insert(key, TaskRoom { overlap: definition_of(&definition).0.overlap, active: 0 });
        }
        let active = [RunState::Queued, RunState::Running, RunState::BackingOff];
        let query = run::Entity::find().select_only().column(run::Column::TaskId);
        let query = query.column_as(run::Column::Id.count(), "number").filter(super::open());
        let query = query.filter(run::Column::TaskId.is_in(chunk.iter().copied()));
        let query = query.filter(run::Column::State.is_in(active.map(RunState::as_str)));
        for (key, number) in
            query.group_by(run::Column::TaskId).into_tuple::<(Key<Task>, i64)>().all(connection).await?
        {
            if let Some(task) = found.get_mut(&key) {
                task.active = small(number);
            }
        }
    }
    Ok(found)
}
