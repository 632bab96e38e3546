//! HTTP requests to other servers, for tasks of kind `http`.
//!
//! Every hop is checked on the very address that is then connected to (server/docs/decisions.md, 36), so a name that
//! resolves differently the second time gains nothing. Link-local addresses, cloud metadata and Orc's own port are
//! refused, also after redirects.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Method, Response, StatusCode, Url, redirect};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Maximum number of redirects.
const REDIRECTS_MAX: usize = 10;

/// How long connecting may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);

/// A request.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// HTTP method.
    pub method: String,
    /// URL of the request.
    pub url: String,
    /// Headers of the request.
    pub headers: BTreeMap<String, String>,
    /// Body of the request.
    pub body: Option<String>,
    /// Port on which this server listens. It is refused on this machine's own addresses.
    pub own_port: u16,
}

/// Why there is no answer. The text is for people.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The request is invalid or its address is not allowed, so trying again cannot help.
    #[error("{0}")]
    Refused(String),
    /// The other side could not be reached or broke off.
    #[error("{0}")]
    Failed(String),
}

/// Sends the request and follows redirects. The body of the answer is not read yet.
pub async fn send(request: &HttpRequest) -> Result<HttpAnswer, HttpError> {
    let mut method = parse(&request.method, "method", |text| Method::from_bytes(text.as_bytes()).ok())?;
    let mut url = parse(&request.url, "address", |text| Url::parse(text).ok())?;
    let mut headers = headers(&request.headers)?;
    let mut body = request.body.clone();
    for _ in 0..=REDIRECTS_MAX {
        let client = client(&url, request.own_port).await?;
        let mut builder = client.request(method.clone(), url.clone()).headers(headers.clone());
        if let Some(body) = &body {
            builder = builder.body(body.clone());
        }
        let response = builder.send().await.map_err(|error| HttpError::Failed(words(&error)))?;
        let Some(next) = redirect_target(&response, &url)? else { return Ok(HttpAnswer { response }) };
        if response.status() == StatusCode::SEE_OTHER
            || matches!(response.status(), StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND) && method == Method::POST
        {
            (method, body) = (Method::GET, None);
        }
        if next.origin() != url.origin() {
            headers.remove("authorization");
            headers.remove("cookie");
        }
        url = next;
    }
    Err(HttpError::Failed(format!("more than {REDIRECTS_MAX} redirects")))
}

fn parse<T>(text: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, HttpError> {
    read(text).ok_or_else(|| HttpError::Refused(format!("\"{text}\" is not a valid {what}")))
}

fn headers(given: &BTreeMap<String, String>) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let name = parse(name, "header name", |text| HeaderName::from_bytes(text.as_bytes()).ok())?;
        let value = HeaderValue::from_str(value)
            .map_err(|_| HttpError::Refused(format!("the value of header {name} contains control characters")))?;
        headers.insert(name, value);
    }
    Ok(headers)
}

fn redirect_target(response: &Response, base: &Url) -> Result<Option<Url>, HttpError> {
    let redirects = [301, 302, 303, 307, 308].contains(&response.status().as_u16());
    let Some(location) = response.headers().get(LOCATION).filter(|_| redirects) else { return Ok(None) };
    let text = location.to_str().unwrap_or_default();
    base.join(text).map(Some).map_err(|_| HttpError::Failed(format!("redirect to the invalid address \"{text}\"")))
}

/// Creates a client that can connect only to the checked addresses of this host.
async fn client(url: &Url, own_port: u16) -> Result<Client, HttpError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(HttpError::Refused(format!("{}: only http and https are supported", url.scheme())));
    }
    let host = url.host_str().ok_or_else(|| HttpError::Refused("the address contains no host".into()))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((bare, port))
        .await
        .map_err(|error| HttpError::Failed(format!("the name {bare} cannot be resolved: {error}")))?
        .collect();
    for address in &addresses {
        if let Some(reason) = refusal(*address, own_port) {
            return Err(HttpError::Refused(format!("{bare} ({}) is refused: {reason}", address.ip())));
        }
    }
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_WITHIN)
        .user_agent(concat!("orc/", env!("CARGO_PKG_VERSION")))
        .resolve_to_addrs(bare, &addresses)
        .build()
        .map_err(|error| HttpError::Failed(words(&error)))
}

/// Why connecting to an address is not allowed; none if it is.
pub fn refusal(address: SocketAddr, own_port: u16) -> Option<&'static str> {
    let ip = match address.ip() {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(IpAddr::V6(six), IpAddr::V4),
        four => four,
    };
    let link_local = match ip {
        IpAddr::V4(four) => four.is_link_local(),
        IpAddr::V6(six) => six.is_unicast_link_local(),
    };
    let metadata = match ip {
        IpAddr::V4(four) => four == Ipv4Addr::new(100, 100, 100, 200) || four == Ipv4Addr::new(168, 63, 129, 16),
        IpAddr::V6(six) => six.segments()[..4] == [0xfd00, 0xec2, 0, 0],
    };
    if link_local {
        return Some("link-local addresses are not allowed");
    }
    if metadata {
        return Some("addresses of cloud metadata are not allowed");
    }
    let own = ip.is_loopback() || ip.is_unspecified();
    (own && address.port() == own_port).then_some("this is Orc itself; use a task or the API with a token from outside")
}

/// An answer whose body has not been read yet.
#[derive(Debug)]
pub struct HttpAnswer {
    response: Response,
}

impl HttpAnswer {
    /// Status code.
    pub fn code(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Status line and headers as text, for the log.
    pub fn head(&self) -> String {
        let version = self.response.version();
        let mut text = format!("{version:?} {}\n", self.response.status());
        for (name, value) in self.response.headers() {
            let shown = if name == "set-cookie" { "***" } else { value.to_str().unwrap_or("(binary)") };
            text.push_str(&format!("{name}: {shown}\n"));
        }
        text.push('\n');
        text
    }

    /// The next piece of the body; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        let piece = self.response.chunk().await.map_err(|error| HttpError::Failed(words(&error)))?;
        Ok(piece.map(|bytes| bytes.to_vec()))
    }
}

/// Joins the whole chain of causes, because reqwest's own text stops at "error sending request".
fn words(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, refused: bool) {
        let address: SocketAddr = address.parse().expect("an address");
        assert_eq!(refusal(address, 5000).is_some(), refused, "{address}");
    }

    #[test]
    fn addresses_that_are_refused() {
        check("169.254.169.254:80", true);
        check("[::ffff:169.254.169.254]:80", true);
        check("[fe80::1]:80", true);
        check("100.100.100.200:80", true);
        check("[fd00:ec2::254]:80", true);
        check("127.0.0.1:5000", true);
        check("[::1]:5000", true);
        check("0.0.0.0:5000", true);
        check("127.0.0.1:8080", false);
        check("192.168.1.10:5000", false);
        check("10.0.0.1:443", false);
    }
}
