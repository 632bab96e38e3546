//! Runs the real binary with an empty home folder and without the environment of this machine.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A person at a terminal: a home folder and an environment.
pub struct Orc {
    /// The home folder, which is also the current folder of every command.
    pub home: TempDir,
    env: Vec<(String, String)>,
}

/// What one command printed, and its exit code.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Orc {
    /// A person without a server.
    pub fn alone() -> Self {
        Self { home: tempfile::tempdir().unwrap(), env: Vec::new() }
    }

    /// A person whose environment names this server and a token.
    pub fn at(url: &str) -> Self {
        Self::alone().with("ORC_URL", url).with("ORC_TOKEN", "orc_test_secret")
    }

    /// The same person with one more variable in the environment.
    pub fn with(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().display().to_string()));
        self
    }

    /// Writes a file into the home folder.
    pub fn file(&self, name: &str, text: &str) -> &Self {
        self.bytes(name, text.as_bytes())
    }

    /// The same for a file that need not be text.
    pub fn bytes(&self, name: &str, text: &[u8]) -> &Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Runs a command line, whose words are separated by spaces.
    pub fn run(&self, line: &str) -> Ran {
        self.args(&line.split_whitespace().collect::<Vec<_>>(), "")
    }

    /// Runs a command with these arguments and this stdin.
    pub fn args(&self, arguments: &[&str], stdin: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orc"));
        command.env_clear().env("HOME", self.home.path()).envs(self.env.iter().map(|(name, value)| (name, value)));
        command.args(arguments).current_dir(self.home.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _the_child_may_not_read = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Asserts that the command ended with 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// Asserts that the command ended with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}
