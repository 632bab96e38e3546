//! Incidents over HTTP: what is or was wrong with tasks and with the server, and what people do about it.
//!
//! Start reading at `incident_list`.

use super::incident_wire::{Incident, IncidentAcknowledge, IncidentListQuery, IncidentPage, IncidentSnooze};
use super::rule_convert::{incident_out, incident_summary_out};
use crate::api::core::body::{Body, Path, Query, page_request};
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::domain::ids::IncidentId;
use crate::domain::notify::words::IncidentState;
use axum::extract::State;
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Operations on incidents.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(incident_list))
        .routes(routes!(incident_view))
        .routes(routes!(incident_acknowledge))
        .routes(routes!(incident_snooze))
        .routes(routes!(incident_resolve))
}

/// List incidents, newest first.
#[utoipa::path(get, path = "/incidents", tag = "incident", params(IncidentListQuery),
    responses((status = 200, description = "A page of incidents", body = IncidentPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn incident_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<IncidentListQuery>,
) -> ApiResult<Json<IncidentPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let states = states_in(query.state.as_deref().unwrap_or_default())?;
    let listed = state.app.incident_list(&caller, query.task.as_deref(), states, &page).await?;
    Ok(Json(listed.map(incident_summary_out).into()))
}

/// View an incident, and who heard of it.
#[utoipa::path(get, path = "/incidents/{incident}", tag = "incident", params(("incident" = Uuid, Path, description = "Id of the incident")),
    responses((status = 200, description = "The incident", body = Incident)),
    extensions(("x-permission" = json!("read"))))]
pub async fn incident_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(incident): Path<Uuid>,
) -> ApiResult<Json<Incident>> {
    Ok(Json(incident_out(state.app.incident_view(&caller, IncidentId(incident)).await?)))
}

/// Take care of an incident: no further rule tells that it is there.
#[utoipa::path(post, path = "/incidents/{incident}/acknowledge", tag = "incident", params(("incident" = Uuid, Path, description = "Id of the incident")),
    request_body = IncidentAcknowledge,
    responses((status = 200, description = "The incident", body = Incident)),
    extensions(("x-permission" = json!("run"))))]
pub async fn incident_acknowledge(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(incident): Path<Uuid>,
    Body(body): Body<IncidentAcknowledge>,
) -> ApiResult<Json<Incident>> {
    let viewed = state.app.incident_acknowledge(&caller, IncidentId(incident), body.note).await?;
    Ok(Json(incident_out(viewed)))
}

/// Put an incident off: no rule tells about it for some time. Whoever was told is told again after that, if the incident
/// is still there.
#[utoipa::path(post, path = "/incidents/{incident}/snooze", tag = "incident", params(("incident" = Uuid, Path, description = "Id of the incident")),
    request_body = IncidentSnooze,
    responses((status = 200, description = "The incident", body = Incident)),
    extensions(("x-permission" = json!("run"))))]
pub async fn incident_snooze(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(incident): Path<Uuid>,
    Body(body): Body<IncidentSnooze>,
) -> ApiResult<Json<Incident>> {
    let viewed = state.app.incident_snooze(&caller, IncidentId(incident), body.minutes).await?;
    Ok(Json(incident_out(viewed)))
}

/// Resolve an incident of a task that is over, although no run has shown it. Orc itself sees when one about the server is
/// over.
#[utoipa::path(post, path = "/incidents/{incident}/resolve", tag = "incident", params(("incident" = Uuid, Path, description = "Id of the incident")),
    responses((status = 200, description = "The incident", body = Incident)),
    extensions(("x-permission" = json!("run"))))]
pub async fn incident_resolve(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(incident): Path<Uuid>,
) -> ApiResult<Json<Incident>> {
    Ok(Json(incident_out(state.app.incident_resolve(&caller, IncidentId(incident)).await?)))
}

fn states_in(text: &str) -> ApiResult<Vec<IncidentState>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|_| unknown_state(word))).collect()
}

fn unknown_state(word: &str) -> ApiError {
    let known: Vec<&str> = IncidentState::ALL.iter().map(|state| state.as_str()).collect();
    ApiError::invalid_query(
        "state",
        format!("\"{word}\" is not a state of an incident; use one of {}", known.join(", ")),
    )
}
