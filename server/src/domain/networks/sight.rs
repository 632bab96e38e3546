//! What was seen of each rule, and what that means for the profile.
//!
//! Deliberately absent: looking, which `integrations::network` does. Start reading at `NetworkSight`.

use super::fact::{NetworkFact, RuleSight};
use super::interfaces::{Interface, matching};
use super::{Profile, network};
use ::core::net::IpAddr;
use chrono::{DateTime, Utc};

/// What was seen of a whole profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSight {
    /// Whether the profile holds.
    pub holds: bool,
    /// What was seen of each rule, in their order.
    pub rules: Vec<RuleSight>,
    /// When Orc looked.
    pub looked_at: DateTime<Utc>,
}

impl NetworkSight {
    /// Judges a profile by what was seen of its rules.
    pub fn of(profile: &Profile, rules: Vec<RuleSight>, looked_at: DateTime<Utc>) -> Self {
        let met: Vec<bool> = rules.iter().map(|rule| rule.met).collect();
        Self { holds: profile.holds(&met), rules, looked_at }
    }

    /// What was seen, as one sentence: what holds the profile, or what it lacks.
    pub fn words(&self) -> String {
        let said = self.rules.iter().filter(|rule| rule.met == self.holds);
        said.map(|rule| rule.seen.words()).collect::<Vec<_>>().join("; ")
    }
}

/// Applies a rule about a route. `ways` has the interface for each address of the host, or what the system said.
///
/// Addresses without a way do not count if another one has one, because a host may also have addresses of a protocol that
/// this machine does not use.
pub fn way_sight(to: &str, pattern: &str, ways: &[(IpAddr, Result<Interface, String>)]) -> RuleSight {
    let way = |address: &IpAddr, interface: &Interface| NetworkFact::Way {
        to: to.to_owned(),
        address: address.to_string(),
        interface: interface.shown().to_owned(),
    };
    let found: Vec<_> =
        ways.iter().filter_map(|(address, way)| way.as_ref().ok().map(|interface| (address, interface))).collect();
    let astray = found.iter().find(|(_, interface)| !matching(pattern, interface));
    match (astray, found.first()) {
        (Some((address, interface)), _) => RuleSight::unmet(way(address, interface)),
        (None, Some((address, interface))) => RuleSight::met(way(address, interface)),
        (None, None) => {
            let said = ways.iter().find_map(|(_, way)| way.as_ref().err().cloned());
            let problem = said.unwrap_or_else(|| "it has no address".to_owned());
            RuleSight::unmet(NetworkFact::NoWay { to: to.to_owned(), problem })
        }
    }
}

/// Applies a rule about a name to the addresses that it has. Every address must be in the network, because a program
/// may connect to any of them.
pub fn resolved_sight(host: &str, address: Option<&str>, found: &[IpAddr], milliseconds: u64) -> RuleSight {
    let host = host.to_owned();
    if found.is_empty() {
        return RuleSight::unmet(NetworkFact::Unresolved { host, problem: "it has no address".to_owned() });
    }
    let addresses = found.iter().map(ToString::to_string).collect();
    let wanted = address.and_then(|text| network(text).ok());
    match wanted.filter(|wanted| !found.iter().all(|one| wanted.contains(one))) {
        Some(wanted) => {
            RuleSight::unmet(NetworkFact::ResolvedElsewhere { host, addresses, wanted: wanted.to_string() })
        }
        None => RuleSight::met(NetworkFact::Resolved { host, addresses, milliseconds }),
    }
}

/// Applies a rule about an address to the status of its answer.
pub fn answer_sight(url: &str, expected: &[u16], status: u16, milliseconds: u64) -> RuleSight {
    let url = url.to_owned();
    let counts = if expected.is_empty() { (200..300).contains(&status) } else { expected.contains(&status) };
    if counts {
        RuleSight::met(NetworkFact::Answered { url, status, milliseconds })
    } else {
        RuleSight::unmet(NetworkFact::AnsweredOtherwise { url, status, expected: expected.to_vec() })
    }
}
