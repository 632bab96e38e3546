//! Changes to runs outside the hot path: creating, cancelling, ending, promoting, deleting.

use super::entity::{attempt, run};
use super::stats;
use super::stats::Ended;
use super::{by_id, open, records};
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::keys::{Key, Task};
use crate::domain::model::RunOutlook;
use crate::domain::model::{ElsewhereEnd, RunCancel, RunNew, RunRecord};
use crate::domain::reason::{Displacing, Reason};
use crate::domain::vocabulary::{AttemptOutcome, RunState};
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::Rows;
use crate::store::core::time::{Micros, micros, span};
use crate::store::{Conflict, Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Value,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Maximum number of rows in one statement, because SQLite accepts 32,766 values.
pub(in crate::store) const ROWS: usize = 500;

impl Tx {
    /// Creates runs, in order. Updates the tasks' newest runs and, for runs in a final state, the statistics.
    pub async fn runs_insert(&self, runs: &[RunNew]) -> Result<Vec<RunRecord>> {
        let (mut made, mut ended) = (Vec::with_capacity(runs.len()), Vec::new());
        for chunk in runs.chunks(500) {
            let mut rows = Rows::new(COLUMNS);
            for new in chunk {
                rows.push(row(new)?);
            }
            self.execute_raw(rows.insert(self.get_database_backend(), "run", &UNTOUCHED, "")).await?;
            made.extend(chunk.iter().map(RunRecord::of_new));
            ended.extend(chunk.iter().filter(|new| new.state.is_final()).map(|new| new.id.0));
        }
        self.tasks_gain(&made).await?;
        if !ended.is_empty() {
            // A run that is created as skipped has ended too.
            let ended = run::Entity::find().filter(run::Column::Uid.is_in(ended)).all(self).await?;
            self.triggers_fire(&ended).await?;
            self.runs_unheard(&ended).await?;
            stats::add(self, &made.iter().filter_map(Ended::of).collect::<Vec<_>>()).await?;
        }
        Ok(made)
    }

    /// Counts new runs for their tasks, and updates each task's newest run.
    async fn tasks_gain(&self, made: &[RunRecord]) -> Result<()> {
        let mut newest: HashMap<Key<Task>, (i64, &RunRecord)> = HashMap::new();
        for run in made {
            let entry = newest.entry(run.task_key).or_insert((0, run));
            entry.0 += 1;
            if run.created_at >= entry.1.created_at {
                entry.1 = run;
            }
        }
        let newer = |column: &str, value: &str| {
            format!("{column} = CASE WHEN task.last_run_created_at <= v.created_at THEN {value} ELSE task.{column} END")
        };
        let text = [
            "UPDATE task SET run_count = task.run_count + v.number".to_owned(),
            newer("last_run_uid", "v.uid"),
            newer("last_run_state", "v.state"),
            newer("last_run_started_at", "NULL"),
            newer("last_run_finished_at", "v.finished_at"),
            newer("last_run_created_at", "v.created_at"),
            newer("last_run_suspicious", "FALSE"),
        ];
        let text = format!("{} FROM {{rows}} WHERE task.id = v.task_id", text.join(", "));
        let mut newest: Vec<_> = newest.into_iter().collect();
        newest.sort_by_key(|(key, _)| *key);
        for chunk in newest.chunks(ROWS) {
            let mut rows = Rows::new(["task_id", "number", "uid", "created_at", "state", "finished_at"]);
            for (key, (number, run)) in chunk {
                rows.push([
                    (*key).into(),
                    (*number).into(),
                    run.id.0.into(),
                    Micros::from(run.created_at).into(),
                    run.state.as_str().into(),
                    micros(run.finished_at).into(),
                ]);
            }
            self.execute_raw(rows.statement(self.get_database_backend(), &text)).await?;
        }
        Ok(())
    }

    /// Copies the new state of runs to the tasks whose newest run they are.
    pub(in crate::store) async fn tasks_follow<'a>(
        &self,
        changed: impl IntoIterator<Item = &'a run::Model>,
    ) -> Result<()> {
        let mut changed: Vec<&run::Model> = changed.into_iter().collect();
        changed.sort_by_key(|run| (run.task_id, run.id));
        let text = "UPDATE task SET last_run_state = v.state, last_run_started_at = v.started_at, \
                    last_run_finished_at = v.finished_at FROM {rows} \
                    WHERE task.id = v.task_id AND task.last_run_uid = v.uid";
        for chunk in changed.chunks(ROWS) {
            let mut rows = Rows::new(["task_id", "uid", "state", "started_at", "finished_at"]);
            for run in chunk {
                rows.push([
                    run.task_id.into(),
                    run.uid.into(),
                    run.state.clone().into(),
                    run.started_at.into(),
                    run.finished_at.into(),
                ]);
            }
            self.execute_raw(rows.statement(self.get_database_backend(), text)).await?;
        }
        Ok(())
    }

    /// Stops a run, or requests that. A run of a job elsewhere ends at once, because nobody can be asked. Returns none if there is no such run.
    pub async fn run_cancel(&self, run: RunId, reason: &Reason, at: DateTime<Utc>) -> Result<Option<RunCancel>> {
        let Some(found) = self.run_locked(run).await? else { return Ok(None) };
        if found.finished_at.is_some() {
            return Ok(records(self, vec![found]).await?.pop().map(RunCancel::Ended));
        }
        if found.state != RunState::Running.as_str() {
            let ended = self.run_end(run, RunState::Cancelled, reason, at).await?;
            return Ok(ended.map(RunCancel::Cancelled));
        }
        if found.node.as_deref() == Some(run::NO_SERVER) {
            let reason = Reason::of_all(vec![reason.clone(), Reason::HeartbeatGoesOn {}]);
            let (state, outcome) = (RunState::Cancelled, AttemptOutcome::Cancelled);
            let end = ElsewhereEnd { run, state, outcome, exit_code: None, reason, at };
            return Ok(self.elsewhere_end(&end).await?.map(RunCancel::Cancelled));
        }
        let mut query = run::Entity::update_many().filter(run::Column::Id.eq(found.id));
        if found.cancel_requested_at.is_some() {
            query = query.col_expr(run::Column::CancelForced, Expr::value(true));
        } else {
            let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
            query = query
                .col_expr(run::Column::ReasonCode, Expr::value(code))
                .col_expr(run::Column::Reason, Expr::value(args))
                .col_expr(run::Column::CancelRequestedAt, Expr::value(Micros::from(at)))
                .col_expr(run::Column::CancelRequestedBy, Expr::value(reason.by()));
        }
        let rows = query.exec_with_returning(self).await?;
        Ok(records(self, rows).await?.pop().map(RunCancel::Requested))
    }

    async fn run_locked(&self, run: RunId) -> Result<Option<run::Model>> {
        let query = by_id(run);
        let query = if self.locks() { query.lock_exclusive() } else { query };
        Ok(query.one(self).await?)
    }

    /// Ends a run that is not in progress (waiting, queued, backing off). Returns none if it is in another state.
    pub async fn run_end(
        &self,
        run: RunId,
        to: RunState,
        reason: &Reason,
        at: DateTime<Utc>,
    ) -> Result<Option<RunRecord>> {
        let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
        let rows = run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(to.as_str()))
            .col_expr(run::Column::ReasonCode, Expr::value(code))
            .col_expr(run::Column::Reason, Expr::value(args))
            .col_expr(run::Column::FinishedAt, Expr::value(Micros::from(at)))
            .col_expr(run::Column::Gate, Expr::value(None::<String>))
            .col_expr(run::Column::GateUntil, Expr::value(None::<i64>))
            .filter(run::Column::Uid.eq(run.0))
            .filter(open())
            .filter(run::Column::State.ne(RunState::Running.as_str()))
            .exec_with_returning(self)
            .await?;
        self.tasks_follow(&rows).await?;
        self.triggers_fire(&rows).await?;
        self.runs_unheard(&rows).await?;
        if to == RunState::Skipped {
            for row in &rows {
                self.slot_skipped(row, reason).await?;
            }
        }
        let ended = records(self, rows).await?;
        stats::add(self, &ended.iter().filter_map(Ended::of).collect::<Vec<_>>()).await?;
        Ok(ended.into_iter().next())
    }

    /// Skips the waiting runs of a task, except the newest one.
    pub async fn runs_supersede(
        &self,
        task_key: Key<Task>,
        overlap: Displacing,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunRecord>> {
        let reason = Reason::Superseded { overlap };
        let waiting = run::Entity::find()
            .filter(open())
            .filter(run::Column::TaskId.eq(task_key))
            .filter(run::Column::State.eq(RunState::Waiting.as_str()));
        let waiting = waiting.order_by_desc(run::Column::Id).all(self).await?;
        let mut skipped = Vec::new();
        for row in waiting.into_iter().skip(1) {
            skipped.extend(self.run_end(RunId(row.uid), RunState::Skipped, &reason, at).await?);
        }
        Ok(skipped)
    }

    /// Makes runs whose back-off is over ready to start.
    pub async fn runs_backing_off_promote(&self, at: DateTime<Utc>) -> Result<Vec<RunRecord>> {
        let due = Query::select()
            .column(run::Column::Id)
            .from(run::Entity)
            .and_where(Expr::cust("state = 'backing_off'"))
            .and_where(Expr::cust(RunOutlook::INDEXED))
            .and_where(Expr::col(run::Column::DueAt).lte(Micros::from(at)))
            .take();
        self.promote(due, RunState::BackingOff, at).await
    }

    pub(in crate::store) async fn promote(
        &self,
        which: SelectStatement,
        from: RunState,
        at: DateTime<Utc>,
    ) -> Result<Vec<RunRecord>> {
        let rows = run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(RunState::Queued.as_str()))
            .col_expr(run::Column::QueuedAt, Expr::value(Micros::from(at)))
            .col_expr(run::Column::ReasonCode, Expr::value(None::<String>))
            .col_expr(run::Column::Reason, Expr::value(""))
            .filter(run::Column::State.eq(from.as_str()))
            .filter(run::Column::Id.in_subquery(which))
            .exec_with_returning(self)
            .await?;
        let mut rows = rows;
        rows.sort_by_key(|run| run.id);
        self.tasks_follow(&rows).await?;
        records(self, rows).await
    }

    /// Deletes a finished run and its attempts. Returns the attempts whose logs must be deleted, or none if there is
    /// no such run. Fails with `NotFinished` if the run has not ended.
    pub async fn run_delete(&self, run: RunId) -> Result<Option<Vec<AttemptId>>> {
        let Some(found) = self.run_locked(run).await? else { return Ok(None) };
        if found.finished_at.is_none() {
            return Err(StoreError::conflict(Conflict::NotFinished));
        }
        let query = attempt::Entity::find().select_only().column(attempt::Column::Uid);
        let uids: Vec<Uuid> = query.filter(attempt::Column::RunId.eq(found.id)).into_tuple().all(self).await?;
        self.runs_delete(&[run]).await?;
        Ok(Some(uids.into_iter().map(AttemptId).collect()))
    }
}

/// Columns of a new run, in the order of `row`. All other columns are null.
const COLUMNS: [&str; 28] = [
    "uid",
    "task_id",
    "task_name",
    "task_version",
    "state",
    "trigger_kind",
    "trigger_by",
    "trigger_schedule_key",
    "trigger_rerun_of",
    "origin_kind",
    "origin_by",
    "schedule_id",
    "scheduled_for",
    "created_at",
    "queued_at",
    "finished_at",
    "due_at",
    "timeout",
    "priority",
    "params",
    "reason_code",
    "reason",
    "pool_weight",
    "pool",
    "backfill_id",
    "needs_vault",
    "gate",
    "edited_params",
];

/// Values that all new runs have in common.
const UNTOUCHED: [(&str, &str); 6] = [
    ("cancel_forced", "FALSE"),
    ("attempt_count", "0"),
    ("fence", "0"),
    ("log_bytes", "0"),
    ("log_lines", "0"),
    ("log_truncated", "FALSE"),
];

fn row(new: &RunNew) -> Result<[Value; COLUMNS.len()]> {
    let params = serde_json::to_string(&new.params).map_err(|error| StoreError::Other(format!("params: {error}")))?;
    let edited = &new.trigger.edited_params;
    let edited = (!edited.is_empty()).then(|| serde_json::to_string(edited)).transpose();
    let edited = edited.map_err(|error| StoreError::Other(format!("edited params: {error}")))?;
    let created = Micros::from(new.created_at);
    let reason = ReasonColumns::of(new.reason.as_ref());
    Ok([
        new.id.0.into(),
        new.task_key.into(),
        new.task_name.clone().into(),
        i64::from(new.task_version).into(),
        new.state.as_str().into(),
        new.trigger.kind.as_str().into(),
        new.trigger.by.clone().into(),
        new.trigger.schedule_key.clone().into(),
        new.trigger.rerun_of.map(|id| id.0).into(),
        new.origin.as_ref().map(|origin| origin.kind.as_str()).into(),
        new.origin.as_ref().and_then(|origin| origin.by.clone()).into(),
        new.schedule_row.into(),
        micros(new.scheduled_for).into(),
        created.into(),
        (new.state == RunState::Queued).then_some(created).into(),
        new.state.is_final().then_some(created).into(),
        Micros::from(new.due_at).into(),
        new.timeout.map(span).into(),
        i64::from(new.priority).into(),
        params.into(),
        reason.code.into(),
        reason.args.into(),
        new.pool.is_some().then_some(i64::from(new.pool_weight)).into(),
        new.pool.clone().into(),
        new.backfill_key.into(),
        new.needs_vault.into(),
        new.gated.then_some("new").into(),
        edited.into(),
    ])
}
