//! Words about network interfaces and about profiles of networks.
//!
//! They are part of `vocabulary`, which publishes them. Deliberately absent: what follows from them, which
//! `domain::networks` decides.

use super::words::words;

words!(
    /// How many rules of a network profile must hold.
    NetworkMatch ("number of rules that must hold") {
        /// Every rule must hold.
        All = "all",
        /// At least one rule must hold.
        Any = "any",
    }
);

words!(
    /// The kind of tunnel that a rule accepts.
    TunnelKind ("kind of tunnel") {
        /// A tunnel of any kind.
        Any = "any",
        /// A tun interface, as OpenVPN and many others make it.
        Tun = "tun",
        /// A tap interface, which carries Ethernet.
        Tap = "tap",
        /// A WireGuard interface.
        Wireguard = "wireguard",
        /// A PPP interface, as L2TP, PPTP, and SSTP make it.
        Ppp = "ppp",
    }
);

words!(
    /// What a network interface is.
    LinkKind ("kind of interface") {
        /// A tun interface.
        Tun = "tun",
        /// A tap interface.
        Tap = "tap",
        /// A WireGuard interface.
        Wireguard = "wireguard",
        /// A PPP interface.
        Ppp = "ppp",
        /// A tunnel of another kind, such as IPsec or GRE.
        Tunnel = "tunnel",
        /// The loopback interface.
        Loopback = "loopback",
        /// Anything else, such as Ethernet or a wireless network.
        Other = "other",
    }
);

words!(
    /// Whether a network interface can carry traffic.
    LinkState ("state of an interface") {
        /// It is up and has a carrier.
        Up = "up",
        /// It is up, but nobody serves it: no cable, or no program behind a tunnel.
        NoCarrier = "no_carrier",
        /// It is down.
        Down = "down",
    }
);

impl TunnelKind {
    /// Whether an interface is a tunnel of this kind.
    pub const fn accepts(self, link: LinkKind) -> bool {
        match self {
            Self::Any => !matches!(link, LinkKind::Loopback | LinkKind::Other),
            Self::Tun => matches!(link, LinkKind::Tun),
            Self::Tap => matches!(link, LinkKind::Tap),
            Self::Wireguard => matches!(link, LinkKind::Wireguard),
            Self::Ppp => matches!(link, LinkKind::Ppp),
        }
    }
}
