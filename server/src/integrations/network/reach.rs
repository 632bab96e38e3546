//! Whether something can be reached: names, ports, addresses of pages. Each question has its time limit.
//!
//! What is forbidden to http tasks is forbidden here (server/docs/decisions.md, 36): link-local addresses, cloud
//! metadata, and Orc itself. The address that was checked is the one that is connected to. Deliberately absent: what the
//! answers mean.

use super::dns;
use crate::integrations::hop::{self, HttpError};
use crate::integrations::http_request::{self, HttpRequest, Private};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Maximum number of addresses of one name that are considered.
const ADDRESSES_MAX: usize = 16;

/// Names that are being resolved at once. The system's own resolver cannot be stopped, so a name without an answer keeps its
/// thread for up to half a minute after its question was given up.
static RESOLVING: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(16)));

/// Why something cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    /// Orc does not look there.
    #[error("{0}")]
    Forbidden(String),
    /// What the system or the other side said.
    #[error("{0}")]
    Failed(String),
    /// There was no answer in time.
    #[error("no answer in time")]
    TooSlow,
}

impl From<io::Error> for Unreached {
    fn from(error: io::Error) -> Self {
        Self::Failed(words(&error))
    }
}

/// The sentence of the system about an error, without its number.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.clone(), |(sentence, _)| sentence.to_owned())
}

/// The addresses of a name: as the machine resolves names, or according to one server.
pub async fn resolve(
    host: &str,
    server: Option<SocketAddr>,
    own_port: u16,
    limit: Duration,
) -> Result<Vec<IpAddr>, Unreached> {
    let found = match server {
        Some(server) => {
            allowed(host, server, own_port)?;
            timeout(limit, dns::addresses(server, host)).await.map_err(|_| Unreached::TooSlow)??
        }
        None => look_up(host, limit).await?,
    };
    let mut seen = BTreeSet::new();
    Ok(found.into_iter().filter(|address| seen.insert(*address)).take(ADDRESSES_MAX).collect())
}

async fn look_up(host: &str, limit: Duration) -> Result<Vec<IpAddr>, Unreached> {
    let asked = host.to_owned();
    let looking = async move {
        let place = Arc::clone(&RESOLVING).acquire_owned().await.map_err(io::Error::other)?;
        // The place is given back when the system is done, not when the question is given up.
        let found = tokio::spawn(async move {
            let found = lookup_host((asked.as_str(), 0)).await.map(|found| found.map(|one| one.ip()).collect());
            drop(place);
            found
        });
        found.await.map_err(io::Error::other)?
    };
    Ok(timeout(limit, looking).await.map_err(|_| Unreached::TooSlow)??)
}

fn allowed(host: &str, address: SocketAddr, own_port: u16) -> Result<(), Unreached> {
    match hop::refusal(address, own_port) {
        Some(reason) => Err(Unreached::Forbidden(format!("{host} ({}) is refused: {reason}", address.ip()))),
        None => Ok(()),
    }
}

/// Connects to a port of a host, at any of its addresses, and closes the connection.
pub async fn connect(host: &str, port: u16, own_port: u16, limit: Duration) -> Result<(), Unreached> {
    let connecting = async {
        let found = resolve(host, None, own_port, limit).await?;
        let mut failed = Unreached::Failed("the name has no address".to_owned());
        for address in found.into_iter().map(|address| SocketAddr::new(address, port)) {
            allowed(host, address, own_port)?;
            match TcpStream::connect(address).await {
                Ok(_) => return Ok(()),
                Err(error) => failed = error.into(),
            }
        }
        Err(failed)
    };
    timeout(limit, connecting).await.unwrap_or(Err(Unreached::TooSlow))
}

/// Asks for an address and returns the status of the answer. Nothing of the answer's body is read, and no proxy is used:
/// the question is whether this machine reaches it.
pub async fn answer(url: &str, ca_files: Vec<PathBuf>, own_port: u16, limit: Duration) -> Result<u16, Unreached> {
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: BTreeMap::new(),
        body: None,
        private: Private::default(),
        proxy: None,
        ca_files,
        own_port,
    };
    match timeout(limit, http_request::send(&request, &|_| ())).await {
        Ok(Ok(answer)) => Ok(answer.code()),
        Ok(Err(HttpError::Refused(problem))) => Err(Unreached::Forbidden(problem)),
        Ok(Err(error)) => Err(Unreached::Failed(error.to_string())),
        Err(_) => Err(Unreached::TooSlow),
    }
}
