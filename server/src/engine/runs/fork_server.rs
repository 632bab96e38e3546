//! Starting runners: one fork server forks a runner for each attempt.
//!
//! The only file that starts processes. To load a program anew for each attempt costs more than all the rest of a short
//! run, so it is loaded once. A fork server that is gone is replaced when the next runner is asked for; its runners live
//! on, and it ends when this server does, however that ends.

use super::runners::Conversation;
use orc_runner::Request;
use orc_runner::message::{Identity, RunnerMessage};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// How long a runner may take to say who it is.
const IDENTITY_WITHIN: Duration = Duration::from_secs(20);

/// Pause before a fork server that has not taken earlier requests yet is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(1);

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
    /// Where it is asked.
    channel: orc_runner::ForkServer,
    process: Child,
}

impl Runners {
    /// Runners of this program, whose logs go to `folder`.
    pub fn new(program: PathBuf, folder: PathBuf) -> Self {
        Self { program, folder, forking: Mutex::default() }
    }

    /// Starts a runner for the attempt whose log is at `log`; it waits for its plan.
    pub async fn start(&self, log: &Path) -> io::Result<(Conversation, Identity)> {
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
    async fn fork(&self, log: &Path) -> io::Result<Option<(Conversation, Identity)>> {
        let request = Request::new(log)?;
        let server = self.server().await?;
        if let Err(error) = server.ask(&request).await {
            self.forget(&server).await;
            let gone = matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset);
            return if gone { Ok(None) } else { Err(error) };
        }
        let mut runner = Conversation::over(request.channel())?;
        match tokio::time::timeout(IDENTITY_WITHIN, runner.next()).await {
            Ok(Ok(Some(RunnerMessage::Identity { identity }))) => Ok(Some((runner, identity))),
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
        let (command, channel) = orc_runner::ForkServer::command(program, folder)?;
        let process = Command::from(command).spawn()?;
        Ok(Self { channel, process })
    }

    /// Asks for a runner, in its turn.
    async fn ask(&self, request: &Request) -> io::Result<()> {
        loop {
            match self.channel.ask(request) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => tokio::time::sleep(ASK_AGAIN).await,
                asked => return asked,
            }
        }
    }
}
