//! An answer that was read completely.

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use serde_json::Value;

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body; bytes that are not UTF-8 are U+FFFD.
    pub text: String,
}

impl Answer {
    /// Reads everything, but nothing of a stream, because a stream has no end.
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        if media_type(&parts.headers) == "text/event-stream" {
            return Self { status: parts.status.as_u16(), headers: parts.headers, text: String::new() };
        }
        let bytes = axum::body::to_bytes(body, 64 << 20).await.expect("a body that ends");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// The body as JSON; null if there is none.
    pub fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    /// The media type without its parameters; empty if the answer names none.
    pub fn media_type(&self) -> &str {
        media_type(&self.headers)
    }
}

pub fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}
