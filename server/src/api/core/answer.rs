//! Answers that are alike for every resource: one with its version, a new one with its path.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt::Display;

/// A resource, with its version as ETag.
pub fn versioned(body: impl Serialize, version: u32) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::ETAG, etag(version));
    response
}

/// The ETag of a version.
pub fn etag(version: u32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).expect("digits fit a header")
}

/// The same answer for a new resource: 201 and its path. `name` is a checked name or an id.
pub fn created(mut response: Response, collection: &str, name: impl Display) -> Response {
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("{}/{collection}/{name}", super::PREFIX);
    let location = HeaderValue::from_str(&location).expect("names and ids fit a header");
    response.headers_mut().insert(header::LOCATION, location);
    response
}
