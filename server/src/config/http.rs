//! Section `[http]`: how the requests of http tasks travel, unless a task says otherwise.
//!
//! Deliberately absent: HTTP_PROXY and the like. What a run does must not depend on the shell that started the server.

use super::layers::{Key, Layers};
use crate::domain::runs::travel::{DIRECT, ca_file_problem, no_proxy_problem, proxy_problem};

/// How the requests of http tasks travel.
#[derive(Debug, Clone, Default)]
pub struct HttpConfig {
    /// Address of the proxy; none: no proxy.
    pub proxy: Option<String>,
    /// Hosts that are reached without the proxy.
    pub no_proxy: Vec<String>,
    /// File with certificates of authorities to trust in addition to those of the system.
    pub ca_file: Option<String>,
}

const PROXY: Key = Key::new(
    "http_proxy",
    "Proxy of http tasks, such as http://proxy.example:3128 or socks5h://127.0.0.1:1080; empty: none",
)
.section("http");
const NO_PROXY: Key = Key::new(
    "http_no_proxy",
    "Hosts that http tasks reach without the proxy, comma-separated: names with all names below them, addresses, networks",
)
.section("http");
const CA_FILE: Key = Key::new(
    "http_ca_file",
    "File with certificates (PEM) of authorities that http tasks trust in addition to those of the system",
)
.section("http");

pub(super) fn read(layers: &mut Layers) -> Option<HttpConfig> {
    let proxy = layers.read(&PROXY, String::new, |text| checked(text, proxy_problem));
    let no_proxy = layers.read(&NO_PROXY, String::new, no_proxy);
    let ca_file = layers.read(&CA_FILE, String::new, |text| checked(text, ca_file_problem));
    let proxy = proxy?.filter(|proxy| proxy != DIRECT);
    Some(HttpConfig { proxy, no_proxy: no_proxy?, ca_file: ca_file? })
}

fn checked(text: &str, problem: impl Fn(&str) -> Option<String>) -> Result<Option<String>, String> {
    let text = text.trim();
    match problem(text).filter(|_| !text.is_empty() && text != DIRECT) {
        Some(problem) => Err(problem),
        None => Ok(Some(text.to_owned()).filter(|text| !text.is_empty())),
    }
}

fn no_proxy(text: &str) -> Result<Vec<String>, String> {
    let hosts: Vec<String> =
        text.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
    match hosts.iter().find_map(|host| no_proxy_problem(host)) {
        Some(problem) => Err(problem),
        None => Ok(hosts),
    }
}
