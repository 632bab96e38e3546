//! What Orc sees of the network, as facts with one sentence each.

use crate::domain::core::coded::coded;
use crate::domain::core::phrases::statuses;
use crate::domain::vocabulary::{LinkKind, LinkState, TunnelKind};
use serde::{Deserialize, Serialize};

/// A network interface as a sentence shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Its name.
    pub interface: String,
    /// What it is.
    pub kind: LinkKind,
    /// Whether it can carry traffic.
    pub state: LinkState,
    /// Its addresses, with the networks that they are in.
    pub addresses: Vec<String>,
}

impl Observed {
    fn title(&self) -> String {
        match self.kind {
            LinkKind::Other | LinkKind::Loopback => self.interface.clone(),
            kind => format!("{} ({kind})", self.interface),
        }
    }

    fn words(&self) -> String {
        let with = match self.addresses.as_slice() {
            [] => "without an address".to_owned(),
            addresses => format!("with {}", addresses.join(" and ")),
        };
        match self.state {
            LinkState::Up => format!("{} is up {with}", self.title()),
            LinkState::NoCarrier => format!("{} is up, but has no carrier: nobody serves it", self.title()),
            LinkState::Down => format!("{} is down", self.title()),
        }
    }
}

/// What was seen of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSight {
    /// Whether the rule is met.
    pub met: bool,
    /// What was seen.
    pub seen: NetworkFact,
}

impl RuleSight {
    /// A rule that is met.
    pub const fn met(seen: NetworkFact) -> Self {
        Self { met: true, seen }
    }

    /// A rule that is not met.
    pub const fn unmet(seen: NetworkFact) -> Self {
        Self { met: false, seen }
    }
}

coded! {
    /// What Orc sees of the network.
    NetworkFact,
    /// What Orc sees of the network, for programs.
    NetworkFactCode {
        /// An interface is up and has the address that the rule wants.
        InterfaceUp {
            /// The interface.
            seen: Observed,
        } => seen.words(),
        /// No interface has the name and the kind that the rule wants.
        NoInterface {
            /// Pattern of the name.
            pattern: String,
            /// Kind of tunnel that the rule wants; none: it need not be a tunnel.
            tunnel: Option<TunnelKind>,
            /// The interfaces that there are.
            present: Vec<Observed>,
            /// Number of interfaces besides these.
            more: usize,
        } => no_interface(pattern, *tunnel, present, *more),
        /// Interfaces have the name and the kind that the rule wants, but none of them serves.
        InterfacesUnfit {
            /// The interfaces.
            seen: Vec<Observed>,
            /// Network in which an address must be; none: any address but a link-local one.
            wanted: Option<String>,
        } => unfit(seen, wanted.as_deref()),
        /// The system has a way to an address.
        Way {
            /// The host or address that the rule names.
            to: String,
            /// The address.
            address: String,
            /// Name of the interface through which traffic leaves.
            interface: String,
        } => match to == address {
            true => format!("traffic to {to} leaves through {interface}"),
            false => format!("traffic to {to} ({address}) leaves through {interface}"),
        },
        /// The system has no way to an address.
        NoWay {
            /// The host or address that the rule names.
            to: String,
            /// What the system said.
            problem: String,
        } => format!("there is no way to {to}: {problem}"),
        /// A name resolves.
        Resolved {
            /// The name.
            host: String,
            /// Its addresses.
            addresses: Vec<String>,
            /// How long that took.
            milliseconds: u64,
        } => format!("{host} is {} (answered in {milliseconds} ms)", addresses.join(" and ")),
        /// A name resolves, but not to an address that the rule wants.
        ResolvedElsewhere {
            /// The name.
            host: String,
            /// Its addresses.
            addresses: Vec<String>,
            /// Network in which they must be.
            wanted: String,
        } => format!("{host} is {}, which is not in {wanted}", addresses.join(" and ")),
        /// A name does not resolve.
        Unresolved {
            /// The name.
            host: String,
            /// What the system or the server said.
            problem: String,
        } => format!("{host} does not resolve: {problem}"),
        /// A port accepts connections.
        Connected {
            /// Host of the rule, with the port.
            to: String,
            /// How long that took.
            milliseconds: u64,
        } => format!("{to} accepts connections (answered in {milliseconds} ms)"),
        /// A port does not accept connections.
        NotConnected {
            /// Host of the rule, with the port.
            to: String,
            /// What the system said.
            problem: String,
        } => format!("{to} does not accept connections: {problem}"),
        /// An address answers with a status that counts.
        Answered {
            /// The address.
            url: String,
            /// The status.
            status: u16,
            /// How long that took.
            milliseconds: u64,
        } => format!("{url} answers {status} (in {milliseconds} ms)"),
        /// An address answers with another status.
        AnsweredOtherwise {
            /// The address.
            url: String,
            /// The status.
            status: u16,
            /// Expected statuses; empty: 200 to 299.
            expected: Vec<u16>,
        } => format!("{url} answers {status}, expected {}", statuses(expected)),
        /// An address does not answer.
        Unanswered {
            /// The address.
            url: String,
            /// What happened.
            problem: String,
        } => format!("{url} does not answer: {problem}"),
        /// Orc does not look there.
        Forbidden {
            /// Why.
            problem: String,
        } => problem.clone(),
        /// There was no answer in time.
        TooSlow {
            /// What was asked.
            to: String,
            /// The limit in milliseconds.
            limit_milliseconds: u64,
        } => format!("{to} does not answer within {}", crate::domain::core::phrases::seconds(*limit_milliseconds)),
        /// The system does not say what the rule asks.
        Unreadable {
            /// What happened.
            problem: String,
        } => format!("the system does not say: {problem}"),
        /// All that the profile asks is whether an interface is up.
        OnlyInterface {} => "an interface that is up does not prove that a host behind it can be reached: other VPNs \
            and virtual machines make such interfaces too; add a network for its address, or a rule about a host that \
            only this network reaches".to_owned(),
    }
}

fn listed(seen: &[Observed]) -> String {
    seen.iter().map(Observed::words).collect::<Vec<_>>().join("; ")
}

fn no_interface(pattern: &str, tunnel: Option<TunnelKind>, present: &[Observed], more: usize) -> String {
    let what = match tunnel {
        None => "interface".to_owned(),
        Some(TunnelKind::Any) => "tunnel".to_owned(),
        Some(tunnel) => format!("{tunnel} interface"),
    };
    let none = match pattern {
        "*" => format!("there is no {what}"),
        pattern => format!("no {what} matches \"{pattern}\""),
    };
    let titles: Vec<_> = present.iter().map(Observed::title).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    if titles.is_empty() { none } else { format!("{none}; there are {}{more}", titles.join(", ")) }
}

fn unfit(seen: &[Observed], wanted: Option<&str>) -> String {
    let up = seen.iter().any(|one| one.state == LinkState::Up);
    match wanted {
        Some(wanted) if up => format!("{}; no address is in {wanted}", listed(seen)),
        None if up => format!("{}; only link-local addresses do not count", listed(seen)),
        _ => listed(seen),
    }
}
