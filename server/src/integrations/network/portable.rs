//! The way to an address on systems whose routes are not read directly. UNTESTED: nothing of this has run.
//!
//! Connecting a UDP socket sends nothing, but makes the system decide on the way and choose the own address for it.
//! The interface is the one that has this address.

use crate::domain::networks::Interface;
use crate::domain::vocabulary::{LinkKind, LinkState};
use ipnet::IpNet;
use netdev::Interface as Found;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Any port will do, because nothing is sent. 0 is refused by some systems.
const PORT: u16 = 9;

/// Finds the interface by the address that the system chooses.
pub fn way(address: IpAddr, all: Vec<Interface>) -> io::Result<Interface> {
    let any: IpAddr = if address.is_ipv4() { [0; 4].into() } else { [0_u16; 8].into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(SocketAddr::new(address, PORT))?;
    let own = socket.local_addr()?.ip();
    let found = all.into_iter().find(|one| one.addresses.iter().any(|network| network.addr() == own));
    found.ok_or_else(|| io::Error::other(format!("no interface has the address {own}")))
}

/// Reads all interfaces, with a rule that says what each is.
pub fn interfaces(kind: impl Fn(&Found) -> LinkKind) -> Vec<Interface> {
    netdev::get_interfaces().into_iter().map(|found| interface(&found, kind(&found))).collect()
}

fn interface(found: &Found, kind: LinkKind) -> Interface {
    let four = found.ipv4.iter().filter_map(|network| IpNet::new(network.addr().into(), network.prefix_len()).ok());
    let six = found.ipv6.iter().filter_map(|network| IpNet::new(network.addr().into(), network.prefix_len()).ok());
    let state = match (found.is_up(), found.is_oper_up() || found.is_running()) {
        (true, true) => LinkState::Up,
        (true, false) => LinkState::NoCarrier,
        (false, _) => LinkState::Down,
    };
    let label = found.friendly_name.clone().filter(|label| *label != found.name);
    Interface { name: found.name.clone(), label, kind, state, addresses: four.chain(six).collect() }
}
