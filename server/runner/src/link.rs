//! The server's view of one attempt's runner: whether it lives, how to reach it, and how to end what it left behind.
//!
//! Except for [`Link::sweep`], nothing here blocks for more than a moment.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::attempt::private;
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
    /// Creates the link to the runner of the attempt whose log is at `log`.
    pub fn new(log: impl Into<PathBuf>) -> Self {
        Self { log: log.into() }
    }

    /// Path of the log.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Returns whether the runner lives: a runner holds the log's lock for its whole life. The check disturbs nobody.
    /// A missing file means that there is no runner.
    pub fn alive(&self) -> io::Result<bool> {
        os::locked(&self.log)
    }

    /// Connects to a runner whose server has gone, and presents the plan's token. The runner answers `identity`,
    /// `started`, `log` (and `stopping`), then every further event. The connection ends with the runner, or at once
    /// when the token is wrong.
    ///
    /// The runner opens its socket only after its standard input has ended. For a few milliseconds after that,
    /// connections may be refused: try again while [`Link::alive`] returns true.
    pub fn attach(&self, token: &str) -> io::Result<Channel> {
        let mut channel = os::connect(&socket_path(&self.log))?;
        channel.write_all(&line(&ServerMessage::Attach { token: token.to_owned() }))?;
        Ok(channel)
    }

    /// Asks a runner that cannot be attached to stop its command, by a signal. The first signal starts the grace
    /// period; the second kills the command at once. Only the process with this identity is ever signalled. Returns
    /// false when that process is gone.
    pub fn signal(&self, identity: &Identity) -> io::Result<bool> {
        Ok(self.runs(identity)? && os::ask_process(identity.runner_pid, identity.runner_start_ticks)?)
    }

    /// Returns whether the runner's process with this identity exists. Meant for logs whose lock cannot be checked.
    pub fn runs(&self, identity: &Identity) -> io::Result<bool> {
        let started = os::start_ticks(identity.runner_pid);
        Ok(identity.boot_id == os::boot_id()? && started == Some(identity.runner_start_ticks))
    }

    /// Lists the living processes that carry the attempt's marker, except this process.
    pub fn marked(&self) -> io::Result<Vec<Survivor>> {
        sweep::marked(self.attempt()?)
    }

    /// The processes that an attempt may leave behind.
    pub fn left_behind(&self) -> io::Result<Vec<LeftBehind>> {
        Ok(self.marked()?.into_iter().map(sweep::left_behind).collect())
    }

    /// Kills every process of this account that has the attempt's marker in its environment. Blocks until they are
    /// gone, for about 5 s at most, and reports what is left. Meant for attempts whose runner died.
    pub fn sweep(&self) -> io::Result<Swept> {
        sweep::sweep(self.attempt()?)
    }

    /// Removes the files with values of credentials that a killed runner left in memory. Does nothing if there are
    /// none.
    pub fn remove_private(&self) -> io::Result<()> {
        private::remove_of(&self.log)
    }

    fn attempt(&self) -> io::Result<&str> {
        let fault = || io::Error::new(io::ErrorKind::InvalidInput, "this is not the path of an attempt's log");
        attempt_of(&self.log).ok_or_else(fault)
    }
}
