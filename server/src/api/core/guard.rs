//! Protects browsers from being tricked: by foreign names for this server (DNS rebinding), requests from foreign
//! pages, framing, and sniffing. The layer checks every request before anything else sees it.

use super::error::ApiError;
use super::state::ApiState;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Names that every server accepts in requests.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Headers of every answer that does not set them itself.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Refuses foreign hosts and foreign pages, and adds protective headers.
pub async fn guard(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let refused = foreign_host(&state, &request).or_else(|| foreign_page(&state, &request));
    let mut response = match refused {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn foreign_host(state: &ApiState, request: &Request) -> Option<ApiError> {
    let given = authority(request);
    let host = given.as_ref().map(|authority| authority.host().to_ascii_lowercase()).unwrap_or_default();
    if is_allowed(state, &host) {
        return None;
    }
    let detail = format!(
        "this server does not accept the name \"{host}\"; an administrator can allow it with ORC_ALLOWED_HOSTS"
    );
    Some(ApiError::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", detail))
}

fn is_allowed(state: &ApiState, host: &str) -> bool {
    let named = |allowed: &String| allowed.eq_ignore_ascii_case(host);
    LOOPBACK.contains(&host) || state.settings.allowed_hosts.iter().any(named)
}

/// The name by which the request calls this server: the Host header, or the target of HTTP/2.
fn authority(request: &Request) -> Option<Authority> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok()?.parse().ok(),
        (None, _) => request.uri().authority().cloned(),
        (Some(_), Some(_)) => None,
    }
}

fn foreign_page(state: &ApiState, request: &Request) -> Option<ApiError> {
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let path = request.uri().path();
    let stream = path.ends_with("/events") || path.ends_with("/log/stream");
    if harmless && !stream {
        return None;
    }
    let site = text(request.headers(), "sec-fetch-site");
    let foreign_site = site.as_deref().is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let origin = text(request.headers(), "origin");
    let foreign_origin = origin.as_deref().is_some_and(|origin| !is_own_origin(state, request, origin));
    (foreign_site || foreign_origin).then(|| {
        let detail = "the request comes from a page of another site";
        ApiError::new(StatusCode::FORBIDDEN, "foreign_origin", detail)
    })
}

fn is_own_origin(state: &ApiState, request: &Request, origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let Ok(origin) = rest.parse::<Authority>() else { return false };
    let same = authority(request).is_some_and(|own| own.as_str().eq_ignore_ascii_case(origin.as_str()));
    let proxied = state.settings.behind_proxy && state.settings.allowed_hosts.iter().any(|host| host == origin.host());
    is_own_scheme(state, scheme, origin.host()) && (same || proxied)
}

/// Returns whether a page's scheme is this server's own. A page that came without TLS is foreign to a server with
/// TLS, because anybody on the way may have changed it. A server behind a proxy still serves its own machine without
/// TLS.
fn is_own_scheme(state: &ApiState, scheme: &str, host: &str) -> bool {
    let own = if state.settings.secure_cookies { "https" } else { "http" };
    scheme == own || (scheme == "http" && state.settings.behind_proxy && LOOPBACK.contains(&host))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| value.to_str().unwrap_or("unreadable").to_owned())
}
