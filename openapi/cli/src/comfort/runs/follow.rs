//! Follows a run to its end, by its log or by the server's events.
//!
//! Events make following fast, polling makes it right: a broken connection, a restarted server or a lost event only
//! costs time. A log is never printed twice, because the stream resumes after the id of the last event.

use std::time::Duration;

use serde_json::Value;

use crate::connection::client::{Client, Request, segment};
use crate::connection::sse::{self, Event, Next};
use crate::failure::{Failure, Outcome};
use crate::output;

/// Pause before asking again.
const PAUSE: Duration = Duration::from_millis(500);
/// Longest wait for an event before polling anyway.
const EVENT_WAIT: Duration = Duration::from_secs(10);
/// Maximum number of failures in a row, each followed by a pause: half a minute in all.
const FAILURES: usize = 60;

/// Tolerates failures in a row, of a server that has answered before.
struct Patience {
    left: usize,
    has_answered: bool,
    is_local: bool,
}

impl Patience {
    fn new(client: &Client) -> Self {
        Self { left: FAILURES, has_answered: false, is_local: client.target().token_file.is_some() }
    }

    /// Returns the value of an answer. Returns none after a pause if the failure is tolerated and the caller should
    /// ask again.
    async fn judge<T>(&mut self, result: Outcome<T>) -> Outcome<Option<T>> {
        match result {
            Ok(value) => {
                *self = Self { left: FAILURES, has_answered: true, ..*self };
                Ok(Some(value))
            }
            Err(failure) if !self.has_answered || self.left == 0 || !may_pass(&failure, self.is_local) => Err(failure),
            Err(_) => {
                if self.left == FAILURES {
                    output::note("The server does not answer; trying again ...");
                }
                self.left -= 1;
                tokio::time::sleep(PAUSE).await;
                Ok(None)
            }
        }
    }
}

/// Whether a failure may pass by itself. The server of this machine writes a new token at each start, so the old one
/// may be refused for a moment.
fn may_pass(failure: &Failure, is_local: bool) -> bool {
    match failure {
        Failure::Unreachable(_) => true,
        Failure::Problem(problem) => matches!(problem.status, 502..=504) || is_local && problem.status == 401,
        _ => false,
    }
}

fn view(id: &str) -> Request {
    Request::new("GET", format!("/runs/{}", segment(id)))
}

fn is_over(run: &Value) -> bool {
    !run["finished_at"].is_null()
}

/// Waits until the run has ended and returns it with its attempts.
pub async fn end(client: &Client, id: &str) -> Outcome<Value> {
    let mut patience = Patience::new(client);
    loop {
        // Start listening before asking, so that no change falls between the two.
        let events = client.send(Request::new("GET", "/events").streaming()).await;
        let Some(run) = patience.judge(client.json(view(id)).await).await? else { continue };
        if is_over(&run) {
            return Ok(run);
        }
        match events {
            Ok(response) => {
                let changed = |event: Event| Ok(if is_about(&event, id) { Next::Stop } else { Next::More });
                let followed = tokio::time::timeout(EVENT_WAIT, sse::follow(client, response, changed)).await;
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

/// Prints the log until the run has ended and returns the run with its attempts.
pub async fn log(client: &Client, id: &str, query: Vec<(String, String)>) -> Outcome<Value> {
    let path = format!("/runs/{}/log/stream", segment(id));
    let one_attempt = query.iter().any(|(name, _)| name == "attempt");
    let mut last = String::new();
    let mut redraws = 0;
    let mut patience = Patience::new(client);
    loop {
        let mut request = Request::new("GET", path.clone()).streaming();
        request.query.clone_from(&query);
        if !last.is_empty() {
            request.query = vec![("last_event_id".into(), last.clone())];
        } else if !query.iter().any(|(name, _)| name == "offset") {
            request = request.with("offset", 0);
        }
        let Some(response) = patience.judge(client.send(request).await).await? else { continue };
        let followed = sse::follow(client, response, |event| piece(&event, &mut last, &mut redraws)).await;
        match followed {
            Err(failure) if !may_pass(&failure, false) => return Err(failure),
            _ => {}
        }
        let Some(run) = patience.judge(client.json(view(id)).await).await? else { continue };
        if is_over(&run) || one_attempt && matches!(followed, Ok(Next::Stop)) {
            if redraws > 0 {
                output::note(&format!("... {redraws} redraws of progress lines are not in the log ..."));
            }
            return Ok(run);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Prints the part of the log that an event carries, notes the event's id, and counts the redraws that were left out.
fn piece(event: &Event, last: &mut String, redraws: &mut u64) -> Outcome<Next> {
    if !event.id.is_empty() {
        last.clone_from(&event.id);
    }
    match event.event.as_str() {
        "log" => {
            let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
            *redraws += data["redraw_count"].as_u64().unwrap_or_default();
            chunk(&data).map(|()| Next::More)
        }
        "end" => Ok(Next::Stop),
        _ => Ok(Next::More),
    }
}

fn chunk(chunk: &Value) -> Outcome<()> {
    // The newest of many redraws replaces the others, on a terminal as here.
    let redrawn = chunk["dropped_because"] == "redraws";
    if let Some(dropped) = chunk["dropped_bytes"].as_u64().filter(|dropped| *dropped > 0 && !redrawn) {
        output::note(&format!("... {dropped} bytes of the log were dropped here ..."));
    }
    let text = chunk["text"].as_str().unwrap_or_default();
    if chunk["stream"] == "stdout" { output::write(text) } else { output::write_error(text) }
}
