//! One hop of a request: whether it goes through the proxy, and which addresses it may connect to.
//!
//! Deliberately absent: sending, which `http_request` does. Start reading at `addresses`.

use super::authorities::BadFile;
use crate::domain::runs::travel::{ChosenBy, ProxyChoice};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How long this machine looks for a name that the proxy will resolve itself. Machines behind proxies often cannot
/// resolve the names of others at all.
const LOOK_UP_WITHIN: Duration = Duration::from_secs(3);

/// Names of the metadata services of clouds, which only resolve inside them.
const METADATA_NAMES: [&str; 4] =
    ["metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"];

/// Why there is no answer. The text is for people.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The request is invalid or its address is not allowed, so trying again cannot help.
    #[error("{0}")]
    Refused(String),
    /// The other side could not be reached or broke off.
    #[error("{0}")]
    Failed(String),
    /// The same, on the way through a proxy.
    #[error("through the proxy {proxy}: {problem}")]
    FailedAtProxy {
        /// Address of the proxy.
        proxy: String,
        /// What happened.
        problem: String,
    },
    /// A file with certificates cannot be used.
    #[error("{0}")]
    Authorities(BadFile),
}

/// By which way a request goes to one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop<'a> {
    /// Directly, because there is no proxy.
    Direct,
    /// Directly, because a host of `no_proxy` matches.
    Around(&'a str),
    /// Through the proxy.
    Through(&'a ProxyChoice),
}

impl<'a> Hop<'a> {
    /// The way to an address.
    pub fn of(url: &Url, proxy: Option<&'a ProxyChoice>) -> Self {
        let Some(proxy) = proxy else { return Self::Direct };
        let around = proxy.no_proxy.iter().find(|host| reached_without(url, host));
        around.map_or(Self::Through(proxy), |host| Self::Around(host))
    }

    /// The proxy, if the request goes through it.
    pub const fn proxy(&self) -> Option<&'a ProxyChoice> {
        match self {
            Self::Through(proxy) => Some(proxy),
            Self::Direct | Self::Around(_) => None,
        }
    }

    /// The way as a sentence for the log; none if there is no proxy to speak of.
    pub fn words(&self, url: &Url) -> Option<String> {
        let host = url.host_str().unwrap_or_default();
        match self {
            Self::Direct => None,
            Self::Around(entry) => Some(format!("asks {host} directly (no_proxy: {entry})")),
            Self::Through(ProxyChoice { url: proxy, chosen_by, .. }) => {
                let chosen_by = match chosen_by {
                    ChosenBy::Task => "of the task",
                    ChosenBy::Server => "of the server's setting http_proxy",
                };
                Some(format!("asks {host} through the proxy {proxy} {chosen_by}"))
            }
        }
    }
}

fn reached_without(url: &Url, host: &str) -> bool {
    let host = if host == "*" { host } else { host.trim_start_matches('*') };
    let matcher = Matcher::builder().all("http://proxy").no(host).build();
    url.as_str().parse().is_ok_and(|target| matcher.intercept(&target).is_none())
}

/// Returns the hosts to which a hop may connect, with their checked addresses. Fails if an address is not allowed.
///
/// A proxy that resolves names itself gets the name. If this machine can resolve it too, all addresses are checked; if
/// it cannot, the rules of the proxy hold. `socks5` proxies get the checked address.
pub async fn addresses(url: &Url, hop: &Hop<'_>, own_port: u16) -> Result<Vec<(String, Vec<SocketAddr>)>, HttpError> {
    let Some(proxy) = hop.proxy() else { return Ok(vec![checked(url, own_port).await?]) };
    let address = Url::parse(&proxy.url).map_err(|error| HttpError::Refused(format!("{}: {error}", proxy.url)))?;
    let mut hosts = vec![checked(&address, own_port).await.map_err(|error| at_proxy(error, proxy))?];
    if address.scheme() == "socks5" {
        hosts.push(checked(url, own_port).await?);
        return Ok(hosts);
    }
    if METADATA_NAMES.contains(&url.host_str().unwrap_or_default().trim_end_matches('.')) {
        return Err(HttpError::Refused(format!("{url} is refused: addresses of cloud metadata are not allowed")));
    }
    match tokio::time::timeout(LOOK_UP_WITHIN, checked(url, own_port)).await {
        Ok(Err(refused @ HttpError::Refused(_))) => Err(refused),
        _ => Ok(hosts),
    }
}

fn at_proxy(error: HttpError, proxy: &ProxyChoice) -> HttpError {
    match error {
        HttpError::Failed(problem) => HttpError::FailedAtProxy { proxy: proxy.url.clone(), problem },
        other => other,
    }
}

/// The host of an address, and what it resolves to.
async fn checked(url: &Url, own_port: u16) -> Result<(String, Vec<SocketAddr>), HttpError> {
    let host = url.host_str().ok_or_else(|| HttpError::Refused("the address contains no host".into()))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses = addresses_of(bare, url.port_or_known_default().unwrap_or(80), own_port).await?;
    Ok((bare.to_owned(), addresses))
}

/// What a host resolves to. Fails if connecting to any of the addresses is not allowed.
pub async fn addresses_of(bare: &str, port: u16, own_port: u16) -> Result<Vec<SocketAddr>, HttpError> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((bare, port))
        .await
        .map_err(|error| HttpError::Failed(format!("the name {bare} cannot be resolved: {error}")))?
        .collect();
    for address in &addresses {
        if let Some(reason) = refusal(*address, own_port) {
            return Err(HttpError::Refused(format!("{bare} ({}) is refused: {reason}", address.ip())));
        }
    }
    Ok(addresses)
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

    #[test]
    fn hosts_of_no_proxy_are_reached_directly() {
        let around = |host: &str, entry: &str| {
            let url = Url::parse(&format!("https://{host}/path")).expect("an address");
            reached_without(&url, entry)
        };
        for (host, entry) in [
            ("intranet.example", "intranet.example"),
            ("a.intranet.example", "intranet.example"),
            ("A.Intranet.Example:8443", ".intranet.example"),
            ("a.b.corp", "*.corp"),
            ("10.1.2.3", "10.0.0.0/8"),
            ("10.1.2.3:81", "10.1.2.3"),
            ("[fd00::1]", "fd00::/8"),
            ("example.com", "*"),
            ("localhost", "localhost"),
        ] {
            assert!(around(host, entry), "{host} by {entry}");
        }
        for (host, entry) in [
            ("myintranet.example", "intranet.example"),
            ("intranet.example.evil.test", "intranet.example"),
            ("mycorp", "*.corp"),
            ("11.1.2.3", "10.0.0.0/8"),
            ("127.0.0.1", "localhost"),
        ] {
            assert!(!around(host, entry), "{host} by {entry}");
        }
    }
}
