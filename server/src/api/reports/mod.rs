//! Reports over HTTP.
//!
//! Deliberately absent: what a report says and how it looks. Start reading at `report_create`, then `previews`.

pub mod contents_wire;
mod convert;
mod previews;
pub mod wire;

use self::convert::{definition_in, report_out, sent_out};
use self::wire::{Report, ReportDateQuery, ReportDefinition, ReportPage, ReportSending};
use super::core::answer;
use super::core::body::{Body, IfMatch, Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::{DryRunQuery, NamedPageQuery};
use super::core::state::ApiState;
use crate::app::Caller;
use crate::app::core::write::Write;
use crate::app::reports::ReportView;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on reports.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(report_list, report_create))
        .merge(previews::routes())
        .routes(routes!(report_view, report_update, report_delete))
        .routes(routes!(report_send))
}

/// List reports.
#[utoipa::path(get, path = "/reports", tag = "report", params(NamedPageQuery),
    responses((status = 200, description = "A page of reports", body = ReportPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn report_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<ReportPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.report_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(report_out).into()))
}

/// Create a report.
#[utoipa::path(post, path = "/reports", tag = "report", params(DryRunQuery), request_body = ReportDefinition,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Report),
        (status = 201, description = "Created", body = Report, headers(("Location" = String, description = "Path of the report"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn report_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<ReportDefinition>,
) -> ApiResult<Response> {
    let dry_run = query.dry_run.unwrap_or_default();
    let view = state.app.report_create(&caller, definition_in(body), dry_run).await?;
    if dry_run {
        return Ok(Json(report_out(view)).into_response());
    }
    let name = view.report.definition.name.clone();
    Ok(answer::created(tagged(view), "reports", name))
}

/// View a report's definition, and when it is sent next.
#[utoipa::path(get, path = "/reports/{report}", tag = "report", params(("report" = String, Path, description = "Name or id of the report")),
    responses((status = 200, description = "The report", body = Report, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn report_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(report): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.report_view(&caller, &report).await?))
}

/// Replace a report's definition.
#[utoipa::path(put, path = "/reports/{report}", tag = "report",
    params(("report" = String, Path, description = "Name or id of the report"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = ReportDefinition,
    responses((status = 200, description = "The report; after a dry run, as it would be", body = Report, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn report_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(report): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<ReportDefinition>,
) -> ApiResult<Response> {
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    Ok(tagged(state.app.report_update(&caller, &report, definition_in(body), write).await?))
}

/// Delete a report. What is on its way already is still sent.
#[utoipa::path(delete, path = "/reports/{report}", tag = "report",
    params(("report" = String, Path, description = "Name or id of the report"), ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn report_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(report): Path<String>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.report_delete(&caller, &report, base).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a report now to all its channels. A disabled report can be sent too.
#[utoipa::path(post, path = "/reports/{report}/send", tag = "report",
    params(("report" = String, Path, description = "Name or id of the report"), ReportDateQuery),
    responses((status = 200, description = "What is sent", body = ReportSending)),
    extensions(("x-permission" = json!("run"))))]
pub async fn report_send(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(report): Path<String>,
    Query(query): Query<ReportDateQuery>,
) -> ApiResult<Json<ReportSending>> {
    Ok(Json(sent_out(state.app.report_send(&caller, &report, query.date).await?)))
}

fn tagged(view: ReportView) -> Response {
    let version = view.report.version;
    answer::versioned(report_out(view), version)
}
