//! Links in messages over HTTP: whoever gets a message takes care of its incident without logging in.
//!
//! Start reading at `link_view`.

use crate::api::core::body::{Body, Path};
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::app::notify::links::LinkAct;
use crate::domain::model::LinkRecord;
use crate::domain::notify::words::{IncidentKind, IncidentState};
use crate::security::secret::Secret;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What a link in a message is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Link {
    /// Name of the task; null: it is about the server.
    pub task: Option<String>,
    /// Part of the server; null: it is about a task.
    pub part: Option<String>,
    /// What is wrong.
    #[schema(inline = false)]
    pub kind: IncidentKind,
    /// How far the incident is.
    #[schema(inline = false)]
    pub state: IncidentState,
    /// When the first run that shows it ended, or since when the part of the server is wrong.
    pub opened_at: DateTime<Utc>,
    /// Number of runs that show it; 0: it is about the server.
    pub run_count: u32,
    /// Who takes care of it; null: nobody does.
    pub acknowledged_by: Option<String>,
    /// Until when no rule tells about it; null: nobody snoozed it.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// When the link was used; null: it was not. A link acts once.
    pub used_at: Option<DateTime<Utc>>,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
}

/// What to do by a link.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LinkUse {
    /// Take care of the incident.
    Acknowledge(LinkAcknowledge),
    /// Put the incident off.
    Snooze(LinkSnooze),
}

/// Take care of the incident.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAcknowledge {
    /// What others should know, such as who does what until when.
    #[serde(default)]
    #[schema(max_length = 2000, default = "")]
    pub note: String,
}

/// Put the incident off.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSnooze {
    /// Number of minutes.
    #[schema(minimum = 1, maximum = 43200, example = 60)]
    pub minutes: u32,
}

/// Operations on links.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(link_view, link_use))
}

/// Show what a link in a message is about. It changes nothing.
#[utoipa::path(get, path = "/links/{link}", tag = "incident", params(("link" = String, Path, description = "The last part of the address in the message")),
    responses((status = 200, description = "What it is about", body = Link)),
    extensions(("x-permission" = json!("public"))))]
pub async fn link_view(State(state): State<ApiState>, Path(link): Path<String>) -> ApiResult<Json<Link>> {
    Ok(Json(link_out(state.app.link_view(&Secret::new(link)).await?)))
}

/// Take care of an incident, or put it off, by a link in a message. A link acts once.
#[utoipa::path(post, path = "/links/{link}", tag = "incident", params(("link" = String, Path, description = "The last part of the address in the message")),
    request_body = LinkUse,
    responses((status = 200, description = "What the incident is like now", body = Link)),
    extensions(("x-permission" = json!("public"))))]
pub async fn link_use(
    State(state): State<ApiState>,
    Path(link): Path<String>,
    Body(body): Body<LinkUse>,
) -> ApiResult<Json<Link>> {
    let act = match body {
        LinkUse::Acknowledge(LinkAcknowledge { note }) => LinkAct::Acknowledge { note },
        LinkUse::Snooze(LinkSnooze { minutes }) => LinkAct::Snooze { minutes },
    };
    Ok(Json(link_out(state.app.link_use(&Secret::new(link), act).await?)))
}

fn link_out(record: LinkRecord) -> Link {
    let LinkRecord { key: _, incident, channel_name: _, secret_hash: _, expires_at, used_at } = record;
    let state = incident.progress();
    let part = incident.about.part().map(str::to_owned);
    let task = part.is_none().then_some(incident.name);
    Link {
        task,
        part,
        kind: incident.kind,
        state,
        opened_at: incident.opened_at,
        run_count: incident.run_count,
        acknowledged_by: incident.acknowledged_by,
        snoozed_until: incident.snoozed_until,
        used_at,
        expires_at,
    }
}
