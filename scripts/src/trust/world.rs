//! A server to break, the file in which its tasks write down what they did, and what can be seen from outside.

use super::case::Setting;
use crate::command::{self, Answer};
use crate::live::{Client, Scratch, Server};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take before the case is broken.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server with a fresh data folder.
pub struct World {
    pub server: Server,
    pub client: Client,
    /// Every task appends lines `RUN ATTEMPT start|end`.
    pub witness: PathBuf,
    scratch: Scratch,
}

impl World {
    /// Starts a server.
    pub fn new(setting: &Setting<'_>, purpose: &str) -> Answer<Self> {
        Self::started_by(setting, purpose, &[])
    }

    /// Starts a server by another program, which replaces itself by it.
    pub fn started_by(setting: &Setting<'_>, purpose: &str, words: &[&str]) -> Answer<Self> {
        let scratch = Scratch::new(&format!("trust-{purpose}"))?;
        let mut server = Server::prepare(setting.place, setting.profile, scratch.path())?;
        server.set("ORC_RUN_LIMIT", "16");
        server.start_by(words);
        server.start()?;
        let (client, witness) = (server.client(), scratch.path().join("witness"));
        fs::write(&witness, "").map_err(|error| format!("the witness could not be made: {error}"))?;
        Ok(Self { server, client, witness, scratch })
    }

    /// The folder that goes with the world.
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Starts the server again after a kill. Returns how long that took.
    pub fn restart(&mut self) -> Answer<Duration> {
        let took = self.server.start()?;
        self.client = self.server.client();
        Ok(took)
    }

    /// Creates a task of a shell line. `more` adds to its definition.
    pub fn task(&mut self, name: &str, line: &str, more: &Value) -> Answer<()> {
        let mut body =
            json!({"name": name, "run": {"kind": "shell", "line": line}, "overlap": {"kind": "allow", "max": 1000}});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.client.post("/tasks", &body).map(drop)
    }

    /// A shell line that writes down its start, does something, and writes down its end.
    pub fn witnessed(&self, line: &str) -> String {
        let note = |what: &str| {
            format!("printf '%s %s {what}\\n' \"$ORC_RUN_ID\" \"$ORC_ATTEMPT\" >> '{}'", self.witness.display())
        };
        format!("{}; {line}; {}", note("start"), note("end"))
    }

    /// Starts a run of a task.
    pub fn run(&mut self, task: &str) -> Answer<String> {
        let run = self.client.post(&format!("/tasks/{task}/runs"), &json!({}))?;
        run["id"].as_str().map(str::to_owned).ok_or_else(|| format!("a run without an id: {run}"))
    }

    /// Waits until a run has ended. Returns it.
    pub fn ended(&mut self, run: &str) -> Answer<Value> {
        self.until(run, |run| !run["finished_at"].is_null())
    }

    /// Waits until the command of a run lives.
    pub fn started(&mut self, run: &str) -> Answer<u32> {
        let run = self.until(run, |run| !last(run)["pid"].is_null())?;
        last(&run)["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).ok_or_else(|| format!("no process: {run}"))
    }

    /// Waits until a run is as wanted.
    pub fn until(&mut self, run: &str, wanted: impl Fn(&Value) -> bool) -> Answer<Value> {
        let begun = Instant::now();
        loop {
            let seen = self.client.get(&format!("/runs/{run}"))?;
            if wanted(&seen) {
                return Ok(seen);
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("run {run} is not as wanted after {} s: {seen}", PATIENCE.as_secs()));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until something outside the server is so.
    pub fn sees(what: &str, wanted: impl Fn() -> bool) -> Answer<Duration> {
        let begun = Instant::now();
        while !wanted() {
            if begun.elapsed() > PATIENCE {
                return Err(format!("{what} did not happen within {} s", PATIENCE.as_secs()));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(begun.elapsed())
    }

    /// How often the command of a run wrote down a start or an end.
    pub fn noted(&self, run: &str, what: &str) -> usize {
        let text = fs::read_to_string(&self.witness).unwrap_or_default();
        text.lines().filter(|line| line.starts_with(run) && line.ends_with(what)).count()
    }

    /// The log of a run.
    pub fn log(&mut self, run: &str) -> Answer<String> {
        Ok(self.client.call("GET", &format!("/api/v1/runs/{run}/log"), None)?.text)
    }
}

/// The newest attempt of a run.
pub fn last(run: &Value) -> &Value {
    run["attempts"].as_array().and_then(|all| all.last()).unwrap_or(&Value::Null)
}

/// Sends a signal to a process.
pub fn signal(pid: u32, name: &str) -> Answer<()> {
    command::read(Command::new("kill").args([&format!("-{name}"), &pid.to_string()])).map(drop)
}

/// Process ids of the system, with their command lines.
pub fn processes() -> Vec<(u32, String)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let line = |pid: u32| {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        Some((pid, String::from_utf8_lossy(&bytes).replace('\0', " ")))
    };
    pids.filter_map(line).collect()
}

/// Living processes whose command line has a mark. Zombies have none.
pub fn marked(mark: &str) -> Vec<u32> {
    let own = std::process::id();
    processes().into_iter().filter(|(pid, line)| *pid != own && line.contains(mark)).map(|(pid, _)| pid).collect()
}

/// A value of `/proc/PID/status`, such as `PPid` or `VmHWM`.
pub fn status(pid: u32, key: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A number for `sleep` that no other process uses, so that the process can be found by its command line.
pub fn mark() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("86400.{:06}{:04}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
