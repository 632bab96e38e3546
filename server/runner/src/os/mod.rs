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

use crate::protocol::limits::LimitKind;
use crate::protocol::record::{Exit, SpawnFailure};

/// Becoming a runner, and what the system tells it.
pub(crate) use system::{Signals, boot_id};

/// The command: start it, read it, ask its group to stop, kill its group, collect the dead, count what they used.
pub(crate) use system::{Feed, Output, abandon, ask, group_exists, kill_group, reap, spawn, usage};

/// The cgroup of an attempt, and what all living descendants have.
pub(crate) use system::{Group, weight};

/// Accounts of this machine, and giving files to one.
pub use system::user;
pub(crate) use system::{User, give, root, shared_folders};

/// What this process can do with the processes that it starts, and removing the cgroups that earlier servers left.
pub use system::{abilities, remove_left_cgroups};

/// Other processes: find descendants or carriers of a marker, see which still live, get a start time, ask one to stop,
/// kill one.
pub(crate) use system::{ask_process, carriers, kill, kill_carrier, living, start_ticks, started_at_micros, survivors};

/// Files: private ones, the log with its lock, free space.
pub(crate) use system::{create_locked, create_private, create_script, free_percent, locked, open_locked, open_plain};

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

/// What a process can do with the processes that it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Folder in which it may create cgroups; none: it may not.
    pub cgroup: Option<std::path::PathBuf>,
    /// Limits that the kernel holds for all processes of a cgroup together.
    pub in_cgroup: Vec<LimitKind>,
    /// Limits that the kernel holds for each process.
    pub each_process: Vec<LimitKind>,
    /// Limits that the runner holds by looking once a second.
    pub watched: Vec<LimitKind>,
    /// Maximum number of open files that it may allow to a process; none: no limit is known.
    pub open_files_max: Option<u64>,
    /// Whether it is root, which may run commands as other accounts and give them a niceness below 0.
    pub root: bool,
}

/// What the processes of an attempt used. A figure that is not known is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Used {
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_memory_bytes: u64,
    pub(crate) disk_read_bytes: u64,
    pub(crate) disk_written_bytes: u64,
}

impl Used {
    /// The larger of two figures each, because each may miss what the other counts.
    pub(crate) fn or_more(self, other: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds.max(other.cpu_seconds),
            peak_memory_bytes: self.peak_memory_bytes.max(other.peak_memory_bytes),
            disk_read_bytes: self.disk_read_bytes.max(other.disk_read_bytes),
            disk_written_bytes: self.disk_written_bytes.max(other.disk_written_bytes),
        }
    }
}

/// What all living descendants have together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Number of processes.
    pub(crate) processes: u32,
    /// Memory in bytes. Memory that several of them share is counted in parts, where the system tells.
    pub(crate) memory_bytes: u64,
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
    /// The account that the command runs as; none: that of the runner.
    pub(crate) user: Option<User>,
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
