//! Section `[server]`: where and how the server listens.

use super::layers::{self, Key, Layers};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where and how the server listens.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// URL under which people reach the server, without a trailing slash.
    pub public_url: Option<String>,
    /// Host names that requests may use in addition to the loopback names, in lower case and without port.
    pub allowed_hosts: Vec<String>,
    /// Whether a proxy in front of the server handles TLS and sets `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Certificate and key, if the server itself uses TLS.
    pub tls: Option<TlsFiles>,
}

/// Files of the TLS identity, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// Certificate chain.
    pub cert: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

impl ServerConfig {
    /// The URL to show and to use on this machine, without a trailing slash.
    pub fn url(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        if let (Some(url), true) = (&self.public_url, self.tls.is_some()) {
            return url.clone();
        }
        match bound.ip() {
            ip if ip.is_unspecified() && ip.is_ipv6() => format!("{scheme}://[::1]:{}", bound.port()),
            ip if ip.is_unspecified() => format!("{scheme}://127.0.0.1:{}", bound.port()),
            _ => format!("{scheme}://{bound}"),
        }
    }

    /// Whether browsers reach the server over TLS.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

const LISTEN: Key =
    Key::new("listen", "Address and port; any address other than loopback needs tls_cert and tls_key, or behind_proxy");
const PUBLIC_URL: Key = Key::new("public_url", "URL under which people reach the server, http:// or https://");
const ALLOWED_HOSTS: Key =
    Key::new("allowed_hosts", "Host names that requests may use in addition to the loopback names, comma-separated");
const BEHIND_PROXY: Key =
    Key::new("behind_proxy", "Whether a proxy in front of the server handles TLS and sets X-Forwarded-For");
const TLS_CERT: Key = Key::new("tls_cert", "File with the certificate chain, PEM");
const TLS_KEY: Key = Key::new("tls_key", "File with the private key, PEM");

pub(super) fn read(layers: &mut Layers) -> Option<ServerConfig> {
    let listen = layers.read(&LISTEN, || "127.0.0.1:5000".into(), address);
    let public_url = layers.read(&PUBLIC_URL, String::new, public_url);
    let hosts = layers.read(&ALLOWED_HOSTS, String::new, hosts);
    let behind_proxy = layers.read(&BEHIND_PROXY, || "false".into(), layers::flag);
    let cert = layers.read(&TLS_CERT, String::new, layers::optional)?;
    let key = layers.read(&TLS_KEY, String::new, layers::optional)?;
    let tls = match (cert, key) {
        (Some(cert), Some(key)) => {
            let files = TlsFiles { cert: cert.into(), key: key.into() };
            if let Err((name, message)) = check_identity(&files) {
                layers.fault_of(name, message);
            }
            Some(files)
        }
        (None, None) => None,
        (Some(_), None) => {
            layers.fault_of("tls_key", "is needed together with tls_cert");
            None
        }
        (None, Some(_)) => {
            layers.fault_of("tls_cert", "is needed together with tls_key");
            None
        }
    };
    let (listen, public_url, mut allowed_hosts, behind_proxy) = (listen?, public_url?, hosts?, behind_proxy?);
    if !listen.ip().is_loopback() && tls.is_none() && !behind_proxy {
        let message = format!(
            "{listen} is reachable from other machines: set tls_cert and tls_key, or behind_proxy if a proxy in \
            front handles TLS"
        );
        layers.fault_of("listen", message);
    }
    allowed_hosts.extend(public_url.as_deref().and_then(host_of));
    if !listen.ip().is_unspecified() {
        allowed_hosts.push(host_text(&listen));
    }
    Some(ServerConfig { listen, public_url, allowed_hosts, behind_proxy, tls })
}

/// Checks that the files hold a certificate chain and the private key that belongs to it. The error names the wrong
/// setting and what is wrong.
fn check_identity(files: &TlsFiles) -> Result<(), (&'static str, String)> {
    let shown = |file: &Path| file.display().to_string();
    let chain = CertificateDer::pem_file_iter(&files.cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| ("tls_cert", format!("{} cannot be read: {error}", shown(&files.cert))))?;
    if chain.is_empty() {
        return Err(("tls_cert", format!("{} contains no certificate", shown(&files.cert))));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| {
        let reason = format!("{error} (Orc needs a private key in PEM, without a password)");
        ("tls_key", format!("{} cannot be read: {reason}", shown(&files.key)))
    })?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map(drop).map_err(|error| {
        let message = format!("{} does not belong to {}: {error}", shown(&files.key), shown(&files.cert));
        ("tls_key", message)
    })
}

fn host_text(address: &SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map_err(|_| format!("\"{text}\" is not an address with a port, such as 127.0.0.1:5000 or [::]:5000"))
}

fn public_url(text: &str) -> Result<Option<String>, String> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() {
        return Ok(None);
    }
    match host_of(text) {
        Some(_) => Ok(Some(text.to_owned())),
        None => Err(format!("\"{text}\" is not an address such as https://orc.example.com, without a path")),
    }
}

/// The host of a URL without a path, in lower case and without the port.
fn host_of(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => port.parse::<u16>().ok().map(|_| host)?,
        _ => rest,
    };
    is_host(host).then(|| host.to_ascii_lowercase())
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_';
    !host.is_empty() && host.len() <= 253 && host.chars().all(plain)
}

fn hosts(text: &str) -> Result<Vec<String>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let wrong = || format!("\"{name}\" is not a host name (no scheme, no port, no wildcard)");
            is_host(name).then(|| name.to_ascii_lowercase()).ok_or_else(wrong)
        })
        .collect()
}
