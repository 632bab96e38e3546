//! Runners: start one, attach to one that an earlier server started, talk to it.
//!
//! The only file that starts processes. Spawning is done on blocking threads (it holds its thread for a fraction of a
//! millisecond), by posix_spawn: everything that needs more happens inside the runner. A link that ends without an
//! `Exited` message means that the runner is gone.

use orc_runner::message::{Identity, RunnerMessage, ServerMessage};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, Command};

/// How long a runner may take to say who it is.
const IDENTITY_WITHIN: Duration = Duration::from_secs(20);

type Reader = Lines<BufReader<Box<dyn AsyncRead + Send + Unpin>>>;
type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// A conversation with a runner.
pub struct Link {
    reader: Reader,
    writer: Writer,
    child: Option<Child>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("pid", &self.child.as_ref().and_then(Child::id)).finish_non_exhaustive()
    }
}

/// Starts a runner for the attempt whose log is at `log`; it waits for its plan.
pub async fn start(program: &Path, log: &Path) -> io::Result<(Link, Identity)> {
    let (program, log) = (program.to_owned(), log.to_owned());
    let runtime = tokio::runtime::Handle::current();
    let spawned = tokio::task::spawn_blocking(move || {
        let _entered = runtime.enter();
        spawn(&program, &log)
    });
    let mut child = spawned.await.map_err(io::Error::other)??;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the runner has no pipes"));
    };
    let mut link = Link::new(Box::new(stdout), Box::new(stdin));
    link.child = Some(child);
    let first = tokio::time::timeout(IDENTITY_WITHIN, link.next()).await;
    match first.map_err(|_| io::Error::other("the runner did not say who it is in time"))?? {
        Some(RunnerMessage::Identity { identity }) => Ok((link, identity)),
        Some(RunnerMessage::Refused { message }) => Err(io::Error::other(message)),
        Some(_) => Err(io::Error::other("the runner did not say who it is first")),
        None => Err(io::Error::other("the runner ended before it said who it is")),
    }
}

fn spawn(program: &PathBuf, log: &PathBuf) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.arg(log).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn()
}

/// Attaches to the living runner of an attempt, as its new server.
#[cfg(unix)]
pub async fn attach(log: &Path, token: &str) -> io::Result<Link> {
    let (log, token) = (log.to_owned(), token.to_owned());
    let connecting = tokio::task::spawn_blocking(move || orc_runner::connect(&log, &token));
    let connected = connecting.await.map_err(io::Error::other)??;
    connected.set_nonblocking(true)?;
    let (reader, writer) = tokio::net::UnixStream::from_std(connected)?.into_split();
    Ok(Link::new(Box::new(reader), Box::new(writer)))
}

impl Link {
    fn new(reader: Box<dyn AsyncRead + Send + Unpin>, writer: Writer) -> Self {
        Self { reader: BufReader::new(reader).lines(), writer, child: None }
    }

    /// Says something to the runner.
    pub async fn send(&mut self, message: &ServerMessage) -> io::Result<()> {
        let mut line = serde_json::to_vec(message).map_err(io::Error::other)?;
        line.push(b'\n');
        self.writer.write_all(&line).await?;
        self.writer.flush().await
    }

    /// What the runner says next; none: it is gone.
    pub async fn next(&mut self) -> io::Result<Option<RunnerMessage>> {
        match self.reader.next_line().await? {
            Some(line) => serde_json::from_str(&line).map(Some).map_err(io::Error::other),
            None => Ok(None),
        }
    }

    /// Waits until the runner's process is gone, where it is a child of this server.
    pub async fn reap(mut self) {
        if let Some(child) = &mut self.child {
            let _how_it_ended_is_in_the_record = child.wait().await;
        }
    }
}
