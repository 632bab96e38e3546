//! The server's own heartbeat over HTTP.

use crate::api::core::answer::Reason;
use crate::api::core::body::Body;
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::system::beacon::{BeaconCalls, BeaconView};
use crate::domain::system::Beacon;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The server's own heartbeat: an address that it calls while it is well, so that a watcher outside notices when it is
/// not. Well means: the database answers and can be written, no worker hangs, and the disk has room for runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemHeartbeat {
    /// The address that the server calls with GET; null: it calls nobody.
    pub url: Option<String>,
    /// Seconds between two calls; null: it calls nobody.
    pub every_seconds: Option<u32>,
    /// When a call last succeeded, since the server started.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When a call last failed, or was left out because the server was not well.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Why the newest call failed or was left out; null: it succeeded, or there was none.
    pub problem: Option<Reason>,
}

/// The address that the server is to call.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemHeartbeatSet {
    /// The address, such as that of a check at healthchecks.io, or of a heartbeat task of another Orc. It may mention
    /// credentials: `${credential.NAME}`. Any answer from 200 to 299 is a success.
    #[schema(min_length = 1, max_length = 2000, example = "https://hc-ping.com/${credential.check}")]
    pub url: String,
    /// Seconds between two calls.
    #[serde(default = "minute")]
    #[schema(minimum = 10, maximum = 86_400, default = 60)]
    pub every_seconds: u32,
}

const fn minute() -> u32 {
    60
}

/// View the server's own heartbeat and what became of its calls.
#[utoipa::path(get, path = "/system/heartbeat", tag = "system",
    responses((status = 200, description = "The heartbeat", body = SystemHeartbeat)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn system_heartbeat_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<SystemHeartbeat>> {
    Ok(Json(state.app.beacon_view(&caller).await?.into()))
}

/// Set the server's own heartbeat. The first call is made at once.
#[utoipa::path(put, path = "/system/heartbeat", tag = "system", request_body = SystemHeartbeatSet,
    responses((status = 200, description = "The heartbeat", body = SystemHeartbeat)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn system_heartbeat_set(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(SystemHeartbeatSet { url, every_seconds }): Body<SystemHeartbeatSet>,
) -> ApiResult<Json<SystemHeartbeat>> {
    Ok(Json(state.app.beacon_set(&caller, Beacon { url, every_seconds }).await?.into()))
}

/// Stop the server's own heartbeat.
#[utoipa::path(delete, path = "/system/heartbeat", tag = "system",
    responses((status = 204, description = "Stopped")),
    extensions(("x-permission" = json!("admin"))))]
pub async fn system_heartbeat_clear(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<StatusCode> {
    state.app.beacon_clear(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<BeaconView> for SystemHeartbeat {
    fn from(view: BeaconView) -> Self {
        let BeaconView { beacon, calls: BeaconCalls { success_at, failure_at, problem } } = view;
        let (url, every_seconds) = beacon.map(|beacon| (beacon.url, beacon.every_seconds)).unzip();
        let problem = problem.map(Into::into);
        Self { url, every_seconds, last_success_at: success_at, last_failure_at: failure_at, problem }
    }
}
