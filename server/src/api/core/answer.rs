//! Answers that all resources share: one with its version, a new one with its path, a reason.

use crate::domain::reason;
use crate::domain::reason::ReasonCode;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt::Display;
use utoipa::ToSchema;

/// Answers with a resource and its version as ETag.
pub fn versioned(body: impl Serialize, version: u32) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::ETAG, etag(version));
    response
}

/// The ETag of a version.
pub fn etag(version: u32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).expect("digits are valid in a header")
}

/// Turns the answer for a resource into that for a new one: 201 and its path. `name` is a checked name or an id.
pub fn created(mut response: Response, collection: &str, name: impl Display) -> Response {
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("{}/{collection}/{name}", super::PREFIX);
    let location = HeaderValue::from_str(&location).expect("names and ids are valid in a header");
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// Why something is as it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// The kind of reason, for programs.
    pub code: ReasonCode,
    /// The arguments of the reason. The code decides which there are.
    #[schema(value_type = Object, additional_properties)]
    pub args: Map<String, Value>,
    /// The reason in English, for people.
    #[schema(example = "waits for a place in pool \"database\"")]
    pub text: String,
}

impl From<reason::Reason> for Reason {
    fn from(reason: reason::Reason) -> Self {
        let mut stored = serde_json::to_value(reason.main()).expect("a reason is plain data");
        let args = match stored["args"].take() {
            Value::Object(args) => args,
            _ => Map::new(),
        };
        Self { code: reason.code(), args, text: reason.words() }
    }
}
