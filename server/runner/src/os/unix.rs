//! What Linux and macOS share: private files, the lock of a log, waiting with `poll`, the control socket.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Stdin, Stdout, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

/// Creates a file that must not exist yet, readable by this account only.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Creates a log and takes its lock, which lasts until the file is closed or this process ends.
pub(crate) fn create_locked(path: &Path) -> io::Result<File> {
    let file = create_private(path)?;
    file.lock()?;
    Ok(file)
}

/// Opens the log of an attempt again for adding to it, and takes its lock.
pub(crate) fn open_locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Returns whether somebody holds the lock of a log; a missing file has no lock. The check takes a shared lock for an
/// instant and disturbs nobody.
pub(crate) fn locked(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Writes a script that only this account can read and execute. The file must not exist yet.
pub(crate) fn create_script(path: &Path, text: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o700).open(path)?.write_all(text)
}

/// Opens a file that a command may have replaced by anything. Follows no link and does not wait for the writer of a
/// pipe.
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

/// Free space of a file's file system in percent of its size, or none if unknown.
pub(crate) fn free_percent(file: &File) -> Option<f64> {
    let space = rustix::fs::fstatvfs(file).ok()?;
    (space.f_blocks > 0).then(|| space.f_bavail as f64 * 100.0 / space.f_blocks as f64)
}

/// Something that [`wait`] can wait for.
pub(crate) type Source<'a> = PollFd<'a>;

/// Waits until a source is ready or the time is over (none: without limit). Returns for each source whether it is
/// ready.
pub(crate) fn wait(mut sources: Vec<Source<'_>>, patience: Option<Duration>) -> io::Result<Vec<bool>> {
    let timeout = patience.map(|patience| Timespec::try_from(patience).unwrap_or_default());
    rustix::event::poll(&mut sources, timeout.as_ref())?;
    Ok(sources.iter().map(|source| !source.revents().is_empty()).collect())
}

/// A source that is ready when there is something to read.
pub(super) fn input(of: &impl AsFd) -> Source<'_> {
    PollFd::new(of, PollFlags::IN)
}

/// A source that is ready when something can be written, or nobody reads.
pub(super) fn output(of: &impl AsFd) -> Source<'_> {
    PollFd::new(of, PollFlags::OUT)
}

/// The server's end of the connection to a runner.
#[derive(Debug)]
pub struct Channel(UnixStream);

impl From<UnixStream> for Channel {
    fn from(stream: UnixStream) -> Self {
        Self(stream)
    }
}

impl From<Channel> for UnixStream {
    fn from(channel: Channel) -> Self {
        channel.0
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Connects to a runner's socket.
pub(crate) fn connect(socket: &Path) -> io::Result<Channel> {
    super::system::open_socket(socket).map(Channel)
}

/// The runner's socket, to which a new server connects.
pub(crate) struct Listener(UnixListener);

impl Listener {
    /// Opens the socket for this account only.
    pub(crate) fn open(socket: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(socket)?;
        let _ = rustix::fs::chmod(socket, rustix::fs::Mode::from_raw_mode(0o600));
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    pub(crate) fn accept(&self) -> io::Result<Wire> {
        let (stream, _) = self.0.accept()?;
        stream.set_nonblocking(true)?;
        Ok(Wire::Socket(stream))
    }

    pub(crate) fn source(&self) -> Source<'_> {
        input(&self.0)
    }
}

/// The runner's end of the connection to a server.
pub(crate) enum Wire {
    Standard(Stdin, Stdout),
    Socket(UnixStream),
}

impl Wire {
    /// Uses standard input and output. Output does not block, so a server that does not read cannot stop the runner.
    pub(crate) fn standard() -> io::Result<Self> {
        let (stdin, stdout) = (io::stdin(), io::stdout());
        rustix::fs::fcntl_setfl(&stdout, rustix::fs::OFlags::NONBLOCK)?;
        Ok(Self::Standard(stdin, stdout))
    }

    pub(crate) fn is_standard(&self) -> bool {
        matches!(self, Self::Standard(..))
    }

    pub(crate) fn input(&self) -> Source<'_> {
        match self {
            Self::Standard(stdin, _) => input(stdin),
            Self::Socket(stream) => input(stream),
        }
    }

    pub(crate) fn output(&self) -> Source<'_> {
        match self {
            Self::Standard(_, stdout) => output(stdout),
            Self::Socket(stream) => output(stream),
        }
    }

    /// Reads once, bypassing the buffer of the standard library.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self {
            Self::Standard(stdin, _) => rustix::io::read(stdin, buffer),
            Self::Socket(stream) => rustix::io::read(stream, buffer),
        };
        Ok(read?)
    }

    /// Writes once, bypassing the buffer of the standard library.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self {
            Self::Standard(_, stdout) => rustix::io::write(stdout, bytes),
            Self::Socket(stream) => rustix::io::write(stream, bytes),
        };
        Ok(written?)
    }
}
