//! The seam to the operating system: everything that differs between systems, behind one set of names.
//!
//! Each system has one file or folder with every name below, so the rest of the crate holds no `cfg`, and the
//! runner's life and control loop are written once. `linux` is complete and tested. `macos` and `windows` refuse to
//! run commands with a clear message; what needs no processes (logs, their lock, plans, messages) works on all three.
//! To add a system, start with a copy of `windows.rs`. Deliberately absent: decisions about when to ask, kill or
//! wait, because `supervise` and `sweep` make them. Start reading at this list, then `linux/mod.rs`.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(unix, not(target_os = "linux")))]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(not(target_os = "linux"))]
mod unsupported;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(all(unix, not(target_os = "linux")))]
use macos as system;
#[cfg(windows)]
use windows as system;

use std::io;

use zeroize::Zeroizing;

use crate::protocol::record::{Exit, SpawnFailure};

/// Becoming a runner, and what the system tells it.
pub(crate) use system::{Signals, boot_id};

/// The command: start it, read it, ask its group to stop, kill its group, collect the dead, count what they used.
pub(crate) use system::{Feed, Output, abandon, ask, group_exists, kill_group, reap, spawn, usage};

/// Other processes: find descendants or carriers of a marker, get a start time, ask one to stop, kill one.
pub(crate) use system::{ask_process, carriers, kill, kill_carrier, start_ticks, started_at_micros, survivors};

/// Files: private ones, the log with its lock, free space.
pub(crate) use system::{create_locked, create_private, create_script, free_percent, locked, open_plain};

/// Folders for private files, in memory where the system has that.
pub(crate) use system::{create_folder, folder_id, memory_folders};

/// The account that runs this process.
pub use system::account;

/// Threads of the server that must not slow down others.
pub use system::lower_priority;

/// The channel between server and runner, and waiting for it.
pub use system::Channel;
pub(crate) use system::{Listener, Source, Wire, connect, wait};

/// Starting runners fast.
pub(crate) use system::{Asker, Far, Forker, asker, pair};

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its home folder.
    pub home: String,
}

/// A started command.
pub(crate) struct Child {
    pub(crate) pid: u32,
    pub(crate) start_ticks: u64,
    pub(crate) stdout: Output,
    pub(crate) stderr: Output,
    /// What the command still has to get over its standard input.
    pub(crate) stdin: Option<Feed>,
}

/// What a command gets in addition to its plan.
#[derive(Default)]
pub(crate) struct Given {
    /// Environment variables.
    pub(crate) variables: Vec<(String, Zeroizing<Vec<u8>>)>,
    /// The standard input; none: empty.
    pub(crate) stdin: Option<Zeroizing<Vec<u8>>>,
}

/// Why a command was not started.
pub(crate) struct Failure {
    pub(crate) reason: SpawnFailure,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(reason: SpawnFailure, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

/// What [`reap`] found.
#[derive(Default)]
pub(crate) struct Reaped {
    /// How the command ended, if it was among the dead.
    pub(crate) leader: Option<Exit>,
    /// No child is left. Orphans become children of this process, so no descendant is alive either.
    pub(crate) none_left: bool,
}

/// Returns whether an error only means that nothing can be done at the moment.
pub(crate) fn passes(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

/// The error for everything that this system cannot do yet, in words for people.
#[must_use]
pub fn unsupported() -> io::Error {
    let message = format!("Orc cannot run commands on {} yet, only on Linux", system::NAME);
    io::Error::new(io::ErrorKind::Unsupported, message)
}
