//! Conversations with runners, whether this server or an earlier one started them.
//!
//! A conversation that ends without an `Exited` message means that the runner is gone or cannot be reached.
//! `fork_server.rs` starts runners. What differs between operating systems is in `orc_runner`, except [`halves`],
//! because that crate does not use tokio.

use orc_runner::message::{self, RunnerMessage, ServerMessage};
use orc_runner::{Channel, Link};
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, Lines};

type Reader = Box<dyn AsyncRead + Send + Unpin>;
type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// A conversation with a runner.
pub struct Conversation {
    reader: Lines<BufReader<Reader>>,
    writer: Writer,
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation").finish_non_exhaustive()
    }
}

/// Attaches to the living runner of an attempt, as its new server.
pub async fn attach(link: &Link, token: &str) -> io::Result<Conversation> {
    let (link, token) = (link.clone(), token.to_owned());
    let attaching = tokio::task::spawn_blocking(move || link.attach(&token));
    Conversation::over(attaching.await.map_err(io::Error::other)??)
}

impl Conversation {
    /// Starts a conversation over a channel.
    pub fn over(channel: Channel) -> io::Result<Self> {
        let (reader, writer) = halves(channel)?;
        Ok(Self { reader: BufReader::new(reader).lines(), writer })
    }

    /// Sends a message to the runner.
    pub async fn send(&mut self, message: &ServerMessage) -> io::Result<()> {
        self.writer.write_all(&message::line(message)).await?;
        self.writer.flush().await
    }

    /// Receives the runner's next message; none if the conversation is over.
    pub async fn next(&mut self) -> io::Result<Option<RunnerMessage>> {
        match self.reader.next_line().await? {
            Some(line) => message::parse(line.as_bytes()).map(Some),
            None => Ok(None),
        }
    }

    /// Waits until the conversation is over.
    pub async fn until_gone(mut self) {
        while let Ok(Some(_)) = self.next().await {}
    }
}

/// Splits a channel into both directions, for use with tokio.
#[cfg(unix)]
fn halves(channel: Channel) -> io::Result<(Reader, Writer)> {
    let stream = std::os::unix::net::UnixStream::from(channel);
    stream.set_nonblocking(true)?;
    let (reader, writer) = tokio::net::UnixStream::from_std(stream)?.into_split();
    Ok((Box::new(reader), Box::new(writer)))
}

/// Refuses, because no channel exists on a system that cannot run commands yet.
#[cfg(not(unix))]
fn halves(_channel: Channel) -> io::Result<(Reader, Writer)> {
    Err(orc_runner::unsupported())
}
