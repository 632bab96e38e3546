//! Problems: the one shape of every error answer (RFC 9457).
//!
//! There is exactly one conversion, from `app::Error`, and constructors for what goes wrong before a use case is
//! reached.

use super::answer;
use crate::app;
use crate::domain::core::problem::Problem as FieldProblem;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

tokio::task_local! {
    /// Id of the current request, set by the outermost layer.
    pub static REQUEST_ID: String;
}

/// Id of the current request; empty outside of one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// An error answer.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// Status code.
    pub status: StatusCode,
    /// Kind of problem, for programs.
    pub code: &'static str,
    /// What happened, to which thing, and what to do about it.
    pub detail: String,
    /// What is wrong with each field.
    pub fields: Vec<FieldProblem>,
    /// Seconds after which the request may be repeated.
    pub retry_after: Option<u64>,
    /// The current version, if the change was based on an old one.
    pub current_version: Option<u32>,
}

/// Result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: String,
    fields: Vec<Field<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<u32>,
}

#[derive(Serialize)]
struct Field<'a> {
    pointer: &'a str,
    message: &'a str,
}

impl ApiError {
    /// Creates a problem without fields.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), fields: Vec::new(), retry_after: None, current_version: None }
    }

    /// The problem for fields that cannot be accepted (422).
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.as_slice() {
            [one] if one.pointer.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.pointer, one.message),
            many => format!("{} fields cannot be accepted", many.len()),
        };
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// The problem for a query parameter that cannot be accepted (422).
    pub fn invalid_query(name: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem::at(format!("?{name}"), message)])
    }

    /// The problem for a missing thing (404).
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }
}

impl From<app::Error> for ApiError {
    fn from(error: app::Error) -> Self {
        let detail = error.to_string();
        match error {
            app::Error::NotFound(_) => Self::not_found(detail),
            app::Error::Conflict { code, .. } => Self::new(StatusCode::CONFLICT, code, detail),
            app::Error::Stale { current } => {
                let problem = Self::new(StatusCode::PRECONDITION_FAILED, "stale_version", detail);
                Self { current_version: Some(current), ..problem }
            }
            app::Error::Invalid(fields) => Self::invalid(fields),
            app::Error::Unauthenticated(_) => Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail),
            app::Error::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            app::Error::TooMany(seconds) => Self {
                retry_after: Some(seconds),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail)
            },
            app::Error::Unavailable(_) => {
                Self { retry_after: Some(2), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail) }
            }
            app::Error::Full => {
                Self { retry_after: Some(30), ..Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", detail) }
            }
            app::Error::Internal(cause) => {
                tracing::error!(request_id = request_id(), cause, "internal error");
                let detail = "something went wrong inside the server; its log has the details under this request id";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: format!("urn:orc:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            request_id: request_id(),
            fields: self.fields.iter().map(|f| Field { pointer: &f.pointer, message: &f.message }).collect(),
            current_version: self.current_version,
        };
        let text = serde_json::to_vec(&body).expect("a problem is plain data");
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(version) = self.current_version {
            headers.insert(header::ETAG, answer::etag(version));
        }
        response
    }
}
