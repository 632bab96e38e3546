//! The environment of every task's process: the account's variables, as cron sets them, and a umask.
//!
//! None of it depends on how the server was started. A shell, a service manager and `env -i` give servers very
//! different environments, but tasks always see the same one. Deliberately absent: signals, limits and descriptors,
//! because the runner sets those.

use super::layers::{Key, Layers};
use crate::domain::tasks::start_limits::StartLimits;
use std::collections::BTreeMap;

/// The environment of tasks' processes.
#[derive(Debug, Clone)]
pub struct TaskConfig {
    /// Permissions that new files do not get, as for umask(2).
    pub umask: u32,
    /// Folders in which programs are searched.
    pub path: String,
    /// User that tasks run as unless they name one; none: that of the server.
    pub user: Option<String>,
}

/// The default folders in which programs are searched.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The shell that cron sets, whatever the account's own is, because scripts rely on it and a service's account has
/// none.
#[cfg(not(windows))]
const SHELL: &str = "/bin/sh";

/// Files in which systems keep their language, with lines such as `LANG=de_DE.UTF-8`.
#[cfg(not(windows))]
const LOCALES: [&str; 2] = ["/etc/default/locale", "/etc/locale.conf"];

const UMASK_KEY: Key =
    Key::new("task_umask", "Which rights new files of tasks do not get, such as 022 or 077").section("engine");
const PATH_KEY: Key = Key::new("task_path", "PATH of tasks: absolute folders, separated as in PATH").section("engine");

const USER_KEY: Key =
    Key::new("task_user", "User that tasks run as unless they name one; only if the server runs as root")
        .section("engine");

pub(super) fn read(layers: &mut Layers) -> Option<TaskConfig> {
    let umask = layers.read(&UMASK_KEY, || "022".to_owned(), umask);
    let path = layers.read(&PATH_KEY, default_path, path);
    let user = layers.read(&USER_KEY, String::new, user);
    Some(TaskConfig { umask: umask?, path: path?, user: user? })
}

/// What this system takes when the process of a task starts. Runners inherit the limit of the stack from the server.
pub fn start_limits() -> StartLimits {
    #[cfg(target_os = "linux")]
    {
        let stack = rustix::process::getrlimit(rustix::process::Resource::Stack).current;
        StartLimits::of_linux(rustix::param::page_size() as u64, stack)
    }
    #[cfg(not(target_os = "linux"))]
    StartLimits::default()
}

fn user(text: &str) -> Result<Option<String>, String> {
    let name = text.trim();
    if name.is_empty() {
        return Ok(None);
    }
    if orc_runner::user(name).is_none() {
        return Err(format!("this machine has no user \"{name}\""));
    }
    let own = orc_runner::account().is_some_and(|account| account.name == name);
    if own || orc_runner::abilities().root {
        return Ok(Some(name.to_owned()));
    }
    Err(format!("only a server that runs as root can run tasks as \"{name}\""))
}

fn umask(text: &str) -> Result<u32, String> {
    let octal = text.trim().strip_prefix("0o").unwrap_or(text.trim());
    let good = (1..=4).contains(&octal.len());
    let umask = u32::from_str_radix(octal, 8).ok().filter(|umask| good && *umask <= 0o777);
    umask.ok_or_else(|| format!("\"{text}\" is not a umask of three octal digits such as 022 or 077"))
}

fn default_path() -> String {
    if cfg!(windows) { std::env::var("PATH").unwrap_or_default() } else { PATH.to_owned() }
}

fn path(text: &str) -> Result<String, String> {
    if cfg!(windows) || text.split(':').all(|folder| folder.starts_with('/')) {
        return Ok(text.to_owned());
    }
    Err(format!("\"{text}\" is not a list of absolute folders such as /usr/local/bin:/usr/bin:/bin"))
}

/// The variables that every process has in addition to those of its task.
#[cfg(not(windows))]
pub fn task_environment(path: &str) -> BTreeMap<String, String> {
    let own = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let account = orc_runner::account();
    let (name, home) = match account {
        Some(account) => (account.name, account.home),
        // An account that the system does not know, as in containers that name an account only by its number.
        None => (own("USER").unwrap_or_else(|| "nobody".to_owned()), own("HOME").unwrap_or_else(|| "/".to_owned())),
    };
    let mut all = LOCALES.iter().filter_map(|file| std::fs::read_to_string(file).ok()).map(|text| locale(&text));
    let mut all = all.find(|found| !found.is_empty()).unwrap_or_else(|| {
        let language = own("LANG").unwrap_or_else(|| "C.UTF-8".to_owned());
        BTreeMap::from([("LANG".to_owned(), language)])
    });
    // Containers set the machine's time zone by this variable. Without it the machine's own zone applies.
    all.extend(own("TZ").map(|zone| ("TZ".to_owned(), zone)));
    let account = [("HOME", home), ("USER", name.clone()), ("LOGNAME", name), ("SHELL", SHELL.to_owned())];
    all.extend(account.map(|(name, value)| (name.to_owned(), value)));
    all.insert("PATH".to_owned(), path.to_owned());
    all
}

/// The language settings in a file.
#[cfg(not(windows))]
fn locale(text: &str) -> BTreeMap<String, String> {
    let setting = |line: &str| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        let known = matches!(name, "LANG" | "LANGUAGE") || name.starts_with("LC_");
        (known && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    text.lines().filter_map(setting).collect()
}

/// Variables of the server's own environment that are passed on.
#[cfg(windows)]
const PASSED_ON: [&str; 15] = [
    "USER",
    "LANG",
    "TZ",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "USERPROFILE",
    "USERNAME",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
];

/// The variables that every process has in addition to those of its task.
#[cfg(windows)]
pub fn task_environment(path: &str) -> BTreeMap<String, String> {
    let own =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut all: BTreeMap<String, String> =
        own.filter(|(name, _)| PASSED_ON.contains(&name.to_ascii_uppercase().as_str())).collect();
    all.insert("PATH".to_owned(), path.to_owned());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_umask_is_octal() {
        for (text, wanted) in [("022", 0o022), ("0077", 0o077), ("0", 0), ("0o027", 0o027), (" 002 ", 0o002)] {
            assert_eq!(umask(text), Ok(wanted), "{text}");
        }
        for text in ["", "8", "0888", "1000", "u=rwx", "-1", "00022"] {
            assert!(umask(text).is_err(), "{text}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_user_exists_and_can_be_chosen() {
        assert_eq!(user("  "), Ok(None));
        assert_eq!(user("no-such-account"), Err("this machine has no user \"no-such-account\"".to_owned()));
        let own = orc_runner::account().expect("tests run as an account with a name").name;
        assert_eq!(user(&own), Ok(Some(own)));
        assert_eq!(user("nobody").is_ok(), orc_runner::abilities().root);
    }

    #[cfg(unix)]
    #[test]
    fn languages_are_read_from_files_of_the_system() {
        let text = "# made by a tool\nLANG=\"de_DE.UTF-8\"\nexport LC_TIME=en_GB.UTF-8\nLC_ALL=\nPATH=/x\n";
        let wanted = [("LANG", "de_DE.UTF-8"), ("LC_TIME", "en_GB.UTF-8")];
        assert_eq!(locale(text), wanted.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
