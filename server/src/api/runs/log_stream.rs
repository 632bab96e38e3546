//! The live log as events: `log` with a piece of text, `attempt` when the next attempt begins, `end` when the run is
//! over.

use crate::app::core::events::Change;
use crate::app::runs::log_follow::{LogFollower, Piece};
use crate::app::{App, Caller};
use crate::domain::ids::RunId;
use crate::domain::model::AttemptRecord;
use crate::domain::vocabulary::{LogGap, LogStream, RunState};
use axum::response::sse::Event;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use utoipa::ToSchema;

/// How often a run that waits for its next attempt is checked without an event.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

type Sender = mpsc::Sender<Result<Event, Infallible>>;

/// Events of a live log: the data of an event whose SSE `event` field equals `kind`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LogEvent {
    /// A piece of the log. The id of this event is `attempt:offset-after`.
    Log(LogChunk),
    /// The next attempt begins.
    Attempt(LogAttempt),
    /// The run or the requested attempt has ended.
    End(LogEnd),
}

/// The next attempt begins.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogAttempt {
    /// Number of the attempt.
    pub attempt: u32,
}

/// The run or the requested attempt has ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogEnd {
    /// State of the run.
    pub state: RunState,
}

/// A piece of a log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogChunk {
    /// Number of the attempt.
    pub attempt: u32,
    /// First byte of the piece, counted before anything was dropped.
    pub offset: u64,
    /// Stream it came from.
    pub stream: LogStream,
    /// When the text was written.
    pub at: DateTime<Utc>,
    /// The text. Bytes that are not UTF-8 are shown as U+FFFD (the download is exact).
    pub text: String,
    /// Number of bytes dropped just before the piece.
    pub dropped_bytes: u64,
    /// Why bytes were dropped; null: none were. After `long_line` and `redraws` the same line continues.
    pub dropped_because: Option<LogGap>,
    /// Number of redraws of the line (a progress bar makes one with each `\r`) that were left out just before the
    /// piece.
    pub redraw_count: u64,
}

/// Where a stream begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct Begin {
    /// The requested attempt, if there was one.
    only: Option<u32>,
    /// Attempt and offset after the last event that the client saw.
    after: Option<(u32, u64)>,
    /// The requested offset.
    offset: Option<u64>,
}

impl Begin {
    /// Creates the position from the query and the id of the last event seen (`attempt:offset`). An invalid id is
    /// ignored.
    pub fn new(only: Option<u32>, offset: Option<u64>, last_event_id: Option<&str>) -> Self {
        let after = last_event_id
            .and_then(|id| id.split_once(':'))
            .and_then(|(attempt, offset)| Some((attempt.parse().ok()?, offset.parse().ok()?)));
        Self { only, after, offset }
    }

    /// Number of the first attempt, if the client named it.
    pub fn attempt(&self) -> Option<u32> {
        self.only.or(self.after.map(|(attempt, _)| attempt))
    }

    fn offset(&self, attempt: u32) -> Option<u64> {
        match self.after {
            Some((number, offset)) if number == attempt => Some(offset),
            _ => self.offset,
        }
    }
}

/// Sends everything until the run is over or the client is gone.
pub async fn send(app: App, caller: Caller, run: RunId, begin: Begin, sender: Sender) {
    let mut shown = 0;
    let mut wanted = begin.attempt();
    loop {
        let mut events = app.events().subscribe(None).live;
        let Ok((record, mut attempt)) = app.log_attempt(&caller, run, wanted).await else { return };
        if shown > 0 && attempt.as_ref().is_some_and(|newest| newest.number > shown + 1) {
            let Ok((_, next)) = app.log_attempt(&caller, run, Some(shown + 1)).await else { return };
            attempt = next;
        }
        match attempt.filter(|attempt| attempt.number > shown) {
            Some(attempt) => {
                if shown > 0
                    && send_event(&sender, "attempt", &LogEvent::Attempt(LogAttempt { attempt: attempt.number }))
                        .await
                        .is_none()
                {
                    return;
                }
                let from = if shown == 0 { begin.offset(attempt.number) } else { Some(0) };
                shown = attempt.number;
                wanted = begin.only;
                if send_attempt(&app, &attempt, from, &sender).await.is_none() {
                    return;
                }
                if begin.only.is_some() {
                    let Ok((record, _)) = app.log_attempt(&caller, run, wanted).await else { return };
                    let _nobody_listens_is_fine =
                        send_event(&sender, "end", &LogEvent::End(LogEnd { state: record.state })).await;
                    return;
                }
            }
            None if record.state.is_final() => {
                let _nobody_listens_is_fine =
                    send_event(&sender, "end", &LogEvent::End(LogEnd { state: record.state })).await;
                return;
            }
            None => {
                let changed = async {
                    while let Ok(event) = events.recv().await {
                        if matches!(event.change, Change::Run { id, state, .. } if id == run && state != RunState::BackingOff)
                        {
                            return;
                        }
                    }
                };
                tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                    () = sender.closed() => return,
                }
            }
        }
    }
}

/// Sends the log of one attempt to its end. Returns none if the client is gone or the log cannot be read.
async fn send_attempt(app: &App, attempt: &AttemptRecord, from: Option<u64>, sender: &Sender) -> Option<()> {
    let mut follower = LogFollower::new(app.clone(), attempt.id, from);
    loop {
        let next = tokio::select! {
            next = follower.next() => next,
            () = sender.closed() => return None,
        };
        match next {
            Ok(Some(pieces)) => {
                for piece in pieces {
                    sender.send(Ok(chunk(attempt.number, piece))).await.ok()?;
                }
            }
            Ok(None) => return Some(()),
            Err(error) => {
                tracing::warn!(attempt = %attempt.id, %error, "a log cannot be read");
                return None;
            }
        }
    }
}

async fn send_event(sender: &Sender, kind: &str, data: &LogEvent) -> Option<()> {
    sender.send(Ok(event(kind, data))).await.ok()
}

fn chunk(attempt: u32, piece: Piece) -> Event {
    let Piece { offset, end, stream, at, text, dropped_bytes, dropped_because, redraw_count } = piece;
    let log = LogChunk { attempt, offset, stream, at, text, dropped_bytes, dropped_because, redraw_count };
    let chunk = LogEvent::Log(log);
    event("log", &chunk).id(format!("{attempt}:{end}"))
}

fn event(kind: &str, data: &LogEvent) -> Event {
    Event::default().event(kind).data(serde_json::to_string(data).expect("an event is plain data"))
}
