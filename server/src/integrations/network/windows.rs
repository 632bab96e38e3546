//! Interfaces of Windows (GetAdaptersAddresses). UNTESTED: this was type-checked, and nothing of it has run.
//!
//! Windows' own VPNs are PPP interfaces. The adapters of OpenVPN and WireGuard have the types "proprietary virtual" and
//! "tunnel"; their descriptions tell them apart. An installed adapter stays in the list when its VPN is off, so only its state
//! counts. Teredo, ISATAP, and 6to4 carry IPv6 over IPv4 without any VPN, so they are no tunnels here.

use super::portable;
use crate::domain::networks::Interface;
use crate::domain::vocabulary::LinkKind;
use netdev::Interface as Found;
use netdev::interface::types::InterfaceType;
use std::io;
use std::net::IpAddr;

/// Parts of descriptions of adapters that are no VPN.
const TRANSITION: [&str; 3] = ["Teredo", "ISATAP", "6to4"];

pub fn interfaces() -> io::Result<Vec<Interface>> {
    Ok(portable::interfaces(kind))
}

pub fn way(address: IpAddr) -> io::Result<Interface> {
    portable::way(address, interfaces()?)
}

fn kind(found: &Found) -> LinkKind {
    let description = found.description.as_deref().unwrap_or_default();
    match found.if_type {
        InterfaceType::Loopback => LinkKind::Loopback,
        InterfaceType::Ppp => LinkKind::Ppp,
        InterfaceType::ProprietaryVirtual | InterfaceType::Tunnel => match description {
            text if TRANSITION.iter().any(|name| text.contains(name)) => LinkKind::Other,
            text if text.contains("WireGuard") => LinkKind::Wireguard,
            text if text.contains("TAP") => LinkKind::Tap,
            _ => LinkKind::Tun,
        },
        _ if description.contains("TAP-Windows") => LinkKind::Tap,
        _ => LinkKind::Other,
    }
}
