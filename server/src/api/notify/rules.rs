//! Rules over HTTP: who is told what.
//!
//! Start reading at `rule_create`.

use super::rule_convert::{rule_in, rule_out, simulation_out};
use super::rule_wire::{Rule, RuleDefinition, RulePage, RuleSimulation};
use crate::api::core::answer;
use crate::api::core::body::{Body, IfMatch, Path, Query, page_request};
use crate::api::core::error::ApiResult;
use crate::api::core::page::{DryRunQuery, NamedPageQuery};
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::core::write::Write;
use crate::domain::model::RuleRecord;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on rules.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(rule_list, rule_create)).routes(routes!(rule_simulate)).routes(routes!(
        rule_view,
        rule_update,
        rule_delete
    ))
}

/// List rules.
#[utoipa::path(get, path = "/rules", tag = "rule", params(NamedPageQuery),
    responses((status = 200, description = "A page of rules", body = RulePage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn rule_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<RulePage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.rule_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(rule_out).into()))
}

/// Create a rule.
#[utoipa::path(post, path = "/rules", tag = "rule", params(DryRunQuery), request_body = RuleDefinition,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Rule),
        (status = 201, description = "Created", body = Rule, headers(("Location" = String, description = "Path of the rule"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn rule_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<RuleDefinition>,
) -> ApiResult<Response> {
    let dry_run = query.dry_run.unwrap_or_default();
    let record = state.app.rule_create(&caller, rule_in(body), dry_run).await?;
    if dry_run {
        return Ok(Json(rule_out(record)).into_response());
    }
    let name = record.definition.name.clone();
    Ok(answer::created(tagged(record), "rules", name))
}

/// View a rule.
#[utoipa::path(get, path = "/rules/{rule}", tag = "rule", params(("rule" = String, Path, description = "Name or id of the rule")),
    responses((status = 200, description = "The rule", body = Rule, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn rule_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(rule): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.rule_view(&caller, &rule).await?))
}

/// Replace a rule's definition.
#[utoipa::path(put, path = "/rules/{rule}", tag = "rule",
    params(("rule" = String, Path, description = "Name or id of the rule"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = RuleDefinition,
    responses((status = 200, description = "The rule; after a dry run, as it would be", body = Rule, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn rule_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(rule): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<RuleDefinition>,
) -> ApiResult<Response> {
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    Ok(tagged(state.app.rule_update(&caller, &rule, rule_in(body), write).await?))
}

/// Delete a rule.
#[utoipa::path(delete, path = "/rules/{rule}", tag = "rule",
    params(("rule" = String, Path, description = "Name or id of the rule"), ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn rule_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(rule): Path<String>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.rule_delete(&caller, &rule, base).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Simulate a rule that is not saved: which messages it would have sent over the last 30 days.
#[utoipa::path(post, path = "/rules/simulate", tag = "rule", request_body = RuleDefinition,
    responses((status = 200, description = "What the rule would have told", body = RuleSimulation)),
    extensions(("x-permission" = json!("read"))))]
pub async fn rule_simulate(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<RuleDefinition>,
) -> ApiResult<Json<RuleSimulation>> {
    Ok(Json(simulation_out(state.app.rule_simulate(&caller, rule_in(body)).await?)))
}

fn tagged(record: RuleRecord) -> Response {
    let version = record.version;
    answer::versioned(rule_out(record), version)
}
