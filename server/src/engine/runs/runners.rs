//! Conversations with runners: with one that was started just now, or one that an earlier server started.
//!
//! A link that ends without an `Exited` message means that the runner is gone. How runners are started stands in
//! `fork_server.rs`.

use orc_runner::message::{RunnerMessage, ServerMessage};
use std::io;
use std::path::Path;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, Lines};

type Reader = Lines<BufReader<Box<dyn AsyncRead + Send + Unpin>>>;
type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// A conversation with a runner.
pub struct Link {
    reader: Reader,
    writer: Writer,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

/// Attaches to the living runner of an attempt, as its new server.
#[cfg(unix)]
pub async fn attach(log: &Path, token: &str) -> io::Result<Link> {
    let (log, token) = (log.to_owned(), token.to_owned());
    let connecting = tokio::task::spawn_blocking(move || orc_runner::connect(&log, &token));
    Link::over(connecting.await.map_err(io::Error::other)??)
}

impl Link {
    /// A conversation over a socket.
    #[cfg(unix)]
    pub fn over(stream: std::os::unix::net::UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let (reader, writer) = tokio::net::UnixStream::from_std(stream)?.into_split();
        let reader: Box<dyn AsyncRead + Send + Unpin> = Box::new(reader);
        Ok(Self { reader: BufReader::new(reader).lines(), writer: Box::new(writer) })
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

    /// Waits until the runner is gone.
    pub async fn until_gone(mut self) {
        while let Ok(Some(_)) = self.next().await {}
    }
}
