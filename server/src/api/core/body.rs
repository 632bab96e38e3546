//! Extractors that turn every rejection into a problem: JSON bodies, queries, paths.

use super::error::ApiError;
use super::state::ApiState;
use crate::api::contract::Contract;
use crate::app::core::upload::Upload;
use crate::domain::core::problem::Problem;
use crate::domain::model::{Cursor, PageRequest};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection};
use axum::http::{StatusCode, header, request::Parts};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

/// A JSON body, checked against the published schema of `T`.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + ToSchema> FromRequest<ApiState> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let declared = request.headers().get(header::CONTENT_TYPE).cloned();
        let essence = declared.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = essence.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let bytes = Bytes::from_request(request, state).await.map_err(too_large)?;
        let empty = bytes.is_empty();
        if !(matches!(essence.as_str(), "application/json" | "application/merge-patch+json")
            || empty && declared.is_none())
        {
            let detail = format!("the body must be application/json, not \"{essence}\"");
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail));
        }
        let text = if empty { b"{}".as_slice() } else { &bytes };
        let value = serde_json::from_slice::<Value>(text).map_err(|error| bad_json(&error))?;
        checked(&state.contract, value).map(Self)
    }
}

/// Reads a value after checking it against the published schema of `T`.
pub fn checked<T: DeserializeOwned + ToSchema>(contract: &Contract, mut value: Value) -> Result<T, ApiError> {
    let name = T::name();
    contract.strip_read_only(&name, &mut value);
    let faults = contract.faults(&name, &value);
    if !faults.is_empty() {
        return Err(ApiError::invalid(faults));
    }
    contract.settle_numbers(&name, &mut value);
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let path = error.path().to_string();
        let pointer =
            if path == "." { String::new() } else { format!("/{}", path.replace(['.', '['], "/").replace(']', "")) };
        ApiError::invalid(vec![Problem::at(pointer, error.into_inner().to_string())])
    })
}

/// The file of a body that takes it as text or, so that nobody need decode it before, as bytes in base64. `field` is the name
/// of the text; that of the bytes ends with `_base64`.
pub fn upload(field: &str, text: String, base64: Option<&str>, encoding: Option<String>) -> Result<Upload, ApiError> {
    let invalid = |message: &str| ApiError::invalid(vec![Problem::at(format!("/{field}_base64"), message.to_owned())]);
    match base64 {
        None => Ok(Upload::Text(text)),
        Some(_) if !text.is_empty() => Err(invalid("the file is given as text too: leave out one of them")),
        Some(base64) => {
            let bytes = STANDARD.decode(base64.split_ascii_whitespace().collect::<String>());
            let bytes = bytes.map_err(|error| invalid(&format!("not base64: {error}")))?;
            Ok(Upload::Bytes { bytes, encoding })
        }
    }
}

/// The answer for a body that is too large, or that broke off.
pub fn too_large(rejection: BytesRejection) -> ApiError {
    let status = rejection.status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(status, "too_large", "the body is larger than this operation accepts");
    }
    ApiError::new(StatusCode::BAD_REQUEST, "bad_body", "the body could not be read")
}

fn bad_json(error: &serde_json::Error) -> ApiError {
    let detail = format!("the body is not valid JSON: {error}");
    ApiError::new(StatusCode::BAD_REQUEST, "bad_json", detail)
}

/// Query parameters; unknown ones are refused.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => {
                let text = rejection.body_text();
                let message = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let (name, message) = message.split_once(": ").unwrap_or(("", message));
                Err(ApiError::invalid_query(name, with_form(message)))
            }
        }
    }
}

/// Adds the expected form to what the libraries say about a bad number, day or instant.
fn with_form(message: &str) -> String {
    const OF_CHRONO: [&str; 6] = [
        "input is out of range",
        "no possible date and time matching input",
        "input is not enough for unique date and time",
        "input contains invalid characters",
        "premature end of input",
        "trailing input",
    ];
    const OF_NUMBERS: [&str; 4] = [
        "invalid digit found in string",
        "number too large to fit in target type",
        "number too small to fit in target type",
        "cannot parse integer from empty string",
    ];
    if OF_NUMBERS.contains(&message) {
        return "must be a whole number that is not too large, and not negative".to_owned();
    }
    if !OF_CHRONO.contains(&message) {
        return message.to_owned();
    }
    format!("{message}: write a day as 2026-12-31, an instant as 2026-12-31T08:00:00Z (a + in an address as %2B)")
}

/// Parts of the path.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(_) => Err(ApiError::not_found("there is nothing with this id")),
        }
    }
}

/// The version on which a change is based: the `If-Match` header.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Option<u32>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let digits = text.trim_start_matches("W/").trim_matches('"');
        let unreadable = || {
            ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                "stale_version",
                "If-Match does not contain a version of a task",
            )
        };
        digits.parse().map(|version| Self(Some(version))).map_err(|_| unreadable())
    }
}

/// The `Idempotency-Key` header.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(text) if (1..=200).contains(&text.len()) => Ok(Self(Some(text.to_owned()))),
            _ => Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "bad_header",
                "Idempotency-Key must be 1 to 200 visible ASCII characters",
            )),
        }
    }
}

/// The requested page of a list: `limit` is 1 to 500, 50 if absent.
pub fn page_request(limit: Option<u32>, cursor: Option<&str>) -> Result<PageRequest, ApiError> {
    let limit = match limit.unwrap_or(50) {
        limit @ 1..=500 => limit,
        other => return Err(ApiError::invalid_query("limit", format!("{other} is not between 1 and 500"))),
    };
    let cursor = match cursor.filter(|cursor| !cursor.is_empty()) {
        Some(text) => Some(text.parse::<Cursor>().map_err(|error| ApiError::from(crate::app::Error::from(error)))?),
        None => None,
    };
    Ok(PageRequest { limit, cursor })
}

#[cfg(test)]
mod tests {
    use super::with_form;
    use chrono::{DateTime, NaiveDate, Utc};

    #[test]
    fn whatever_is_wrong_with_a_day_or_an_instant_its_form_is_told() {
        for bad in ["2026-13-01", "2026-02-30", "tomorrow", "2026-12", "2026-12-31T", "2026-12-31x", ""] {
            let error = bad.parse::<NaiveDate>().expect_err(bad).to_string();
            assert!(with_form(&error).contains("2026-12-31"), "{bad}: {error}");
        }
        for bad in ["2026-12-31", "2026-12-31T08:00:00 02:00", "2026-12-31T25:00:00Z", "now", ""] {
            let error = bad.parse::<DateTime<Utc>>().expect_err(bad).to_string();
            assert!(with_form(&error).contains("2026-12-31T08:00:00Z"), "{bad}: {error}");
        }
        assert_eq!(with_form("unknown field `form`"), "unknown field `form`");
    }
}
