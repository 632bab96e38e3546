//! Runs that jobs elsewhere carry out: heartbeats.
//!
//! The name of their server is empty, so no server claims, adopts or stops them. The node of their attempt is the address of the job, and
//! its token is the `rid` that start and end have in common. Deliberately absent: what a call of a job does, which
//! `domain::triggers::heartbeat` decides. Start reading at `elsewhere_begin`.

use super::opened;
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::keys::{Key, Run, Task};
use crate::domain::model::{
    AttemptFinished, ElsewhereBegin, ElsewhereEnd, ElsewhereLog, ElsewhereRun, RunNext, RunRecord,
};
use crate::domain::vocabulary::RunState;
use crate::store::core::time::{Micros, instant};
use crate::store::runs::entity::{attempt, run};
use crate::store::runs::finish::finished;
use crate::store::runs::{open, records};
use crate::store::{Result, Store, Tx};
use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    Set,
};
use std::collections::HashMap;

impl Store {
    /// The open runs of jobs elsewhere, of one task or of all, oldest first.
    pub async fn elsewhere_open(&self, task: Option<Key<Task>>) -> Result<Vec<ElsewhereRun>> {
        list(self.reader(), task).await
    }
}

impl Tx {
    /// The open runs of jobs elsewhere of one task, oldest first.
    pub async fn elsewhere_open(&self, task: Key<Task>) -> Result<Vec<ElsewhereRun>> {
        list(self, Some(task)).await
    }

    /// Begins a queued run as that of a job elsewhere, and opens its attempt. Returns none if it is not queued.
    pub async fn elsewhere_begin(&self, begin: &ElsewhereBegin) -> Result<Option<RunRecord>> {
        let now = Micros::from(begin.at);
        let rows = run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(RunState::Running.as_str()))
            .col_expr(run::Column::Node, Expr::value(run::NO_SERVER))
            .col_expr(run::Column::Reason, Expr::value(""))
            .col_expr(run::Column::ReasonCode, Expr::value(None::<String>))
            .col_expr(run::Column::Fence, Expr::col(run::Column::Fence).add(1_i64))
            .col_expr(run::Column::AttemptCount, Expr::col(run::Column::AttemptCount).add(1_i64))
            .col_expr(run::Column::StartedAt, Expr::value(now))
            .col_expr(run::Column::DeadlineAt, Expr::value(now).add(Expr::col(run::Column::Timeout)))
            .filter(run::Column::Uid.eq(begin.run.0))
            .filter(run::Column::State.eq(RunState::Queued.as_str()))
            .exec_with_returning(self)
            .await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let attempt = attempt::ActiveModel {
            uid: Set(begin.attempt.0),
            token: Set(begin.rid.map(|rid| rid.to_string())),
            ..opened(row, &begin.from, begin.at)
        };
        attempt::Entity::insert(attempt).exec_without_returning(self).await?;
        self.tasks_follow(&rows).await?;
        Ok(records(self, rows).await?.pop())
    }

    /// Notes the size of the log of an open run.
    pub async fn elsewhere_log(&self, log: &ElsewhereLog) -> Result<()> {
        let whole = |number: u64| Expr::value(i64::try_from(number).unwrap_or(i64::MAX));
        let dropped = i64::try_from(log.dropped_bytes).unwrap_or(i64::MAX);
        attempt::Entity::update_many()
            .col_expr(attempt::Column::LogBytes, whole(log.bytes))
            .col_expr(attempt::Column::LogLines, whole(log.lines))
            .col_expr(attempt::Column::LogDroppedBytes, Expr::col(attempt::Column::LogDroppedBytes).add(dropped))
            .filter(attempt::Column::Uid.eq(log.attempt.0))
            .filter(attempt::Column::Outcome.is_null())
            .exec(self)
            .await?;
        run::Entity::update_many()
            .col_expr(run::Column::LogBytes, whole(log.bytes))
            .col_expr(run::Column::LogLines, whole(log.lines))
            .col_expr(run::Column::LogTruncated, Expr::col(run::Column::LogTruncated).or(Expr::value(dropped > 0)))
            .filter(run::Column::Uid.eq(log.run.0))
            .filter(open())
            .exec(self)
            .await?;
        Ok(())
    }

    /// Ends an open run of a job elsewhere. Returns none if it is not open any more.
    pub async fn elsewhere_end(&self, end: &ElsewhereEnd) -> Result<Option<RunRecord>> {
        let Some(row) = self.elsewhere_row(end.run).await? else { return Ok(None) };
        let query = attempt::Entity::find().filter(attempt::Column::RunId.eq(row.id));
        let Some(attempt) = query.filter(attempt::Column::Outcome.is_null()).one(self).await? else { return Ok(None) };
        // The end of the attempt adds its log to that of the run, which has been counted already.
        run::Entity::update_many()
            .col_expr(run::Column::LogBytes, Expr::value(0_i64))
            .col_expr(run::Column::LogLines, Expr::value(0_i64))
            .filter(run::Column::Id.eq(row.id))
            .exec(self)
            .await?;
        let item = AttemptFinished {
            attempt: AttemptId(attempt.uid),
            run: end.run,
            fence: row.fence,
            outcome: end.outcome,
            finished_at: end.at,
            pid: None,
            exit_code: end.exit_code,
            signal: None,
            reason: end.reason.clone(),
            cpu: None,
            peak_memory_bytes: None,
            disk_read_bytes: None,
            disk_written_bytes: None,
            limits: Vec::new(),
            log_bytes: attempt.log_bytes.unsigned_abs(),
            log_lines: attempt.log_lines.unsigned_abs(),
            log_dropped_bytes: attempt.log_dropped_bytes.unsigned_abs(),
            leaked_output: false,
            survivor_count: 0,
            left_behind: Vec::new(),
            next: RunNext::Finish { state: end.state, result: None },
        };
        finished(self, &[item]).await?;
        self.run_find(end.run).await
    }

    async fn elsewhere_row(&self, run: RunId) -> Result<Option<run::Model>> {
        let query = elsewhere().filter(run::Column::Uid.eq(run.0));
        let query = if self.locks() { query.lock_exclusive() } else { query };
        Ok(query.one(self).await?)
    }
}

/// Open runs of jobs elsewhere.
fn elsewhere() -> Select<run::Entity> {
    run::Entity::find()
        .filter(open())
        .filter(run::Column::State.eq(RunState::Running.as_str()))
        .filter(run::Column::Node.eq(run::NO_SERVER))
}

async fn list(connection: &impl ConnectionTrait, task: Option<Key<Task>>) -> Result<Vec<ElsewhereRun>> {
    let query = match task {
        Some(task) => elsewhere().filter(run::Column::TaskId.eq(task)),
        None => elsewhere(),
    };
    let rows = query.order_by_asc(run::Column::Id).all(connection).await?;
    let mut attempts: HashMap<Key<Run>, attempt::Model> = HashMap::with_capacity(rows.len());
    for chunk in rows.chunks(500) {
        let query = attempt::Entity::find().filter(attempt::Column::RunId.is_in(chunk.iter().map(|row| row.id)));
        let found = query.filter(attempt::Column::Outcome.is_null()).all(connection).await?;
        attempts.extend(found.into_iter().map(|row| (row.run_id, row)));
    }
    let record = |row: run::Model| {
        let attempt = attempts.remove(&row.id)?;
        Some(ElsewhereRun {
            run: RunId(row.uid),
            attempt: AttemptId(attempt.uid),
            rid: attempt.token.as_deref().and_then(|rid| rid.parse().ok()),
            timeout: row.timeout.map(TimeDelta::microseconds),
            deadline_at: instant(row.deadline_at),
        })
    };
    Ok(rows.into_iter().filter_map(record).collect())
}
