//! Tasks over HTTP: definitions, versions, sets of tasks, and starting runs.
//!
//! Wire types are in `wire` and `definition`, conversions in `convert` and `out`. Deliberately absent: decisions
//! about a definition, which `domain::tasks` makes. Start reading at `definition`.

pub mod bands;
pub mod changes;
pub mod convert;
pub mod definition;
pub mod export;
pub mod import;
pub mod limits;
pub(in crate::api) mod out;
pub mod params;
pub mod retry;
pub mod wire;

use self::convert::definition_out;
use self::definition::TaskDefinition;
use self::out::{
    applied_out, bulk_in, bulk_item, created, merge, probe_out, saved, summary_out, tagged, task_out, version_out,
};
use self::wire::{
    RunCreate, Task, TaskApply, TaskApplyResult, TaskBulk, TaskBulkResult, TaskClone, TaskDeleteQuery, TaskListQuery,
    TaskPage, TaskPatch, TaskProbe, TaskVersion, TaskVersionPage,
};
use super::core::body::{Body, IdempotencyKey, IfMatch, Path, Query, checked, page_request};
use super::core::error::ApiResult;
use super::core::page::{DryRunQuery, PageQuery};
use super::core::state::ApiState;
use super::runs::run_created;
use super::runs::wire::Run;
use crate::api::core::layers;
use crate::app::core::write::Write;
use crate::app::runs::idempotency::Idempotency;
use crate::app::tasks::sets::Apply;
use crate::app::{self, Caller};
use crate::domain::model::Page;
use crate::domain::vocabulary::TaskSort;
use axum::extract::DefaultBodyLimit;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on tasks.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(task_list, task_create))
        .routes(routes!(task_bulk))
        .merge(applied())
        .routes(routes!(export::task_export))
        .routes(routes!(import::task_import))
        .routes(routes!(task_view, task_update, task_patch, task_delete))
        .routes(routes!(task_enable))
        .routes(routes!(task_disable))
        .routes(routes!(task_clone))
        .routes(routes!(task_run))
        .routes(routes!(task_probe))
        .routes(routes!(task_version_list))
        .routes(routes!(task_version_view))
        .routes(routes!(changes::run_changes))
        .routes(routes!(bands::task_bands))
}

/// The operation whose body is the answer of an export.
fn applied() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(task_apply)).layer(DefaultBodyLimit::max(layers::TASKS_MAX))
}

/// List tasks.
#[utoipa::path(get, path = "/tasks", tag = "task", params(TaskListQuery),
    responses((status = 200, description = "A page of tasks", body = TaskPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<TaskListQuery>,
) -> ApiResult<Json<TaskPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter = crate::domain::model::TaskFilter {
        text: query.text.filter(|text| !text.is_empty()),
        folder: query.folder.filter(|folder| !folder.is_empty()),
        tag: query.tag.filter(|tag| !tag.is_empty()),
        enabled: query.enabled,
        last_state: query.last_state,
        owner: None,
    };
    let sort = query.sort.unwrap_or(TaskSort::Name);
    let listed = state.app.task_list(&caller, &filter, sort, &page).await?;
    let now = state.app.clock().now();
    let book = state.app.calendar_book().await?;
    let invalid = state.app.invalid_schedules();
    Ok(Json(listed.map(|task| summary_out(&book, &invalid, task, now)).into()))
}

/// Create a task.
#[utoipa::path(post, path = "/tasks", tag = "task", params(DryRunQuery), request_body = TaskDefinition,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Task),
        (status = 201, description = "Created", body = Task, headers(("Location" = String, description = "Path of the task"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<TaskDefinition>,
) -> ApiResult<Response> {
    let dry_run = query.dry_run.unwrap_or_default();
    let mended = body.mends();
    let definition = body.into_domain(&state.app.settings().timezone);
    let view = state.app.task_create(&caller, definition, dry_run).await?;
    Ok(if dry_run { Json(Task { mended, ..task_out(view) }).into_response() } else { created(view, mended) })
}

/// View a task.
#[utoipa::path(get, path = "/tasks/{task}", tag = "task", params(("task" = String, Path, description = "Name or id of the task")),
    responses((status = 200, description = "The task", body = Task, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.task_view(&caller, &task).await?))
}

/// Replace a task's definition.
#[utoipa::path(put, path = "/tasks/{task}", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = TaskDefinition,
    responses((status = 200, description = "The task as it is now, or would be", body = Task, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<TaskDefinition>,
) -> ApiResult<Response> {
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    let mended = body.mends();
    let definition = body.into_domain(&state.app.settings().timezone);
    Ok(saved(state.app.task_update(&caller, &task, definition, write).await?, mended))
}

/// Change some fields of a task's definition (JSON merge patch, RFC 7396).
#[utoipa::path(patch, path = "/tasks/{task}", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body(content = TaskPatch, description = "Fields to change; null removes a field", content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The task as it is now, or would be", body = Task, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_patch(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(TaskPatch(patch)): Body<TaskPatch>,
) -> ApiResult<Response> {
    let view = state.app.task_view(&caller, &task).await?;
    app::runs::admit::whole(&view.record)?;
    let present = serde_json::to_value(definition_out(view.record.definition.clone()));
    let mut merged = present.map_err(|error| app::Error::Internal(error.to_string()))?;
    merge(&mut merged, &Value::Object(patch));
    let body = checked::<TaskDefinition>(&state.contract, merged)?;
    let mended = body.mends();
    let definition = body.into_domain(&state.app.settings().timezone);
    let write = Write { base: base.or(Some(view.record.version)), dry_run: query.dry_run.unwrap_or_default() };
    Ok(saved(state.app.task_update(&caller, &task, definition, write).await?, mended))
}

/// Delete a task. Its runs stay until their retention ends.
#[utoipa::path(delete, path = "/tasks/{task}", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), TaskDeleteQuery, ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Query(query): Query<TaskDeleteQuery>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.task_delete(&caller, &task, base, query.cancel_runs.unwrap_or_default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enable a task.
#[utoipa::path(post, path = "/tasks/{task}/enable", tag = "task", params(("task" = String, Path, description = "Name or id of the task")),
    responses((status = 200, description = "The task", body = Task, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_enable(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.task_switch(&caller, &task, true).await?))
}

/// Disable a task, so that nothing can start it.
#[utoipa::path(post, path = "/tasks/{task}/disable", tag = "task", params(("task" = String, Path, description = "Name or id of the task")),
    responses((status = 200, description = "The task", body = Task, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_disable(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.task_switch(&caller, &task, false).await?))
}

/// Copy a task under another name.
#[utoipa::path(post, path = "/tasks/{task}/clone", tag = "task", params(("task" = String, Path, description = "Name or id of the task")),
    request_body = TaskClone,
    responses((status = 201, description = "The copy", body = Task, headers(("Location" = String, description = "Path of the copy"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_clone(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Body(body): Body<TaskClone>,
) -> ApiResult<Response> {
    Ok(created(state.app.task_clone(&caller, &task, body.name, body.enabled).await?, Vec::new()))
}

/// Run a task now.
#[utoipa::path(post, path = "/tasks/{task}/runs", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), ("Idempotency-Key" = Option<String>, Header, description = "A key of your choice. The same key returns the same run for 24 hours")),
    request_body = RunCreate,
    responses((status = 201, description = "The run", body = Run, headers(("Location" = String, description = "Path of the run")))),
    extensions(("x-permission" = json!("run"))))]
pub async fn task_run(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<RunCreate>,
) -> ApiResult<Response> {
    let request = Value::Object(body.params.clone());
    let key = key.map(|key| Idempotency::new(&caller, "task_run", &task, key, &request));
    let run = state.app.run_create(&caller, &task, body.params, key).await?;
    run_created(&state.app, run).await
}

/// Look once at everything that a run of the task would wait for. Nothing is stored and nothing is started, except the
/// commands of dependencies.
#[utoipa::path(post, path = "/tasks/{task}/probe", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task")),
    responses((status = 200, description = "What was seen", body = TaskProbe)),
    extensions(("x-permission" = json!("run"))))]
pub async fn task_probe(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
) -> ApiResult<Json<TaskProbe>> {
    let items: Vec<_> = state.app.task_probe(&caller, &task).await?.into_iter().map(probe_out).collect();
    Ok(Json(TaskProbe { met: items.iter().all(|item| item.met), items }))
}

/// Do one thing with several tasks. Each succeeds or fails on its own.
#[utoipa::path(post, path = "/tasks/bulk", tag = "task", request_body = TaskBulk,
    responses((status = 200, description = "What happened to each", body = TaskBulkResult)),
    extensions(("x-permission" = json!("run"))))]
pub async fn task_bulk(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<TaskBulk>,
) -> ApiResult<Json<TaskBulkResult>> {
    let action = bulk_in(&body)?;
    let mut items = Vec::with_capacity(body.tasks.len());
    for task in body.tasks {
        let done = state.app.task_bulk_one(&caller, &task, &action).await;
        items.push(bulk_item(task, done));
    }
    Ok(Json(TaskBulkResult { items }))
}

/// Create and update tasks from definitions. Either all are saved or none.
#[utoipa::path(post, path = "/tasks/apply", tag = "task", params(DryRunQuery), request_body = TaskApply,
    responses((status = 200, description = "What changed, or would", body = TaskApplyResult)),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_apply(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<TaskApply>,
) -> ApiResult<Json<TaskApplyResult>> {
    let timezone = &state.app.settings().timezone;
    let dry_run = query.dry_run.unwrap_or_default();
    let mended = body.tasks.iter().map(|task| (task.name.clone(), task.mends())).collect();
    let apply = Apply {
        definitions: body.tasks.into_iter().map(|task| task.into_domain(timezone)).collect(),
        owner: body.owner,
        prune: body.prune,
        yes: body.yes,
        dry_run,
    };
    let items = state.app.task_apply(&caller, apply).await?;
    Ok(Json(TaskApplyResult { dry_run, items: items.into_iter().map(|item| applied_out(item, &mended)).collect() }))
}

/// List the versions of a task, newest first.
#[utoipa::path(get, path = "/tasks/{task}/versions", tag = "task", params(("task" = String, Path, description = "Name or id of the task"), PageQuery),
    responses((status = 200, description = "A page of versions", body = TaskVersionPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_version_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<TaskVersionPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.task_version_list(&caller, &task, &page).await?;
    let mut items = Vec::with_capacity(listed.items.len());
    for version in &listed.items {
        let before = match listed.items.iter().find(|other| other.version + 1 == version.version) {
            Some(before) => Some(before.clone()),
            None => state.app.task_version_view(&caller, &task, version.version).await?.1,
        };
        items.push(version_out(version.clone(), before));
    }
    Ok(Json(Page { items, next: listed.next }.into()))
}

/// View one version of a task.
#[utoipa::path(get, path = "/tasks/{task}/versions/{version}", tag = "task",
    params(("task" = String, Path, description = "Name or id of the task"), ("version" = u32, Path, description = "Number of the version")),
    responses((status = 200, description = "The version", body = TaskVersion)),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_version_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path((task, version)): Path<(String, u32)>,
) -> ApiResult<Json<TaskVersion>> {
    let (found, before) = state.app.task_version_view(&caller, &task, version).await?;
    Ok(Json(version_out(found, before)))
}
