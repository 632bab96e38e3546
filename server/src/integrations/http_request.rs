//! HTTP requests to other servers, for tasks of kind `http`.
//!
//! Every hop is checked on the very address that is then connected to (server/docs/decisions.md, 36), so a name that
//! resolves differently the second time gains nothing. Link-local addresses, cloud metadata and Orc's own port are
//! refused, also after redirects. A proxy that resolves names itself connects to what it likes, so `hop` refuses
//! through it whatever this machine knows to be forbidden, and the proxy's own rules hold for the rest.

use super::authorities;
use super::hop::{self, Hop, HttpError};
use crate::domain::runs::travel::ProxyChoice;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Certificate, Client, Method, Proxy, Response, StatusCode, Url, redirect};
use std::collections::BTreeMap;
use std::path::PathBuf;
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
    /// Parts that only the first server may get, because a credential is in them.
    pub private: Private,
    /// The proxy; none: the request goes directly, whatever the environment says.
    pub proxy: Option<ProxyChoice>,
    /// Files with certificates of authorities to trust in addition to those of the system.
    pub ca_files: Vec<PathBuf>,
    /// Port on which this server listens. It is refused on this machine's own addresses.
    pub own_port: u16,
}

/// Parts of a request that a redirect must not carry to another server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private {
    /// Names of headers.
    pub headers: Vec<String>,
    /// Whether the body is one of them.
    pub body: bool,
}

/// Sends the request and follows redirects. Tells by which way each hop goes. The body of the answer is not read yet.
pub async fn send(request: &HttpRequest, tell: &(dyn Fn(String) + Sync)) -> Result<HttpAnswer, HttpError> {
    let mut method = parse(&request.method, "method", |text| Method::from_bytes(text.as_bytes()).ok())?;
    let mut url = parse(&request.url, "address", |text| Url::parse(text).ok())?;
    let mut headers = headers(&request.headers)?;
    let mut body = request.body.clone();
    let authorities = trusted(&request.ca_files, tell).await?;
    for _ in 0..=REDIRECTS_MAX {
        let hop = Hop::of(&url, request.proxy.as_ref());
        if let Some(way) = hop.words(&url) {
            tell(way);
        }
        let client = client(&url, &hop, &authorities, request.own_port).await?;
        let mut builder = client.request(method.clone(), url.clone()).headers(headers.clone());
        if let Some(body) = &body {
            builder = builder.body(body.clone());
        }
        let response = builder.send().await.map_err(|error| failed(&hop, &error))?;
        let Some(next) = redirect_target(&response, &url)? else {
            let body_lost = request.body.is_some() && body.is_none();
            return Ok(HttpAnswer { response, url, body_lost, proxy: hop.proxy().map(|proxy| proxy.url.clone()) });
        };
        if response.status() == StatusCode::SEE_OTHER
            || matches!(response.status(), StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND) && method == Method::POST
        {
            (method, body) = (Method::GET, None);
        }
        if next.origin() != url.origin() {
            headers.remove("authorization");
            headers.remove("cookie");
            request.private.headers.iter().for_each(|name| drop(headers.remove(name.as_str())));
            if request.private.body && body.is_some() {
                let problem = "the answer redirects to another server, which must not get the credential in the body; \
                               write the address of that server into the task";
                return Err(HttpError::Refused(problem.to_owned()));
            }
        }
        url = next;
    }
    Err(HttpError::Failed(format!("more than {REDIRECTS_MAX} redirects")))
}

/// Reads the certificates of the authorities that are trusted in addition to those of the system.
async fn trusted(files: &[PathBuf], tell: &(dyn Fn(String) + Sync)) -> Result<Vec<Certificate>, HttpError> {
    let mut all = Vec::new();
    for file in files {
        let path = file.clone();
        let read = tokio::task::spawn_blocking(move || authorities::read(&path)).await;
        let found = read.map_err(|error| HttpError::Failed(error.to_string()))?.map_err(HttpError::Authorities)?;
        let noun = if found.len() == 1 { "authority" } else { "authorities" };
        tell(format!("also trusts {} {noun} of {}", found.len(), file.display()));
        all.extend(found);
    }
    Ok(all)
}

fn failed(hop: &Hop, error: &reqwest::Error) -> HttpError {
    broken(hop.proxy().map(|proxy| proxy.url.as_str()), words(error))
}

fn broken(proxy: Option<&str>, problem: String) -> HttpError {
    match proxy {
        Some(proxy) => HttpError::FailedAtProxy { proxy: proxy.to_owned(), problem },
        None => HttpError::Failed(problem),
    }
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

/// Creates a client that can connect only to the checked addresses of this hop.
async fn client(url: &Url, hop: &Hop<'_>, authorities: &[Certificate], own_port: u16) -> Result<Client, HttpError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(HttpError::Refused(format!("{}: only http and https are supported", url.scheme())));
    }
    // Variables such as HTTP_PROXY never count.
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .user_agent(concat!("orc/", env!("CARGO_PKG_VERSION")));
    for (host, addresses) in hop::addresses(url, hop, own_port).await? {
        builder = builder.resolve_to_addrs(&host, &addresses);
    }
    if let Some(proxy) = hop.proxy() {
        let proxy = Proxy::all(&proxy.url).map_err(|error| HttpError::Refused(words(&error)))?;
        builder = builder.proxy(proxy);
    }
    if !authorities.is_empty() {
        builder = builder.tls_certs_merge(authorities.iter().cloned());
    }
    builder.build().map_err(|error| HttpError::Failed(words(&error)))
}

/// An answer whose body has not been read yet.
#[derive(Debug)]
pub struct HttpAnswer {
    response: Response,
    /// Where the answer comes from, after redirects.
    url: Url,
    /// Whether a redirect took the body away.
    body_lost: bool,
    /// Address of the proxy through which it comes.
    proxy: Option<String>,
}

impl HttpAnswer {
    /// Status code.
    pub fn code(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Where the answer comes from, if a redirect on the way there took the body of the request away.
    pub fn reached_without_body(&self) -> Option<&Url> {
        self.body_lost.then_some(&self.url)
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
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
        let piece = self.response.chunk().await;
        let piece = piece.map_err(|error| broken(self.proxy.as_deref(), words(&error)))?;
        Ok(piece.map(|bytes| bytes.to_vec()))
    }
}

/// Layers of the client that say nothing to a person.
const PLUMBING: [&str; 2] = ["client error (Connect)", "tcp connect error"];

/// Joins the whole chain of causes, because reqwest's own text stops at "error sending request". A connection that fails
/// is named by host and port, without the rest of the address.
fn words(error: &reqwest::Error) -> String {
    let place = error.url().filter(|_| error.is_connect()).and_then(|url| {
        let host = url.host_str()?;
        Some(url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    let mut text = place.map_or_else(|| error.to_string(), |place| format!("cannot connect to {place}"));
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !PLUMBING.contains(&said.as_str()) {
            text.push_str(&format!(": {}", said.split(" (os error").next().unwrap_or_default()));
        }
        cause = inner.source();
    }
    text
}
