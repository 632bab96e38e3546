//! The page: files built from `web/` and embedded in the binary, and the two health checks for load balancers.
//!
//! Files under `/assets/` have the hash of their content in their name and never change. Browsers check all others
//! each time. A path without a file is a place inside the page, so it gets the page. A file may have a brotli twin
//! (`x.js.br`), which is sent to clients that accept brotli.

use super::swagger;
use crate::api::core::error::ApiError;
use crate::api::core::state::ApiState;
use crate::api::forecast::feeds;
use crate::api::triggers::hooks;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct Dist;

/// The page's policy: nothing inline, nothing from other sites.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
form-action 'self'; frame-src 'self'; frame-ancestors 'none'";

/// Everything that is not an operation of the contract.
pub fn pages() -> Router<ApiState> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/feeds/{file}", get(feeds::serve))
        .route("/hooks/{address}", get(hooks::read).post(hooks::receive).fallback(hooks::only_post))
        .route("/hooks/{address}/{said}", get(hooks::heartbeat).post(hooks::heartbeat).fallback(hooks::only_calls))
        .route("/swagger-ui", get(swagger::entry))
        .route("/swagger-ui/", get(swagger::file))
        .route("/swagger-ui/{*file}", get(swagger::file))
        .fallback(page)
}

/// Answers that the process lives.
async fn healthz() -> Response {
    word(StatusCode::OK, "ok")
}

/// Answers whether the server can work: the database responds, and the server is not stopping.
async fn readyz(State(state): State<ApiState>) -> Response {
    match !state.stop.is_cancelled() && state.app.is_ready().await {
        true => word(StatusCode::OK, "ready"),
        false => word(StatusCode::SERVICE_UNAVAILABLE, "unready"),
    }
}

fn word(status: StatusCode, word: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, word).into_response()
}

async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return ApiError::not_found(format!("there is no operation at {}", uri.path())).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        let detail = format!("{} is read-only", uri.path());
        let refused = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
        return ([(header::ALLOW, "GET, HEAD")], refused).into_response();
    }
    // Files are at the top or in `assets/`. Deeper paths are places of the page, where names of tasks may contain
    // dots.
    let may_be_file = path.starts_with("assets/") || !path.contains('/');
    let is_file = may_be_file && path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    let name = if is_file { path } else { "index.html" };
    let found = if name.ends_with(".br") || name.ends_with(".gz") { None } else { Dist::get(name) };
    match found {
        Some(file) => {
            let packed = accepts_brotli(&headers).then(|| Dist::get(&format!("{name}.br"))).flatten();
            answer(name, file, packed, &headers)
        }
        None => ApiError::not_found(format!("there is no file {}", uri.path())).into_response(),
    }
}

/// Answers with one file, or with its brotli twin if the client accepts it.
fn answer(name: &str, plain: EmbeddedFile, packed: Option<EmbeddedFile>, headers: &HeaderMap) -> Response {
    let etag = match &packed {
        Some(_) => format!("\"{}-br\"", hex::encode(&plain.metadata.sha256_hash()[..16])),
        None => format!("\"{}\"", hex::encode(&plain.metadata.sha256_hash()[..16])),
    };
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let fresh = known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut response = match (fresh, &packed) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, Some(packed)) => packed.data.clone().into_response(),
        (false, None) => plain.data.clone().into_response(),
    };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, content_type(&plain));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::ETAG, HeaderValue::from_str(&etag).expect("hex digits are valid in a header"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    if packed.is_some() && !fresh {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// Content type of a file. Text needs a charset, or browsers guess one.
fn content_type(file: &EmbeddedFile) -> HeaderValue {
    let kind = file.metadata.mimetype();
    let is_text = kind.starts_with("text/") || matches!(kind, "application/json" | "application/manifest+json");
    let full = if is_text { format!("{kind}; charset=utf-8") } else { kind.to_owned() };
    HeaderValue::from_str(&full).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let refused = |quality: &str| matches!(quality, "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        parts.next() == Some("br") && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_embed::Metadata;

    fn file(text: &'static str) -> EmbeddedFile {
        let metadata = Metadata::__rust_embed_new([7; 32], None, None, "text/javascript");
        EmbeddedFile { data: text.as_bytes().into(), metadata }
    }

    fn asking(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_packed_twin_has_a_tag_of_its_own() {
        let nothing = HeaderMap::new();
        let plain = answer("assets/x.js", file("let x"), None, &nothing);
        let packed = answer("assets/x.js", file("let x"), Some(file("packed")), &nothing);
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        for answer in [&plain, &packed] {
            assert_eq!(answer.headers()[header::VARY], "accept-encoding");
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        }
        assert_ne!(plain.headers()[header::ETAG], packed.headers()[header::ETAG]);
        let known = asking(header::IF_NONE_MATCH, packed.headers()[header::ETAG].to_str().unwrap());
        assert_eq!(answer("x.js", file("let x"), Some(file("packed")), &known).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer("x.js", file("let x"), None, &known).status(), StatusCode::OK);
    }

    #[test]
    fn brotli_is_sent_to_whoever_accepts_it() {
        for (value, expected) in
            [("gzip, deflate, br", true), ("br;q=0.5", true), ("br;q=0", false), ("gzip", false), ("brx", false)]
        {
            assert_eq!(accepts_brotli(&asking(header::ACCEPT_ENCODING, value)), expected, "{value}");
        }
        assert!(!accepts_brotli(&HeaderMap::new()));
    }
}
