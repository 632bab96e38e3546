//! Forking runners: the server's end of the channel that asks for them, and the process that forks.
//!
//! The channel is a sequenced-packet socket: each packet is the path of a log with the socket that is to be the new
//! runner's standard input and output.
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

/// Longest path of a log, in bytes: what Linux takes.
const PATH_MAX: usize = 4096;

/// The other end of a [`Channel`], to be handed to a runner.
#[derive(Debug)]
pub(crate) struct Far(UnixStream);

/// Both ends of a new conversation.
pub(crate) fn pair() -> io::Result<(Channel, Far)> {
    let (ours, theirs) = UnixStream::pair()?;
    Ok((Channel::from(ours), Far(theirs)))
}

/// The server's end of a fork server; it never blocks.
#[derive(Debug)]
pub(crate) struct Asker(OwnedFd);

/// The server's end, and the standard input of the fork server to be started.
pub(crate) fn asker() -> io::Result<(Asker, Stdio)> {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) = rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    rustix::fs::fcntl_setfl(&ours, rustix::fs::OFlags::NONBLOCK)?;
    Ok((Asker(ours), theirs.into()))
}

impl Asker {
    /// Asks for a runner with this log and this end of a conversation. `WouldBlock`: the fork server has not taken the
    /// requests before this one yet. `BrokenPipe` or `ConnectionReset`: it is gone.
    pub(crate) fn ask(&self, log: &Path, far: &Far) -> io::Result<()> {
        let path = log.as_os_str().as_bytes();
        if path.is_empty() || path.len() > PATH_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the log's path is empty or too long"));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut passed = SendAncillaryBuffer::new(&mut space);
        let streams = [far.0.as_fd()];
        if !passed.push(SendAncillaryMessage::ScmRights(&streams)) {
            return Err(io::Error::other("there is no room for a descriptor"));
        }
        rustix::net::sendmsg(&self.0, &[IoSlice::new(path)], &mut passed, SendFlags::NOSIGNAL)?;
        Ok(())
    }
}

/// A fork server's own end: its standard input.
pub(crate) struct Forker(io::Stdin);

impl Forker {
    /// Makes this process a fork server: a name of its own in lists of processes, its own session, so that no terminal's
    /// signal reaches it or its runners, and children that are collected by the kernel.
    pub(crate) fn begin() -> io::Result<Self> {
        let _ = rustix::thread::set_name(c"orc-fork-server");
        // Fails only for a process that leads its group already; then it has a group of its own anyway.
        let _ = rustix::process::setsid();
        // SAFETY: a plain system call; no handler runs.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
        Ok(Self(io::stdin()))
    }

    /// Forks at each request. Comes back in each new process, with the log it is to be the runner for, and once in the
    /// old one when nobody can ask any more.
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

/// Forks this process; true in the new one, whose standard input and output is the stream, and to which nothing of the
/// channel of its parent is left.
fn fork(stream: &OwnedFd) -> io::Result<bool> {
    // SAFETY: this process has one thread, so the child is whole: nobody holds a lock that will never be released. The
    // two descriptors replaced are the standard ones, which are never closed.
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

/// The next request; none: the other end is closed. A request without a descriptor is none (the table is full).
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

/// Nobody waits in vain: says why there is no runner.
fn refuse(stream: OwnedFd, error: &io::Error) {
    let message = RunnerMessage::Refused { message: format!("the system has no room for another process: {error}") };
    let _a_server_that_does_not_listen_sees_the_end = UnixStream::from(stream).write_all(&line_of(&message));
}
