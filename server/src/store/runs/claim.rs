//! The claim: decides which runs start now. It is one guarded statement, the same on both databases. A run is never
//! handed out twice.
//! Runs that jobs elsewhere carry out begin in `elsewhere`.

mod elsewhere;

use super::attempts;
use super::changes::ROWS;
use super::entity::{attempt, run};
use super::record;
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::keys::{Key, Run};
use crate::domain::model::{Claim, ClaimOrder, ClaimedRun};
use crate::domain::vocabulary::RunState;
use crate::store::core::error::damaged;
use crate::store::core::rows::small;
use crate::store::core::task::{Definitions, StoredDefinition, definitions};
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait as _, Func, LockBehavior, LockType, Query, Returning, UpdateStatement,
    WithClause,
};
use sea_orm::{ConnectionTrait, EntityTrait as _, FromQueryResult as _, Iterable as _, NotSet, Order, Set};
use std::collections::HashMap;
use std::sync::Arc;

impl Store {
    /// Claims due runs that are queued, and opens an attempt for each. While the vault is closed, runs
    /// that need it are left.
    pub async fn runs_claim(&self, claim: Claim, node: &str, now: DateTime<Utc>) -> Result<Vec<ClaimedRun>> {
        if claim.limit == 0 {
            return Ok(Vec::new());
        }
        let node = node.to_owned();
        self.write(async move |tx: &Tx| tx.runs_claim(claim, &node, now).await).await
    }
}

impl Tx {
    async fn runs_claim(&self, claim: Claim, node: &str, now: DateTime<Utc>) -> Result<Vec<ClaimedRun>> {
        let rows = self.query_all(&statement(claim, node, now)).await?;
        let mut rows = rows.iter().map(|row| run::Model::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        rows.sort_by_key(|row| (std::cmp::Reverse(row.priority), row.due_at, row.id));
        let mut attempts: HashMap<Key<Run>, attempt::Model> = HashMap::with_capacity(rows.len());
        for chunk in rows.chunks(ROWS) {
            let opened = chunk.iter().map(|row| opened(row, node, now));
            let made = attempt::Entity::insert_many(opened).exec_with_returning(self).await?;
            attempts.extend(made.into_iter().map(|row| (row.run_id, row)));
        }
        self.tasks_follow(&rows).await?;
        let definitions = definitions(self, rows.iter().map(|row| (row.task_id, small(row.task_version)))).await?;
        let claimed = |row: run::Model| {
            let attempt = attempts.remove(&row.id).ok_or_else(|| damaged("run", "its attempt was not made"))?;
            ClaimedRun::of_rows(row, attempt, &definitions)
        };
        rows.into_iter().map(claimed).collect()
    }
}

impl ClaimedRun {
    pub(in crate::store) fn of_rows(
        run: run::Model,
        attempt: attempt::Model,
        definitions: &Definitions,
    ) -> Result<Self> {
        let found = definitions.get(&(run.task_id, small(run.task_version)));
        let StoredDefinition { task, definition, damage } =
            found.ok_or_else(|| damaged("run", "its version does not exist"))?;
        let attempt = attempts::record(attempt, RunId(run.uid))?;
        let (definition, damage) = (Arc::clone(definition), damage.clone());
        Ok(Self { run: record(run, *task)?, attempt, definition, damage })
    }
}

/// `state = 'queued'` is spelled out so that the partial index is used. On SQLite the lock clause is dropped.
fn statement(Claim { limit, order, vault_open }: Claim, node: &str, now: DateTime<Utc>) -> UpdateStatement {
    let now = Micros::from(now);
    let mut due = Query::select();
    due.column(run::Column::Id)
        .from(run::Entity)
        .and_where(Expr::cust("state = 'queued'"))
        .and_where(Expr::col(run::Column::Gate).is_null())
        .and_where(Expr::col(run::Column::DueAt).lte(now))
        .limit(u64::from(limit))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    if !vault_open {
        due.and_where(Expr::cust("NOT needs_vault"));
    }
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
        .value(run::Column::ReasonCode, None::<String>)
        .value(run::Column::GateUntil, None::<i64>)
        .value(run::Column::Fence, Expr::col(run::Column::Fence).add(1_i64))
        .value(run::Column::AttemptCount, Expr::col(run::Column::AttemptCount).add(1_i64))
        .value(run::Column::StartedAt, Func::coalesce([Expr::col(run::Column::StartedAt), Expr::value(now)]))
        .value(run::Column::DeadlineAt, Func::coalesce([Expr::col(run::Column::DeadlineAt), deadline]))
        .and_where(Expr::col(run::Column::Id).in_subquery(picked))
        .and_where(Expr::cust("state = 'queued'"))
        .and_where(Expr::col(run::Column::Gate).is_null())
        .returning(Returning::new().columns(run::Column::iter()))
        .take()
}

fn opened(run: &run::Model, node: &str, now: DateTime<Utc>) -> attempt::ActiveModel {
    attempt::ActiveModel {
        id: NotSet,
        uid: Set(AttemptId::generate().0),
        run_id: Set(run.id),
        number: Set(run.attempt_count),
        outcome: NotSet,
        node: Set(node.to_owned()),
        boot_id: NotSet,
        runner_pid: NotSet,
        runner_started: NotSet,
        pid: NotSet,
        token: NotSet,
        started_at: Set(now.into()),
        finished_at: NotSet,
        exit_code: NotSet,
        signal: NotSet,
        reason_code: NotSet,
        reason: Set(String::new()),
        cpu: NotSet,
        peak_memory_bytes: NotSet,
        log_bytes: Set(0),
        log_lines: Set(0),
        log_dropped_bytes: Set(0),
        leaked_output: Set(false),
        survivor_count: Set(0),
        left_behind: Set(None),
        credentials: Set(None),
        disk_read_bytes: NotSet,
        disk_written_bytes: NotSet,
        limits: NotSet,
        conditions_id: Set(None),
    }
}
