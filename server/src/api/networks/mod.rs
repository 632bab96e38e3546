//! Network profiles over HTTP: their definitions, and what Orc sees of the network now.
//!
//! Deliberately absent: looking (`app::networks::probing`). Start reading at `wire`.

mod convert;
pub mod wire;

use self::convert::{check_in, network_out, profile_in, sight_out, survey_out};
use self::wire::{Network, NetworkCheck, NetworkDefinition, NetworkPage, NetworkSight, NetworkSurvey};
use super::core::answer;
use super::core::body::{Body, IfMatch, Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::{DryRunQuery, NamedPageQuery};
use super::core::state::ApiState;
use crate::app::Caller;
use crate::app::core::write::Write;
use crate::app::networks::NetworkView;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on network profiles.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(network_list, network_create))
        .routes(routes!(network_view, network_update, network_delete))
        .routes(routes!(network_probe))
        .routes(routes!(network_check))
        .routes(routes!(network_survey))
}

/// List network profiles.
#[utoipa::path(get, path = "/networks", tag = "network", params(NamedPageQuery),
    responses((status = 200, description = "A page of network profiles", body = NetworkPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn network_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<NetworkPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.network_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(network_out).into()))
}

/// Create a network profile.
#[utoipa::path(post, path = "/networks", tag = "network", params(DryRunQuery), request_body = NetworkDefinition,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Network),
        (status = 201, description = "Created", body = Network, headers(("Location" = String, description = "Path of the profile"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn network_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<NetworkDefinition>,
) -> ApiResult<Response> {
    let dry_run = query.dry_run.unwrap_or_default();
    let view = state.app.network_create(&caller, profile_in(body), dry_run).await?;
    if dry_run {
        return Ok(Json(network_out(view)).into_response());
    }
    let name = view.record.profile.name.clone();
    Ok(answer::created(tagged(view), "networks", name))
}

/// View a network profile.
#[utoipa::path(get, path = "/networks/{network}", tag = "network", params(("network" = String, Path, description = "Name or id of the profile")),
    responses((status = 200, description = "The profile", body = Network, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn network_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(network): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.network_view(&caller, &network).await?))
}

/// Replace a network profile's definition. One that tasks need keeps its name.
#[utoipa::path(put, path = "/networks/{network}", tag = "network",
    params(("network" = String, Path, description = "Name or id of the profile"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = NetworkDefinition,
    responses((status = 200, description = "The profile; after a dry run, as it would be", body = Network, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn network_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(network): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<NetworkDefinition>,
) -> ApiResult<Response> {
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    Ok(tagged(state.app.network_update(&caller, &network, profile_in(body), write).await?))
}

/// Delete a network profile that no task uses.
#[utoipa::path(delete, path = "/networks/{network}", tag = "network",
    params(("network" = String, Path, description = "Name or id of the profile"), ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn network_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(network): Path<String>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.network_delete(&caller, &network, base).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look whether a network profile holds now, and what is seen of each rule.
#[utoipa::path(post, path = "/networks/{network}/probe", tag = "network", params(("network" = String, Path, description = "Name or id of the profile")),
    responses((status = 200, description = "What is seen now", body = NetworkSight)),
    extensions(("x-permission" = json!("run"))))]
pub async fn network_probe(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(network): Path<String>,
) -> ApiResult<Json<NetworkSight>> {
    Ok(Json(sight_out(state.app.network_probe(&caller, &network).await?)))
}

/// Look whether rules hold now that are not saved.
#[utoipa::path(post, path = "/network-probes", tag = "network", request_body = NetworkCheck,
    responses((status = 200, description = "What is seen now", body = NetworkSight)),
    extensions(("x-permission" = json!("define"))))]
pub async fn network_check(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<NetworkCheck>,
) -> ApiResult<Json<NetworkSight>> {
    Ok(Json(sight_out(state.app.network_check(&caller, check_in(body)).await?)))
}

/// Show the network interfaces of the server's machine, and a profile to begin with.
#[utoipa::path(get, path = "/network-interfaces", tag = "network",
    responses((status = 200, description = "The interfaces", body = NetworkSurvey)),
    extensions(("x-permission" = json!("read"))))]
pub async fn network_survey(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<NetworkSurvey>> {
    Ok(Json(survey_out(state.app.network_survey(&caller).await?)))
}

fn tagged(view: NetworkView) -> Response {
    let version = view.record.version;
    answer::versioned(network_out(view), version)
}
