//! Attempts: one row per process start within a run.

use super::entity::{attempt, run};
use super::finish::conditions;
use super::{by_id, running};
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::keys::{Key, Run};
use crate::domain::model::ClaimedRun;
use crate::domain::model::{AttemptFinished, AttemptRecord, AttemptStarted, CredentialUsed};
use crate::store::core::error::damaged;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::small;
use crate::store::core::task::definitions;
use crate::store::core::time::instant;
use crate::store::{Result, Store, StoreError, Tx};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

impl Tx {
    /// Records which credentials an attempt gets.
    pub async fn attempt_credentials(&self, attempt: AttemptId, used: &[CredentialUsed]) -> Result<()> {
        let text = serde_json::to_string(used).map_err(|error| StoreError::Other(error.to_string()))?;
        attempt::Entity::update_many()
            .col_expr(attempt::Column::Credentials, Expr::value(text))
            .filter(attempt::Column::Uid.eq(attempt.0))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Puts other params in the place of those that a run was given.
    pub async fn run_params_put(&self, run: RunId, params: &Map<String, Value>) -> Result<()> {
        let text = serde_json::to_string(params).map_err(|error| StoreError::Other(error.to_string()))?;
        let update = run::Entity::update_many().col_expr(run::Column::Params, Expr::value(text));
        update.filter(run::Column::Uid.eq(run.0)).exec(self).await?;
        Ok(())
    }
}

impl Store {
    /// The attempts of a run, oldest first, with what each found when it started.
    pub async fn run_attempts(&self, run: RunId) -> Result<Vec<AttemptRecord>> {
        let Some(found) = by_id(run).one(self.reader()).await? else { return Ok(Vec::new()) };
        let query = attempt::Entity::find().filter(attempt::Column::RunId.eq(found.id));
        let rows = query.order_by_asc(attempt::Column::Number).all(self.reader()).await?;
        let found = conditions::found(self.reader(), rows.iter().filter_map(|row| row.conditions_id)).await?;
        let complete = |row: attempt::Model| {
            let conditions = row.conditions_id.and_then(|key| found.get(&key).cloned());
            Ok(AttemptRecord { conditions, ..record(row, run)? })
        };
        rows.into_iter().map(complete).collect()
    }

    /// Records which processes carry out attempts. Calls that wait at the same time share their statements. Returns
    /// false for an attempt whose claim is no longer valid or that has ended.
    pub async fn attempts_started(&self, started: Vec<AttemptStarted>) -> Result<Vec<bool>> {
        self.write_shared(started).await
    }

    /// Ends attempts and moves their runs on, with statistics and the tasks' newest runs. Calls that wait at the same
    /// time share their statements. Returns false if the claim is no longer valid; nothing was changed then. A run
    /// that somebody asked to stop is cancelled even if `next` says retry.
    pub async fn attempts_finish(&self, finished: Vec<AttemptFinished>) -> Result<Vec<bool>> {
        self.write_shared(finished).await
    }

    /// Returns which of these attempts are stored.
    pub async fn attempts_stored(&self, attempts: &[AttemptId]) -> Result<HashSet<AttemptId>> {
        let mut found = HashSet::with_capacity(attempts.len());
        for chunk in attempts.chunks(500) {
            let query = attempt::Entity::find().select_only().column(attempt::Column::Uid);
            let query = query.filter(attempt::Column::Uid.is_in(chunk.iter().map(|attempt| attempt.0)));
            found.extend(query.into_tuple::<Uuid>().all(self.reader()).await?.into_iter().map(AttemptId));
        }
        Ok(found)
    }

    /// Returns whether an attempt has ended. An attempt that is not stored has ended.
    pub async fn attempt_ended(&self, attempt: AttemptId) -> Result<bool> {
        let found = attempt::Entity::find().filter(attempt::Column::Uid.eq(attempt.0)).one(self.reader()).await;
        Ok(found.map_err(StoreError::from)?.is_none_or(|row| row.finished_at.is_some()))
    }

    /// Runs of this server in state `running`, with their newest attempt and definition: what a starting server
    /// adopts.
    pub async fn attempts_running(&self, node: &str) -> Result<Vec<ClaimedRun>> {
        let rows = running(node).all(self.reader()).await?;
        let versions = rows.iter().map(|row| (row.task_id, small(row.task_version)));
        let definitions = definitions(self.reader(), versions).await?;
        let mut newest: HashMap<Key<Run>, attempt::Model> = HashMap::new();
        for chunk in rows.chunks(500) {
            let query = attempt::Entity::find().filter(attempt::Column::RunId.is_in(chunk.iter().map(|row| row.id)));
            for row in query.order_by_asc(attempt::Column::Number).all(self.reader()).await? {
                newest.insert(row.run_id, row);
            }
        }
        let claimed = |row: run::Model| {
            let attempt = newest.remove(&row.id).ok_or_else(|| damaged("run", "running without an attempt"))?;
            ClaimedRun::of_rows(row, attempt, &definitions)
        };
        rows.into_iter().map(claimed).collect()
    }
}

/// Converts a row to a record, without what the attempt found when it started.
pub(in crate::store) fn record(row: attempt::Model, run: RunId) -> Result<AttemptRecord> {
    let number = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
    let code = |value: Option<i64>| value.and_then(|value| i32::try_from(value).ok());
    let outcome = row.outcome.as_deref().map(str::parse).transpose();
    let credentials = row.credentials.as_deref().map(serde_json::from_str).transpose();
    // These are only for comparing, so what cannot be read must not keep a run from being adopted.
    let limits = row.limits.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let left_behind = row.left_behind.as_deref().map(serde_json::from_str).transpose();
    Ok(AttemptRecord {
        id: AttemptId(row.uid),
        run,
        number: small(row.number),
        outcome: outcome.map_err(|error| damaged("attempt", error))?,
        node: row.node,
        boot_id: row.boot_id,
        runner_pid: number(row.runner_pid),
        runner_started: row.runner_started,
        pid: number(row.pid),
        token: row.token,
        started_at: row.started_at.into(),
        finished_at: instant(row.finished_at),
        exit_code: code(row.exit_code),
        signal: code(row.signal),
        reason: ReasonColumns { code: row.reason_code, args: row.reason }.read(),
        cpu: row.cpu.map(TimeDelta::microseconds),
        peak_memory_bytes: row.peak_memory_bytes.map(i64::unsigned_abs),
        disk_read_bytes: row.disk_read_bytes.map(i64::unsigned_abs),
        disk_written_bytes: row.disk_written_bytes.map(i64::unsigned_abs),
        limits: limits.unwrap_or_default(),
        log_bytes: row.log_bytes.unsigned_abs(),
        log_lines: row.log_lines.unsigned_abs(),
        log_dropped_bytes: row.log_dropped_bytes.unsigned_abs(),
        leaked_output: row.leaked_output,
        survivor_count: small(row.survivor_count),
        left_behind: left_behind.map_err(|error| damaged("attempt", error))?.unwrap_or_default(),
        credentials: credentials.map_err(|error| damaged("attempt", error))?.unwrap_or_default(),
        conditions: None,
    })
}
