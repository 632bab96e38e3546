//! How the requests of http tasks travel: through which proxy, and which authorities they trust. Pure.
//!
//! Nothing comes from variables such as HTTP_PROXY, because then the same task would do different things depending on
//! how the server was started. Deliberately absent: logins at proxies. They come with credentials, as a part of
//! `ProxyChoice` beside its address, and never as text in it.

use crate::domain::core::problem::Problem;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The word for no proxy at all.
pub const DIRECT: &str = "direct";

/// Kinds of proxies, as the beginnings of their addresses.
const SCHEMES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// How requests travel. Of a task, or of the server for tasks that say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Travel {
    /// Address of the proxy, or `direct`; none: the server's setting.
    #[serde(default)]
    pub proxy: Option<String>,
    /// Hosts that are reached without the proxy: names with all names below them, addresses, and networks.
    #[serde(default)]
    pub no_proxy: Vec<String>,
    /// File with certificates (PEM) of authorities to trust in addition to those of the system.
    #[serde(default)]
    pub ca_file: Option<String>,
}

/// Who chose a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// The task.
    Task,
    /// The server's setting `http_proxy`.
    Server,
}

/// A proxy and the hosts that are reached without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyChoice {
    /// Address of the proxy.
    pub url: String,
    /// Hosts that are reached without it.
    pub no_proxy: Vec<String>,
    /// Who chose it.
    pub chosen_by: ChosenBy,
}

impl Travel {
    /// The proxy for a task with these settings on a server with those; none: requests go directly.
    pub fn proxy(&self, server: &Self) -> Option<ProxyChoice> {
        let (url, chosen_by) = match (&self.proxy, &server.proxy) {
            (Some(own), _) => (own, ChosenBy::Task),
            (None, Some(setting)) => (setting, ChosenBy::Server),
            (None, None) => return None,
        };
        let setting = server.no_proxy.iter().filter(|_| chosen_by == ChosenBy::Server);
        let no_proxy = self.no_proxy.iter().chain(setting).cloned().collect();
        (url != DIRECT).then(|| ProxyChoice { url: url.clone(), no_proxy, chosen_by })
    }

    /// Everything that makes no sense in the settings of a task.
    pub fn problems(&self, found: &mut Vec<Problem>) {
        let proxy = self.proxy.as_deref().filter(|proxy| *proxy != DIRECT).and_then(proxy_problem);
        found.extend(proxy.map(|message| Problem::at("/run/proxy", message)));
        for (index, host) in self.no_proxy.iter().enumerate() {
            let message = no_proxy_problem(host);
            found.extend(message.map(|message| Problem::at(format!("/run/no_proxy/{index}"), message)));
        }
        let ca_file = self.ca_file.as_deref().and_then(ca_file_problem);
        found.extend(ca_file.map(|message| Problem::at("/run/ca_file", message)));
    }
}

/// What is wrong with the address of a proxy. The answer never repeats a password.
pub fn proxy_problem(text: &str) -> Option<String> {
    const EXAMPLE: &str = "such as http://proxy.example:3128 or socks5h://127.0.0.1:1080";
    let Ok(url) = Url::parse(text) else {
        return Some(format!("must be the address of a proxy, {EXAMPLE}"));
    };
    if !SCHEMES.contains(&url.scheme()) {
        return Some(format!("must begin with http://, https://, socks5:// or socks5h://, {EXAMPLE}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some(
            "must not contain a user name or password, because everybody who sees this setting would see them; \
             logins at proxies come with credentials, and until then Orc needs a proxy that asks for none"
                .to_owned(),
        );
    }
    match url.host_str() {
        None | Some("") => return Some(format!("must contain the host of the proxy, {EXAMPLE}")),
        Some(_) if url.scheme().starts_with("socks") && url.port().is_none() => {
            return Some("must contain the port of the proxy, such as socks5://127.0.0.1:1080".to_owned());
        }
        Some(_) => {}
    }
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    (!bare).then(|| format!("must be only scheme, host, and port, {EXAMPLE}"))
}

/// What is wrong with a host that is reached without the proxy.
pub fn no_proxy_problem(text: &str) -> Option<String> {
    const GOOD: &str = "such as intranet.example (with all names below it), 10.1.2.3, 10.0.0.0/8, or * for all hosts";
    if text == "*" || text.parse::<IpAddr>().is_ok() {
        return None;
    }
    if let Some((address, length)) = text.split_once('/') {
        let most = address.parse().map(|address: IpAddr| if address.is_ipv4() { 32 } else { 128 });
        let fits = most.is_ok_and(|most| length.parse::<u8>().is_ok_and(|length| length <= most));
        return (!fits).then(|| format!("\"{text}\" is not a network, {GOOD}"));
    }
    if text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        return Some(format!("\"{text}\" must not contain a port: a host is reached without the proxy on all ports"));
    }
    let name = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')).unwrap_or(text);
    let plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.');
    let named = name.chars().all(plain) && Host::parse(name).is_ok();
    (!named).then(|| format!("\"{text}\" is not a host, {GOOD}"))
}

/// What is wrong with the path of a file with certificates. It is read at the start of each run.
pub fn ca_file_problem(text: &str) -> Option<String> {
    let good = std::path::Path::new(text).is_absolute() && !text.contains('\0');
    (!good).then(|| "must be an absolute path, such as /etc/ssl/company-ca.pem".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_without_logins_are_taken() {
        for good in [
            "http://proxy:3128",
            "https://proxy.example",
            "socks5://127.0.0.1:1080",
            "socks5h://[::1]:1080/",
            "HTTP://10.0.0.1:8080",
        ] {
            assert_eq!(proxy_problem(good), None, "{good}");
        }
        for (bad, part) in [
            ("proxy:3128", "must begin with"),
            ("proxy.example", "address of a proxy"),
            ("ftp://proxy", "must begin with"),
            ("http://", "address of a proxy"),
            ("socks5://host", "port"),
            ("http://proxy/path", "only scheme"),
            ("http://proxy:3128/?a=b", "only scheme"),
            ("http://proxy:99999", "address of a proxy"),
        ] {
            let problem = proxy_problem(bad).unwrap_or_default();
            assert!(problem.contains(part), "{bad}: {problem}");
        }
    }

    #[test]
    fn a_login_is_refused_and_not_repeated() {
        for text in ["http://me:hunter2@proxy:3128", "socks5://me@proxy:1080", "http://:hunter2@proxy"] {
            let problem = proxy_problem(text).expect("refused");
            assert!(problem.contains("user name or password") && !problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn hosts_without_proxy_are_names_addresses_and_networks() {
        for good in ["*", "localhost", "example.com", ".corp", "*.corp", "10.1.2.3", "10.0.0.0/8", "::1", "fd00::/8"] {
            assert_eq!(no_proxy_problem(good), None, "{good}");
        }
        for bad in ["", "http://x", "a b", "10.0.0.0/33", "x/8", "host:8080", "a,b", "*x", "10.0.0.256"] {
            assert!(no_proxy_problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn the_task_decides_before_the_server() {
        let travel = |proxy: Option<&str>, no_proxy: &[&str]| Travel {
            proxy: proxy.map(str::to_owned),
            no_proxy: no_proxy.iter().map(ToString::to_string).collect(),
            ca_file: None,
        };
        let server = travel(Some("http://s:1"), &["a"]);
        let choice = |task: Travel, server: &Travel| {
            task.proxy(server).map(|choice| (choice.url, choice.no_proxy.join(","), choice.chosen_by))
        };
        let is = |url: &str, hosts: &str, by| Some((url.to_owned(), hosts.to_owned(), by));
        assert_eq!(choice(travel(None, &[]), &server), is("http://s:1", "a", ChosenBy::Server));
        assert_eq!(choice(travel(None, &["b"]), &server), is("http://s:1", "b,a", ChosenBy::Server));
        assert_eq!(choice(travel(Some("http://t:1"), &["b"]), &server), is("http://t:1", "b", ChosenBy::Task));
        assert_eq!(choice(travel(Some(DIRECT), &[]), &server), None);
        assert_eq!(choice(travel(None, &["b"]), &Travel::default()), None);
    }
}
