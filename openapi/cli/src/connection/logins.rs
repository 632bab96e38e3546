//! The file in which `orc login` stores its token: in the user's configuration folder, readable by the user only.
//!
//! The file holds profiles by name, so that one day there can be several. Today there is one, `default`.

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};

const PROFILE: &str = "default";

/// A stored login.
#[derive(Debug, Clone)]
pub struct Login {
    pub url: String,
    pub token: String,
    /// Id of the token if `orc login` created it, so that `orc logout` can revoke it.
    pub token_id: Option<String>,
    /// Name of the user, or of the token that was given.
    pub name: String,
}

/// Reads the stored login, if there is one.
pub fn read() -> Outcome<Option<Login>> {
    let path = path()?;
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::failed(&path.display().to_string(), error)),
    };
    let all: Value =
        serde_json::from_str(&text).map_err(|error| Failure::failed(&path.display().to_string(), error))?;
    let profile = &all["profiles"][PROFILE];
    let text = |key: &str| profile[key].as_str().map(str::to_owned);
    let login = |url, token| Login { url, token, token_id: text("token_id"), name: text("name").unwrap_or_default() };
    Ok(text("url").zip(text("token")).map(|(url, token)| login(url, token)))
}

/// Stores a login in the place of an earlier one and returns the path of the file.
pub fn write(login: &Login) -> Outcome<PathBuf> {
    let profile = json!({"url": login.url, "token": login.token, "token_id": login.token_id, "name": login.name});
    let all = json!({"profiles": {PROFILE: profile}});
    let path = path()?;
    save(&path, &format!("{all:#}\n")).map_err(|error| Failure::failed(&path.display().to_string(), error))?;
    Ok(path)
}

/// Removes the stored login. A missing login is not a failure.
pub fn remove() -> Outcome<()> {
    let path = path()?;
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::failed(&path.display().to_string(), error)),
        _ => Ok(()),
    }
}

fn save(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&beside)?.write_all(text.as_bytes())?;
    std::fs::rename(beside, path)
}

fn path() -> Outcome<PathBuf> {
    let env = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        env("APPDATA")
    } else {
        env("XDG_CONFIG_HOME").or_else(|| env("HOME").map(|home| home.join(".config")))
    };
    let folder = folder.ok_or_else(|| Failure::Failed("the home folder is unknown; set HOME".into()))?;
    Ok(folder.join("orc").join("logins.json"))
}
