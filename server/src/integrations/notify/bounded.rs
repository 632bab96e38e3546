//! Connections to SMTP servers that take a limited amount of bytes.
//!
//! lettre reads a line of an answer into memory whatever its length, so a server that sends without end would fill the
//! memory. Start reading at `connect`.

use futures::io::{AsyncRead as _, AsyncWrite as _};
#[expect(deprecated, reason = "lettre has no other way to encrypt a connection that it did not make")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncTokioStream, TlsParameters};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How long connecting to one address may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);

/// Most bytes that a server may send. Talks about one mail are far below.
const BYTES_MAX: usize = 1 << 20;

/// Connects to the first of the addresses that answers.
pub async fn connect(addresses: &[SocketAddr]) -> io::Result<Bounded> {
    let mut last = io::Error::other("the name has no address");
    for address in addresses {
        match tokio::time::timeout(CONNECT_WITHIN, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(Bounded { stream, left: BYTES_MAX }),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::other(format!("no connection within {} s", CONNECT_WITHIN.as_secs())),
        }
    }
    Err(last)
}

/// Encrypts a connection before anything is said.
#[expect(deprecated, reason = "lettre has no other way to encrypt a connection that it did not make")]
pub async fn encrypt(stream: Bounded, tls: TlsParameters) -> Result<Encrypted, lettre::transport::smtp::Error> {
    let peer = stream.stream.peer_addr().ok();
    let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
    stream.upgrade_tls(tls).await?;
    Ok(Encrypted { stream, peer })
}

/// A connection that fails when the other side sends too much.
#[derive(Debug)]
pub struct Bounded {
    stream: TcpStream,
    left: usize,
}

/// The same, encrypted.
#[derive(Debug)]
#[expect(deprecated, reason = "lettre has no other way to encrypt a connection that it did not make")]
pub struct Encrypted {
    stream: AsyncNetworkStream,
    peer: Option<SocketAddr>,
}

impl AsyncTokioStream for Bounded {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))
    }
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let read = buf.filled().len() - before;
        let Some(left) = self.left.checked_sub(read) else {
            let problem = format!("the server sent more than {} KiB, which no SMTP server does", BYTES_MAX / 1024);
            return Poll::Ready(Err(io::Error::other(problem)));
        };
        self.left = left;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf.initialize_unfilled()))?;
        buf.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
