//! The fork server: one process that forks a runner per attempt, so that none has to load and set up a program again.
//!
//! Loading a program costs many times what a fork of this small, single-threaded process costs. The server keeps the
//! other end of its standard input and asks there. When that end is closed, the fork server ends; its runners go on.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::attempt::run;
use crate::os::{self, Asker, Channel, Far, Forker};

/// A fork server, seen by the server that asks it.
#[derive(Debug)]
pub struct ForkServer(Asker);

/// A request for a runner: the log of its attempt, and both ends of the conversation with it.
#[derive(Debug)]
pub struct Request {
    log: PathBuf,
    near: Channel,
    far: Far,
}

impl ForkServer {
    /// The command that starts a fork server of this program, and the fork server it will be. The folder of the logs is
    /// only there to be seen in a list of processes. Where runners cannot be started yet, an error says so.
    pub fn command(program: &Path, folder: &Path) -> io::Result<(Command, Self)> {
        let (asker, stdin) = os::asker()?;
        let mut command = Command::new(program);
        command.arg("--fork-server").arg(folder).env_clear();
        command.stdin(stdin).stdout(Stdio::null()).stderr(Stdio::null());
        Ok((command, Self(asker)))
    }

    /// Asks for a runner; never blocks. `WouldBlock`: it has not taken the requests before this one yet. `BrokenPipe` or
    /// `ConnectionReset`: it is gone.
    pub fn ask(&self, request: &Request) -> io::Result<()> {
        self.0.ask(&request.log, &request.far)
    }
}

impl Request {
    /// A request for the runner of the attempt whose log is to be at `log`.
    pub fn new(log: impl Into<PathBuf>) -> io::Result<Self> {
        let (near, far) = os::pair()?;
        Ok(Self { log: log.into(), near, far })
    }

    /// The server's end of the conversation, once the request was made; the other end is the runner's alone from now on.
    #[must_use]
    pub fn channel(self) -> Channel {
        self.near
    }
}

/// Forks runners until nobody can ask any more; the whole program `orc-runner --fork-server`. In each forked process it
/// returns with what the runner says.
pub fn fork_server() -> ExitCode {
    let forker = match Forker::begin() {
        Ok(forker) => forker,
        Err(error) => {
            eprintln!("orc-runner: {error}");
            return ExitCode::from(3);
        }
    };
    // What a process learns about its processor at the first use is inherited: to ask is slow on virtual machines.
    crate::log::frame::warm();
    match forker.serve() {
        Ok(Some(log)) => run(&log),
        Ok(None) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
