//! Network profiles: named facts about the network that a task can need, such as "the office can be reached".
//!
//! A profile never asks whether "some VPN is on". It names what must be true: an interface with an address, the way to
//! a host, a name that resolves, a server that answers. Deliberately absent: looking, which `integrations::network`
//! does. Start reading at `Rule`, then `sight`.

mod fact;
mod interfaces;
mod sight;
#[cfg(test)]
mod tests;

pub use self::fact::{NetworkFact, NetworkFactCode, Observed, RuleSight};
pub use self::interfaces::{Interface, interface_sight, matching, suggestion};
pub use self::sight::{NetworkSight, answer_sight, resolved_sight, way_sight};

use super::core::problem::Problem;
use super::names::name_problem;
use super::vocabulary::{NetworkMatch, TunnelKind};
use ::core::net::{IpAddr, SocketAddr};
use globset::Glob;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Maximum number of rules of one profile.
pub const RULES_MAX: usize = 20;

/// Longest time that one rule may wait for an answer, in seconds.
pub const TIMEOUT_MAX: f64 = 10.0;

/// Port of DNS servers.
pub const DNS_PORT: u16 = 53;

/// What a person defines about a network profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Unique name.
    pub name: String,
    /// What the profile stands for.
    pub description: String,
    /// How many of the rules must hold.
    pub matching: NetworkMatch,
    /// The rules, at least one.
    pub rules: Vec<Rule>,
}

/// One fact about the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rule {
    /// An interface is up, has a carrier, and has an address.
    Interface {
        /// Pattern of its name, such as `wg*`.
        interface: String,
        /// Which kind of tunnel it must be; none: it need not be a tunnel.
        tunnel: Option<TunnelKind>,
        /// Network in which its address must be; none: any address but a link-local one.
        address: Option<String>,
    },
    /// Traffic to a host leaves through an interface.
    Route {
        /// Host or address.
        to: String,
        /// Pattern of the interface's name.
        interface: String,
    },
    /// A name resolves.
    Dns {
        /// The name.
        host: String,
        /// Network in which its addresses must be; none: anywhere.
        address: Option<String>,
        /// DNS server to ask; none: as the machine resolves names.
        server: Option<String>,
        /// How long the answer may take.
        timeout_seconds: f64,
    },
    /// A port accepts connections.
    Tcp {
        /// Host or address.
        host: String,
        /// The port.
        port: u16,
        /// How long that may take.
        timeout_seconds: f64,
    },
    /// An address answers over HTTP.
    Http {
        /// The address.
        url: String,
        /// Status codes that count; empty: 200 to 299.
        expected_codes: Vec<u16>,
        /// How long the answer may take.
        timeout_seconds: f64,
    },
}

impl Profile {
    /// Everything that is wrong with the definition.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found: Vec<Problem> =
            name_problem(&self.name).map(|message| Problem::at("/name", message)).into_iter().collect();
        found.extend(self.rule_problems());
        found
    }

    /// Everything that is wrong with the rules.
    pub fn rule_problems(&self) -> Vec<Problem> {
        if self.rules.is_empty() {
            let message = "must have at least one rule, because a profile without rules says nothing";
            return vec![Problem::at("/rules", message)];
        }
        if self.rules.len() > RULES_MAX {
            return vec![Problem::at(
                "/rules",
                format!("has {} rules; at most {RULES_MAX} are allowed", self.rules.len()),
            )];
        }
        let of_rule = |(index, rule): (usize, &Rule)| {
            let problems = rule.problems();
            problems.into_iter().map(move |(field, message)| Problem::at(format!("/rules/{index}/{field}"), message))
        };
        self.rules.iter().enumerate().flat_map(of_rule).collect()
    }

    /// What should be known about rules that are valid.
    pub fn warnings(&self) -> Vec<NetworkFact> {
        let proves = |rule: &Rule| match rule {
            Rule::Interface { address, .. } => address.is_some(),
            Rule::Route { .. } | Rule::Dns { .. } | Rule::Tcp { .. } | Rule::Http { .. } => true,
        };
        let enough = match self.matching {
            NetworkMatch::All => self.rules.iter().any(proves),
            NetworkMatch::Any => self.rules.iter().all(proves),
        };
        if enough { Vec::new() } else { vec![NetworkFact::OnlyInterface {}] }
    }

    /// Whether the profile holds when its rules are met like this.
    pub fn holds(&self, met: &[bool]) -> bool {
        match self.matching {
            NetworkMatch::All => !met.is_empty() && met.iter().all(|met| *met),
            NetworkMatch::Any => met.iter().any(|met| *met),
        }
    }
}

impl Rule {
    /// Everything that is wrong with the rule: fields, and sentences about them.
    fn problems(&self) -> Vec<(&'static str, String)> {
        let of_network = |text: &Option<String>| text.as_deref().and_then(|text| network(text).err());
        let checks = match self {
            Self::Interface { interface, tunnel: _, address } => {
                vec![("interface", pattern_problem(interface)), ("address", of_network(address))]
            }
            Self::Route { to, interface } => {
                vec![("to", host_problem(to)), ("interface", pattern_problem(interface))]
            }
            Self::Dns { host, address, server, timeout_seconds } => vec![
                ("host", name_to_resolve_problem(host)),
                ("address", of_network(address)),
                ("server", server.as_deref().and_then(|server| dns_server(server).err())),
                ("timeout_seconds", timeout_problem(*timeout_seconds)),
            ],
            Self::Tcp { host, port, timeout_seconds } => vec![
                ("host", host_problem(host)),
                ("port", (*port == 0).then(|| "must be a port, 1 to 65535".to_owned())),
                ("timeout_seconds", timeout_problem(*timeout_seconds)),
            ],
            Self::Http { url, expected_codes, timeout_seconds } => {
                let bad = expected_codes.iter().find(|code| !(100..600).contains(*code));
                let codes = bad.map(|code| format!("{code} is not a status code: write 100 to 599"));
                vec![
                    ("url", url_problem(url)),
                    ("expected_codes", codes),
                    ("timeout_seconds", timeout_problem(*timeout_seconds)),
                ]
            }
        };
        checks.into_iter().filter_map(|(field, problem)| problem.map(|problem| (field, problem))).collect()
    }
}

/// Reads a network, or an address, which is a network of one.
pub fn network(text: &str) -> Result<IpNet, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.into());
    }
    let network = text.parse::<IpNet>().map(|network| network.trunc());
    network
        .map_err(|_| format!("\"{text}\" is not a network: write one such as 10.8.0.0/16 or fd00::/8, or an address"))
}

/// Reads the address of a DNS server, with or without a port.
pub fn dns_server(text: &str) -> Result<SocketAddr, String> {
    let bare = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, DNS_PORT));
    let server = bare.or_else(|_| text.parse::<SocketAddr>()).ok().filter(|server| server.port() > 0);
    server.ok_or_else(|| {
        format!(
            "\"{text}\" is not the address of a DNS server: write one such as 10.8.0.1, 10.8.0.1:5353 or [fd00::1]:53"
        )
    })
}

fn pattern_problem(pattern: &str) -> Option<String> {
    const EXAMPLE: &str = "write a name such as wg0, or a pattern such as wg*";
    if pattern.trim().is_empty() {
        return Some(format!("must not be empty: {EXAMPLE}, or * for every interface"));
    }
    Glob::new(pattern).err().map(|error| format!("\"{pattern}\" is not a pattern ({}): {EXAMPLE}", error.kind()))
}

fn name_to_resolve_problem(host: &str) -> Option<String> {
    if host.parse::<IpAddr>().is_ok() {
        return Some(format!("\"{host}\" is an address already: write a name such as intranet.example"));
    }
    host_problem(host)
}

fn host_problem(host: &str) -> Option<String> {
    const EXAMPLE: &str = "write a name such as intranet.example, or an address such as 10.8.0.1";
    if host.is_empty() {
        return Some(format!("must not be empty: {EXAMPLE}"));
    }
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    if host.contains('/') {
        return Some(format!("\"{host}\" is more than a host: {EXAMPLE}"));
    }
    if host.contains(':') {
        return Some(format!("\"{host}\" contains a port or is no address: {EXAMPLE}"));
    }
    let plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.');
    let named = host.len() <= 253 && host.chars().all(plain) && Host::parse(host).is_ok();
    (!named).then(|| format!("\"{host}\" is not a host: {EXAMPLE}"))
}

fn url_problem(text: &str) -> Option<String> {
    const EXAMPLE: &str = "write an address such as https://intranet.example/health";
    let Ok(url) = Url::parse(text) else {
        return Some(format!("\"{text}\" is not an address: {EXAMPLE}"));
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Some(format!("must begin with http:// or https://: {EXAMPLE}"));
    }
    let login = !url.username().is_empty() || url.password().is_some();
    login.then(|| {
        "must not contain a user name or password, because everybody who sees this profile would see them".into()
    })
}

fn timeout_problem(seconds: f64) -> Option<String> {
    let good = (0.001..=TIMEOUT_MAX).contains(&seconds);
    (!good).then(|| format!("must be at least 0.001 and at most {TIMEOUT_MAX} seconds"))
}
