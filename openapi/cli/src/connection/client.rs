//! Sends requests, and tells good answers from problems.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, Url};
use serde_json::Value;

use crate::connection::target::{Target, is_loopback};
use crate::failure::{Failure, Outcome, Problem};
use crate::generated::operations::BASE;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest wait for an answer that is not a stream.
const ANSWER: Duration = Duration::from_secs(120);

/// What is sent as a body.
#[derive(Debug)]
pub enum Payload {
    /// Sent as JSON.
    Json(Value),
    /// Sent as they are.
    Bytes(Vec<u8>),
}

/// A request, before it is sent.
#[derive(Debug)]
pub struct Request {
    /// HTTP method in capitals.
    pub method: &'static str,
    /// Path below the base path of the contract; values are filled in and encoded.
    pub path: String,
    /// Names and values of the query, not encoded.
    pub query: Vec<(String, String)>,
    /// Names and values of headers, besides the token's.
    pub headers: Vec<(String, String)>,
    /// Content type and body.
    pub body: Option<(&'static str, Payload)>,
    /// Whether the answer may be endless. No time limit applies then.
    pub stream: bool,
}

impl Request {
    /// A request without query, headers or body.
    #[must_use]
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), headers: Vec::new(), body: None, stream: false }
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn json(self, body: Value) -> Self {
        Self { body: Some(("application/json", Payload::Json(body))), ..self }
    }

    /// The same request with one more query parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same request, for an endless answer without a time limit.
    #[must_use]
    pub fn streaming(self) -> Self {
        Self { stream: true, ..self }
    }
}

/// A server that requests can be sent to.
#[derive(Debug, Clone)]
pub struct Client {
    target: Target,
    http: reqwest::Client,
}

impl Client {
    /// Prepares to talk to this server; nothing is sent yet.
    pub fn new(target: Target) -> Outcome<Self> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("orc/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&target.url) {
            builder = builder.no_proxy();
        }
        if target.url.scheme() == "http" {
            // Without TLS nothing is verified, so reading the system's certificates would only take time.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| Failure::failed("the HTTP client", root_cause(&error)))?;
        Ok(Self { target, http })
    }

    /// The server and its token.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Sends a request and returns a successful answer (2xx).
    ///
    /// # Errors
    /// The server's problem, or unreachable.
    pub async fn send(&self, request: Request) -> Outcome<Response> {
        let url = self.url(&request);
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| Failure::failed("method", error))?;
        let mut builder = self.http.request(method, url).headers(self.headers(&request.headers)?);
        if !request.stream {
            builder = builder.timeout(ANSWER);
        }
        builder = match request.body {
            Some((content_type, Payload::Json(value))) => {
                builder.header("content-type", content_type).body(value.to_string())
            }
            Some((content_type, Payload::Bytes(bytes))) => builder.header("content-type", content_type).body(bytes),
            None => builder,
        };
        let response = builder.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let reason = status.canonical_reason().unwrap_or("The server refused");
        let body = response.bytes().await.unwrap_or_default();
        Err(Failure::Problem(Box::new(Problem::read(status.as_u16(), reason, &body))))
    }

    /// Sends a request whose successful answer is JSON. An empty answer becomes null.
    pub async fn json(&self, request: Request) -> Outcome<Value> {
        let response = self.send(request).await?;
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        let what = format!("{} answered, but not as an Orc server does", self.target.url);
        serde_json::from_slice(&bytes).map_err(|error| Failure::failed(&what, error))
    }

    /// The failure to report when the connection breaks before the answer or within it.
    pub fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let Target { url, source, .. } = &self.target;
        let cause = root_cause(error);
        Failure::Unreachable(format!(
            "No answer from {url} (address from {source}): {cause}.\n\
             Start the server on this machine with `orc-server`, or name another one with --url, ORC_URL or `orc login URL`."
        ))
    }

    fn url(&self, request: &Request) -> Url {
        let mut url = self.target.url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{BASE}{}", request.path));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }

    fn headers(&self, more: &[(String, String)]) -> Outcome<HeaderMap> {
        let mut headers = HeaderMap::new();
        if let Some(token) = self.target.token() {
            let text = HeaderValue::try_from(format!("Bearer {token}"));
            let mut value =
                text.map_err(|_| Failure::Usage("the token contains characters that cannot be sent".into()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        for (name, value) in more {
            let fault = |_| Failure::Usage(format!("{name}: `{value}` cannot be the value of a header"));
            let name = HeaderName::try_from(name.as_str()).map_err(|error| Failure::failed("header", error))?;
            headers.insert(name, HeaderValue::try_from(value.as_str()).map_err(fault)?);
        }
        Ok(headers)
    }
}

/// The innermost cause of an error, which is the system's message.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// A text as one segment of a path, percent-encoded.
#[must_use]
pub fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@' | b':');
    text.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}
