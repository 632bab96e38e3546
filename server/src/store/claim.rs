//! The claim: which runs start now. One guarded statement, the same on both databases; a run is never handed out twice.

use super::entity::{attempt, run, task_version};
use super::error::damaged;
use super::run_changes::ROWS;
use super::runs::{record, task_uids};
use super::tasks::{definition_of, small};
use super::time::Micros;
use super::{AttemptRecord, Result, RunRecord, Store, Tx, attempts};
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::task::Definition;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait as _, Func, LockBehavior, LockType, Query, Returning, UpdateStatement,
    WithClause,
};
use sea_orm::{
    ConnectionTrait, EntityTrait as _, FromQueryResult as _, Iterable as _, NotSet, Order, QueryFilter as _, Set,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A run to carry out: claimed just now, or found running by a starting server.
#[derive(Debug, Clone)]
pub struct ClaimedRun {
    /// The run, `running`; its `fence` guards everything that is written about it.
    pub run: RunRecord,
    /// The attempt to carry out.
    pub attempt: AttemptRecord,
    /// The definition of the run's version.
    pub definition: Arc<Definition>,
}

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOrder {
    /// Highest priority, then longest due.
    Priority,
    /// Longest due, whatever the priority: so that nobody waits for ever.
    Age,
}

impl Store {
    /// Claims up to `limit` queued runs that are due, and opens an attempt for each.
    pub async fn runs_claim(
        &self,
        limit: u32,
        node: &str,
        order: ClaimOrder,
        now: DateTime<Utc>,
    ) -> Result<Vec<ClaimedRun>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let node = node.to_owned();
        self.write(async move |tx: &Tx| tx.runs_claim(limit, &node, order, now).await).await
    }
}

impl Tx {
    async fn runs_claim(
        &self,
        limit: u32,
        node: &str,
        order: ClaimOrder,
        now: DateTime<Utc>,
    ) -> Result<Vec<ClaimedRun>> {
        let rows = self.query_all(&claim(limit, node, order, now)).await?;
        let mut rows = rows.iter().map(|row| run::Model::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        rows.sort_by_key(|row| (std::cmp::Reverse(row.priority), row.due_at, row.id));
        let mut attempts: HashMap<i64, attempt::Model> = HashMap::with_capacity(rows.len());
        for chunk in rows.chunks(ROWS) {
            let opened = chunk.iter().map(|row| opened(row, node, now));
            let made = attempt::Entity::insert_many(opened).exec_with_returning(self).await?;
            attempts.extend(made.into_iter().map(|row| (row.run_id, row)));
        }
        self.tasks_follow(&rows).await?;
        let definitions = definitions(self, rows.iter().map(|row| (row.task_id, small(row.task_version)))).await?;
        let tasks = task_uids(self, rows.iter().map(|row| row.task_id)).await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let version = (row.task_id, small(row.task_version));
            let definition = definitions.get(&version).cloned();
            let definition = definition.ok_or_else(|| damaged("run", "its version does not exist"))?;
            let task = tasks.get(&row.task_id).copied().ok_or_else(|| damaged("run", "its task does not exist"))?;
            let attempt = attempts.remove(&row.id).ok_or_else(|| damaged("run", "its attempt was not made"))?;
            let attempt = attempts::record(attempt, RunId(row.uid))?;
            claimed.push(ClaimedRun { run: record(row, task)?, attempt, definition });
        }
        Ok(claimed)
    }
}

/// `state = 'queued'` is written out, so that the partial index applies; on SQLite the lock clause is dropped.
fn claim(limit: u32, node: &str, order: ClaimOrder, now: DateTime<Utc>) -> UpdateStatement {
    let now = Micros::from(now);
    let mut due = Query::select();
    due.column(run::Column::Id)
        .from(run::Entity)
        .and_where(Expr::cust("state = 'queued'"))
        .and_where(Expr::col(run::Column::DueAt).lte(now))
        .limit(u64::from(limit))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    if order == ClaimOrder::Priority {
        due.order_by(run::Column::Priority, Order::Desc);
    }
    due.order_by(run::Column::DueAt, Order::Asc).order_by(run::Column::Id, Order::Asc);
    let due = CommonTableExpression::new().table_name("due").column("id").query(due).to_owned();
    let picked = Query::select().column("id").from("due").take();
    let deadline = Expr::value(now).add(Expr::col(run::Column::Timeout));
    Query::update()
        .with_cte(WithClause::new().cte(due).to_owned())
        .table(run::Entity)
        .value(run::Column::State, RunState::Running.as_str())
        .value(run::Column::Node, node)
        .value(run::Column::Reason, "")
        .value(run::Column::Fence, Expr::col(run::Column::Fence).add(1_i64))
        .value(run::Column::AttemptCount, Expr::col(run::Column::AttemptCount).add(1_i64))
        .value(run::Column::StartedAt, Func::coalesce([Expr::col(run::Column::StartedAt), Expr::value(now)]))
        .value(run::Column::DeadlineAt, Func::coalesce([Expr::col(run::Column::DeadlineAt), deadline]))
        .and_where(Expr::col(run::Column::Id).in_subquery(picked))
        .and_where(Expr::cust("state = 'queued'"))
        .returning(Returning::new().columns(run::Column::iter()))
        .take()
}

fn opened(run: &run::Model, node: &str, now: DateTime<Utc>) -> attempt::ActiveModel {
    attempt::ActiveModel {
        id: NotSet,
        uid: Set(AttemptId::generate().0),
        run_id: Set(run.id),
        number: Set(run.attempt_count),
        outcome: Set(None),
        node: Set(node.to_owned()),
        boot_id: Set(None),
        runner_pid: Set(None),
        runner_started: Set(None),
        pid: Set(None),
        token: Set(None),
        started_at: Set(now.into()),
        finished_at: Set(None),
        exit_code: Set(None),
        signal: Set(None),
        reason: Set(String::new()),
        cpu: Set(None),
        peak_memory_bytes: Set(None),
        log_bytes: Set(0),
        log_lines: Set(0),
        log_dropped_bytes: Set(0),
        leaked_output: Set(false),
        survivor_count: Set(0),
    }
}

/// Definitions by key of the task and version.
pub(super) async fn definitions(
    connection: &impl ConnectionTrait,
    wanted: impl IntoIterator<Item = (i64, u32)>,
) -> Result<HashMap<(i64, u32), Arc<Definition>>> {
    let wanted: Vec<_> = wanted.into_iter().collect::<HashSet<_>>().into_iter().collect();
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(200) {
        let pair = Expr::tuple([Expr::col(task_version::Column::TaskId), Expr::col(task_version::Column::Version)]);
        let values = chunk.iter().map(|(key, version)| (*key, i64::from(*version)));
        let query = task_version::Entity::find().filter(pair.in_tuples(values));
        for row in query.all(connection).await? {
            let definition = Arc::new(definition_of(&row.definition)?);
            found.insert((row.task_id, small(row.version)), definition);
        }
    }
    Ok(found)
}
