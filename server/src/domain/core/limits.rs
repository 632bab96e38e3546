//! Limits of processes, and what a server can do about each of them.
//!
//! Whether the kernel holds a limit depends on the system and on the rights that it gave to the server. So each limit
//! is answered: `enforced`, `advisory` (it is held, but not at every moment), or `refused`. Deliberately absent: finding
//! out what a server can do, which the runner's crate does. Start reading at `Abilities::answer`.

use super::limit_words::{LimitAnswer, LimitKind, LimitMeans};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Limits of the processes of one attempt; none: no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Memory of all processes together, in bytes.
    pub memory_bytes: Option<u64>,
    /// Processor time of all processes together, in percent of one processor.
    pub cpu_percent: Option<u32>,
    /// Number of processes at one time.
    pub processes: Option<u32>,
    /// Number of files that each process may have open.
    pub open_files: Option<u64>,
    /// Niceness, from -20 to 19.
    pub niceness: Option<i32>,
}

impl Limits {
    /// The kinds of limits that are set, each with its value.
    pub fn set(self) -> Vec<(LimitKind, i64)> {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let all = [
            (LimitKind::Memory, self.memory_bytes.map(number)),
            (LimitKind::Cpu, self.cpu_percent.map(i64::from)),
            (LimitKind::Processes, self.processes.map(i64::from)),
            (LimitKind::OpenFiles, self.open_files.map(number)),
            (LimitKind::Niceness, self.niceness.map(i64::from)),
        ];
        all.into_iter().filter_map(|(kind, value)| Some((kind, value?))).collect()
    }
}

/// A limit that an attempt had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedLimit {
    /// Which limit.
    pub kind: LimitKind,
    /// Its value, in the unit of its kind.
    pub value: i64,
    /// How it was held.
    pub means: LimitMeans,
    /// Whether the processes passed it, or would have.
    pub passed: bool,
}

/// What a server can do with the processes of its tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Name of the account of the server; none if the system does not know one.
    pub account: Option<String>,
    /// Whether that account is root.
    pub root: bool,
    /// Name of the account that tasks without `run_as` run as; none: that of the server.
    pub task_user: Option<String>,
    /// Folder in which each attempt gets a cgroup; none: it gets none.
    pub cgroup: Option<PathBuf>,
    /// Limits that the server can hold, and how. Others are refused.
    pub limits: Vec<(LimitKind, LimitMeans)>,
    /// Maximum number of open files that it may allow to a process; none: no limit is known.
    pub open_files_max: Option<u64>,
}

/// The answer of a server about one kind of limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Which limit.
    pub kind: LimitKind,
    /// Whether it is held.
    pub answer: LimitAnswer,
    /// How it is held.
    pub means: LimitMeans,
}

impl Abilities {
    /// What the server does about one kind of limit.
    pub fn answer(&self, kind: LimitKind) -> Answered {
        let held = self.limits.iter().find(|(held, _)| *held == kind);
        let means = held.map_or(LimitMeans::None, |(_, means)| *means);
        Answered { kind, answer: of(means), means }
    }

    /// What the server does about every kind of limit.
    pub fn answers(&self) -> Vec<Answered> {
        LimitKind::ALL.iter().map(|kind| self.answer(*kind)).collect()
    }
}

/// What a way of holding a limit amounts to.
pub const fn of(means: LimitMeans) -> LimitAnswer {
    match means {
        LimitMeans::Cgroup | LimitMeans::Process => LimitAnswer::Enforced,
        LimitMeans::Watched => LimitAnswer::Advisory,
        LimitMeans::None => LimitAnswer::Refused,
    }
}

impl Answered {
    /// The answer in English.
    pub fn words(&self) -> String {
        let text = match self.means {
            LimitMeans::Cgroup => "the kernel holds it for all processes of an attempt together (cgroup)",
            LimitMeans::Process => "the kernel holds it for each process",
            LimitMeans::Watched => {
                "the runner looks once a second at all processes of the attempt, and stops them when they pass it"
            }
            LimitMeans::None => return refusal(self.kind),
        };
        text.to_owned()
    }
}

fn refusal(kind: LimitKind) -> String {
    let controller = match kind {
        LimitKind::Memory => "memory",
        LimitKind::Cpu => "cpu",
        LimitKind::Processes => "pids",
        LimitKind::OpenFiles | LimitKind::Niceness => return "this system has no such limit".to_owned(),
    };
    format!(
        "this server cannot hold it: that needs a cgroup of version 2 with the controller \"{controller}\" (under systemd: \
         Delegate=yes and DelegateSubgroup=server in the service's unit)"
    )
}
