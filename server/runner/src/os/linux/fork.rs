//! The fork server: one process that forks a runner per attempt, so that none has to load and set up a program again.
//!
//! Loading a program costs many times what a fork of this small, single-threaded process costs. The server keeps the
//! other end of its standard input, a sequenced-packet socket: each packet is the path of a log with the socket that
//! is to be the new runner's standard input and output. When that end is closed, the fork server ends; its runners go on.

use std::ffi::OsStr;
use std::io::{self, IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType,
};

use crate::connect::line_of;
use crate::message::RunnerMessage;
use crate::run;
use crate::unix::{self, Forked};

/// Longest path of a log, in bytes: what Linux takes.
const PATH_MAX: usize = 4096;

/// A pair of sockets for a fork server: the server's end, which never blocks, and its standard input.
pub fn fork_channel() -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) = rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    rustix::fs::fcntl_setfl(&ours, rustix::fs::OFlags::NONBLOCK)?;
    Ok((ours, theirs))
}

/// Asks a fork server for a runner of the attempt whose log is at `log`; `stream` becomes its standard input and output.
/// `WouldBlock`: it has not taken the requests before this one yet. `BrokenPipe`: it is gone.
pub fn fork_request(channel: BorrowedFd<'_>, log: &Path, stream: &UnixStream) -> io::Result<()> {
    let path = log.as_os_str().as_bytes();
    if path.is_empty() || path.len() > PATH_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the log's path is empty or too long"));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut passed = SendAncillaryBuffer::new(&mut space);
    let streams = [stream.as_fd()];
    if !passed.push(SendAncillaryMessage::ScmRights(&streams)) {
        return Err(io::Error::other("there is no room for a descriptor"));
    }
    rustix::net::sendmsg(channel, &[IoSlice::new(path)], &mut passed, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Forks runners until nobody can ask any more; the whole program `orc-runner --fork-server`. In each forked process it
/// returns with what the runner says.
pub fn fork_server() -> ExitCode {
    unix::become_fork_server();
    // What a process learns about its processor at the first use is inherited: to ask is slow on virtual machines.
    crate::frame::warm();
    loop {
        let (log, stream) = match receive(io::stdin().as_fd()) {
            Ok(Some((log, Some(stream)))) => (log, stream),
            Ok(Some((_, None))) | Err(rustix::io::Errno::INTR) => continue,
            Ok(None) => return ExitCode::SUCCESS,
            Err(_) => return ExitCode::FAILURE,
        };
        match unix::fork(&stream) {
            Ok(Forked::Child) => {
                drop(stream);
                return run(&log);
            }
            Ok(Forked::Parent) => {}
            Err(error) => refuse(stream, &error),
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
