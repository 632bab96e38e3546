//! Follows a run to its end: by its log, or by the server's events.
//!
//! Events make it fast, asking makes it right: a broken connection, a restarted server or an event
//! that never came only cost time. What was printed is not printed again: the stream resumes by the id
//! of the last event.

use std::time::Duration;

use serde_json::Value;

use crate::client::{Client, Request, segment};
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::sse::{self, Event, Next};

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to trust events before asking anyway.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often in a row a server may be unreachable.
const TRIES: usize = 60;

/// Counts failures in a row of a server that was there.
struct Tries {
    left: usize,
    seen: bool,
    local: bool,
}

impl Tries {
    fn new(client: &Client) -> Self {
        Self { left: TRIES, seen: false, local: client.target().token_file.is_some() }
    }

    /// What an answer is worth: `None` means ask again after a pause.
    async fn judge<T>(&mut self, result: Outcome<T>) -> Outcome<Option<T>> {
        match result {
            Ok(value) => {
                *self = Self { left: TRIES, seen: true, ..*self };
                Ok(Some(value))
            }
            Err(failure) if !self.seen || self.left == 0 || !is_passing(&failure, self.local) => Err(failure),
            Err(_) => {
                if self.left == TRIES {
                    output::note("The server is not there; trying again ...");
                }
                self.left -= 1;
                tokio::time::sleep(PAUSE).await;
                Ok(None)
            }
        }
    }
}

/// Whether a failure may pass by itself. This machine's server takes a new token at each start, so an
/// old one may be refused for a moment.
fn is_passing(failure: &Failure, local: bool) -> bool {
    match failure {
        Failure::Unreachable(_) => true,
        Failure::Problem(problem) => matches!(problem.status, 502..=504) || local && problem.status == 401,
        _ => false,
    }
}

fn view(id: &str) -> Request {
    Request::new("GET", format!("/runs/{}", segment(id)))
}

fn is_over(detail: &Value) -> bool {
    !detail["run"]["finished_at"].is_null()
}

/// Waits until the run has ended; returns it with its attempts.
pub async fn end(client: &Client, id: &str) -> Outcome<Value> {
    let mut tries = Tries::new(client);
    loop {
        // Listening begins before asking, so that no change falls between the two.
        let events = client.send(Request::new("GET", "/events").streaming()).await;
        let Some(detail) = tries.judge(client.json(view(id)).await).await? else { continue };
        if is_over(&detail) {
            return Ok(detail);
        }
        match events {
            Ok(response) => {
                let changed = |event: Event| Ok(if is_about(&event, id) { Next::Stop } else { Next::More });
                let followed = tokio::time::timeout(PATIENCE, sse::follow(client, response, changed)).await;
                if !matches!(followed, Ok(Ok(Next::Stop))) {
                    tokio::time::sleep(PAUSE).await;
                }
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn is_about(event: &Event, id: &str) -> bool {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    event.event == "gap" || event.event == "run.changed" && data["id"] == id
}

/// Prints the log until the run has ended; returns it with its attempts.
pub async fn log(client: &Client, id: &str, query: Vec<(String, String)>) -> Outcome<Value> {
    let path = format!("/runs/{}/log/stream", segment(id));
    let one_attempt = query.iter().any(|(name, _)| name == "attempt");
    let mut last = String::new();
    let mut tries = Tries::new(client);
    loop {
        let mut request = Request::new("GET", path.clone()).streaming();
        request.query.clone_from(&query);
        if !last.is_empty() {
            request.query = vec![("last_event_id".into(), last.clone())];
        } else if !query.iter().any(|(name, _)| name == "offset") {
            request = request.with("offset", 0);
        }
        let Some(response) = tries.judge(client.send(request).await).await? else { continue };
        let followed = sse::follow(client, response, |event| piece(&event, &mut last)).await;
        match followed {
            Err(failure) if !is_passing(&failure, false) => return Err(failure),
            _ => {}
        }
        let Some(detail) = tries.judge(client.json(view(id)).await).await? else { continue };
        if is_over(&detail) || one_attempt && matches!(followed, Ok(Next::Stop)) {
            return Ok(detail);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn piece(event: &Event, last: &mut String) -> Outcome<Next> {
    if !event.id.is_empty() {
        last.clone_from(&event.id);
    }
    match event.event.as_str() {
        "log" => chunk(&serde_json::from_str(&event.data).unwrap_or_default()).map(|()| Next::More),
        "end" => Ok(Next::Stop),
        _ => Ok(Next::More),
    }
}

fn chunk(chunk: &Value) -> Outcome<()> {
    if let Some(dropped) = chunk["dropped_bytes"].as_u64().filter(|dropped| *dropped > 0) {
        output::note(&format!("... {dropped} bytes of the log were dropped here ..."));
    }
    let text = chunk["text"].as_str().unwrap_or_default();
    if chunk["stream"] == "stdout" { output::write(text) } else { output::write_error(text) }
}
