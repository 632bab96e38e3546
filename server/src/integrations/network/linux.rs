//! Interfaces and routes of Linux, by netlink (rtnetlink(7)).
//!
//! The kernel answers in the network namespace of this process, which files in /sys need not show. A tun and a tap
//! interface have the same kind, `tun`; only a tap carries Ethernet. WireGuard in the kernel has a kind of its own; a
//! WireGuard program has a tun interface and listens on a socket of the same name, as `wg` expects.

use crate::domain::networks::Interface;
use crate::domain::vocabulary::{LinkKind, LinkState};
use ipnet::IpNet;
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkLayerType, LinkMessage};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use rustix::fd::OwnedFd;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::time::Duration;

/// How long the kernel may take for one part of an answer. It answers at once.
const PATIENCE: Duration = Duration::from_secs(2);

/// Size of the largest part of an answer. The kernel sends at most 32 KiB at once.
const PART_MAX: usize = 64 * 1024;

/// Folder of the sockets on which WireGuard programs listen.
const WIREGUARD_SOCKETS: &str = "/var/run/wireguard";

pub fn interfaces() -> io::Result<Vec<Interface>> {
    Ok(numbered()?.into_values().collect())
}

pub fn way(address: IpAddr) -> io::Result<Interface> {
    let mut question = RouteMessage::default();
    let (family, bits) = match address {
        IpAddr::V4(_) => (AddressFamily::Inet, 32),
        IpAddr::V6(_) => (AddressFamily::Inet6, 128),
    };
    question.header.address_family = family;
    question.header.destination_prefix_length = bits;
    question.attributes.push(RouteAttribute::Destination(RouteAddress::from(address)));
    let answers = ask(RouteNetlinkMessage::GetRoute(question), 0)?;
    let outgoing = answers.into_iter().find_map(|answer| match answer {
        RouteNetlinkMessage::NewRoute(route) => route.attributes.into_iter().find_map(|attribute| match attribute {
            RouteAttribute::Oif(index) => Some(index),
            _ => None,
        }),
        _ => None,
    });
    let index = outgoing.ok_or_else(|| io::Error::other("the kernel named no interface"))?;
    numbered()?.remove(&index).ok_or_else(|| io::Error::other("the interface of the route is gone"))
}

/// All interfaces by their number.
fn numbered() -> io::Result<BTreeMap<u32, Interface>> {
    let mut found = BTreeMap::new();
    for answer in ask(RouteNetlinkMessage::GetLink(LinkMessage::default()), NLM_F_DUMP)? {
        if let RouteNetlinkMessage::NewLink(link) = answer {
            found.extend(interface(&link).map(|interface| (link.header.index, interface)));
        }
    }
    for answer in ask(RouteNetlinkMessage::GetAddress(AddressMessage::default()), NLM_F_DUMP)? {
        if let RouteNetlinkMessage::NewAddress(address) = answer
            && let Some(interface) = found.get_mut(&address.header.index)
        {
            interface.addresses.extend(network(&address));
        }
    }
    Ok(found)
}

fn interface(link: &LinkMessage) -> Option<Interface> {
    let name = link.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::IfName(name) => Some(name.clone()),
        _ => None,
    })?;
    let infos = link.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::LinkInfo(infos) => Some(infos.as_slice()),
        _ => None,
    });
    let info = infos.into_iter().flatten().find_map(|info| match info {
        LinkInfo::Kind(kind) => Some(kind),
        _ => None,
    });
    let flags = link.header.flags;
    let state = match (flags.contains(LinkFlags::Up), flags.contains(LinkFlags::LowerUp)) {
        (true, true) => LinkState::Up,
        (true, false) => LinkState::NoCarrier,
        (false, _) => LinkState::Down,
    };
    let kind = kind(&name, flags, link.header.link_layer_type, info);
    Some(Interface { name, label: None, kind, state, addresses: Vec::new() })
}

fn kind(name: &str, flags: LinkFlags, layer: LinkLayerType, info: Option<&InfoKind>) -> LinkKind {
    match (info, layer) {
        (_, LinkLayerType::Loopback) => LinkKind::Loopback,
        (Some(InfoKind::Wireguard), _) => LinkKind::Wireguard,
        (Some(InfoKind::Tun), LinkLayerType::Ether) => LinkKind::Tap,
        (Some(InfoKind::Tun), _) if serves_wireguard(name) => LinkKind::Wireguard,
        (Some(InfoKind::Tun), _) => LinkKind::Tun,
        (_, LinkLayerType::Ppp) => LinkKind::Ppp,
        (Some(InfoKind::Xfrm | InfoKind::Vti), _) => LinkKind::Tunnel,
        (_, LinkLayerType::Ether) => LinkKind::Other,
        (_, _) if flags.contains(LinkFlags::Pointopoint) => LinkKind::Tunnel,
        (_, _) => LinkKind::Other,
    }
}

fn serves_wireguard(name: &str) -> bool {
    let socket = Path::new(WIREGUARD_SOCKETS).join(format!("{name}.sock"));
    std::fs::metadata(socket).is_ok_and(|found| found.file_type().is_socket())
}

/// The own address of an interface with its network. On a point-to-point link, `Address` is that of the other side.
fn network(message: &AddressMessage) -> Option<IpNet> {
    let local = message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Local(address) => Some(*address),
        _ => None,
    });
    let other = || {
        message.attributes.iter().find_map(|attribute| match attribute {
            AddressAttribute::Address(address) => Some(*address),
            _ => None,
        })
    };
    IpNet::new(local.or_else(other)?, message.header.prefix_len).ok()
}

/// Asks the kernel one question and collects its answers.
fn ask(question: RouteNetlinkMessage, flags: u16) -> io::Result<Vec<RouteNetlinkMessage>> {
    // No protocol means NETLINK_ROUTE.
    let socket = socket_with(rustix::net::AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | flags;
    header.sequence_number = 1;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(question));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    send(&socket, &bytes, SendFlags::empty())?;
    collect(&socket, flags & NLM_F_DUMP != 0)
}

fn collect(socket: &OwnedFd, many: bool) -> io::Result<Vec<RouteNetlinkMessage>> {
    let mut found = Vec::new();
    let mut buffer = vec![0_u8; PART_MAX];
    loop {
        let (_, size) = recv(socket, &mut buffer[..], RecvFlags::empty())?;
        let mut rest = buffer.get(..size).ok_or_else(|| io::Error::other("an answer of the kernel is too long"))?;
        while let Some(length) = rest.first_chunk::<4>().map(|length| u32::from_ne_bytes(*length) as usize) {
            let Some(part) = rest.get(..length).filter(|part| part.len() >= 16) else { break };
            // An attribute that this version cannot read hides one interface, not all.
            match NetlinkMessage::<RouteNetlinkMessage>::deserialize(part).map(|message| message.payload) {
                Ok(NetlinkPayload::Done(_)) => return Ok(found),
                Ok(NetlinkPayload::Error(error)) => return Err(error.to_io()),
                Ok(NetlinkPayload::InnerMessage(message)) if many => found.push(message),
                Ok(NetlinkPayload::InnerMessage(message)) => return Ok(vec![message]),
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "a part of the kernel's answer cannot be read"),
            }
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_is_seen_with_its_address() {
        let found = interfaces().expect("interfaces");
        let loopback = found.iter().find(|one| one.kind == LinkKind::Loopback).expect("a loopback interface");
        assert_eq!((loopback.name.as_str(), loopback.state), ("lo", LinkState::Up));
        assert!(loopback.addresses.contains(&"127.0.0.1/8".parse().expect("a network")), "{loopback:?}");
    }

    #[test]
    fn the_way_to_this_machine_is_the_loopback_interface() {
        assert_eq!(way("127.0.0.1".parse().expect("an address")).expect("a way").name, "lo");
    }

    #[test]
    fn kinds_are_told_apart_by_what_the_kernel_says() {
        let of = |info, layer| kind("none0", LinkFlags::Up | LinkFlags::Pointopoint, layer, info);
        assert_eq!(of(Some(&InfoKind::Tun), LinkLayerType::None), LinkKind::Tun);
        assert_eq!(of(Some(&InfoKind::Tun), LinkLayerType::Ether), LinkKind::Tap);
        assert_eq!(of(Some(&InfoKind::Wireguard), LinkLayerType::None), LinkKind::Wireguard);
        assert_eq!(of(None, LinkLayerType::Ppp), LinkKind::Ppp);
        assert_eq!(of(Some(&InfoKind::Xfrm), LinkLayerType::None), LinkKind::Tunnel);
        assert_eq!(of(Some(&InfoKind::Veth), LinkLayerType::Ether), LinkKind::Other);
        assert_eq!(of(None, LinkLayerType::Ether), LinkKind::Other);
    }
}
