//! Which server to talk to, and as whom.
//!
//! In this order: flags, then ORC_URL and ORC_TOKEN, then what `orc login` stored, then the server of
//! this machine, which leaves its address and a token in its data folder for its own account only. A
//! token is only ever sent to the server it belongs to: one stored for a server is not used when a
//! flag or the environment names another.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use reqwest::Url;
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::logins::Login;

/// Where a server listens unless told otherwise.
const USUAL: &str = "http://127.0.0.1:5000";

/// A server and the token for it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its address, without the path of the contract.
    pub url: Url,
    /// Token, if there is one.
    pub token: Option<String>,
    /// Where the address came from, in words.
    pub source: String,
    /// File that holds the token of this machine's server: each start of the server writes a new one.
    pub token_file: Option<PathBuf>,
}

/// Address and token that are known from one source.
#[derive(Default)]
struct Known {
    url: Option<String>,
    token: Option<String>,
    source: String,
    token_file: Option<PathBuf>,
}

impl Target {
    /// A server that is named in full.
    #[must_use]
    pub fn named(url: Url, token: Option<String>, source: &str) -> Self {
        Self { url, token, source: source.to_owned(), token_file: None }
    }

    /// The token as it is now.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        let fresh = self.token_file.as_deref().and_then(read);
        fresh.or_else(|| self.token.clone()).map(|token| token.trim().to_owned())
    }

    /// Finds the server for this command line.
    ///
    /// # Errors
    /// Usage, if an address is not one; failed, if the stored login cannot be read.
    pub fn find(flags: &[&ArgMatches]) -> Outcome<Self> {
        let flag =
            |name: &str| flags.iter().rev().find_map(|level| level.try_get_one::<String>(name).ok().flatten().cloned());
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let login = crate::logins::read()?;
        let known = [
            Known { url: flag("@url"), token: flag("@token"), source: "--url".into(), token_file: None },
            Known { url: env("ORC_URL"), token: env("ORC_TOKEN"), source: "ORC_URL".into(), token_file: None },
            login.map(stored).unwrap_or_default(),
            local(),
        ];
        choose(known)
    }
}

fn stored(login: Login) -> Known {
    Known { url: Some(login.url), token: Some(login.token), source: "`orc login`".into(), token_file: None }
}

fn choose(mut known: [Known; 4]) -> Outcome<Target> {
    let named = known.iter().find_map(|known| known.url.clone().map(|url| (url, known.source.clone())));
    let (text, source) = named.unwrap_or_else(|| (USUAL.into(), "the usual address".into()));
    let url = parse(&text)?;
    // A token given by hand goes to whichever server was chosen; a kept one only to its own.
    let by_hand = known[..2].iter_mut().find_map(|known| known.token.take());
    let kept = known[2..].iter_mut().find(|known| known.url.as_deref().is_some_and(|own| same(own, &url)));
    if by_hand.is_some() {
        return Ok(Target { url, token: by_hand, source, token_file: None });
    }
    let (token, token_file) = kept.map(|known| (known.token.take(), known.token_file.take())).unwrap_or_default();
    Ok(Target { url, token, source, token_file })
}

/// Reads an address; `host:port` alone means plain HTTP.
pub fn parse(text: &str) -> Outcome<Url> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(full.trim_end_matches('/')).map_err(|error| Failure::Usage(format!("{text}: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Failure::Usage(format!("{text}: an address begins with http:// or https://")));
    }
    Ok(url)
}

fn same(text: &str, url: &Url) -> bool {
    parse(text).is_ok_and(|own| own.origin() == url.origin())
}

/// Whether an address is on this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn local() -> Known {
    let found = data_dirs().into_iter().find(|folder| folder.join("server.json").exists());
    let Some(folder) = found else { return Known::default() };
    let server: Value =
        read(&folder.join("server.json")).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let url = server["url"].as_str().map(str::to_owned);
    let source = folder.join("server.json").display().to_string();
    let file = folder.join("local-token");
    Known { url, token: read(&file), source, token_file: Some(file) }
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// Where the server of this machine may keep its data: the same rules as the server's.
fn data_dirs() -> Vec<PathBuf> {
    let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(folder) = env("ORC_DATA_DIR") {
        return vec![folder.into()];
    }
    if cfg!(windows) {
        return vec![PathBuf::from(env("PROGRAMDATA").unwrap_or_else(|| r"C:\ProgramData".into())).join("Orc")];
    }
    let data = env("XDG_DATA_HOME").filter(|path| Path::new(path).is_absolute()).map(PathBuf::from);
    let data = data.or_else(|| env("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    data.map(|data| data.join("orc")).into_iter().chain(["/var/lib/orc".into()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(url: &str, token: &str) -> Known {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Known { url: text(url), token: text(token), source: "test".into(), token_file: None }
    }

    #[track_caller]
    fn check(all: [(&str, &str); 4], url: &str, token: Option<&str>) {
        let target = choose(all.map(|(url, token)| known(url, token))).unwrap();
        assert_eq!((target.url.as_str(), target.token.as_deref()), (url, token));
    }

    #[test]
    fn flags_win_then_environment_then_login_then_this_machine() {
        let (login, local) = (("https://orc.example", "L"), ("http://127.0.0.1:5000", "M"));
        check([("", ""), ("", ""), ("", ""), ("", "")], "http://127.0.0.1:5000/", None);
        check([("", ""), ("", ""), ("", ""), local], "http://127.0.0.1:5000/", Some("M"));
        check([("", ""), ("", ""), login, local], "https://orc.example/", Some("L"));
        check([("", ""), ("", "E"), login, local], "https://orc.example/", Some("E"));
        check([("", "F"), ("", "E"), login, local], "https://orc.example/", Some("F"));
        check([("127.0.0.1:5000", ""), ("", ""), login, local], "http://127.0.0.1:5000/", Some("M"));
    }

    #[test]
    fn a_kept_token_is_not_sent_to_another_server() {
        let (login, local) = (("https://orc.example", "L"), ("http://127.0.0.1:5000", "M"));
        check([("https://other.example", ""), ("", ""), login, local], "https://other.example/", None);
        check([("", ""), ("https://other.example", ""), login, local], "https://other.example/", None);
    }
}
