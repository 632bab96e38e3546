//! The runner's side of the control protocol: standard streams first, then a socket once the server has gone.
//!
//! Everything here is non-blocking. The few important messages are kept and repeated to each server that attaches.
//! Progress is dropped when a server does not read it.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::clock;
use crate::log::layout::remove;
use crate::os::{self, Listener, Source, Wire};
use crate::protocol::message::{RunnerMessage, ServerMessage, line_of, read};

/// Maximum length of the plan's line, in bytes.
const PLAN_MAX: usize = 64 * 1024 * 1024;
/// Maximum length of any other line, in bytes.
const LINE_MAX: usize = 64 * 1024;
/// Maximum number of simultaneous connections.
const PEERS_MAX: usize = 8;

/// What one round of reading brought.
#[derive(Default)]
pub(crate) struct Incoming {
    pub(crate) messages: Vec<ServerMessage>,
    /// A server has attached and needs the log's figures.
    pub(crate) attached: bool,
    /// Why a received line is not a message.
    pub(crate) fault: Option<String>,
}

/// All connections to servers.
pub(crate) struct Control {
    peers: Vec<Peer>,
    listener: Option<Listener>,
    socket: PathBuf,
    token: Option<String>,
    history: Vec<u8>,
}

impl Control {
    /// Starts with the standard streams as the only connection.
    pub(crate) fn new(socket: PathBuf) -> io::Result<Self> {
        let peer = Peer::new(Wire::standard()?, true);
        Ok(Self { peers: vec![peer], listener: None, socket, token: None, history: Vec::new() })
    }

    /// Lets later connections attach with this token.
    pub(crate) fn admit(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// Whether standard input has ended.
    pub(crate) fn server_gone(&self) -> bool {
        !self.peers.iter().any(|peer| peer.wire.is_standard() && peer.reading)
    }

    /// Sends a message that must not be lost. Servers that attach later receive the message too.
    pub(crate) fn tell(&mut self, message: &RunnerMessage) {
        let line = line_of(message);
        self.history.extend_from_slice(&line);
        for peer in self.peers.iter_mut().filter(|peer| peer.attached) {
            peer.outbox.extend_from_slice(&line);
            peer.flush();
        }
    }

    /// Sends progress to every attached reader. Returns false when some reader did not get it.
    pub(crate) fn progress(&mut self, message: &RunnerMessage) -> bool {
        let line = line_of(message);
        let mut all = true;
        for peer in self.peers.iter_mut().filter(|peer| peer.attached && peer.writing) {
            if peer.outbox.is_empty() {
                peer.outbox.extend_from_slice(&line);
                peer.flush();
            } else {
                all = false;
            }
        }
        all
    }

    /// Whether a message still waits for a reader.
    pub(crate) fn pending(&self) -> bool {
        self.peers.iter().any(|peer| peer.writing && !peer.outbox.is_empty())
    }

    /// The sources to poll, in the order that [`Control::handle`] expects.
    pub(crate) fn interests(&self) -> Vec<Source<'_>> {
        let listener = self.listener.iter().map(Listener::source);
        let inputs = self.peers.iter().filter(|peer| peer.reading).map(|peer| peer.wire.input());
        let outputs = self.peers.iter().filter(|peer| peer.writing && !peer.outbox.is_empty());
        let outputs = outputs.map(|peer| peer.wire.output());
        listener.chain(inputs).chain(outputs).collect()
    }

    /// Handles the sources that became ready; `ready` is in the order of [`Control::interests`].
    pub(crate) fn handle(&mut self, ready: &[bool]) -> Incoming {
        let mut incoming = Incoming::default();
        let mut ready = ready.iter().copied();
        let knock = self.listener.is_some() && ready.next().unwrap_or(false);
        for peer in self.peers.iter_mut().filter(|peer| peer.reading) {
            if ready.next().unwrap_or(false) {
                peer.receive(self.token.as_deref(), &self.history, &mut incoming);
            }
        }
        for peer in &mut self.peers {
            peer.flush();
        }
        if knock {
            self.accept();
        }
        self.peers.retain(|peer| peer.reading || peer.writing);
        if self.listener.is_none() && self.token.is_some() && self.server_gone() {
            self.listen();
        }
        incoming
    }

    /// Gives readers up to `patience` to take the last messages, then removes the socket.
    pub(crate) fn close(mut self, patience: Duration) {
        let until = clock::now() + patience;
        while self.pending() {
            let left = until.saturating_duration_since(clock::now());
            if left.is_zero() {
                break;
            }
            let Ok(ready) = os::wait(self.interests(), Some(left)) else { break };
            self.handle(&ready);
        }
        if self.listener.take().is_some() {
            // A leftover socket does no harm: nobody answers on it, and deleting the log deletes it too.
            let _ = remove(&self.socket);
        }
    }

    /// Opens the socket. A failure does not disturb the run; it only means that no server can attach.
    fn listen(&mut self) {
        let _ = remove(&self.socket);
        self.listener = Listener::open(&self.socket).ok();
    }

    fn accept(&mut self) {
        let Some(Ok(wire)) = self.listener.as_ref().map(Listener::accept) else { return };
        if self.peers.len() < PEERS_MAX {
            self.peers.push(Peer::new(wire, false));
        }
    }
}

struct Peer {
    wire: Wire,
    inbox: Vec<u8>,
    outbox: Vec<u8>,
    reading: bool,
    writing: bool,
    attached: bool,
}

impl Peer {
    fn new(wire: Wire, attached: bool) -> Self {
        Self { wire, inbox: Vec::new(), outbox: Vec::new(), reading: true, writing: true, attached }
    }

    fn close(&mut self) {
        self.reading = false;
        self.writing = false;
    }

    /// Reads once and handles every complete line.
    fn receive(&mut self, token: Option<&str>, history: &[u8], incoming: &mut Incoming) {
        let mut buffer = Zeroizing::new([0_u8; 4096]);
        let length = match self.wire.read(buffer.as_mut_slice()) {
            Ok(0) => return self.ended(),
            Ok(length) => length,
            Err(error) if os::passes(&error) => return,
            Err(_) => return self.ended(),
        };
        self.inbox.extend_from_slice(&buffer[..length]);
        let first = self.wire.is_standard() && token.is_none();
        let mut searched = self.inbox.len() - length;
        while let Some(end) = memchr::memchr(b'\n', &self.inbox[searched..]) {
            // The plan's line holds secrets, so its buffer is wiped.
            let rest = self.inbox.split_off(searched + end + 1);
            let line = Zeroizing::new(std::mem::replace(&mut self.inbox, rest));
            searched = 0;
            self.line(&line, token, history, incoming);
        }
        if self.inbox.len() > if first { PLAN_MAX } else { LINE_MAX } {
            incoming.fault = Some("a line is longer than allowed".to_owned());
            self.close();
        }
    }

    fn line(&mut self, line: &[u8], token: Option<&str>, history: &[u8], incoming: &mut Incoming) {
        match read(line) {
            Ok(ServerMessage::Attach { token: given }) => {
                if token.is_some_and(|token| same(token, &given)) {
                    self.attached = true;
                    incoming.attached = true;
                    self.outbox.extend_from_slice(history);
                } else {
                    self.close();
                }
            }
            Ok(message) if self.attached => incoming.messages.push(message),
            Ok(_) => self.close(),
            Err(error) => {
                // The reader's own words may quote the line, and the line may hold secrets.
                incoming.fault = Some(format!("a line is not a message of this version (column {})", error.column()));
                if !self.attached {
                    self.close();
                }
            }
        }
    }

    /// Handles the end of input. A socket is closed; on the standard streams, the server may still read what the
    /// runner writes.
    fn ended(&mut self) {
        self.reading = false;
        if !self.wire.is_standard() {
            self.close();
        }
    }

    fn flush(&mut self) {
        while self.writing && !self.outbox.is_empty() {
            match self.wire.write(&self.outbox) {
                Ok(length) => drop(self.outbox.drain(..length)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.writing = false;
                    self.outbox = Vec::new();
                }
            }
        }
    }
}

/// Compares two strings in constant time, so that timing does not reveal where they differ.
fn same(one: &str, other: &str) -> bool {
    let difference = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && difference == 0
}
