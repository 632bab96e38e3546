//! Events over HTTP: one stream that says what changed.

use crate::domain::vocabulary::RunState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What changed; the data of an event whose SSE `event` field equals `kind`.
///
/// Nothing depends on having received an event: after a `gap`, ask again for what you show.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// First event of a stream.
    Hello(EventHello),
    /// A run changed or is new.
    #[serde(rename = "run.changed")]
    RunChanged(EventRun),
    /// A task changed, is new, or is gone.
    #[serde(rename = "task.changed")]
    TaskChanged(EventTask),
    /// A ledger entry was written.
    #[serde(rename = "slot.changed")]
    SlotChanged(EventSlot),
    /// The server's own state changed (hold, disk).
    #[serde(rename = "system.changed")]
    SystemChanged(EventSystem),
    /// Events were lost: ask again for what you show.
    Gap(EventGap),
}

/// First event of a stream.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventHello {
    /// Version of Orc.
    pub version: String,
}

/// A run changed or is new.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventRun {
    /// Id of the run.
    pub id: Uuid,
    /// Its state.
    pub state: RunState,
    /// Id of its task.
    pub task_id: Uuid,
    /// Name of its task.
    pub task: String,
    /// Whether the run is new.
    pub created: bool,
}

/// A task changed, is new, or is gone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventTask {
    /// Id of the task.
    pub id: Uuid,
    /// Its name.
    pub task: String,
    /// Version; null: the task is gone.
    pub version: Option<u32>,
}

/// A ledger entry was written.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventSlot {
    /// Id of the task.
    pub task_id: Uuid,
    /// Name of the task.
    pub task: String,
}

/// The server's own state changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventSystem {
    /// What, in a word: hold, disk, workers.
    pub what: String,
}

/// Events were lost.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventGap {
    /// Why: `restart` or `overrun`.
    pub reason: String,
}

/// Where an event stream goes on.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventStreamQuery {
    /// Id of the last event seen.
    #[param(max_length = 100)]
    pub last_event_id: Option<String>,
}

/// Follow what changes.
#[utoipa::path(get, path = "/events", tag = "system",
    params(EventStreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "Id of the last event seen")),
    responses((status = 200, description = "Events", body = Event, content_type = "text/event-stream")),
    extensions(("x-permission" = json!("read"))))]
pub async fn event_stream() {}
