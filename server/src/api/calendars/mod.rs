//! Calendars over HTTP: the named sets of dates, their import from files, and their dates.
//!
//! Deliberately absent: computing dates (`domain::calendars`) and the effect of a change (`forecast`). Start reading
//! at `wire`.

mod convert;
mod import;
pub mod wire;

use self::convert::{summary_out, view_out};
use self::wire::{
    Calendar, CalendarDate, CalendarDates, CalendarDatesQuery, CalendarDefinition, CalendarPage, calendar_in,
};
use super::core::answer;
use super::core::body::{Body, IfMatch, Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::{DryRunQuery, NamedPageQuery};
use super::core::state::ApiState;
use crate::api::core::layers;
use crate::app::Caller;
use crate::app::calendars::CalendarView;
use crate::app::core::write::Write;
use axum::extract::DefaultBodyLimit;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on calendars. Their bodies may be whole files.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(calendar_list, calendar_create))
        .routes(routes!(calendar_view, calendar_update, calendar_delete))
        .routes(routes!(import::calendar_import))
        .layer(DefaultBodyLimit::max(layers::CALENDAR_MAX))
        .routes(routes!(calendar_dates))
}

/// List calendars.
#[utoipa::path(get, path = "/calendars", tag = "calendar", params(NamedPageQuery),
    responses((status = 200, description = "A page of calendars", body = CalendarPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn calendar_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<CalendarPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.calendar_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(summary_out).into()))
}

/// Create a calendar.
#[utoipa::path(post, path = "/calendars", tag = "calendar", params(DryRunQuery), request_body = CalendarDefinition,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Calendar),
        (status = 201, description = "Created", body = Calendar, headers(("Location" = String, description = "Path of the calendar"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn calendar_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<CalendarDefinition>,
) -> ApiResult<Response> {
    let dry_run = query.dry_run.unwrap_or_default();
    let view = state.app.calendar_create(&caller, calendar_in(body), dry_run).await?;
    if dry_run {
        return Ok(Json(view_out(view)).into_response());
    }
    let name = view.record.definition.name.clone();
    Ok(answer::created(tagged(view), "calendars", name))
}

/// View a calendar.
#[utoipa::path(get, path = "/calendars/{calendar}", tag = "calendar", params(("calendar" = String, Path, description = "Name or id of the calendar")),
    responses((status = 200, description = "The calendar", body = Calendar, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn calendar_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(calendar): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.calendar_view(&caller, &calendar).await?))
}

/// Replace a calendar's definition.
#[utoipa::path(put, path = "/calendars/{calendar}", tag = "calendar",
    params(("calendar" = String, Path, description = "Name or id of the calendar"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = CalendarDefinition,
    responses((status = 200, description = "The calendar; after a dry run, as it would be", body = Calendar, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn calendar_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(calendar): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<CalendarDefinition>,
) -> ApiResult<Response> {
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    Ok(tagged(state.app.calendar_update(&caller, &calendar, calendar_in(body), write).await?))
}

/// Delete a calendar that nothing uses.
#[utoipa::path(delete, path = "/calendars/{calendar}", tag = "calendar",
    params(("calendar" = String, Path, description = "Name or id of the calendar"), ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn calendar_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(calendar): Path<String>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.calendar_delete(&caller, &calendar, base).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show the dates of a calendar.
#[utoipa::path(get, path = "/calendars/{calendar}/dates", tag = "calendar",
    params(("calendar" = String, Path, description = "Name or id of the calendar"), CalendarDatesQuery),
    responses((status = 200, description = "The dates", body = CalendarDates)),
    extensions(("x-permission" = json!("read"))))]
pub async fn calendar_dates(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(calendar): Path<String>,
    Query(query): Query<CalendarDatesQuery>,
) -> ApiResult<Json<CalendarDates>> {
    let dates = state.app.calendar_dates(&caller, &calendar, query.from, query.until).await?;
    Ok(Json(CalendarDates { dates: dates.into_iter().map(|(date, title)| CalendarDate { date, title }).collect() }))
}

fn tagged(view: CalendarView) -> Response {
    let version = view.record.version;
    answer::versioned(view_out(view), version)
}
