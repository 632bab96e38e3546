//! macOS, and any other Unix but Linux: logs work, commands are refused.
//!
//! This file has never run, and no test reaches it. Commands will need: signals through a kqueue instead of signalfd,
//! process start times from `proc_pidinfo`, descendants by walking `proc_listchildpids` because there is no subreaper
//! and no parent death signal, and the environment of a process (the marker) from `sysctl(KERN_PROCARGS2)`.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

pub use super::unix::*;
pub use super::unsupported::*;

/// The system's name as people know it.
pub(crate) const NAME: &str = "macOS";

/// Connects to a socket. Refuses a path that does not fit into an address, because macOS offers no way around that
/// limit.
pub(super) fn open_socket(socket: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(socket)
}
