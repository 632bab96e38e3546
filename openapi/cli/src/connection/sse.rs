//! Reads server-sent events from an answer (WHATWG HTML, "Server-sent events").

use futures::StreamExt as _;
use reqwest::Response;
use serde_json::{Value, json};

use crate::connection::client::Client;
use crate::failure::Outcome;

/// One event.
#[derive(Debug, Default, PartialEq)]
pub struct Event {
    /// Its kind; `message` if the server names none.
    pub event: String,
    /// The id after which a stream can be resumed; empty if the server gave none.
    pub id: String,
    /// Its data, usually JSON.
    pub data: String,
}

impl Event {
    /// The event as one JSON object. Data that is not JSON becomes text.
    #[must_use]
    pub fn json(&self) -> Value {
        let id = if self.id.is_empty() { Value::Null } else { Value::from(self.id.as_str()) };
        let data = serde_json::from_str(&self.data).unwrap_or_else(|_| Value::from(self.data.as_str()));
        json!({"event": self.event, "id": id, "data": data})
    }
}

/// Assembles events from pieces of a stream, which may be cut anywhere.
#[derive(Debug, Default)]
pub struct Parser {
    rest: Vec<u8>,
    event: Event,
    data: Vec<String>,
    last_id: String,
}

impl Parser {
    /// Takes the next piece of the stream and returns the events that it completes.
    pub fn push(&mut self, piece: &[u8]) -> Vec<Event> {
        self.rest.extend_from_slice(piece);
        let mut events = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            events.extend(self.line(line.trim_end_matches(['\n', '\r'])));
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            return self.finish();
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => self.event.event = value.to_owned(),
            "data" => self.data.push(value.to_owned()),
            "id" => self.last_id = value.to_owned(),
            _ => {}
        }
        None
    }

    fn finish(&mut self) -> Option<Event> {
        let mut event = std::mem::take(&mut self.event);
        if self.data.is_empty() {
            return None;
        }
        event.data = std::mem::take(&mut self.data).join("\n");
        event.id.clone_from(&self.last_id);
        if event.event.is_empty() {
            event.event = "message".into();
        }
        Some(event)
    }
}

/// Passes each event of an answer to `each`, until `each` says stop or the stream ends.
///
/// # Errors
/// Unreachable, if the connection breaks; else whatever `each` fails with.
pub async fn follow(
    client: &Client,
    response: Response,
    mut each: impl FnMut(Event) -> Outcome<Next>,
) -> Outcome<Next> {
    let mut parser = Parser::default();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| client.unreachable(&error))?;
        for event in parser.push(&piece) {
            if each(event)? == Next::Stop {
                return Ok(Next::Stop);
            }
        }
    }
    Ok(Next::More)
}

/// Whether more events are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Yes, continue.
    More,
    /// No, this was the last one.
    Stop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_put_together_from_any_pieces() {
        let text = b": hello\n\nevent: log\r\nid: 1:5\r\ndata: {\"text\":\r\ndata: \"\xc3\xa4\"}\r\n\r\ndata: x\n\n";
        for size in 1..text.len() {
            let mut parser = Parser::default();
            let events: Vec<Event> = text.chunks(size).flat_map(|piece| parser.push(piece)).collect();
            assert_eq!(events.len(), 2);
            assert_eq!(events[0].json(), json!({"event": "log", "id": "1:5", "data": {"text": "ä"}}));
            assert_eq!(events[1].json(), json!({"event": "message", "id": "1:5", "data": "x"}));
        }
    }
}
