//! Stand-ins for a system on which Orc cannot run commands yet: every entrance refuses, and nothing exists behind it.
//!
//! Types that only a running command needs have no values here, so the code that uses them compiles and can never
//! run.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{Abilities, Account, Channel, Child, Failure, Given, Reaped, Source, Used, Weight, unsupported};
use crate::protocol::limits::{LimitKind, PlanLimits};
use crate::protocol::plan::Plan;
use crate::protocol::record::{SpawnFailure, Survivor};

/// Does nothing. Here a priority belongs to the whole process, or needs a system call that nobody has tried yet.
pub fn lower_priority() {}

/// None, because no command runs here.
#[must_use]
pub fn account() -> Option<Account> {
    None
}

/// A type without values.
#[derive(Clone, Debug)]
pub(crate) enum Never {}

/// What the system tells a runner. There are no values of this type here.
pub(crate) struct Signals(Never);

impl Signals {
    /// Refuses.
    pub(crate) fn begin() -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn stop_asked(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn source(&self) -> Source<'_> {
        match self.0 {}
    }
}

/// Output of a command. There are no values of this type here.
pub(crate) struct Output(Never);

impl Output {
    pub(crate) fn read(&self, _buffer: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }

    pub(crate) fn source(&self) -> Source<'_> {
        match self.0 {}
    }
}

/// Input of a command. There are no values of this type here.
pub(crate) struct Feed(Never);

impl Feed {
    pub(crate) fn source(&self) -> Source<'_> {
        match self.0 {}
    }

    pub(crate) fn push(self) -> Option<Self> {
        match self.0 {}
    }
}

/// None, because no command runs here that could need a private file.
pub(crate) fn memory_folders() -> Vec<PathBuf> {
    Vec::new()
}

/// Refuses.
pub(crate) fn create_folder(_path: &Path) -> io::Result<()> {
    Err(unsupported())
}

/// A folder has no name of its own here, because there are no private files to tell apart.
pub(crate) fn folder_id(_path: &Path) -> io::Result<String> {
    Ok(String::new())
}

/// Refuses, so that no attempt begins.
pub(crate) fn boot_id() -> io::Result<String> {
    Err(unsupported())
}

/// Refuses.
pub(crate) fn spawn(
    _plan: &Plan,
    _arguments: &[String],
    _given: &mut Given,
    _group: Option<&Group>,
) -> Result<Child, Failure> {
    Err(Failure::new(SpawnFailure::Other, unsupported().to_string()))
}

pub(crate) fn abandon(_outputs: Vec<Output>) {}

pub(crate) fn started_at_micros(_start_ticks: u64) -> i64 {
    0
}

pub(crate) fn ask(_leader: u32) {}

pub(crate) fn kill_group(_leader: u32) {}

pub(crate) fn group_exists(_leader: u32) -> bool {
    false
}

pub(crate) fn reap(_leader: u32) -> Reaped {
    Reaped { leader: None, none_left: true }
}

pub(crate) fn usage() -> Used {
    Used::default()
}

/// No ability, because no command runs here.
#[must_use]
pub fn abilities() -> Abilities {
    Abilities::default()
}

/// Does nothing, because there are no cgroups here.
pub fn remove_left_cgroups() {}

/// False: no command runs here, as whoever.
pub(crate) fn root() -> bool {
    false
}

pub(crate) fn weight() -> io::Result<Weight> {
    Ok(Weight::default())
}

/// The cgroup of an attempt. There are no values of this type here.
#[derive(Debug)]
pub(crate) struct Group(Never);

impl Group {
    /// Refuses.
    pub(crate) fn create(_folder: &Path, _attempt: &str) -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn left(_attempt: &str) -> Option<Self> {
        None
    }

    pub(crate) fn holds(&self, _kind: LimitKind) -> bool {
        match self.0 {}
    }

    pub(crate) fn limit(&self, _limits: &PlanLimits) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn members(&self) -> Vec<u32> {
        match self.0 {}
    }

    pub(crate) fn kill(&self) {
        match self.0 {}
    }

    pub(crate) fn used(&self) -> Used {
        match self.0 {}
    }

    pub(crate) fn hits(&self) -> Vec<LimitKind> {
        match self.0 {}
    }

    pub(crate) fn remove(&self) {
        match self.0 {}
    }
}

/// An account that a command can run as.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) account: Account,
    never: Never,
}

impl User {
    /// None, because no command runs here.
    pub(crate) fn find(_name: &str) -> Option<Self> {
        None
    }

    pub(crate) fn owns(&self, _file: &std::fs::Metadata) -> bool {
        match self.never {}
    }

    pub(crate) fn is_own(&self) -> bool {
        match self.never {}
    }
}

/// None, because no command runs here.
#[must_use]
pub fn user(_name: &str) -> Option<Account> {
    None
}

pub(crate) fn give(_folder: &Path, user: &User) -> io::Result<()> {
    match user.never {}
}

/// None, because no command runs here.
pub(crate) fn shared_folders() -> Vec<PathBuf> {
    Vec::new()
}

pub(crate) fn start_ticks(_pid: u32) -> Option<u64> {
    None
}

pub(crate) fn living(_pids: Vec<u32>) -> Vec<Survivor> {
    Vec::new()
}

pub(crate) fn survivors() -> io::Result<Vec<Survivor>> {
    Ok(Vec::new())
}

/// Returns an empty list, because no command was ever started here.
pub(crate) fn carriers(_marker: &str) -> io::Result<Vec<Survivor>> {
    Ok(Vec::new())
}

pub(crate) fn kill(_process: &Survivor) {}

pub(crate) fn kill_carrier(_process: &Survivor, _marker: &str) {}

/// Refuses.
pub(crate) fn ask_process(_pid: u32, _start_ticks: u64) -> io::Result<bool> {
    Err(unsupported())
}

/// The runner's end of a [`Channel`]. There are no values of this type here.
#[derive(Debug)]
pub(crate) struct Far(Never);

/// Refuses.
pub(crate) fn pair() -> io::Result<(Channel, Far)> {
    Err(unsupported())
}

/// The server's end of the channel to a fork server. There are no values of this type here.
#[derive(Debug)]
pub(crate) struct Asker(Never);

/// Refuses.
pub(crate) fn asker() -> io::Result<(Asker, Stdio)> {
    Err(unsupported())
}

impl Asker {
    pub(crate) fn ask(&self, _log: &Path, _far: &Far) -> io::Result<()> {
        match self.0 {}
    }
}

/// The fork server's end of the channel. There are no values of this type here.
pub(crate) struct Forker(Never);

impl Forker {
    /// Refuses.
    pub(crate) fn begin() -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn serve(&self) -> io::Result<Option<PathBuf>> {
        match self.0 {}
    }
}
