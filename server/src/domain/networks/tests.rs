//! Tests what rules say to what is seen.

use super::*;
use crate::domain::vocabulary::{LinkKind, LinkState};

fn interface(name: &str, kind: LinkKind, state: LinkState, addresses: &[&str]) -> Interface {
    let addresses = addresses.iter().map(|text| text.parse().expect("a network")).collect();
    Interface { name: name.to_owned(), label: None, kind, state, addresses }
}

fn machine() -> Vec<Interface> {
    vec![
        interface("lo", LinkKind::Loopback, LinkState::Up, &["127.0.0.1/8"]),
        interface("eth0", LinkKind::Other, LinkState::Up, &["192.168.1.10/24"]),
        interface("wg0", LinkKind::Wireguard, LinkState::Up, &["10.8.0.2/24"]),
        interface("tun0", LinkKind::Tun, LinkState::NoCarrier, &["10.9.0.2/24"]),
        interface("tap0", LinkKind::Tap, LinkState::Up, &["fe80::1/64"]),
        interface("ppp0", LinkKind::Ppp, LinkState::Down, &[]),
    ]
}

#[test]
fn a_rule_about_an_interface_wants_it_up_served_and_with_its_address() {
    let check = |pattern: &str, tunnel: Option<TunnelKind>, address: Option<&str>, met: bool, says: &str| {
        let sight = interface_sight(pattern, tunnel, address, &machine());
        assert_eq!(sight.met, met, "{pattern} {tunnel:?} {address:?}: {}", sight.seen.words());
        assert_eq!(sight.seen.words(), says);
    };
    let wireguard = Some(TunnelKind::Wireguard);
    check("wg*", None, None, true, "wg0 (wireguard) is up with 10.8.0.2/24");
    check("*", wireguard, Some("10.8.0.0/16"), true, "wg0 (wireguard) is up with 10.8.0.2/24");
    let outside = "wg0 (wireguard) is up with 10.8.0.2/24; no address is in 10.0.0.0/16";
    check("wg0", wireguard, Some("10.0.0.0/16"), false, outside);
    check("tun0", None, None, false, "tun0 (tun) is up, but has no carrier: nobody serves it");
    let local = "tap0 (tap) is up with fe80::1/64; only link-local addresses do not count";
    check("tap0", Some(TunnelKind::Tap), None, false, local);
    check("ppp*", Some(TunnelKind::Ppp), None, false, "ppp0 (ppp) is down");
    let all = "lo, eth0, wg0 (wireguard), tun0 (tun), tap0 (tap), ppp0 (ppp)";
    check("tun*", wireguard, None, false, &format!("no wireguard interface matches \"tun*\"; there are {all}"));
    check("eth1", None, None, false, &format!("no interface matches \"eth1\"; there are {all}"));
    check("eth*", None, None, true, "eth0 is up with 192.168.1.10/24");
    check("eth0", Some(TunnelKind::Any), None, false, &format!("no tunnel matches \"eth0\"; there are {all}"));
}

#[test]
fn a_machine_without_tunnels_says_so() {
    let sight = interface_sight("*", Some(TunnelKind::Any), None, &[]);
    assert!(!sight.met);
    assert_eq!(sight.seen.words(), "there is no tunnel");
}

#[test]
fn a_route_must_leave_through_the_interface_for_every_address_that_has_one() {
    let all = machine();
    let (eth, wg) = (|| Ok(all[1].clone()), || Ok(all[2].clone()));
    let (four, six): (IpAddr, IpAddr) = ("10.8.0.1".parse().expect("ip"), "fd00::1".parse().expect("ip"));
    let check = |ways: &[(IpAddr, Result<Interface, String>)], met: bool, says: &str| {
        let sight = way_sight("intranet.example", "wg*", ways);
        assert_eq!((sight.met, sight.seen.words().as_str()), (met, says));
    };
    let none = || Err("Network is unreachable".to_owned());
    check(&[(four, wg())], true, "traffic to intranet.example (10.8.0.1) leaves through wg0");
    check(&[(four, wg()), (six, none())], true, "traffic to intranet.example (10.8.0.1) leaves through wg0");
    check(&[(four, wg()), (six, eth())], false, "traffic to intranet.example (fd00::1) leaves through eth0");
    check(&[(four, none())], false, "there is no way to intranet.example: Network is unreachable");
    check(&[], false, "there is no way to intranet.example: it has no address");
}

#[test]
fn all_addresses_of_a_name_must_be_in_the_network() {
    let found = ["10.8.0.1", "10.8.0.9"].map(|text| text.parse().expect("ip"));
    let met = |network: Option<&str>| resolved_sight("intranet.example", network, &found, 3).met;
    assert!(met(None) && met(Some("10.8.0.0/24")));
    assert!(!met(Some("10.8.0.0/30")) && !met(Some("10.8.0.1")));
    assert!(!resolved_sight("intranet.example", None, &[], 3).met);
}

#[test]
fn a_status_counts_as_the_rule_says() {
    let met = |expected: &[u16], status| answer_sight("http://x/", expected, status, 1).met;
    assert!(met(&[], 204) && met(&[401], 401) && !met(&[], 401) && !met(&[401], 200));
}

fn profile(matching: NetworkMatch, rules: Vec<Rule>) -> Profile {
    Profile { name: "office".to_owned(), description: String::new(), matching, rules }
}

fn rule(value: serde_json::Value) -> Rule {
    serde_json::from_value(value).expect("a rule")
}

#[test]
fn a_profile_holds_by_all_or_by_any() {
    let of = |matching, met: &[bool]| profile(matching, Vec::new()).holds(met);
    assert!(of(NetworkMatch::All, &[true, true]) && !of(NetworkMatch::All, &[true, false]));
    assert!(of(NetworkMatch::Any, &[true, false]) && !of(NetworkMatch::Any, &[false, false]));
    assert!(!of(NetworkMatch::All, &[]) && !of(NetworkMatch::Any, &[]));
}

#[test]
fn a_bad_rule_is_named_with_its_field_and_what_to_write() {
    let check = |value: serde_json::Value, field: &str, says: &str| {
        let problems = profile(NetworkMatch::All, vec![rule(value)]).problems();
        let found: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(found, [format!("/rules/0/{field}")], "{problems:?}");
        assert!(problems[0].message.contains(says), "{problems:?}");
    };
    use serde_json::json;
    let interface =
        |interface: &str, address: &str| json!({"kind": "interface", "interface": interface, "address": address});
    check(interface("", "10.0.0.0/8"), "interface", "or * for every interface");
    check(interface("wg[", "10.0.0.0/8"), "interface", "such as wg*");
    check(interface("wg0", "10.0.0.0/33"), "address", "such as 10.8.0.0/16");
    check(json!({"kind": "route", "to": "http://x/", "interface": "*"}), "to", "is more than a host");
    check(json!({"kind": "route", "to": "x:80", "interface": "*"}), "to", "contains a port");
    let dns = |host: &str, server: &str| json!({"kind": "dns", "host": host, "server": server, "timeout_seconds": 5.0});
    check(dns("10.8.0.1", "10.8.0.1"), "host", "is an address already");
    check(dns("a.example", "ns.example"), "server", "such as 10.8.0.1");
    check(json!({"kind": "tcp", "host": "a b", "port": 80, "timeout_seconds": 5.0}), "host", "is not a host");
    check(json!({"kind": "tcp", "host": "a", "port": 80, "timeout_seconds": 11.0}), "timeout_seconds", "at most 10");
    let http = |url: &str| json!({"kind": "http", "url": url, "expected_codes": [], "timeout_seconds": 5.0});
    check(http("ftp://x/"), "url", "must begin with http://");
    check(http("http://ada:hush@x/"), "url", "must not contain a user name");
    check(
        json!({"kind": "http", "url": "http://x/", "expected_codes": [42], "timeout_seconds": 5.0}),
        "expected_codes",
        "42",
    );
    let none = profile(NetworkMatch::All, Vec::new()).problems();
    assert_eq!(none[0].pointer, "/rules");
}

#[test]
fn servers_and_networks_are_read_as_people_write_them() {
    assert_eq!(dns_server("10.8.0.1"), Ok("10.8.0.1:53".parse().expect("an address")));
    assert_eq!(dns_server("fd00::1"), Ok("[fd00::1]:53".parse().expect("an address")));
    assert_eq!(dns_server("10.8.0.1:5353"), Ok("10.8.0.1:5353".parse().expect("an address")));
    assert!(dns_server("10.8.0.1:0").is_err());
    assert_eq!(network("10.8.0.2/24").map(|network| network.to_string()), Ok("10.8.0.0/24".to_owned()));
    assert_eq!(network("10.8.0.2").map(|network| network.to_string()), Ok("10.8.0.2/32".to_owned()));
}

#[test]
fn an_interface_alone_is_no_proof() {
    use serde_json::json;
    let bare = || rule(json!({"kind": "interface", "interface": "*", "tunnel": "any"}));
    let tcp = || rule(json!({"kind": "tcp", "host": "a", "port": 80, "timeout_seconds": 5.0}));
    let warned = |matching, rules| !profile(matching, rules).warnings().is_empty();
    assert!(warned(NetworkMatch::All, vec![bare()]) && !warned(NetworkMatch::All, vec![bare(), tcp()]));
    assert!(warned(NetworkMatch::Any, vec![bare(), tcp()]) && !warned(NetworkMatch::Any, vec![tcp()]));
}

#[test]
fn a_profile_to_begin_with_comes_from_the_tunnel_that_is_up() {
    let found = suggestion(&machine()).expect("wg0 is up");
    assert!(found.problems().is_empty() && found.warnings().is_empty(), "{found:?}");
    let [Rule::Interface { interface, tunnel, address }] = found.rules.as_slice() else { panic!("{found:?}") };
    assert_eq!((interface.as_str(), *tunnel), ("wg*", Some(TunnelKind::Wireguard)));
    assert_eq!(address.as_deref(), Some("10.8.0.0/24"));
    let Rule::Interface { interface, tunnel, address } = &found.rules[0] else { panic!("{found:?}") };
    assert!(interface_sight(interface, *tunnel, address.as_deref(), &machine()).met);
    assert_eq!(suggestion(&machine()[..2]), None);
}

#[test]
fn a_sight_says_what_holds_it_or_what_it_lacks() {
    let both =
        vec![interface_sight("wg*", None, None, &machine()), answer_sight("http://intranet.example/", &[], 503, 4)];
    let at = chrono::DateTime::UNIX_EPOCH;
    let all = NetworkSight::of(&profile(NetworkMatch::All, Vec::new()), both.clone(), at);
    assert_eq!((all.holds, all.words().as_str()), (false, "http://intranet.example/ answers 503, expected 200 to 299"));
    let any = NetworkSight::of(&profile(NetworkMatch::Any, Vec::new()), both, at);
    assert_eq!((any.holds, any.words().as_str()), (true, "wg0 (wireguard) is up with 10.8.0.2/24"));
}
