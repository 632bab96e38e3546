//! Swagger UI: the contract to read and to try, from files inside the binary.
//!
//! It shows the same bytes as `/api/v1/openapi.json` and uses the session of the logged-in user. It has its own
//! policy because it uses inline styles.

use crate::api::core::PREFIX;
use crate::api::core::error::ApiError;
use crate::app::{self, Caller};
use axum::Extension;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from(format!("{}/openapi.json", PREFIX));
    Arc::new(config.with_credentials(true).try_it_out_enabled(true).display_operation_id(true).validator_url("none"))
});

/// Redirects `/swagger-ui` to the address with a slash, to which its files are relative.
pub async fn entry() -> Redirect {
    Redirect::to("/swagger-ui/")
}

/// Serves one of its files to logged-in users, and sends other browsers to the login page.
pub async fn file(uri: Uri, caller: Option<Extension<Caller>>, headers: HeaderMap) -> Response {
    if caller.is_none() {
        return refused(&headers);
    }
    let name = uri.path().trim_start_matches("/swagger-ui/");
    let Ok(Some(file)) = utoipa_swagger_ui::serve(name, CONFIG.clone()) else {
        return ApiError::not_found(format!("there is no file /swagger-ui/{name}")).into_response();
    };
    let takes_gzip =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|v| v.contains("gzip"));
    if file.gzpipped && !takes_gzip && headers.contains_key(header::ACCEPT_ENCODING) {
        let detail = "this file is only available compressed with gzip";
        return ApiError::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail).into_response();
    }
    let kind = if file.content_type.starts_with("text/") {
        format!("{}; charset=utf-8", file.content_type)
    } else {
        file.content_type
    };
    let mut response = file.bytes.into_owned().into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_str(&kind).expect("a media type is valid in a header"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    if file.gzpipped {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

fn refused(headers: &HeaderMap) -> Response {
    let is = |name: &str, word: &str| headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(word));
    if is("sec-fetch-mode", "navigate") || is("accept", "text/html") {
        return Redirect::to("/login?next=%2Fswagger-ui%2F").into_response();
    }
    ApiError::from(app::Error::Unauthenticated("log in, or send a token".to_owned())).into_response()
}
