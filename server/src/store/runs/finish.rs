//! The start and end of attempts: many rows per statement, guarded by fence and state.

pub(super) mod conditions;

use super::entity::run;
use super::stats;
use super::stats::Ended;
use crate::domain::model::RunNext;
use crate::domain::model::{AttemptFinished, AttemptStarted};
use crate::domain::vocabulary::RunState;
use crate::store::core::error::damaged;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::Rows;
use crate::store::core::time::{Micros, span};
use crate::store::core::writer::shared::SharedRow;
use crate::store::{Result, StoreError, Tx};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait as _, FromQueryResult as _, Iden as _, Iterable as _, QueryResult, Value};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

impl SharedRow for AttemptStarted {
    const RANK: u8 = 0;

    fn write<'a>(tx: &'a Tx, rows: &'a [Self]) -> LocalBoxFuture<'a, Result<Vec<bool>>> {
        started(tx, rows).boxed_local()
    }
}

impl SharedRow for AttemptFinished {
    const RANK: u8 = 1;

    fn write<'a>(tx: &'a Tx, rows: &'a [Self]) -> LocalBoxFuture<'a, Result<Vec<bool>>> {
        finished(tx, rows).boxed_local()
    }
}

/// Maximum number of rows in one statement.
const ROWS: usize = 200;

/// Records which processes carry out attempts.
async fn started(tx: &Tx, items: &[AttemptStarted]) -> Result<Vec<bool>> {
    let mut valid = HashSet::with_capacity(items.len());
    let known = conditions::keys(tx, items.iter().filter_map(|item| item.conditions.as_ref())).await?;
    for chunk in items.chunks(ROWS) {
        let mut rows =
            Rows::new(["uid", "fence", "boot_id", "runner_pid", "runner_started", "pid", "token", "conditions_id"]);
        for item in chunk {
            let AttemptStarted { attempt, fence, boot_id, runner_pid, runner_started, pid, token, conditions } =
                item.clone();
            let conditions = conditions.as_ref().and_then(|found| known.get(found)).copied();
            rows.push([
                attempt.0.into(),
                fence.into(),
                boot_id.into(),
                runner_pid.map(i64::from).into(),
                runner_started.into(),
                pid.map(i64::from).into(),
                token.into(),
                conditions.into(),
            ]);
        }
        let text = "UPDATE attempt SET boot_id = COALESCE(v.boot_id, attempt.boot_id), \
                    runner_pid = COALESCE(v.runner_pid, attempt.runner_pid), \
                    runner_started = COALESCE(v.runner_started, attempt.runner_started), \
                    pid = COALESCE(v.pid, attempt.pid), token = COALESCE(v.token, attempt.token), \
                    conditions_id = COALESCE(v.conditions_id, attempt.conditions_id) \
                    FROM {rows} WHERE attempt.uid = v.uid AND attempt.outcome IS NULL AND EXISTS (SELECT 1 FROM run \
                    WHERE run.id = attempt.run_id AND run.state = 'running' AND run.fence = v.fence) RETURNING attempt.uid";
        for row in tx.query_all_raw(rows.statement(tx.get_database_backend(), text)).await? {
            valid.insert(row.try_get::<Uuid>("", "uid")?);
        }
    }
    Ok(items.iter().map(|item| valid.contains(&item.attempt.0)).collect())
}

/// Ends attempts and moves their runs on.
pub(super) async fn finished(tx: &Tx, items: &[AttemptFinished]) -> Result<Vec<bool>> {
    let mut moved: HashMap<Uuid, run::Model> = HashMap::with_capacity(items.len());
    let mut seen = HashSet::with_capacity(items.len());
    let mut answers = vec![false; items.len()];
    let first: Vec<(usize, &AttemptFinished)> =
        items.iter().enumerate().filter(|(_, item)| seen.insert(item.run)).collect();
    for chunk in first.chunks(ROWS) {
        for row in move_runs(tx, chunk).await? {
            moved.insert(row.uid, row);
        }
        let mut valid: Vec<&AttemptFinished> = Vec::with_capacity(chunk.len());
        for (index, item) in chunk {
            answers[*index] = moved.contains_key(&item.run.0);
            if answers[*index] {
                valid.push(item);
            }
        }
        end_attempts(tx, &valid).await?;
        forget_attempts(tx, &valid).await?;
    }
    tx.tasks_follow(moved.values()).await?;
    tx.triggers_fire(moved.values()).await?;
    tx.runs_unheard(moved.values()).await?;
    tx.runs_unjudged(moved.values()).await?;
    stats::add(tx, &moved.values().filter_map(Ended::of_row).collect::<Vec<_>>()).await?;
    Ok(answers)
}

/// What a run becomes: state, end, next due instant, result, number of attempts taken back.
struct Moved {
    state: RunState,
    finished_at: Option<Micros>,
    queued_at: Option<Micros>,
    due_at: Option<Micros>,
    result: Option<String>,
    taken_back: i64,
}

impl Moved {
    fn by(item: &AttemptFinished) -> Result<Self> {
        let end = Micros::from(item.finished_at);
        let open = |state, queued_at, due_at, taken_back| Self {
            state,
            finished_at: None,
            queued_at,
            due_at: Some(due_at),
            result: None,
            taken_back,
        };
        Ok(match &item.next {
            RunNext::Requeue => open(RunState::Queued, Some(end), end, 1),
            RunNext::Retry { at } if *at <= item.finished_at => open(RunState::Queued, Some(end), end, 0),
            RunNext::Retry { at } => open(RunState::BackingOff, None, Micros::from(*at), 0),
            RunNext::Finish { state, .. } if !state.is_final() => {
                return Err(StoreError::Other(format!("{state} is not a final state")));
            }
            RunNext::Finish { state, result } => Self {
                state: *state,
                finished_at: Some(end),
                queued_at: None,
                due_at: None,
                result: result.as_ref().map(ToString::to_string),
                taken_back: 0,
            },
        })
    }
}

/// Moves runs on. A run that somebody asked to stop does not continue, whatever was decided before the request was
/// known.
async fn move_runs(tx: &Tx, items: &[(usize, &AttemptFinished)]) -> Result<Vec<run::Model>> {
    let mut rows = Rows::new([
        "uid",
        "fence",
        "state",
        "ended_at",
        "finished_at",
        "queued_at",
        "due_at",
        "result",
        "reason_code",
        "reason",
        "taken_back",
        "log_bytes",
        "log_lines",
        "dropped",
    ]);
    for (_, item) in items {
        let Moved { state, finished_at, queued_at, due_at, result, taken_back } = Moved::by(item)?;
        let reason = ReasonColumns::of(item.reason.as_ref());
        rows.push([
            item.run.0.into(),
            item.fence.into(),
            state.as_str().into(),
            Micros::from(item.finished_at).into(),
            finished_at.into(),
            queued_at.into(),
            due_at.into(),
            result.into(),
            reason.code.into(),
            reason.args.into(),
            taken_back.into(),
            amount(item.log_bytes),
            amount(item.log_lines),
            (item.log_dropped_bytes > 0).into(),
        ]);
    }
    let columns: Vec<String> = run::Column::iter().map(|column| format!("run.{}", column.unquoted())).collect();
    // The request to stop gave the reason. Anything the attempt's end adds is stored with the attempt.
    let keeps_reason = "run.cancel_requested_at IS NOT NULL \
                        AND (v.state = 'cancelled' OR v.finished_at IS NULL)";
    let text = format!(
        "UPDATE run SET \
         state = CASE WHEN v.finished_at IS NULL AND run.cancel_requested_at IS NOT NULL THEN 'cancelled' \
         ELSE v.state END, \
         finished_at = CASE WHEN v.finished_at IS NULL AND run.cancel_requested_at IS NOT NULL THEN v.ended_at \
         ELSE v.finished_at END, \
         queued_at = COALESCE(v.queued_at, run.queued_at), due_at = COALESCE(v.due_at, run.due_at), \
         result = COALESCE(v.result, run.result), \
         reason_code = CASE WHEN {keeps_reason} THEN run.reason_code ELSE v.reason_code END, \
         reason = CASE WHEN {keeps_reason} THEN run.reason ELSE v.reason END, \
         attempt_count = run.attempt_count - v.taken_back, \
         log_bytes = run.log_bytes + v.log_bytes, log_lines = run.log_lines + v.log_lines, \
         log_truncated = (run.log_truncated OR v.dropped) \
         FROM {{rows}} WHERE run.uid = v.uid AND run.state = 'running' AND run.fence = v.fence RETURNING {}",
        columns.join(", ")
    );
    let found = tx.query_all_raw(rows.statement(tx.get_database_backend(), &text)).await?;
    let model = |row: &QueryResult| run::Model::from_query_result(row, "");
    Ok(found.iter().map(model).collect::<Result<_, _>>()?)
}

async fn end_attempts(tx: &Tx, items: &[&AttemptFinished]) -> Result<()> {
    let mut rows = Rows::new([
        "uid",
        "outcome",
        "finished_at",
        "pid",
        "exit_code",
        "signal",
        "reason_code",
        "reason",
        "cpu",
        "peak",
        "disk_read",
        "disk_written",
        "limits",
        "log_bytes",
        "log_lines",
        "dropped",
        "leaked",
        "survivors",
        "left_behind",
    ]);
    for item in items.iter().filter(|item| item.next != RunNext::Requeue) {
        let reason = ReasonColumns::of(item.reason.as_ref());
        rows.push([
            item.attempt.0.into(),
            item.outcome.as_str().into(),
            Micros::from(item.finished_at).into(),
            item.pid.map(i64::from).into(),
            item.exit_code.map(i64::from).into(),
            item.signal.map(i64::from).into(),
            reason.code.into(),
            reason.args.into(),
            item.cpu.map(span).into(),
            item.peak_memory_bytes.map(whole).into(),
            item.disk_read_bytes.map(whole).into(),
            item.disk_written_bytes.map(whole).into(),
            listed(&item.limits)?.into(),
            amount(item.log_bytes),
            amount(item.log_lines),
            amount(item.log_dropped_bytes),
            item.leaked_output.into(),
            i64::from(item.survivor_count).into(),
            listed(&item.left_behind)?.into(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let text = "UPDATE attempt SET outcome = v.outcome, finished_at = v.finished_at, \
                pid = COALESCE(v.pid, attempt.pid), exit_code = v.exit_code, signal = v.signal, \
                reason_code = v.reason_code, reason = v.reason, cpu = v.cpu, peak_memory_bytes = v.peak, \
                disk_read_bytes = v.disk_read, disk_written_bytes = v.disk_written, limits = v.limits, \
                log_bytes = v.log_bytes, log_lines = v.log_lines, log_dropped_bytes = v.dropped, \
                leaked_output = v.leaked, survivor_count = v.survivors, left_behind = v.left_behind, boot_id = NULL, runner_pid = NULL, \
                runner_started = NULL, token = NULL \
                FROM {rows} WHERE attempt.uid = v.uid AND attempt.outcome IS NULL";
    tx.execute_raw(rows.statement(tx.get_database_backend(), text)).await?;
    Ok(())
}

/// A list as a column stores it; none if it is empty.
fn listed<T: serde::Serialize>(items: &[T]) -> Result<Option<String>> {
    let listed = (!items.is_empty()).then(|| serde_json::to_string(items));
    listed.transpose().map_err(|error| damaged("attempt", error))
}

async fn forget_attempts(tx: &Tx, items: &[&AttemptFinished]) -> Result<()> {
    let mut rows = Rows::new(["uid"]);
    for item in items.iter().filter(|item| item.next == RunNext::Requeue) {
        rows.push([item.attempt.0.into()]);
    }
    if !rows.is_empty() {
        let text = "DELETE FROM attempt WHERE attempt.outcome IS NULL AND uid IN (SELECT v.uid FROM {rows})";
        tx.execute_raw(rows.statement(tx.get_database_backend(), text)).await?;
    }
    Ok(())
}

fn amount(number: u64) -> Value {
    whole(number).into()
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
