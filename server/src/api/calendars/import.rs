//! Calendars from iCalendar files, over HTTP.

use super::convert::view_out;
use super::wire::Calendar;
use crate::api::core::body::{Body, Query};
use crate::api::core::error::ApiResult;
use crate::api::core::page::DryRunQuery;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::calendars::import::{CalendarFile, CalendarImported};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An iCalendar file to turn into a calendar.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarImport {
    /// Name of the calendar.
    #[schema(min_length = 1, max_length = 100, pattern = "^[a-z0-9][a-z0-9._-]{0,99}$", example = "de-holidays")]
    pub name: String,
    /// The file (RFC 5545).
    #[schema(min_length = 1, max_length = 5_242_880, content_media_type = "text/calendar")]
    pub ics: String,
    /// Time zone in which events with an instant are dated, an IANA name; null: the server's.
    #[serde(default)]
    #[schema(max_length = 100, example = "Europe/Berlin")]
    pub timezone: Option<String>,
    /// What the calendar is for; null: the name that the file gives itself.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    /// Whether an existing calendar of this name gets the dates of the file instead of its own.
    #[serde(default)]
    #[schema(default = false)]
    pub replace: bool,
}

/// Result of importing an iCalendar file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarImportResult {
    /// The calendar.
    pub calendar: Calendar,
    /// Number of its dates from 1990 to 2100.
    pub date_count: u32,
    /// What could not be imported.
    pub warnings: Vec<String>,
}

/// Turn an iCalendar file into a calendar.
#[utoipa::path(post, path = "/calendars/import", tag = "calendar", params(DryRunQuery), request_body = CalendarImport,
    responses(
        (status = 200, description = "Replaced, or (dry run) what would be saved", body = CalendarImportResult),
        (status = 201, description = "Created", body = CalendarImportResult)),
    extensions(("x-permission" = json!("define"))))]
pub async fn calendar_import(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<CalendarImport>,
) -> ApiResult<Response> {
    let CalendarImport { name, ics, timezone, description, replace } = body;
    let dry_run = query.dry_run.unwrap_or_default();
    let file = CalendarFile { name, ics, timezone, description, replace, dry_run };
    let CalendarImported { view, created, date_count, warnings } = state.app.calendar_import(&caller, file).await?;
    let status = if created && !dry_run { StatusCode::CREATED } else { StatusCode::OK };
    let result = CalendarImportResult { calendar: view_out(view), date_count, warnings };
    Ok((status, Json(result)).into_response())
}
