//! Windows: logs and their lock work, commands are refused.
//!
//! Commands will need: a job object instead of a session and a subreaper, a named pipe instead of a socket, the
//! process's creation time instead of clock ticks, and a runner that is started as its own process instead of a fork.
//! A lock on a file's bytes would keep readers out on Windows, so the share mode of the open file serves as the log's
//! lock.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

pub use super::unsupported::*;

use super::unsupported;

/// The system's name as people know it.
pub(crate) const NAME: &str = "Windows";

/// Others may read and delete an open file (`FILE_SHARE_READ`, `FILE_SHARE_DELETE`), but not write to it.
const SHARE_READ_DELETE: u32 = 0x1 | 0x4;
/// Opens a link itself (`FILE_FLAG_OPEN_REPARSE_POINT`) instead of its target.
const NO_FOLLOW: u32 = 0x0020_0000;
/// `ERROR_SHARING_VIOLATION`: another process has the file open and does not share the requested access.
const SHARING_VIOLATION: i32 = 32;

/// Creates a file that must not exist yet. The file inherits its read permission from its folder.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Creates a log and takes its lock, which lasts until the file is closed or this process ends.
pub(crate) fn create_locked(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).share_mode(SHARE_READ_DELETE).open(path)
}

/// Opens the log of an attempt again for adding to it, and takes its lock.
pub(crate) fn open_locked(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).share_mode(SHARE_READ_DELETE).open(path)
}

/// Returns whether somebody holds the lock of a log; a missing file has no lock. The check opens the file for
/// writing, which the lock's holder does not share, and writes nothing.
pub(crate) fn locked(path: &Path) -> io::Result<bool> {
    match OpenOptions::new().write(true).open(path) {
        Ok(_) => Ok(false),
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a script; the file must not exist yet.
pub(crate) fn create_script(path: &Path, text: &[u8]) -> io::Result<()> {
    create_private(path)?.write_all(text)
}

/// Opens a file that a command may have replaced by anything. Follows no link.
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(NO_FOLLOW).open(path)
}

/// Free space of a file's volume in percent of its size. Always unknown on Windows, so no log is cut for lack of
/// space.
pub(crate) fn free_percent(_file: &File) -> Option<f64> {
    None
}

/// Something that [`wait`] can wait for. There are no values of this type here.
pub(crate) struct Source<'a>(Never, PhantomData<&'a ()>);

/// Refuses, because there is nothing to wait for.
pub(crate) fn wait(_sources: Vec<Source<'_>>, _patience: Option<Duration>) -> io::Result<Vec<bool>> {
    Err(unsupported())
}

/// The server's end of the connection to a runner. There are no values of this type here.
#[derive(Debug)]
pub struct Channel(Never);

impl Write for Channel {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}

/// Refuses.
pub(crate) fn connect(_socket: &Path) -> io::Result<Channel> {
    Err(unsupported())
}

/// The socket to which a new server connects. There are no values of this type here.
pub(crate) struct Listener(Never);

impl Listener {
    /// Refuses.
    pub(crate) fn open(_socket: &Path) -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn accept(&self) -> io::Result<Wire> {
        match self.0 {}
    }

    pub(crate) fn source(&self) -> Source<'_> {
        match self.0 {}
    }
}

/// The runner's end of the connection to a server. There are no values of this type here.
pub(crate) struct Wire(Never);

impl Wire {
    /// Refuses.
    pub(crate) fn standard() -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn is_standard(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn input(&self) -> Source<'_> {
        match self.0 {}
    }

    pub(crate) fn output(&self) -> Source<'_> {
        match self.0 {}
    }

    pub(crate) fn read(&self, _buffer: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }

    pub(crate) fn write(&self, _bytes: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }
}
