//! Identifies the caller and checks the permission: a layer around every operation, which refuses whatever it does
//! not know.
//!
//! The permission of an operation is the one that the published document states (`x-permission`), found by route and
//! method. A route that is not in the document is refused.

use super::error::{ApiError, request_id};
use super::layers;
use super::state::ApiState;
use crate::api::contract::{Access, Contract};
use crate::app::{self, Caller};
use crate::security::token::same;
use axum::Extension;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Name of the session cookie.
pub const COOKIE: &str = "orc_session";

/// Name of the session cookie when it is bound to TLS and the host.
pub const COOKIE_SECURE: &str = "__Host-orc_session";

/// Identifies the caller, if there is one, for all inner layers.
pub async fn identify(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let credentials = credentials(&state, &request);
    match caller(&state, credentials).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Ok(None) => {}
        Err(error) => return ApiError::from(error).into_response(),
    }
    next.run(request).await
}

/// Refuses callers without the required permission, and every operation that the document does not contain.
pub async fn authorize(State(contract): State<Arc<Contract>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let needed = contract.access(&route, request.method());
    if needed == Some(Access::Public) {
        return next.run(request).await;
    }
    let Some(caller) = request.extensions().get::<Caller>() else {
        return ApiError::from(app::Error::Unauthenticated("log in, or send a valid token".into())).into_response();
    };
    let Some(Access::Needs(permission)) = needed else { return unlisted(&contract, &route, request).await };
    match caller.require(permission) {
        Err(error) => ApiError::from(error).into_response(),
        Ok(()) => next.run(request).await,
    }
}

/// Answers for a route that the document does not contain. Such a route is never reached, even if the router has a
/// handler for it.
async fn unlisted(contract: &Contract, route: &str, request: Request) -> Response {
    let methods = contract.methods(route);
    if methods.is_empty() {
        return layers::unknown(request.uri().clone()).await.into_response();
    }
    let allow = HeaderValue::from_str(&methods.join(", ")).expect("methods are valid in a header");
    ([(header::ALLOW, allow)], layers::method_not_allowed(request).await).into_response()
}

/// The credentials that a request presents.
enum Credentials {
    Nobody,
    Local(Caller),
    Token(String),
    Cookie(String),
}

fn credentials(state: &ApiState, request: &Request) -> Credentials {
    let headers = request.headers();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let text = value.to_str().unwrap_or_default();
        let Some(token) = text.strip_prefix("Bearer ").map(str::trim) else { return Credentials::Nobody };
        return local(state, request, token).map_or_else(|| Credentials::Token(token.to_owned()), Credentials::Local);
    }
    cookie(headers, state.settings.secure_cookies).map_or(Credentials::Nobody, Credentials::Cookie)
}

async fn caller(state: &ApiState, credentials: Credentials) -> app::Result<Option<Caller>> {
    match credentials {
        Credentials::Nobody => Ok(None),
        Credentials::Local(caller) => Ok(Some(caller)),
        Credentials::Token(token) => state.app.token_caller(&token, Some(request_id())).await,
        Credentials::Cookie(cookie) => state.app.session_caller(&cookie, Some(request_id())).await,
    }
}

/// The caller of the local command line: its token, sent from this machine.
fn local(state: &ApiState, request: &Request, token: &str) -> Option<Caller> {
    let known = state.settings.local_token.as_deref()?;
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let from_here = peer.ip().to_canonical().is_loopback();
    let proved = same(known.as_bytes(), token.as_bytes());
    (from_here && proved).then(|| Caller { request_id: Some(request_id()), ..Caller::local() })
}

/// The session cookie of a request.
pub(in crate::api) fn cookie(headers: &HeaderMap, secure: bool) -> Option<String> {
    let wanted = if secure { COOKIE_SECURE } else { COOKIE };
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// Where a request comes from.
pub(in crate::api) fn peer_address(
    state: &ApiState,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: &HeaderMap,
) -> String {
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer.ip().to_canonical().to_string()).unwrap_or_default();
    let forwarded = if state.settings.behind_proxy { forwarded(headers) } else { None };
    forwarded.map_or(peer, |address| address.to_canonical().to_string())
}

/// The address that the proxy saw: the last address of the last line. The client may have invented all the others.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let line = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = line.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}
