//! A real server process on a data folder of its own.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// The binary under test.
pub fn binary() -> Command {
    let path = env!("CARGO_BIN_EXE_orc-server");
    let mut command = Command::new(path);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ORC_")) {
        command.env_remove(name);
    }
    // Any file will do, because these tests start no run.
    command.env("ORC_RUNNER", path).env("ORC_LOG", "info").stdin(Stdio::null());
    command
}

/// Runs a command of the binary that ends by itself. Returns its exit code and its stderr.
pub fn outcome(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A running server.
pub struct Server {
    child: Child,
    pub url: String,
    pub token: String,
}

impl Server {
    /// Starts a server on a folder and waits until it serves.
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// The same with more flags.
    pub fn start_with(folder: &Path, flags: &[&str]) -> Self {
        Self::start_as(binary(), folder, flags)
    }

    /// The same with a command that the test has prepared from `binary`.
    pub fn start_as(mut command: Command, folder: &Path, flags: &[&str]) -> Self {
        command.arg("--data-dir").arg(folder).args(["--listen", "127.0.0.1:0"]).args(flags);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        loop {
            let Some(Ok(line)) = lines.next() else { panic!("the server ended: {said}") };
            said.push_str(&line);
            said.push('\n');
            if line.contains("serving") {
                break;
            }
        }
        std::thread::spawn(move || lines.for_each(drop));
        let mut console = child.stdout.take().unwrap();
        std::thread::spawn(move || console.read_to_end(&mut Vec::new()));
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let facts: Value = serde_json::from_str(&read("server.json")).unwrap();
        assert_eq!(facts["pid"], child.id());
        let url = facts["url"].as_str().unwrap().to_owned();
        Self { child, url, token: read("local-token") }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its number.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for the end.
    pub fn ended(mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        std::mem::forget(self);
        status
    }

    /// A request with the local token.
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(reqwest::Method::GET, path)
    }

    /// The same with any method.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        client().request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _no_zombie = self.child.wait();
    }
}

/// A client that follows no redirect.
pub fn client() -> reqwest::Client {
    let _installed_once = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}
