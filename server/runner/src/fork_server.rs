//! The fork server: a process that forks one runner per attempt, so that no runner has to load and initialize a
//! program.
//!
//! Loading a program costs many times as much as forking this small, single-threaded process. The server sends its
//! requests over the fork server's standard input. When the server closes that stream, the fork server ends; its
//! runners live on.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::attempt::run;
use crate::os::{self, Asker, Channel, Far, Forker};

/// The server's handle to a fork server.
#[derive(Debug)]
pub struct ForkServer(Asker);

/// A request for a runner: the log of its attempt, and both ends of the connection to it.
#[derive(Debug)]
pub struct Request {
    log: PathBuf,
    near: Channel,
    far: Far,
}

impl ForkServer {
    /// Builds the command that starts this program as a fork server, and the handle to it. The folder of the logs is
    /// an argument only to be visible in process lists. Returns an error on systems where runners cannot be started
    /// yet.
    pub fn command(program: &Path, folder: &Path) -> io::Result<(Command, Self)> {
        let (asker, stdin) = os::asker()?;
        let mut command = Command::new(program);
        command.arg("--fork-server").arg(folder).env_clear();
        command.stdin(stdin).stdout(Stdio::null()).stderr(Stdio::null());
        Ok((command, Self(asker)))
    }

    /// Asks for a runner and never blocks. `WouldBlock` means that the fork server has not taken earlier requests
    /// yet; `BrokenPipe` and `ConnectionReset` mean that it is gone.
    pub fn ask(&self, request: &Request) -> io::Result<()> {
        self.0.ask(&request.log, &request.far)
    }
}

impl Request {
    /// Creates the request for the runner of the attempt whose log will be at `log`.
    pub fn new(log: impl Into<PathBuf>) -> io::Result<Self> {
        let (near, far) = os::pair()?;
        Ok(Self { log: log.into(), near, far })
    }

    /// Returns the server's end of the connection after the request was made. From then on only the runner has the
    /// other end.
    #[must_use]
    pub fn channel(self) -> Channel {
        self.near
    }
}

/// Forks runners until the server closes its end; this is the whole program `orc-runner --fork-server`. In each
/// forked process it returns the exit code of the runner.
pub fn fork_server() -> ExitCode {
    let forker = match Forker::begin() {
        Ok(forker) => forker,
        Err(error) => {
            eprintln!("orc-runner: {error}");
            return ExitCode::from(3);
        }
    };
    // Detecting the processor's features is slow on virtual machines. The forked processes inherit the result if it
    // is known before the fork.
    crate::log::frame::warm();
    match forker.serve() {
        Ok(Some(log)) => run(&log),
        Ok(None) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
