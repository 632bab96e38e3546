//! Channels, deliveries, rules, incidents and silences over HTTP.
//!
//! Deliberately absent: any way to read a credential. Start reading at `wire`.

mod convert;
mod deliveries;
pub mod delivery_wire;
pub mod incident_wire;
mod incidents;
pub mod links;
pub(in crate::api) mod rule_convert;
pub mod rule_wire;
mod rules;
pub mod silences;
pub mod wire;

pub use self::convert::target_in;

use self::convert::{channel_out, definition_in, test_out};
use self::wire::{Channel, ChannelDefinition, ChannelPage, ChannelTest};
use super::core::answer;
use super::core::body::{Body, IfMatch, Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::{DryRunQuery, NamedPageQuery};
use super::core::state::ApiState;
use crate::app::Caller;
use crate::app::core::write::Write;
use crate::domain::model::ChannelRecord;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on channels.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(channel_list, channel_create))
        .routes(routes!(channel_probe))
        .routes(routes!(channel_view, channel_update, channel_delete))
        .routes(routes!(channel_test))
        .merge(deliveries::routes())
        .merge(rules::routes())
        .merge(incidents::routes())
        .merge(silences::routes())
        .merge(links::routes())
}

/// List channels.
#[utoipa::path(get, path = "/channels", tag = "channel", params(NamedPageQuery),
    responses((status = 200, description = "A page of channels", body = ChannelPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn channel_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<ChannelPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.channel_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(channel_out).into()))
}

/// Create a channel.
#[utoipa::path(post, path = "/channels", tag = "channel", params(DryRunQuery), request_body = ChannelDefinition,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Channel),
        (status = 201, description = "Created", body = Channel, headers(("Location" = String, description = "Path of the channel"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn channel_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<ChannelDefinition>,
) -> ApiResult<Response> {
    let dry_run = query.dry_run.unwrap_or_default();
    let record = state.app.channel_create(&caller, definition_in(body), dry_run).await?;
    if dry_run {
        return Ok(Json(channel_out(record)).into_response());
    }
    let name = record.definition.name.clone();
    Ok(answer::created(tagged(record), "channels", name))
}

/// View a channel and whether it works.
#[utoipa::path(get, path = "/channels/{channel}", tag = "channel", params(("channel" = String, Path, description = "Name or id of the channel")),
    responses((status = 200, description = "The channel", body = Channel, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn channel_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(channel): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.channel_view(&caller, &channel).await?))
}

/// Replace a channel's definition.
#[utoipa::path(put, path = "/channels/{channel}", tag = "channel",
    params(("channel" = String, Path, description = "Name or id of the channel"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = ChannelDefinition,
    responses((status = 200, description = "The channel; after a dry run, as it would be", body = Channel, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn channel_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(channel): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<ChannelDefinition>,
) -> ApiResult<Response> {
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    Ok(tagged(state.app.channel_update(&caller, &channel, definition_in(body), write).await?))
}

/// Delete a channel.
#[utoipa::path(delete, path = "/channels/{channel}", tag = "channel",
    params(("channel" = String, Path, description = "Name or id of the channel"), ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn channel_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(channel): Path<String>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.channel_delete(&caller, &channel, base).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test through a channel now, and show what both sides said.
#[utoipa::path(post, path = "/channels/{channel}/test", tag = "channel", params(("channel" = String, Path, description = "Name or id of the channel")),
    responses((status = 200, description = "What became of the test, also if it was not accepted", body = ChannelTest)),
    extensions(("x-permission" = json!("define"))))]
pub async fn channel_test(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(channel): Path<String>,
) -> ApiResult<Json<ChannelTest>> {
    Ok(Json(test_out(state.app.channel_test(&caller, &channel).await?)))
}

/// Send a test through a channel that is not saved.
#[utoipa::path(post, path = "/channels/probe", tag = "channel", request_body = ChannelDefinition,
    responses((status = 200, description = "What became of the test, also if it was not accepted", body = ChannelTest)),
    extensions(("x-permission" = json!("define"))))]
pub async fn channel_probe(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<ChannelDefinition>,
) -> ApiResult<Json<ChannelTest>> {
    Ok(Json(test_out(state.app.channel_probe(&caller, &definition_in(body)).await?)))
}

fn tagged(record: ChannelRecord) -> Response {
    let version = record.version;
    answer::versioned(channel_out(record), version)
}
