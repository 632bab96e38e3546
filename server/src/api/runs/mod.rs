//! Runs over HTTP: history, cancel, rerun, statistics, and logs.
//!
//! Deliberately absent: starting a run, which is an operation on its task (`tasks`). Start reading at `wire`.

pub(in crate::api) mod log_stream;
pub mod logs;
pub mod wire;

use self::wire::{
    Attempt, AttemptLimit, CredentialUsed, LeftBehind, LogSize, Run, RunDependency, RunListQuery, RunPage, RunRerun,
    RunStats, RunStatsPoint, RunStatsQuery, RunSummary, RunTask, Trigger, WaitingOn,
};
use super::core::answer;
use super::core::body::{Body, IdempotencyKey, Path, Query, page_request};
use super::core::error::{ApiError, ApiResult};
use super::core::state::ApiState;
use crate::app::runs::RunView;
use crate::app::runs::idempotency::Idempotency;
use crate::app::{App, Caller};
use crate::domain::core::limits::{AppliedLimit, of};
use crate::domain::ids::RunId;
use crate::domain::model::{self, AttemptRecord, RunDependencyRecord, RunFilter, RunRecord, StatsPoint, StatsRecord};
use crate::domain::reason::Reason;
use crate::domain::runs::{self, Standing};
use crate::domain::vocabulary::{RunState, StatsStep};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Operations on runs and their logs.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(run_list))
        .routes(routes!(run_stats))
        .routes(routes!(run_view, run_delete))
        .routes(routes!(run_cancel))
        .routes(routes!(run_start))
        .routes(routes!(run_rerun))
        .routes(routes!(run_acknowledge))
        .routes(routes!(logs::run_log))
        .routes(routes!(logs::run_log_stream))
}

/// List runs, newest first.
#[utoipa::path(get, path = "/runs", tag = "run", params(RunListQuery),
    responses((status = 200, description = "A page of runs", body = RunPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<RunListQuery>,
) -> ApiResult<Json<RunPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter = RunFilter {
        task_key: None,
        states: states_in(query.state.as_deref().unwrap_or_default())?,
        trigger: query.trigger,
        from_at: query.from_at,
        until_at: query.until_at,
        suspicious: query.suspicious,
    };
    let listed = state.app.run_list(&caller, query.task.as_deref(), filter, &page).await?;
    let now = state.app.clock().now();
    Ok(Json(listed.map(|run| summary_out(run, now)).into()))
}

/// View a run with its attempts.
#[utoipa::path(get, path = "/runs/{run}", tag = "run", params(("run" = Uuid, Path, description = "Id of the run")),
    responses((status = 200, description = "The run", body = Run)),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
) -> ApiResult<Json<Run>> {
    let run = state.app.run_view(&caller, RunId(run)).await?;
    Ok(Json(run_out(run, state.app.clock().now())))
}

/// Cancel a run: its process tree is asked to stop, and killed after the grace period. A second call kills it at
/// once.
#[utoipa::path(post, path = "/runs/{run}/cancel", tag = "run", params(("run" = Uuid, Path, description = "Id of the run")),
    responses((status = 200, description = "The run", body = Run)),
    extensions(("x-permission" = json!("run"))))]
pub async fn run_cancel(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
) -> ApiResult<Json<Run>> {
    let run = state.app.run_cancel(&caller, RunId(run)).await?;
    Ok(Json(run_whole(&state.app, run).await?))
}

/// Start a run without waiting any longer for its dependencies. It may still wait for its pool or for an earlier run.
#[utoipa::path(post, path = "/runs/{run}/start", tag = "run", params(("run" = Uuid, Path, description = "Id of the run")),
    responses((status = 200, description = "The run", body = Run)),
    extensions(("x-permission" = json!("run"))))]
pub async fn run_start(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
) -> ApiResult<Json<Run>> {
    let run = state.app.run_start(&caller, RunId(run)).await?;
    Ok(Json(run_whole(&state.app, run).await?))
}

/// Run a run again.
#[utoipa::path(post, path = "/runs/{run}/rerun", tag = "run",
    params(("run" = Uuid, Path, description = "Id of the run"), ("Idempotency-Key" = Option<String>, Header, description = "A key of your choice. The same key returns the same run for 24 hours")),
    request_body = RunRerun,
    responses((status = 201, description = "The new run", body = Run, headers(("Location" = String, description = "Path of the new run")))),
    extensions(("x-permission" = json!("run"))))]
pub async fn run_rerun(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<RunRerun>,
) -> ApiResult<Response> {
    let request = json!({"params": body.params, "newest_version": body.newest_version});
    let key = key.map(|key| Idempotency::new(&caller, "run_rerun", &run.to_string(), key, &request));
    let run = state.app.run_rerun(&caller, RunId(run), body.params, body.newest_version, key).await?;
    run_created(&state.app, run).await
}

/// Say that a suspicious run is normal: its mark is removed, and its values count as normal from now on.
#[utoipa::path(post, path = "/runs/{run}/acknowledge", tag = "run",
    params(("run" = Uuid, Path, description = "Id of the run")),
    responses((status = 200, description = "The run", body = Run)),
    extensions(("x-permission" = json!("run"))))]
pub async fn run_acknowledge(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
) -> ApiResult<Json<Run>> {
    let run = state.app.run_acknowledge(&caller, RunId(run)).await?;
    Ok(Json(run_whole(&state.app, run).await?))
}

/// Delete a finished run and its log.
#[utoipa::path(delete, path = "/runs/{run}", tag = "run", params(("run" = Uuid, Path, description = "Id of the run")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn run_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
) -> ApiResult<StatusCode> {
    state.app.run_delete(&caller, RunId(run)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Count runs over time.
#[utoipa::path(get, path = "/runs/stats", tag = "run", params(RunStatsQuery),
    responses((status = 200, description = "The figures", body = RunStats)),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_stats(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<RunStatsQuery>,
) -> ApiResult<Json<RunStats>> {
    let step = query.step.unwrap_or(StatsStep::Day);
    let range = (query.from_at, query.until_at);
    Ok(Json(stats_out(state.app.run_stats(&caller, query.task.as_deref(), range, step).await?)))
}

/// Answers for a new run: 201, its path, the run.
pub async fn run_created(app: &App, run: RunRecord) -> ApiResult<Response> {
    let id = run.id;
    Ok(answer::created(Json(run_whole(app, run).await?).into_response(), "runs", id))
}

async fn run_whole(app: &App, run: RunRecord) -> ApiResult<Run> {
    Ok(run_out(app.run_with_attempts(run).await?, app.clock().now()))
}

fn states_in(text: &str) -> ApiResult<Vec<RunState>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|_| unknown_state(word))).collect()
}

fn unknown_state(word: &str) -> ApiError {
    let known: Vec<&str> = RunState::ALL.iter().map(|state| state.as_str()).collect();
    ApiError::invalid_query("state", format!("\"{word}\" is not a state of a run; use one of {}", known.join(", ")))
}

/// Converts a duration to seconds.
pub fn seconds(length: TimeDelta) -> f64 {
    length.as_seconds_f64()
}

/// Converts a run with its attempts.
fn run_out(view: RunView, now: DateTime<Utc>) -> Run {
    let RunView { run, attempts, dependencies } = view;
    let attempts = attempts.into_iter().map(|attempt| attempt_out(attempt, now)).collect();
    let dependencies = dependencies.into_iter().map(dependency_out).collect();
    Run { summary: summary_out(run, now), attempts, dependencies }
}

fn dependency_out(dependency: RunDependencyRecord) -> RunDependency {
    let RunDependencyRecord {
        key,
        rule,
        on_unmet: _,
        met,
        sight,
        looked_at,
        look_ended_at: _,
        troubles: _,
        next_look_at,
        deadline_at,
        waived_by,
    } = dependency;
    RunDependency {
        kind: rule.as_ref().map(|rule| rule.kind().to_owned()),
        words: rule.map_or_else(|| key.clone(), |rule| rule.words()),
        key,
        met,
        seen: sight.map(Into::into),
        looked_at,
        next_look_at,
        deadline_at,
        waived_by,
    }
}

fn waits_for(run: &RunRecord) -> Option<Reason> {
    match run.state {
        RunState::Waiting => run.reason.clone(),
        RunState::Queued => Some(run.reason.clone().filter(vault_closed).unwrap_or(Reason::ServerFull {})),
        RunState::BackingOff => Some(Reason::NextAttempt { at: run.due_at }),
        _ => None,
    }
}

/// Whether a run cannot start because the vault is closed.
fn vault_closed(reason: &Reason) -> bool {
    matches!(reason, Reason::VaultSealed {} | Reason::VaultKeyUnusable { .. } | Reason::VaultKeyWrong { .. })
}

/// Converts a run for a list.
fn summary_out(run: RunRecord, now: DateTime<Utc>) -> RunSummary {
    let duration = run.started_at.map(|from| seconds(run.finished_at.unwrap_or(now) - from).max(0.0));
    let waits = waits_for(&run).map(|reason| WaitingOn { reason: reason.into() });
    let suspicious = !run.suspicious.is_empty();
    let standing = Standing { gated: run.gated, suspicious, elsewhere: run.is_elsewhere() };
    RunSummary {
        id: run.id.0,
        task: RunTask { id: run.task.0, name: run.task_name, version: run.task_version },
        state: run.state,
        trigger: Trigger {
            kind: run.trigger.kind,
            by: run.trigger.by,
            schedule_key: run.trigger.schedule_key,
            rerun_of: run.trigger.rerun_of.map(|run| run.0),
            edited_params: run.trigger.edited_params,
        },
        scheduled_for: run.scheduled_for,
        created_at: run.created_at,
        queued_at: run.queued_at,
        started_at: run.started_at,
        finished_at: run.finished_at,
        duration_seconds: duration,
        next_attempt_at: (run.state == RunState::BackingOff).then_some(run.due_at),
        cancel_requested_at: run.cancel_requested_at,
        attempt_count: run.attempt_count,
        params: run.params,
        result: run.result,
        reason: run.reason.map(Into::into),
        waiting_on: waits.into_iter().collect(),
        node: run.node,
        log: LogSize { bytes: run.log_bytes, lines: run.log_lines, truncated: run.log_truncated },
        actions: runs::actions(run.state, standing),
        suspicious: run.suspicious.into_iter().map(Into::into).collect(),
    }
}

fn attempt_out(attempt: AttemptRecord, now: DateTime<Utc>) -> Attempt {
    Attempt {
        number: attempt.number,
        outcome: attempt.outcome,
        node: attempt.node,
        pid: attempt.pid,
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        duration_seconds: seconds(attempt.finished_at.unwrap_or(now) - attempt.started_at).max(0.0),
        exit_code: attempt.exit_code,
        signal: attempt.signal,
        reason: attempt.reason.map(Into::into),
        cpu_seconds: attempt.cpu.map(seconds),
        peak_memory_bytes: attempt.peak_memory_bytes,
        disk_read_bytes: attempt.disk_read_bytes,
        disk_written_bytes: attempt.disk_written_bytes,
        limits: attempt.limits.into_iter().map(limit_out).collect(),
        log: LogSize { bytes: attempt.log_bytes, lines: attempt.log_lines, truncated: attempt.log_dropped_bytes > 0 },
        leaked_output: attempt.leaked_output,
        survivor_count: attempt.survivor_count,
        left_behind: attempt.left_behind.into_iter().map(left_behind_out).collect(),
        credentials: attempt.credentials.into_iter().map(used_out).collect(),
    }
}

fn limit_out(limit: AppliedLimit) -> AttemptLimit {
    let AppliedLimit { kind, value, means, passed } = limit;
    AttemptLimit { kind, value, answer: of(means), means, passed }
}

fn used_out(used: model::CredentialUsed) -> CredentialUsed {
    let model::CredentialUsed { name, value_version } = used;
    CredentialUsed { name, value_version }
}

fn left_behind_out(process: model::LeftBehind) -> LeftBehind {
    let model::LeftBehind { pid, name, started_at } = process;
    LeftBehind { pid, name, started_at }
}

fn stats_out(stats: StatsRecord) -> RunStats {
    let StatsRecord { running_count, queued_count, waiting_count, total, points } = stats;
    let points = points.into_iter().map(point_out).collect();
    RunStats { running_count, queued_count, waiting_count, total: point_out(total), points }
}

fn point_out(point: StatsPoint) -> RunStatsPoint {
    let StatsPoint {
        from_at,
        succeeded_count,
        failed_count,
        timed_out_count,
        cancelled_count,
        skipped_count,
        lost_count,
        success_rate,
        p50_seconds,
        p95_seconds,
    } = point;
    RunStatsPoint {
        from_at,
        succeeded_count,
        failed_count,
        timed_out_count,
        cancelled_count,
        skipped_count,
        lost_count,
        success_rate,
        p50_seconds,
        p95_seconds,
    }
}
