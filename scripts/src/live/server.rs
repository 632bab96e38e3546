//! Starting, killing and stopping the real `orc-server`.

use super::Client;
use crate::command::{self, Answer};
use crate::place::Place;
use crate::test::free_port;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A temporary folder, removed when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Creates a folder with a unique name.
    ///
    /// # Errors
    /// Fails with a sentence if the folder cannot be created.
    pub fn new(purpose: &str) -> Answer<Self> {
        Self::below(&std::env::temp_dir(), purpose)
    }

    /// Creates such a folder in memory if the system has a place for that. Meant for thousands of small writes that
    /// need not survive a loss of power.
    ///
    /// # Errors
    /// Fails with a sentence if the folder cannot be created.
    pub fn in_memory(purpose: &str) -> Answer<Self> {
        Self::below(Path::new("/dev/shm"), purpose).or_else(|_| Self::new(purpose))
    }

    fn below(root: &Path, purpose: &str) -> Answer<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = root.join(format!("orc-{purpose}-{}-{number}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whoever asked to keep the folder wants to look at it.
        if std::env::var_os("ORC_TEST_KEEP").is_none() {
            let _ignored = fs::remove_dir_all(&self.0);
        }
    }
}

/// A server process on a data folder. It can be killed and started again.
pub struct Server {
    program: PathBuf,
    data: PathBuf,
    settings: Vec<(String, String)>,
    /// Words before the program, such as those of `setpriv`.
    before: Vec<String>,
    child: Option<Child>,
    /// Address on which the server listens.
    pub address: SocketAddr,
    /// The token of the local command line, known after the first start.
    pub token: String,
}

impl Server {
    /// Chooses data folder and port, but starts nothing yet.
    ///
    /// # Errors
    /// Fails with a sentence if the program is not built.
    pub fn prepare(place: &Place, profile: &str, data: &Path) -> Answer<Self> {
        let program = place.program(profile, "orc-server");
        if !program.exists() {
            return Err(format!("{} is missing: build it first", program.display()));
        }
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let data = data.join("data");
        Ok(Self { program, data, settings: Vec::new(), before: Vec::new(), child: None, address, token: String::new() })
    }

    /// Sets an `ORC_*` variable for every later start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the server by another program from now on, which must replace itself by it.
    pub fn start_by(&mut self, words: &[&str]) {
        self.before = words.iter().map(|word| (*word).to_owned()).collect();
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A client with the administrator's token.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.address, &self.token)
    }

    /// Process id while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Starts the server and waits until it is ready. Returns how long that took.
    ///
    /// # Errors
    /// Fails with a sentence if the server ends instead, or is not ready within a minute.
    pub fn start(&mut self) -> Answer<Duration> {
        let begun = Instant::now();
        let log = self.data.with_extension("log");
        let open = || File::options().create(true).append(true).open(&log);
        let log_of = |error: std::io::Error| format!("{} could not be opened: {error}", log.display());
        let (out, err) = (open().map_err(log_of)?, open().map_err(log_of)?);
        let mut command = self.tool();
        command.arg("serve").stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().map_err(|error| format!("orc-server could not be started: {error}"))?;
        let child = self.child.insert(child);
        while begun.elapsed() < Duration::from_secs(60) {
            if Client::new(self.address, "").call("GET", "/readyz", None).is_ok_and(|reply| reply.status == 200) {
                let took = begun.elapsed();
                let token = fs::read_to_string(self.data.join("local-token"));
                self.token = token.map_err(|error| format!("no local token: {error}"))?.trim().to_owned();
                return Ok(took);
            }
            if let Ok(Some(status)) = child.try_wait() {
                let said = fs::read_to_string(&log).unwrap_or_default();
                let end: Vec<_> = said.lines().rev().take(8).collect();
                return Err(format!("orc-server ended at its start ({status}): {}", end.join("\n")));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err("orc-server was not ready within a minute".to_owned())
    }

    /// Kills the server (`kill -9`).
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }

    /// Asks the server to stop and waits until it has (SIGTERM; on other systems it is killed).
    ///
    /// # Errors
    /// Fails with a sentence if the server does not end within 30 seconds.
    pub fn stop(&mut self) -> Answer<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if command::read(Command::new("kill").args(["-TERM", &child.id().to_string()])).is_err() {
            let _gone = child.kill();
        }
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            if child.try_wait().map_err(|error| format!("orc-server could not be waited for: {error}"))?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _gone = child.kill();
        Err("orc-server did not end within 30 s of SIGTERM".to_owned())
    }

    /// The server's log so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.with_extension("log")).unwrap_or_default()
    }

    /// One of the server's own commands on this data folder, ready for its arguments.
    #[must_use]
    pub fn tool(&self) -> Command {
        let mut command = match self.before.split_first() {
            None => Command::new(&self.program),
            Some((first, others)) => {
                let mut command = Command::new(first);
                command.args(others).arg(&self.program);
                command
            }
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ORC_")) {
            command.env_remove(name);
        }
        command.current_dir(self.data.parent().unwrap_or(&self.data));
        command.env("ORC_DATA_DIR", &self.data).env("ORC_LISTEN", self.address.to_string());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
