//! Starting runners: one fork server forks a runner for each attempt.
//!
//! The only file that starts processes. To load a program anew for each attempt costs more than all the rest of a short
//! run, so it is loaded once. A fork server that is gone is replaced when the next runner is asked for; its runners live
//! on, and it ends when this server does, however that ends.

use super::runners::Link;
use orc_runner::message::{Identity, RunnerMessage};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::Interest;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// How long a runner may take to say who it is.
const IDENTITY_WITHIN: Duration = Duration::from_secs(20);

/// How long a fork server may take to end when its server does.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Starts runners.
#[derive(Debug)]
pub struct Runners {
    program: PathBuf,
    /// Folder of the logs, for people who look at a list of processes.
    folder: PathBuf,
    /// The one that forks now, if there is one.
    forking: Mutex<Option<Arc<ForkServer>>>,
}

/// A fork server that was started.
#[derive(Debug)]
struct ForkServer {
    /// Where it is asked. (Of packets; tokio has no type of its own for that, and needs none.)
    channel: tokio::net::UnixStream,
    process: Child,
}

impl Runners {
    /// Runners of this program, whose logs go to `folder`.
    pub fn new(program: PathBuf, folder: PathBuf) -> Self {
        Self { program, folder, forking: Mutex::default() }
    }

    /// Starts a runner for the attempt whose log is at `log`; it waits for its plan.
    pub async fn start(&self, log: &Path) -> io::Result<(Link, Identity)> {
        match self.fork(log).await? {
            Some(runner) => Ok(runner),
            // A fork server that is killed just now takes the request with it.
            None => {
                tracing::warn!(program = %self.program.display(), "the fork server of runners is gone; another is started");
                let gone = || io::Error::other("the runner ended before it said who it is");
                self.fork(log).await?.ok_or_else(gone)
            }
        }
    }

    /// Has a runner forked. None: nobody did, and the next one is asked of a new fork server.
    async fn fork(&self, log: &Path) -> io::Result<Option<(Link, Identity)>> {
        let (ours, theirs) = UnixStream::pair()?;
        let server = self.server().await?;
        if let Err(error) = server.request(log, &theirs).await {
            self.forget(&server).await;
            let gone = matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset);
            return if gone { Ok(None) } else { Err(error) };
        }
        drop(theirs);
        let mut link = Link::over(ours)?;
        match tokio::time::timeout(IDENTITY_WITHIN, link.next()).await {
            Ok(Ok(Some(RunnerMessage::Identity { identity }))) => Ok(Some((link, identity))),
            Ok(Ok(Some(RunnerMessage::Refused { message }))) => Err(io::Error::other(message)),
            Ok(Ok(Some(_))) => Err(io::Error::other("the runner did not say who it is first")),
            Ok(Ok(None) | Err(_)) => {
                self.forget(&server).await;
                Ok(None)
            }
            Err(_) => {
                self.forget(&server).await;
                Err(io::Error::other("the runner did not say who it is in time"))
            }
        }
    }

    /// Starts the fork server, so that the first runner does not wait for it.
    pub async fn prepare(&self) -> io::Result<()> {
        self.server().await.map(|_| ())
    }

    /// Ends the fork server; runners go on.
    pub async fn close(&self) {
        let Some(server) = self.forking.lock().await.take().and_then(Arc::into_inner) else { return };
        drop(server.channel);
        let mut process = server.process;
        let _it_ends_when_it_can = tokio::time::timeout(END_WITHIN, process.wait()).await;
    }

    async fn server(&self) -> io::Result<Arc<ForkServer>> {
        let mut forking = self.forking.lock().await;
        if let Some(server) = forking.as_ref() {
            return Ok(Arc::clone(server));
        }
        let server = Arc::new(ForkServer::start(&self.program, &self.folder)?);
        *forking = Some(Arc::clone(&server));
        Ok(server)
    }

    async fn forget(&self, server: &Arc<ForkServer>) {
        let mut forking = self.forking.lock().await;
        if forking.as_ref().is_some_and(|current| Arc::ptr_eq(current, server)) {
            *forking = None;
        }
    }
}

impl ForkServer {
    fn start(program: &Path, folder: &Path) -> io::Result<Self> {
        let (ours, theirs) = orc_runner::fork_channel()?;
        let mut command = Command::new(program);
        command.arg("--fork-server").arg(folder).env_clear();
        command.stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn()?;
        Ok(Self { channel: tokio::net::UnixStream::from_std(ours.into())?, process })
    }

    async fn request(&self, log: &Path, stream: &UnixStream) -> io::Result<()> {
        let ask = || orc_runner::fork_request(self.channel.as_fd(), log, stream);
        self.channel.async_io(Interest::WRITABLE, ask).await
    }
}
