//! Calendars from iCalendar files, over HTTP.

use super::convert::view_out;
use super::wire::Calendar;
use crate::api::contract::names::Name;
use crate::api::core::answer::args_of;
use crate::api::core::body::{Body, Query, upload};
use crate::api::core::error::ApiResult;
use crate::api::core::page::DryRunQuery;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::calendars::import::{CalendarFile, CalendarImported};
use crate::domain::calendars::{IcsDoneCode, IcsNote};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// An iCalendar file to turn into a calendar.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarImport {
    /// Name of the calendar.
    #[schema(value_type = Name)]
    pub name: String,
    /// The file (RFC 5545) as text. Either this or the bytes in `ics_base64` must be given.
    #[serde(default)]
    #[schema(max_length = 5_242_880, content_media_type = "text/calendar", default = "")]
    pub ics: String,
    /// The bytes of the file in base64. The server finds out their encoding.
    #[serde(default)]
    #[schema(max_length = 7_100_000, content_encoding = "base64", example = "QkVHSU46VkNBTEVOREFS")]
    pub ics_base64: Option<String>,
    /// Encoding of the bytes, such as `windows-1252`; null: found out (UTF-8, UTF-16, else Windows-1252).
    #[serde(default)]
    #[schema(max_length = 40, example = "windows-1252")]
    pub encoding: Option<String>,
    /// Zone of the dates of events with times of day, an IANA name; null: the zone that the file says, else the server's.
    /// Whole days stay the days that they are, whatever the zone.
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
    /// Zone whose dates events with times of day got.
    #[schema(example = "Europe/Berlin")]
    pub timezone: String,
    /// Encoding that the file was read in.
    #[schema(example = "UTF-8")]
    pub encoding: String,
    /// Events that were read differently than they are written, by line.
    pub warnings: Vec<CalendarImportWarning>,
}

/// An event, or another part of the file, that was read differently than it is written.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalendarImportWarning {
    /// What was done, for programs.
    #[schema(inline = false)]
    pub code: IcsDoneCode,
    /// The arguments of what was done. The code decides which there are.
    #[schema(value_type = Object, additional_properties)]
    pub args: Map<String, Value>,
    /// Line of the file, from 1.
    pub line: usize,
    /// What the event is called; may be empty.
    #[schema(example = "Christmas Day")]
    pub title: String,
    /// First date of the event as written; null: the warning is about no single event.
    pub date: Option<NaiveDate>,
    /// The warning in English.
    #[schema(example = "line 12: \"Inventory\" (2026-12-10) is cancelled and left out")]
    pub text: String,
}

fn warning_out(note: IcsNote) -> CalendarImportWarning {
    let text = note.words();
    let IcsNote { line, title, date, done } = note;
    CalendarImportWarning { code: done.code(), args: args_of(&done), line, title, date, text }
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
    let CalendarImport { name, ics, ics_base64, encoding, timezone, description, replace } = body;
    let dry_run = query.dry_run.unwrap_or_default();
    let file = upload("ics", ics, ics_base64.as_deref(), encoding)?;
    let file = CalendarFile { name, file, timezone, description, replace, dry_run };
    let CalendarImported { view, created, date_count, notes, timezone, encoding } =
        state.app.calendar_import(&caller, file).await?;
    let status = if created && !dry_run { StatusCode::CREATED } else { StatusCode::OK };
    let warnings = notes.into_iter().map(warning_out).collect();
    let (calendar, encoding) = (view_out(view), encoding.to_owned());
    let result = CalendarImportResult { calendar, date_count, timezone, encoding, warnings };
    Ok((status, Json(result)).into_response())
}
