//! An open stream of events. Each event is checked against the contract when it is read.

use super::contract::{self, Question};
use super::{Answer, answer};
use axum::body::{Body, BodyDataStream};
use axum::http::Response;
use futures::StreamExt as _;
use serde_json::Value;

pub struct Events {
    question: Question,
    body: BodyDataStream,
    read: String,
}

/// One event.
#[derive(Debug)]
pub struct Event {
    pub id: String,
    pub event: String,
    pub data: Value,
}

impl Events {
    pub async fn new(question: Question, response: Response<Body>) -> Self {
        if answer::media_type(response.headers()) != "text/event-stream" {
            panic!("{question} opens no stream: {}", Answer::read(response).await.text);
        }
        assert_eq!(response.status(), 200, "{question}");
        assert_eq!(response.headers()["x-accel-buffering"], "no", "{question}");
        Self { question, body: response.into_body().into_data_stream(), read: String::new() }
    }

    pub async fn next(&mut self) -> Event {
        while !self.read.contains("\n\n") {
            let part = self.body.next().await.expect("the stream goes on").unwrap();
            self.read.push_str(std::str::from_utf8(&part).unwrap());
        }
        let (one, rest) = self.read.split_once("\n\n").unwrap();
        let field = |name: &str| {
            let found = one.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            found.unwrap_or_default().to_owned()
        };
        let data = serde_json::from_str(&field("data")).unwrap();
        let event = Event { id: field("id"), event: field("event"), data };
        self.read = rest.to_owned();
        contract::hold_event(&self.question, &event.data);
        event
    }

    /// Reads to the end. Returns true if the stream ends properly.
    pub async fn ended(mut self) -> bool {
        while let Some(part) = self.body.next().await {
            if part.is_err() {
                return false;
            }
        }
        true
    }
}
