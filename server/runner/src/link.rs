//! The server's side of one attempt's runner: whether it lives, how to reach it, and how to end what it leaves.
//!
//! Everything here blocks for a moment at most, [`Link::sweep`] excepted.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::attempt::sweep::{self, Swept};
use crate::log::layout::{attempt_of, socket_path};
use crate::os::{self, Channel};
use crate::protocol::message::{Identity, ServerMessage, line};
use crate::protocol::record::{LeftBehind, Survivor};

/// The runner of one attempt, known by the path of its log.
#[derive(Clone, Debug)]
pub struct Link {
    log: PathBuf,
}

impl Link {
    /// The runner of the attempt whose log is at `log`.
    pub fn new(log: impl Into<PathBuf>) -> Self {
        Self { log: log.into() }
    }

    /// Path of the log.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Whether the runner lives: it holds the log's lock for its whole life. The look disturbs nobody, and a missing
    /// file means that there is no runner.
    pub fn alive(&self) -> io::Result<bool> {
        os::locked(&self.log)
    }

    /// Connects to a runner whose server has gone, and presents the plan's token. The runner answers `identity`,
    /// `started`, `log` (and `stopping`), then everything that happens; the connection ends with the runner, or at once
    /// when the token is wrong.
    ///
    /// The runner opens its socket only when its standard input has ended, so right after that the connection may be
    /// refused for a few milliseconds: try again while [`Link::alive`] says so.
    pub fn attach(&self, token: &str) -> io::Result<Channel> {
        let mut channel = os::connect(&socket_path(&self.log))?;
        channel.write_all(&line(&ServerMessage::Attach { token: token.to_owned() }))?;
        Ok(channel)
    }

    /// Asks the runner to stop its command by a signal, for one that cannot be attached. The first time the command has
    /// its grace; the second time it is killed at once. Nothing but the process with this identity is ever signalled.
    /// False: that process is gone.
    pub fn signal(&self, identity: &Identity) -> io::Result<bool> {
        Ok(self.runs(identity)? && os::ask_process(identity.runner_pid, identity.runner_start_ticks)?)
    }

    /// Whether the runner's process with this identity is there, for a log whose lock cannot be asked for.
    pub fn runs(&self, identity: &Identity) -> io::Result<bool> {
        let started = os::start_ticks(identity.runner_pid);
        Ok(identity.boot_id == os::boot_id()? && started == Some(identity.runner_start_ticks))
    }

    /// Processes that carry the attempt's marker, this one and dead ones excepted.
    pub fn marked(&self) -> io::Result<Vec<Survivor>> {
        sweep::marked(self.attempt()?)
    }

    /// The same processes, for an attempt that leaves them behind.
    pub fn left_behind(&self) -> io::Result<Vec<LeftBehind>> {
        Ok(self.marked()?.into_iter().map(LeftBehind::of).collect())
    }

    /// Kills every process of this account that carries the attempt's marker in its environment; for attempts whose
    /// runner died. Blocks until they are gone, at most about 5 s. What is left is reported.
    pub fn sweep(&self) -> io::Result<Swept> {
        sweep::sweep(self.attempt()?)
    }

    fn attempt(&self) -> io::Result<&str> {
        let fault = || io::Error::new(io::ErrorKind::InvalidInput, "this is not the path of an attempt's log");
        attempt_of(&self.log).ok_or_else(fault)
    }
}
