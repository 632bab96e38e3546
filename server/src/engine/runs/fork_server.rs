//! Starts runners: one fork server forks a runner for each attempt.
//!
//! No other file starts processes. Loading a program for each attempt costs more than all the rest of a short run, so
//! the program is loaded once. A fork server that has gone is replaced when the next runner is needed; its runners
//! live on. The fork server ends together with this server, however this server ends.

use super::runners::Conversation;
use orc_runner::Request;
use orc_runner::message::{Identity, RunnerMessage};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// How long a runner may take to send its identity.
const IDENTITY_WITHIN: Duration = Duration::from_secs(20);

/// Pause before asking again a fork server that has not taken earlier requests yet.
const ASK_AGAIN: Duration = Duration::from_millis(1);

/// How long the fork server may take to end after its server has ended it.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Starts runners.
#[derive(Debug)]
pub struct Runners {
    program: PathBuf,
    /// Folder of the logs, shown in process lists.
    folder: PathBuf,
    /// The current fork server, if there is one.
    forking: Mutex<Option<Arc<ForkServer>>>,
}

/// A started fork server.
#[derive(Debug)]
struct ForkServer {
    /// The channel for requests.
    channel: orc_runner::ForkServer,
    process: Child,
}

impl Runners {
    /// Creates a starter of runners from this program, with logs in `folder`.
    pub fn new(program: PathBuf, folder: PathBuf) -> Self {
        Self { program, folder, forking: Mutex::default() }
    }

    /// Starts a runner for the attempt whose log is at `log`. The runner waits for its plan.
    pub async fn start(&self, log: &Path) -> io::Result<(Conversation, Identity)> {
        match self.fork(log).await? {
            Some(runner) => Ok(runner),
            // A fork server that is killed at this moment loses the request.
            None => {
                tracing::warn!(program = %self.program.display(), "the fork server for runners is gone; another is \
                    started");
                let gone = || io::Error::other("the runner ended before it sent its identity");
                self.fork(log).await?.ok_or_else(gone)
            }
        }
    }

    /// Asks the fork server for a runner. Returns none if it did not fork one; the next request then goes to a new
    /// fork server.
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
            Ok(Ok(Some(_))) => Err(io::Error::other("the runner's first message was not its identity")),
            Ok(Ok(None) | Err(_)) => {
                self.forget(&server).await;
                Ok(None)
            }
            Err(_) => {
                self.forget(&server).await;
                Err(io::Error::other("the runner did not send its identity in time"))
            }
        }
    }

    /// Starts the fork server, so that the first run does not wait for it.
    pub async fn prepare(&self) -> io::Result<()> {
        self.server().await.map(|_| ())
    }

    /// Ends the fork server. Runners continue.
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

    /// Sends a request for a runner, waiting while the fork server is busy.
    async fn ask(&self, request: &Request) -> io::Result<()> {
        loop {
            match self.channel.ask(request) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => tokio::time::sleep(ASK_AGAIN).await,
                asked => return asked,
            }
        }
    }
}
