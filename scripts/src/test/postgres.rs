//! A private PostgreSQL for the tests: its own folder and port, no fsync. It is stopped and removed when dropped.
//!
//! PostgreSQL refuses to run as root, so root runs it as `postgres` or `nobody`.

use super::machine;
use crate::command::{self, Answer};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SETTINGS: [&str; 6] = [
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "full_page_writes=off",
    "max_connections=300",
    "shared_buffers=64MB",
    "log_min_messages=fatal",
];

/// A running private cluster.
pub struct Postgres {
    /// Address for the tests.
    pub url: String,
    bin: PathBuf,
    folder: PathBuf,
    user: Option<(u32, u32)>,
    child: Child,
}

impl Postgres {
    /// Creates and starts a cluster.
    ///
    /// # Errors
    /// Fails with a sentence if a program is missing or the cluster does not start.
    pub fn start() -> Answer<Self> {
        let bin = machine::postgres()?;
        let user = other_user()?;
        let folder = std::env::temp_dir().join(format!("orc-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
        own(&folder, user)?;
        let data = folder.join("data");
        let mut initdb = as_user(&bin.join("initdb"), user);
        initdb.current_dir(&folder).arg("-D").arg(&data).args(["-U", "orc", "--auth=trust", "-E", "UTF8"]);
        command::read(initdb.args(["--locale=C", "--no-sync"]))?;
        let port = free_port()?;
        let mut server = as_user(&bin.join("postgres"), user);
        server.current_dir(&folder).arg("-D").arg(&data).arg("-k").arg(&folder).args(["-p", &port.to_string()]);
        for setting in SETTINGS {
            server.args(["-c", setting]);
        }
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = server.spawn().map_err(|error| format!("postgres could not be started: {error}"))?;
        let url = format!("postgres://orc@127.0.0.1:{port}/postgres");
        let started = Self { url, bin, folder, user, child };
        started.wait(port)?;
        Ok(started)
    }

    fn wait(&self, port: u16) -> Answer<()> {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            let mut ask = Command::new(self.bin.join("pg_isready"));
            if command::read(ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("the private PostgreSQL did not come up within 60 seconds".to_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = as_user(&self.bin.join("pg_ctl"), self.user);
        stop.current_dir(&self.folder).arg("-D").arg(self.folder.join("data")).args(["stop", "-m", "immediate", "-s"]);
        if let Err(sentence) = command::read(&mut stop) {
            eprintln!("{sentence}");
            let _gone = self.child.kill();
        }
        let _reaped = self.child.wait();
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

/// A port on which nobody listens at the moment.
///
/// # Errors
/// Fails with a sentence if the system has none.
pub fn free_port() -> Answer<u16> {
    let bound = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

/// User and group for PostgreSQL; `None` unless this tool runs as root.
fn other_user() -> Answer<Option<(u32, u32)>> {
    let id = |args: &[&str]| command::read(Command::new("id").args(args)).ok()?.trim().parse::<u32>().ok();
    if id(&["-u"]) != Some(0) {
        return Ok(None);
    }
    let found = ["postgres", "nobody"].iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
    found.map(Some).ok_or_else(|| "PostgreSQL refuses root, and there is no user `postgres` or `nobody`".to_owned())
}

#[cfg(unix)]
fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

#[cfg(not(unix))]
fn as_user(program: &Path, _user: Option<(u32, u32)>) -> Command {
    Command::new(program)
}

#[cfg(unix)]
fn own(folder: &Path, user: Option<(u32, u32)>) -> Answer<()> {
    let Some((uid, gid)) = user else { return Ok(()) };
    let handed = std::os::unix::fs::chown(folder, Some(uid), Some(gid));
    handed.map_err(|error| format!("{} could not be handed over: {error}", folder.display()))
}

#[cfg(not(unix))]
fn own(_folder: &Path, _user: Option<(u32, u32)>) -> Answer<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_private_cluster_comes_up_and_leaves_nothing() {
        let cluster = Postgres::start().expect("PostgreSQL is installed or named");
        let folder = cluster.folder.clone();
        let address = cluster.url.replace("postgres://orc@", "").replace("/postgres", "");
        assert!(std::net::TcpStream::connect(&address).is_ok());
        drop(cluster);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(&address).is_err());
    }
}
