//! Adopting a runner: connecting to its socket after the server that started it has gone.
//!
//! The runner opens the socket only when its standard input has ended, so right after that the connection may be
//! refused for a few milliseconds: try again while [`crate::runner_alive`] says so.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::layout::{folder_of, socket_path};
use crate::message::{RunnerMessage, ServerMessage};

/// Longest path that fits into a socket address with room to spare, in bytes.
const ADDRESS_MAX: usize = 100;

/// Connects to a runner and presents the plan's token. The runner answers `identity`, `started`, `log` (and `stopping`),
/// then everything that happens; the connection ends with the runner, or at once when the token is wrong.
pub fn connect(log: &Path, token: &str) -> io::Result<UnixStream> {
    let mut stream = open(&socket_path(log), folder_of(log))?;
    stream.write_all(&line(&ServerMessage::Attach { token: token.to_owned() }))?;
    Ok(stream)
}

#[cfg(target_os = "linux")]
fn open(socket: &Path, folder: &Path) -> io::Result<UnixStream> {
    use std::os::fd::AsRawFd;
    if socket.as_os_str().len() <= ADDRESS_MAX {
        return UnixStream::connect(socket);
    }
    let folder = std::fs::File::open(folder)?;
    let name = socket.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    UnixStream::connect(Path::new(&format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name))
}

#[cfg(not(target_os = "linux"))]
fn open(socket: &Path, _folder: &Path) -> io::Result<UnixStream> {
    if socket.as_os_str().len() > ADDRESS_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the log folder's path is too long for a socket"));
    }
    UnixStream::connect(socket)
}

/// A message to the runner as a line, ready to be written to its standard input or socket.
pub fn line(message: &ServerMessage) -> Vec<u8> {
    line_of(message)
}

/// Any message as a line.
pub(crate) fn line_of(message: &impl serde::Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("messages are plain data");
    line.push(b'\n');
    line
}

/// A line from the runner as a message; `InvalidData` when it is none.
pub fn parse(line: &[u8]) -> io::Result<RunnerMessage> {
    serde_json::from_slice(line).map_err(io::Error::from)
}
