//! Limits of the processes of one attempt, and how each of them is held.

use serde::{Deserialize, Serialize};

/// The limits that a plan sets; none: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlanLimits {
    /// Memory of all processes together, in bytes.
    pub memory_bytes: Option<u64>,
    /// Processor time of all processes together, in percent of one processor.
    pub cpu_percent: Option<u32>,
    /// Number of processes at one time.
    pub processes: Option<u32>,
    /// Number of files that each process may have open.
    pub open_files: Option<u64>,
    /// Niceness of the processes, from -20 (first) to 19 (last).
    pub niceness: Option<i32>,
}

impl PlanLimits {
    /// Each limit that is set, with its value.
    #[must_use]
    pub fn set(&self) -> Vec<(LimitKind, i64)> {
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

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// Memory of all processes together, in bytes.
    Memory,
    /// Processor time of all processes together, in percent of one processor.
    Cpu,
    /// Number of processes at one time.
    Processes,
    /// Number of open files of each process.
    OpenFiles,
    /// Niceness.
    Niceness,
}

/// How a limit is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitMeans {
    /// The kernel holds it for all processes together.
    Cgroup,
    /// The kernel holds it for each process.
    Process,
    /// The runner looks once a second, and stops the attempt if the limit is passed.
    Watched,
}

/// A limit that an attempt has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedLimit {
    /// Which limit.
    pub kind: LimitKind,
    /// Its value, in the unit of its kind.
    pub value: i64,
    /// How it is held.
    pub means: LimitMeans,
    /// Whether it was passed, or the kernel had to keep the processes from passing it. Unknown for limits of a single
    /// process, and therefore false.
    #[serde(default)]
    pub passed: bool,
}
