//! Interfaces of macOS. UNTESTED: this was type-checked, and nothing of it has run.
//!
//! macOS has `utun` interfaces without any VPN; those have link-local addresses only, which do not count. WireGuard
//! and most other VPNs of macOS use `utun` too, so no rule can tell them apart by kind.

use super::portable;
use crate::domain::networks::Interface;
use crate::domain::vocabulary::LinkKind;
use netdev::Interface as Found;
use std::io;
use std::net::IpAddr;

pub fn interfaces() -> io::Result<Vec<Interface>> {
    Ok(portable::interfaces(kind))
}

pub fn way(address: IpAddr) -> io::Result<Interface> {
    portable::way(address, interfaces()?)
}

fn kind(found: &Found) -> LinkKind {
    let stem = found.name.trim_end_matches(|char: char| char.is_ascii_digit());
    match stem {
        "lo" => LinkKind::Loopback,
        "utun" | "tun" => LinkKind::Tun,
        "tap" => LinkKind::Tap,
        "ppp" => LinkKind::Ppp,
        "ipsec" | "gif" => LinkKind::Tunnel,
        _ => LinkKind::Other,
    }
}
