//! Decides which server to call, and with which token.
//!
//! Four sources are asked in this order: the flags, then ORC_URL and ORC_TOKEN, then what `orc login` stored, then the
//! server of this machine. That server leaves its address and a token in its data folder, where only its own account
//! can read them. A stored token is sent only to the server that it belongs to: if a flag or the environment names
//! another server, the token stays here.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use reqwest::Url;
use serde_json::Value;

use crate::connection::logins::{self, Login};
use crate::failure::{Failure, Outcome};

/// Where a server listens by default.
const DEFAULT_URL: &str = "http://127.0.0.1:5000";

/// A server, and the token to send to it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Address of the server, without the base path of the contract.
    pub url: Url,
    /// The token, if any is known.
    pub token: Option<String>,
    /// Where the address came from, for messages: `--url`, `ORC_URL` ...
    pub source: String,
    /// The file with the token, if the server is this machine's. The server writes a new token at each start.
    pub token_file: Option<PathBuf>,
}

/// What one source provides: an address, a token, both or neither.
#[derive(Default)]
struct Source {
    url: Option<String>,
    token: Option<String>,
    name: String,
    token_file: Option<PathBuf>,
}

impl Target {
    /// A server whose address and token the caller knows.
    #[must_use]
    pub fn named(url: Url, token: Option<String>, source: &str) -> Self {
        Self { url, token, source: source.to_owned(), token_file: None }
    }

    /// The current token: the one in the file, if there is one, because a restarted server has a new token.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        let current = self.token_file.as_deref().and_then(read);
        current.or_else(|| self.token.clone()).map(|token| token.trim().to_owned())
    }

    /// Finds the server for a command line, given the flags of all its levels, outermost first.
    ///
    /// # Errors
    /// Usage, if an address is not valid; failed, if the stored login cannot be read.
    pub fn find(flags: &[&ArgMatches]) -> Outcome<Self> {
        let flag =
            |name: &str| flags.iter().rev().find_map(|level| level.try_get_one::<String>(name).ok().flatten().cloned());
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let login = logins::read()?;
        choose([
            Source { url: flag("@url"), token: flag("@token"), name: "--url".into(), token_file: None },
            Source { url: env("ORC_URL"), token: env("ORC_TOKEN"), name: "ORC_URL".into(), token_file: None },
            login.map(stored_login).unwrap_or_default(),
            local_server(),
        ])
    }
}

fn stored_login(login: Login) -> Source {
    Source { url: Some(login.url), token: Some(login.token), name: "`orc login`".into(), token_file: None }
}

/// The first address of all sources, with the token that may be sent to it.
fn choose(mut sources: [Source; 4]) -> Outcome<Target> {
    let first = sources.iter().find_map(|source| source.url.clone().map(|url| (url, source.name.clone())));
    let (text, source) = first.unwrap_or_else(|| (DEFAULT_URL.into(), "the defaults".into()));
    let url = parse(&text)?;
    // A token from a flag or the environment goes to whichever server was chosen. A stored token goes only to its own
    // server.
    let given = sources[..2].iter_mut().find_map(|source| source.token.take());
    if given.is_some() {
        return Ok(Target { url, token: given, source, token_file: None });
    }
    let stored = sources[2..].iter_mut().find(|it| it.url.as_deref().is_some_and(|text| is_same_server(text, &url)));
    let (token, token_file) = stored.map(|it| (it.token.take(), it.token_file.take())).unwrap_or_default();
    Ok(Target { url, token, source, token_file })
}

/// Reads an address; without a scheme (`host:port`) it means plain HTTP.
///
/// # Errors
/// Usage, if the text is not the address of a server.
pub fn parse(text: &str) -> Outcome<Url> {
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(full.trim_end_matches('/')).map_err(|error| Failure::Usage(format!("{text}: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Failure::Usage(format!("{text}: an address must begin with http:// or https://")));
    }
    Ok(url)
}

fn is_same_server(text: &str, url: &Url) -> bool {
    parse(text).is_ok_and(|other| other.origin() == url.origin())
}

/// Whether an address names this machine itself, by a loopback name.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The server of this machine, from the files in its data folder; empty if there is none.
fn local_server() -> Source {
    let found = data_dirs().into_iter().find(|folder| folder.join("server.json").exists());
    let Some(folder) = found else { return Source::default() };
    let server: Value =
        read(&folder.join("server.json")).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let url = server["url"].as_str().map(str::to_owned);
    let name = folder.join("server.json").display().to_string();
    let file = folder.join("local-token");
    Source { url, token: read(&file), name, token_file: Some(file) }
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The folders in which the server of this machine may keep its data, by the same rules as the server's own.
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

    fn source(url: &str, token: &str) -> Source {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Source { url: text(url), token: text(token), name: "test".into(), token_file: None }
    }

    #[track_caller]
    fn check(all: [(&str, &str); 4], url: &str, token: Option<&str>) {
        let target = choose(all.map(|(url, token)| source(url, token))).unwrap();
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
    fn a_stored_token_is_not_sent_to_another_server() {
        let (login, local) = (("https://orc.example", "L"), ("http://127.0.0.1:5000", "M"));
        check([("https://other.example", ""), ("", ""), login, local], "https://other.example/", None);
        check([("", ""), ("https://other.example", ""), login, local], "https://other.example/", None);
    }
}
