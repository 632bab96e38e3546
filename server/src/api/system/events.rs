//! Events over HTTP: one stream that reports what changed.

use crate::api::core::body::Query;
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::core::state::{ApiState, STREAMS_MAX};
use crate::app::Caller;
use crate::app::core::events::{Change, EventBus, Numbered, Subscription};
use crate::domain::vocabulary::{EventLoss, Permission, RunState, SystemPart};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Pause after which a comment shows that the stream is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Longest life of a stream. A client that reconnects is authorized again.
const LIFE_MAX: Duration = Duration::from_secs(15 * 60);

/// What changed: the data of an event whose SSE `event` field equals `kind`.
///
/// Events may be lost. After a `gap`, request again what you show.
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
    /// Events were lost: request again what you show.
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
    /// UUID of the run.
    pub id: Uuid,
    /// State of the run.
    pub state: RunState,
    /// UUID of its task.
    pub task_id: Uuid,
    /// Name of its task.
    pub task: String,
    /// Whether the run is new.
    pub created: bool,
}

/// A task changed, is new, or is gone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventTask {
    /// UUID of the task.
    pub id: Uuid,
    /// Name of the task.
    pub task: String,
    /// Version of the task's definition; null: the task is gone.
    pub version: Option<u32>,
}

/// A ledger entry was written.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventSlot {
    /// UUID of the task.
    pub task_id: Uuid,
    /// Name of the task.
    pub task: String,
}

/// The server's own state changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventSystem {
    /// What changed.
    #[schema(inline = false)]
    pub what: SystemPart,
}

/// Events were lost.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventGap {
    /// Why events were lost.
    #[schema(inline = false)]
    pub reason: EventLoss,
}

/// Where an event stream continues.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventStreamQuery {
    /// Id of the last event seen; the stream continues after it.
    #[param(max_length = 100)]
    pub last_event_id: Option<String>,
}

/// Follow what changes.
#[utoipa::path(get, path = "/events", tag = "system",
    params(EventStreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "Id of the last event seen; the stream continues after it")),
    responses((status = 200, description = "Events", body = Event, content_type = "text/event-stream")),
    extensions(("x-permission" = json!("read"))))]
pub async fn event_stream(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<EventStreamQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    caller.require(Permission::Read)?;
    let place = state.streams.clone().try_acquire_owned().map_err(|_| too_many())?;
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let after = header.or(query.last_event_id);
    let guards = (place, state.metrics.open_stream());
    let (stop, app) = (state.stop.clone(), state.app.clone());
    let open = OpenStream::begin(state.app.events().clone(), after.as_deref());
    let over = Box::pin(async move {
        let _counted_until_the_end = guards;
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.until_refused(&caller, Permission::Read) => {}
            () = tokio::time::sleep(LIFE_MAX) => {}
        }
    });
    let events = stream::unfold(open, async |mut open| Some((Ok::<_, Infallible>(open.next().await), open)));
    let sse = Sse::new(events.take_until(over)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(([("x-accel-buffering", "no"), ("cache-control", "no-store")], sse).into_response())
}

fn too_many() -> ApiError {
    let detail = format!("{STREAMS_MAX} event streams are open; close one, or try again later");
    ApiError { retry_after: Some(10), ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail) }
}

/// One client's place in the stream.
struct OpenStream {
    bus: EventBus,
    first: VecDeque<(u64, Event)>,
    live: broadcast::Receiver<Numbered>,
}

impl OpenStream {
    fn begin(bus: EventBus, after: Option<&str>) -> Self {
        let Subscription { gap, backlog, newest, live } = bus.subscribe(after);
        // The greeting names the position where the stream begins, so that a client that saw nothing else can return.
        let begin = backlog.first().map_or(newest, |numbered| numbered.sequence - 1);
        let mut first = VecDeque::from([(begin, Event::Hello(EventHello { version: VERSION.to_owned() }))]);
        first.extend(gap.map(|reason| (begin, Event::Gap(EventGap { reason }))));
        first.extend(backlog.into_iter().map(|numbered| (numbered.sequence, Event::from(numbered.change))));
        Self { bus, first, live }
    }

    /// The next message. A client that reads too slowly gets a gap instead of what it missed.
    async fn next(&mut self) -> sse::Event {
        if let Some((sequence, event)) = self.first.pop_front() {
            return self.message(sequence, &event);
        }
        if let Ok(numbered) = self.live.recv().await {
            return self.message(numbered.sequence, &Event::from(numbered.change));
        }
        let Subscription { newest, live, .. } = self.bus.subscribe(None);
        self.live = live;
        self.message(newest, &Event::Gap(EventGap { reason: EventLoss::Overrun }))
    }

    fn message(&self, sequence: u64, event: &Event) -> sse::Event {
        let data = serde_json::to_string(event).expect("an event is plain data");
        sse::Event::default().id(self.bus.id(sequence)).event(event.kind()).data(data)
    }
}

impl Event {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::RunChanged(_) => "run.changed",
            Self::TaskChanged(_) => "task.changed",
            Self::SlotChanged(_) => "slot.changed",
            Self::SystemChanged(_) => "system.changed",
            Self::Gap(_) => "gap",
        }
    }
}

impl From<Change> for Event {
    fn from(change: Change) -> Self {
        match change {
            Change::Run { id, state, task_id, task, created } => {
                Self::RunChanged(EventRun { id: id.0, state, task_id: task_id.0, task, created })
            }
            Change::Task { id, name, version } => Self::TaskChanged(EventTask { id: id.0, task: name, version }),
            Change::Slot { task_id, task, outcome: _ } => Self::SlotChanged(EventSlot { task_id: task_id.0, task }),
            Change::System { what } => Self::SystemChanged(EventSystem { what }),
        }
    }
}
