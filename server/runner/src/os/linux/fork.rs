//! Forking runners: the server's end of the channel that asks for them, and the process that forks.
//!
//! The channel is a sequenced-packet socket. Each packet is the path of a log, together with the socket that becomes
//! the new runner's standard input and output.
#![allow(unsafe_code, reason = "fork, dup2 and signal have no safe wrapper; each use says why it is sound")]

use std::ffi::OsStr;
use std::io::{self, IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType,
};

use super::Channel;
use crate::protocol::message::{RunnerMessage, line_of};

/// Longest path of a log in bytes, as Linux allows.
const PATH_MAX: usize = 4096;

/// The runner's end of a [`Channel`].
#[derive(Debug)]
pub(crate) struct Far(UnixStream);

/// Creates both ends of a new connection.
pub(crate) fn pair() -> io::Result<(Channel, Far)> {
    let (ours, theirs) = UnixStream::pair()?;
    Ok((Channel::from(ours), Far(theirs)))
}

/// The server's end of the channel to a fork server; it never blocks.
#[derive(Debug)]
pub(crate) struct Asker(OwnedFd);

/// Creates the server's end and the standard input of the fork server to be started.
pub(crate) fn asker() -> io::Result<(Asker, Stdio)> {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) = rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    rustix::fs::fcntl_setfl(&ours, rustix::fs::OFlags::NONBLOCK)?;
    Ok((Asker(ours), theirs.into()))
}

impl Asker {
    /// Asks for a runner with this log and this end of a connection. `WouldBlock` means that the fork server has not
    /// taken earlier requests yet; `BrokenPipe` and `ConnectionReset` mean that it is gone.
    pub(crate) fn ask(&self, log: &Path, far: &Far) -> io::Result<()> {
        let path = log.as_os_str().as_bytes();
        if path.is_empty() || path.len() > PATH_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the log's path is empty or too long"));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut passed = SendAncillaryBuffer::new(&mut space);
        let streams = [far.0.as_fd()];
        if !passed.push(SendAncillaryMessage::ScmRights(&streams)) {
            return Err(io::Error::other("the message buffer has no room for a descriptor"));
        }
        rustix::net::sendmsg(&self.0, &[IoSlice::new(path)], &mut passed, SendFlags::NOSIGNAL)?;
        Ok(())
    }
}

/// The fork server's end of the channel: its standard input.
pub(crate) struct Forker(io::Stdin);

impl Forker {
    /// Makes this process a fork server. It gets its own name in process lists. It gets its own session, so that no
    /// terminal's signal reaches it or its runners. The kernel collects its children.
    pub(crate) fn begin() -> io::Result<Self> {
        let _ = rustix::thread::set_name(c"orc-fork-server");
        // This fails only for a process that already leads its group, and then the group is its own anyway.
        let _ = rustix::process::setsid();
        // SAFETY: a plain system call; it installs no handler.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
        Ok(Self(io::stdin()))
    }

    /// Forks at each request. In each new process it returns the log that the process must serve. In the old process
    /// it returns once, when the server has closed its end.
    pub(crate) fn serve(&self) -> io::Result<Option<PathBuf>> {
        loop {
            let (log, stream) = match receive(self.0.as_fd()) {
                Ok(Some((log, Some(stream)))) => (log, stream),
                Ok(Some((_, None))) | Err(rustix::io::Errno::INTR) => continue,
                Ok(None) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            match fork(&stream) {
                Ok(true) => return Ok(Some(log)),
                Ok(false) => {}
                Err(error) => refuse(stream, &error),
            }
        }
    }
}

/// Forks this process. Returns true in the new process, whose standard input and output is the stream, and which
/// keeps nothing of its parent's channel.
fn fork(stream: &OwnedFd) -> io::Result<bool> {
    // SAFETY: this process has one thread, so no lock can stay held in the child for ever. The two descriptors
    // replaced are the standard ones, which are never closed.
    unsafe {
        match libc::fork() {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                for standard in [libc::STDIN_FILENO, libc::STDOUT_FILENO] {
                    if libc::dup2(stream.as_raw_fd(), standard) == -1 {
                        libc::_exit(3);
                    }
                }
                let _ = rustix::thread::set_name(c"orc-runner");
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// Receives the next request; none means that the other end is closed. A request arrives without its descriptor when
/// the descriptor table is full.
fn receive(channel: BorrowedFd<'_>) -> rustix::io::Result<Option<(PathBuf, Option<OwnedFd>)>> {
    let mut path = [0_u8; PATH_MAX];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut passed = RecvAncillaryBuffer::new(&mut space);
    let received =
        rustix::net::recvmsg(channel, &mut [IoSliceMut::new(&mut path)], &mut passed, RecvFlags::CMSG_CLOEXEC)?;
    let stream = passed.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    if received.bytes == 0 {
        return Ok(None);
    }
    Ok(Some((PathBuf::from(OsStr::from_bytes(&path[..received.bytes])), stream)))
}

/// Tells the waiting server why there is no runner.
fn refuse(stream: OwnedFd, error: &io::Error) {
    let message = RunnerMessage::Refused { message: format!("the system has no room for another process: {error}") };
    let _a_server_that_does_not_listen_sees_the_end = UnixStream::from(stream).write_all(&line_of(&message));
}
