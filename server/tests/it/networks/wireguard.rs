//! A real WireGuard tunnel between two network namespaces, and the real server in one of them.
//!
//! The tunnel is made by `wireguard-go`, because not every kernel has WireGuard. Where the machine cannot do this (no root, no
//! /dev/net/tun, a program missing) the test says so on stderr and checks nothing.

use crate::engine::bench::program;
use crate::system::process::{Server, binary, client};
use reqwest::Method;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Own addresses within the tunnel, on both sides.
const HERE: &str = "10.77.0.1/24";
const THERE: &str = "10.77.0.2";

/// Far more than any event takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the machine lacks for this test; none: nothing.
fn lacking() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("only root can make network namespaces".to_owned());
    }
    if !std::path::Path::new("/dev/net/tun").exists() {
        return Some("this machine has no /dev/net/tun".to_owned());
    }
    let there = |program: &str| {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
    };
    let missing = ["ip", "wg", "wireguard-go"].into_iter().find(|program| !there(program));
    missing
        .map(|program| format!("{program} is missing (Debian: apt-get install iproute2 wireguard-tools wireguard-go)"))
}

/// Whether this machine can make the tunnel. If not, says why where nothing hides it.
pub fn can_tunnel(test: &str) -> bool {
    let Some(why) = lacking() else { return true };
    let _nobody_reads_it = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
    false
}

fn ran(line: &str) -> String {
    let mut words = line.split_whitespace();
    let output = Command::new(words.next().unwrap()).args(words).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Runs something on a thread of its own in a network namespace.
fn within<T: Send + 'static>(space: &str, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let file = std::fs::File::open(format!("/run/netns/{space}")).unwrap();
    std::thread::spawn(move || {
        move_into_link_name_space(std::os::fd::AsFd::as_fd(&file), Some(LinkNameSpaceType::Network)).unwrap();
        work()
    })
}

/// Two namespaces with a cable and a tunnel between them. The other side serves HTTP and DNS inside the tunnel.
pub struct Tunnel {
    here: String,
    there: String,
    /// Name of the tunnel's interface on this side.
    pub interface: String,
    other: String,
    /// Port of the HTTP server on the other side.
    pub port: u16,
    /// Port of the DNS server on the other side.
    pub dns: u16,
}

impl Tunnel {
    /// Makes the tunnel. Interfaces have short names that no other test has, because their sockets share one folder.
    pub fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = format!("{}{}", std::process::id() % 1_000_000, MADE.fetch_add(1, Ordering::Relaxed));
        let name = |part: &str| format!("{part}{number}");
        let (here, there) = (name("orc-here-"), name("orc-there-"));
        let mut it = Self { here, there, interface: name("wga"), other: name("wgb"), port: 0, dns: 0 };
        let Self { here, there, interface, other, .. } = &it;
        for line in [
            format!("ip netns add {here}"),
            format!("ip netns add {there}"),
            format!("ip -n {here} link add cable type veth peer name cable netns {there}"),
            format!("ip -n {here} address add 192.0.2.1/24 dev cable"),
            format!("ip -n {there} address add 192.0.2.2/24 dev cable"),
        ] {
            ran(&line);
        }
        let keys = [here, there].map(|space| {
            for link in ["cable", "lo"] {
                ran(&format!("ip -n {space} link set {link} up"));
            }
            ran("wg genkey")
        });
        ran(&format!("ip -n {here} route add default via 192.0.2.9"));
        let public = |key: &str| {
            let mut wg = Command::new("wg").arg("pubkey").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            wg.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
            String::from_utf8(wg.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
        };
        let sides = [(here, interface, HERE, "192.0.2.2"), (there, other, "10.77.0.2/24", "192.0.2.1")];
        for (side, (space, link, address, peer)) in sides.into_iter().enumerate() {
            let mut private = tempfile::NamedTempFile::new().unwrap();
            private.write_all(keys[side].as_bytes()).unwrap();
            let (file, public) = (private.path().display(), public(&keys[1 - side]));
            // The program goes into the background when the interface is there.
            ran(&format!("ip netns exec {space} wireguard-go {link}"));
            ran(&format!(
                "ip netns exec {space} wg set {link} private-key {file} listen-port 51820 peer {public} allowed-ips \
                 10.77.0.0/24 endpoint {peer}:51820"
            ));
            ran(&format!("ip -n {space} address add {address} dev {link}"));
            ran(&format!("ip -n {space} link set {link} up"));
        }
        (it.port, it.dns) = within(&it.there, serve).join().unwrap();
        it
    }

    /// Turns the tunnel on or off, as a VPN program does.
    pub fn set(&self, state: &str) {
        ran(&format!("ip -n {} link set {} {state}", self.here, self.interface));
    }

    /// Runs `ip` on this side.
    pub fn ip(&self, words: &str) {
        ran(&format!("ip -n {} {words}", self.here));
    }

    /// Starts the real server on this side.
    pub fn server(&self, folder: &std::path::Path) -> Server {
        let mut plain = binary();
        plain.env("ORC_RUNNER", program("orc-runner"));
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.here]).arg(plain.get_program()).stdin(Stdio::null());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Server::start_as(command, folder, &[])
    }

    /// Asks the server on this side, from this side. Returns the status and the body.
    pub fn ask(&self, server: &Server, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let (url, token) = (format!("{}/api/v1{path}", server.url), server.token.clone());
        self.here(async move { asked(method, url, &token, body).await })
    }

    /// Waits until what a path answers is as wanted. It is asked again after each event of the server.
    fn until(&self, server: &Server, path: &str, wanted: fn(&Value) -> bool) -> Value {
        let (url, token) = (format!("{}/api/v1", server.url), server.token.clone());
        let path = path.to_owned();
        self.here(async move {
            let events = client().get(format!("{url}/events")).bearer_auth(&token);
            let mut events = events.send().await.unwrap();
            loop {
                let (status, seen) = asked(Method::GET, format!("{url}{path}"), &token, None).await;
                if status == 200 && wanted(&seen) {
                    return seen;
                }
                let next = tokio::time::timeout(PATIENCE, events.chunk()).await;
                next.unwrap_or_else(|_| panic!("no event came, and {path} is still {seen}")).unwrap();
            }
        })
    }

    /// Runs something asynchronous on this side.
    fn here<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let asking = within(&self.here, move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(work)
        });
        asking.join().unwrap()
    }
}

async fn asked(method: Method, url: String, token: &str, body: Option<Value>) -> (u16, Value) {
    let mut request = client().request(method, url).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        // The programs end with their interfaces.
        for (space, link) in [(&self.here, &self.interface), (&self.there, &self.other)] {
            let _gone_already = Command::new("ip").args(["-n", space, "link", "delete", link]).output();
            let _gone_already = Command::new("ip").args(["netns", "delete", space]).output();
        }
    }
}

/// Serves HTTP and DNS, each on a thread, until the process ends. Returns their ports.
fn serve() -> (u16, u16) {
    let http = TcpListener::bind((THERE, 0)).unwrap();
    let dns = UdpSocket::bind((THERE, 0)).unwrap();
    let ports = (http.local_addr().unwrap().port(), dns.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut stream in http.incoming().flatten() {
            let _asked = stream.read(&mut [0; 1024]);
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        }
    });
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((size, from)) = dns.recv_from(&mut buffer) {
            let asked = &buffer[..size];
            let is_four = asked[size - 4..size - 2] == [0, 1];
            let mut answer =
                [&asked[..2], &[0x81, 0x80, 0, 1, 0, u8::from(is_four), 0, 0, 0, 0], &asked[12..]].concat();
            if is_four {
                answer.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 77, 0, 2]);
            }
            let _gone = dns.send_to(&answer, from);
        }
    });
    ports
}

/// Whether the profile holds, and of each rule whether it is met, its code, and its sentence.
fn probed(tunnel: &Tunnel, server: &Server) -> (bool, Vec<(bool, String, String)>) {
    let (status, sight) = tunnel.ask(server, Method::POST, "/networks/office/probe", None);
    assert_eq!(status, 200, "{sight}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rule = |it: &Value| (it["met"].as_bool().unwrap(), text(&it["seen"]["code"]), text(&it["seen"]["text"]));
    (sight["holds"].as_bool().unwrap(), sight["rules"].as_array().unwrap().iter().map(rule).collect())
}

#[test]
fn a_tunnel_that_goes_down_and_comes_up_again_is_seen() {
    if !can_tunnel("networks::wireguard::a_tunnel_that_goes_down_and_comes_up_again_is_seen") {
        return;
    }
    let tunnel = Tunnel::new();
    let folder = tempfile::tempdir().unwrap();
    let server = tunnel.server(folder.path());
    let (link, port, dns) = (&tunnel.interface, tunnel.port, tunnel.dns);
    let office = json!({"name": "office", "rules": [
        {"kind": "interface", "interface": "wga*", "tunnel": "wireguard", "address": "10.77.0.0/24"},
        {"kind": "route", "to": THERE, "interface": "wga*"},
        {"kind": "dns", "host": "intranet.example", "server": format!("{THERE}:{dns}"), "address": "10.77.0.0/24", "timeout_seconds": 1},
        {"kind": "tcp", "host": THERE, "port": port, "timeout_seconds": 1},
        {"kind": "http", "url": format!("http://{THERE}:{port}/"), "timeout_seconds": 1},
    ]});
    let (status, made) = tunnel.ask(&server, Method::POST, "/networks", Some(office));
    assert_eq!(status, 201, "{made}");

    let (holds, rules) = probed(&tunnel, &server);
    assert!(holds && rules.iter().all(|(met, ..)| *met), "{rules:#?}");
    assert!(rules[0].2.starts_with(&format!("{link} (wireguard) is up with 10.77.0.1/24")), "{rules:#?}");
    assert_eq!(rules[1].2, format!("traffic to {THERE} leaves through {link}"));
    assert!(rules[2].2.starts_with(&format!("intranet.example is {THERE} (answered in ")), "{rules:#?}");

    tunnel.set("down");
    let (holds, rules) = probed(&tunnel, &server);
    assert!(!holds && rules.iter().all(|(met, ..)| !met), "{rules:#?}");
    assert_eq!(
        (rules[0].1.as_str(), rules[0].2.as_str()),
        ("interfaces_unfit", &*format!("{link} (wireguard) is down"))
    );
    // There is still a default route (to a router that is not there), so the way to the office leads elsewhere.
    assert_eq!(rules[1].2, format!("traffic to {THERE} leaves through cable"));

    tunnel.set("up");
    let (holds, rules) = probed(&tunnel, &server);
    assert!(holds, "{rules:#?}");

    // Traffic to one host can leave elsewhere although the tunnel is up.
    tunnel.ip(&format!("route add {THERE}/32 via 192.0.2.2"));
    let (holds, rules) = probed(&tunnel, &server);
    assert!(!holds && rules[0].0 && !rules[1].0, "{rules:#?}");
}

#[test]
fn a_run_waits_until_the_tunnel_is_up() {
    if !can_tunnel("networks::wireguard::a_run_waits_until_the_tunnel_is_up") {
        return;
    }
    let tunnel = Tunnel::new();
    let folder = tempfile::tempdir().unwrap();
    let server = tunnel.server(folder.path());
    tunnel.set("down");
    let ask = |path: &str, body: Value| {
        let (status, made) = tunnel.ask(&server, Method::POST, path, Some(body));
        assert_eq!(status, 201, "{made}");
        made
    };
    let rules = json!([
        {"kind": "interface", "interface": "wga*", "tunnel": "wireguard", "address": "10.77.0.0/24"},
        {"kind": "tcp", "host": THERE, "port": tunnel.port, "timeout_seconds": 1},
    ]);
    ask("/networks", json!({"name": "office", "rules": rules}));
    let wait = json!({"kind": "wait", "deadline_seconds": 600, "every_seconds": 1});
    let dependencies = json!([{"kind": "vpn", "network": "office", "on_unmet": wait}]);
    let run = json!({"kind": "command", "program": "/bin/true"});
    ask("/tasks", json!({"name": "report", "run": run, "dependencies": dependencies}));
    let run = ask("/tasks/report/runs", json!({}));
    let path = format!("/runs/{}", run["id"].as_str().unwrap());

    let waiting = tunnel.until(&server, &path, |run| run["dependencies"][0]["seen"].is_object());
    assert_eq!((&waiting["state"], &waiting["dependencies"][0]["met"]), (&json!("waiting"), &json!(false)));
    let seen = waiting["dependencies"][0]["seen"]["text"].as_str().unwrap();
    assert!(seen.contains(&format!("{} (wireguard) is down", tunnel.interface)), "{seen}");

    tunnel.set("up");
    let ended = tunnel.until(&server, &path, |run| run["finished_at"].is_string());
    assert_eq!(ended["state"], "succeeded", "{ended}");
    let seen = ended["dependencies"][0]["seen"]["text"].as_str().unwrap();
    assert!(seen.contains(&format!("{} (wireguard) is up with 10.77.0.1/24", tunnel.interface)), "{seen}");

    // A profile that a task needs stays.
    let (status, refused) = tunnel.ask(&server, Method::DELETE, "/networks/office", None);
    assert_eq!((status, &refused["code"]), (409, &json!("network_in_use")), "{refused}");
}

#[test]
fn interfaces_that_nobody_serves_are_no_vpn() {
    if !can_tunnel("networks::wireguard::interfaces_that_nobody_serves_are_no_vpn") {
        return;
    }
    let space = format!("orc-idle-{}", std::process::id());
    ran(&format!("ip netns add {space}"));
    for line in ["tuntap add tun7 mode tun", "tuntap add tap7 mode tap", "link set lo up"] {
        ran(&format!("ip -n {space} {line}"));
    }
    for (link, address) in [("tun7", "10.9.0.4/24"), ("tap7", "10.9.1.4/24")] {
        ran(&format!("ip -n {space} address add {address} dev {link}"));
        ran(&format!("ip -n {space} link set {link} up"));
    }
    let found = within(&space, || orc_server::integrations::network::interfaces().unwrap()).join().unwrap();
    ran(&format!("ip netns delete {space}"));
    let of = |name: &str| found.iter().find(|one| one.name == name).unwrap();
    use orc_server::domain::vocabulary::{LinkKind, LinkState};
    assert_eq!((of("tun7").kind, of("tun7").state), (LinkKind::Tun, LinkState::NoCarrier));
    assert_eq!((of("tap7").kind, of("tap7").state), (LinkKind::Tap, LinkState::NoCarrier));
    assert_eq!(of("tun7").addresses, ["10.9.0.4/24".parse().unwrap()]);
}
