//! What a rule about an interface says to the interfaces that there are.
//!
//! An interface counts only if it is up, has a carrier, and has an address that is not link-local: tunnels that nobody
//! serves stay in the list of many systems, and macOS has such interfaces without any VPN. Deliberately absent:
//! reading the interfaces. Start reading at `interface_sight`.

use super::fact::{NetworkFact, Observed, RuleSight};
use super::{Profile, Rule, network};
use crate::domain::vocabulary::{LinkKind, LinkState, NetworkMatch, TunnelKind};
use ::core::net::IpAddr;
use globset::Glob;
use ipnet::IpNet;

/// Maximum number of interfaces that a sentence names.
const SHOWN: usize = 8;

/// A network interface of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name, such as `wg0`.
    pub name: String,
    /// The name that people see, if the system has another one for them.
    pub label: Option<String>,
    /// What it is.
    pub kind: LinkKind,
    /// Whether it can carry traffic.
    pub state: LinkState,
    /// Its addresses, with the networks that they are in.
    pub addresses: Vec<IpNet>,
}

impl Interface {
    /// The name that people know.
    pub fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    fn observed(&self) -> Observed {
        Observed {
            interface: self.shown().to_owned(),
            kind: self.kind,
            state: self.state,
            addresses: self.addresses.iter().map(ToString::to_string).collect(),
        }
    }

    /// Addresses that reach further than the next machine.
    fn useful(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().map(IpNet::addr).filter(|address| !is_link_local(*address))
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_link_local(),
        IpAddr::V6(six) => six.is_unicast_link_local(),
    }
}

/// Whether the name of an interface matches a pattern.
pub fn matching(pattern: &str, interface: &Interface) -> bool {
    let Ok(glob) = Glob::new(pattern) else { return false };
    let glob = glob.compile_matcher();
    glob.is_match(&interface.name) || interface.label.as_ref().is_some_and(|label| glob.is_match(label))
}

/// Applies a rule to the interfaces of the machine.
pub fn interface_sight(
    pattern: &str,
    tunnel: Option<TunnelKind>,
    address: Option<&str>,
    all: &[Interface],
) -> RuleSight {
    let inside = address.and_then(|text| network(text).ok());
    let named = all.iter().filter(|one| matching(pattern, one));
    let candidates: Vec<&Interface> =
        named.filter(|one| tunnel.is_none_or(|tunnel| tunnel.accepts(one.kind))).collect();
    if candidates.is_empty() {
        let present = all.iter().take(SHOWN).map(Interface::observed).collect();
        let more = all.len().saturating_sub(SHOWN);
        return RuleSight::unmet(NetworkFact::NoInterface { pattern: pattern.to_owned(), tunnel, present, more });
    }
    let fits = |one: &&Interface| {
        let fits = |address: IpAddr| inside.is_none_or(|inside| inside.contains(&address));
        one.state == LinkState::Up && one.useful().any(fits)
    };
    if let Some(found) = candidates.iter().find(|one| fits(one)) {
        return RuleSight::met(NetworkFact::InterfaceUp { seen: found.observed() });
    }
    let wanted = inside.map(|inside| inside.to_string());
    let seen = candidates.iter().take(SHOWN).map(|one| one.observed()).collect();
    RuleSight::unmet(NetworkFact::InterfacesUnfit { seen, wanted })
}

/// A profile to begin with, made from the tunnel that is up now.
pub fn suggestion(all: &[Interface]) -> Option<Profile> {
    let tunnel = |one: &&Interface| TunnelKind::Any.accepts(one.kind) && one.state == LinkState::Up;
    let found = all.iter().filter(tunnel).find(|one| one.useful().next().is_some())?;
    let address = found.addresses.iter().find(|address| !is_link_local(address.addr()))?;
    let tunnel = match found.kind {
        LinkKind::Tun => TunnelKind::Tun,
        LinkKind::Tap => TunnelKind::Tap,
        LinkKind::Wireguard => TunnelKind::Wireguard,
        LinkKind::Ppp => TunnelKind::Ppp,
        LinkKind::Tunnel | LinkKind::Loopback | LinkKind::Other => TunnelKind::Any,
    };
    let rule = Rule::Interface {
        interface: pattern_of(found.shown()),
        tunnel: Some(tunnel),
        address: Some(address.trunc().to_string()),
    };
    let description = format!("{} is up. Add a rule about a host that only this network reaches.", found.shown());
    Some(Profile { name: "vpn".to_owned(), description, matching: NetworkMatch::All, rules: vec![rule] })
}

/// The name with `*` in place of its number, because systems number such interfaces as they come.
fn pattern_of(name: &str) -> String {
    let stem = name.trim_end_matches(|char: char| char.is_ascii_digit());
    let plain = !stem.is_empty() && stem.len() < name.len() && stem.chars().all(|char| char.is_ascii_alphabetic());
    if plain { format!("{stem}*") } else { globset::escape(name) }
}
