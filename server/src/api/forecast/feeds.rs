//! The plan for calendar programs: feeds at secret addresses, and the same file for logged-in callers.

use crate::api::core::auth::peer_address;
use crate::api::core::body::{Body, Path, Query, page_request};
use crate::api::core::error::ApiResult;
use crate::api::core::page::PageQuery;
use crate::api::core::page::page;
use crate::api::core::state::ApiState;
use crate::app::forecast::feeds::FeedRequest;
use crate::app::{self, Caller};
use crate::domain::model::FeedRecord;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The part of the plan to export.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlanIcsQuery {
    /// Number of days ahead.
    #[param(minimum = 1, maximum = 366, default = 30)]
    pub days: Option<u32>,
    /// Only slots of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
}

/// A calendar feed, without its address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeedSummary {
    /// UUID of the feed.
    pub id: Uuid,
    /// Name of the feed in calendar programs.
    pub name: String,
    /// The task whose slots the feed contains; null: all tasks.
    pub task: Option<String>,
    /// The folder whose tasks the feed contains, including the folders below it; null: all folders.
    pub folder: Option<String>,
    /// Number of days ahead.
    pub days: u32,
    /// Name of the user or token that created it.
    pub created_by: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its current address was created.
    pub rotated_at: DateTime<Utc>,
}
page!(
    /// A page of feeds, newest first.
    FeedPage,
    FeedSummary
);

/// A new feed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedDefinition {
    /// Name of the feed in calendar programs.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Only slots of this task (name or id).
    #[serde(default)]
    #[schema(max_length = 100)]
    pub task: Option<String>,
    /// Only tasks in this folder and the folders below it.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub folder: Option<String>,
    /// Number of days ahead.
    #[serde(default = "month")]
    #[schema(minimum = 1, maximum = 366, default = 30)]
    pub days: u32,
}

/// A feed with its address, which is shown only this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Feed {
    /// The feed as a list shows it.
    #[serde(flatten)]
    pub summary: FeedSummary,
    /// Path of the address on this server. Whoever knows it can read the feed.
    pub url: String,
}

/// Get the plan as an iCalendar file, with one event per slot. A schedule that fires more than 24 times a day only
/// appears in a note for the whole day.
#[utoipa::path(get, path = "/plan.ics", tag = "schedule", params(PlanIcsQuery),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/calendar"),
        (status = 304, description = "The file has not changed since the one that `If-None-Match` names"),
    ),
    extensions(("x-permission" = json!("read"))))]
pub async fn plan_ics(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<PlanIcsQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let text = state.app.plan_ics(&caller, query.task.as_deref(), query.days.unwrap_or(30)).await?;
    Ok(file(text, &headers))
}

/// List calendar feeds: your own, or all of them if you are an administrator.
#[utoipa::path(get, path = "/feeds", tag = "schedule", params(PageQuery),
    responses((status = 200, description = "A page of feeds", body = FeedPage)),
    extensions(("x-permission" = json!("own"))))]
pub async fn feed_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<FeedPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.feed_list(&caller, &page).await?;
    Ok(Json(listed.map(summary_out).into()))
}

/// Create a calendar feed. Its address is shown only this once.
#[utoipa::path(post, path = "/feeds", tag = "schedule", request_body = FeedDefinition,
    responses((status = 201, description = "The feed and its address", body = Feed)),
    extensions(("x-permission" = json!("own"))))]
pub async fn feed_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<FeedDefinition>,
) -> ApiResult<(StatusCode, Json<Feed>)> {
    let FeedDefinition { name, task, folder, days } = body;
    let (feed, path) = state.app.feed_create(&caller, FeedRequest { name, task, folder, days }).await?;
    Ok((StatusCode::CREATED, Json(Feed { summary: summary_out(feed), url: path.expose().to_owned() })))
}

/// Delete a calendar feed. Its address stops working at once.
#[utoipa::path(delete, path = "/feeds/{feed}", tag = "schedule", params(("feed" = String, Path, description = "Name or id of the feed")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("own"))))]
pub async fn feed_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(feed): Path<String>,
) -> ApiResult<StatusCode> {
    state.app.feed_delete(&caller, &feed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a calendar feed a new address. The old one stops working at once.
#[utoipa::path(post, path = "/feeds/{feed}/rotate", tag = "schedule", params(("feed" = String, Path, description = "Name or id of the feed")),
    responses((status = 200, description = "The feed and its address", body = Feed)),
    extensions(("x-permission" = json!("own"))))]
pub async fn feed_rotate(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(feed): Path<String>,
) -> ApiResult<Json<Feed>> {
    let (feed, path) = state.app.feed_rotate(&caller, &feed).await?;
    Ok(Json(Feed { summary: summary_out(feed), url: path.expose().to_owned() }))
}

/// Serves the file of a feed. The address is public but secret, so the route is not an operation of the contract.
pub async fn serve(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let missing = || app::Error::NotFound("there is no such feed".into());
    let secret = name.strip_suffix(".ics").ok_or_else(missing)?;
    let text = state.app.feed_text(secret, &peer_address(&state, peer, &headers)).await?;
    Ok(file(text.to_string(), &headers))
}

/// Answers with a calendar file, or with 304 if it has not changed.
fn file(text: String, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", hex::encode(&Sha256::digest(text.as_bytes())[..16]));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let fresh = known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut response = if fresh { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let out = response.headers_mut();
    if !fresh {
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    }
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    out.insert(header::ETAG, HeaderValue::from_str(&etag).expect("hex digits are valid in a header"));
    response
}

fn month() -> u32 {
    30
}

fn summary_out(feed: FeedRecord) -> FeedSummary {
    let FeedRecord { id, name, task, folder, days, created_by, created_at, rotated_at, .. } = feed;
    FeedSummary { id: id.0, name, task: task.map(|(_, name)| name), folder, days, created_by, created_at, rotated_at }
}
