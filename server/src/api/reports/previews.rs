//! Reports as they would be sent: as JSON, as a page, and as CSV. Nothing is sent or saved.
//!
//! The page has its own rules for browsers: styles stand in it, scripts never run, and only Orc's own pages may frame
//! it. Start reading at `report_preview`.

use super::contents_wire::ReportPreview;
use super::convert::{definition_in, preview_out};
use super::wire::{ReportDateQuery, ReportDefinition, ReportHtmlQuery};
use crate::api::core::body::{Body, Path, Query};
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::reports::making::ReportChoice;
use crate::domain::reports::csv::csv;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What a browser may do with the page of a report.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

/// Operations that show reports.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(report_preview))
        .routes(routes!(report_contents))
        .routes(routes!(report_html))
        .routes(routes!(report_csv))
}

/// Show what a report would say that need not be saved. Nothing is sent.
#[utoipa::path(post, path = "/reports/preview", tag = "report", params(ReportDateQuery), request_body = ReportDefinition,
    responses((status = 200, description = "The report in all its forms", body = ReportPreview)),
    extensions(("x-permission" = json!("read"))))]
pub async fn report_preview(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<ReportDateQuery>,
    Body(body): Body<ReportDefinition>,
) -> ApiResult<Json<ReportPreview>> {
    let choice = ReportChoice::Unsaved(Box::new(definition_in(body)));
    Ok(Json(preview_out(state.app.report_preview(&caller, choice, query.date).await?)))
}

/// Show what a saved report says. Nothing is sent.
#[utoipa::path(get, path = "/reports/{report}/contents", tag = "report",
    params(("report" = String, Path, description = "Name or id of the report"), ReportDateQuery),
    responses((status = 200, description = "The report in all its forms", body = ReportPreview)),
    extensions(("x-permission" = json!("read"))))]
pub async fn report_contents(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(report): Path<String>,
    Query(query): Query<ReportDateQuery>,
) -> ApiResult<Json<ReportPreview>> {
    let choice = ReportChoice::Saved(report);
    Ok(Json(preview_out(state.app.report_preview(&caller, choice, query.date).await?)))
}

/// Show a report as the page that a mail contains. It prints well.
#[utoipa::path(get, path = "/reports/{report}/html", tag = "report",
    params(("report" = String, Path, description = "Name or id of the report"), ReportHtmlQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
    extensions(("x-permission" = json!("read"))))]
pub async fn report_html(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(report): Path<String>,
    Query(query): Query<ReportHtmlQuery>,
) -> ApiResult<Response> {
    let choice = match query.definition {
        None => ReportChoice::Saved(report),
        Some(text) => ReportChoice::Unsaved(Box::new(definition_in(given(&text)?))),
    };
    let made = state.app.report_preview(&caller, choice, query.date).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    Ok((headers, made.html).into_response())
}

/// Show a report as CSV: one line for each value, with part, name and field.
#[utoipa::path(get, path = "/reports/{report}/csv", tag = "report",
    params(("report" = String, Path, description = "Name or id of the report"), ReportDateQuery),
    responses((status = 200, description = "The lines", body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("read"))))]
pub async fn report_csv(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(report): Path<String>,
    Query(query): Query<ReportDateQuery>,
) -> ApiResult<Response> {
    let made = state.app.report_preview(&caller, ReportChoice::Saved(report), query.date).await?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv(&made.contents)).into_response())
}

fn given(text: &str) -> ApiResult<ReportDefinition> {
    serde_json::from_str(text).map_err(|error| ApiError::invalid_query("definition", format!("is no report: {error}")))
}
