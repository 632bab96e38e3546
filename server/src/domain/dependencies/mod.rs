//! Dependencies: conditions that must hold before a run of a task may start.
//!
//! A definition lists them. When a run is made, each becomes a `Probe`, the question that the gatekeeper asks again and
//! again until all answers are yes. Equal probes of many runs are one probe. Deliberately absent: asking, which
//! `engine::dependencies` does. Start reading at `Dependency`, then `decide`.

pub mod decide;
pub mod problems;
pub mod sight;
pub mod windows;
mod words;

pub use self::sight::Sight;
pub use self::windows::{Span, Window};

use super::vocabulary::RunState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A condition before a run may start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependency {
    /// Key within the task.
    pub key: String,
    /// What happens while the condition does not hold.
    pub on_unmet: OnUnmet,
    /// The condition.
    #[serde(flatten)]
    pub rule: DependencyRule,
}

/// What happens to a run while a condition does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OnUnmet {
    /// The run waits.
    Wait {
        /// Maximum seconds of waiting, from the instant at which the run could have started.
        deadline_seconds: f64,
        /// Seconds between two looks.
        every_seconds: f64,
        /// What becomes of the run when the deadline has passed.
        at_deadline: AfterDeadline,
    },
    /// The run is skipped.
    Skip,
    /// The run fails.
    Fail,
}

/// What becomes of a run that has waited too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterDeadline {
    /// The run fails.
    Fail,
    /// The run is skipped.
    Skip,
}

impl AfterDeadline {
    /// The final state of the run.
    pub const fn state(self) -> RunState {
        match self {
            Self::Fail => RunState::Failed,
            Self::Skip => RunState::Skipped,
        }
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DependencyRule {
    /// Another task's newest run ended in a certain state.
    Task {
        /// Name of the task.
        task: String,
        /// Final states that count.
        states: Vec<RunState>,
        /// When that run must have ended.
        window: Window,
        /// Time zone in which days begin.
        timezone: String,
        /// Templates of params that a run takes from the run that counts, by name: `${dependency.result.NAME}`,
        /// `${dependency.params.NAME}`, or text.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        params: BTreeMap<String, String>,
    },
    /// A file exists, or does not.
    File(FileRule),
    /// An address answers.
    Url(UrlRule),
    /// A command succeeds.
    Command(CommandRule),
    /// A port accepts connections.
    Tcp(TcpRule),
    /// The machine has room and rest.
    Host(HostRule),
    /// A network profile holds.
    Vpn {
        /// Name of the profile.
        network: String,
    },
}

/// A path that must exist, or must not. A folder, a socket or a pipe counts too; size and age are those of files only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRule {
    /// Absolute path; `*`, `?`, `[...]` and `**` stand for parts of it.
    pub path: String,
    /// Whether no such file may exist.
    pub absent: bool,
    /// Minimum number of seconds since the date of the file.
    pub min_age_seconds: Option<f64>,
    /// Minimum size.
    pub min_bytes: Option<u64>,
    /// Number of seconds for which Orc must have seen no change of the file.
    pub unchanged_seconds: Option<f64>,
}

/// An address that must answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UrlRule {
    /// Address, `http://` or `https://`.
    pub url: String,
    /// `GET` or `HEAD`.
    pub method: String,
    /// Status codes that count; empty: 200 to 299.
    pub expected_codes: Vec<u16>,
    /// Text that the answer must contain.
    pub body_contains: Option<String>,
    /// Maximum duration of one look.
    pub timeout_seconds: f64,
}

/// A command that must end with exit code 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRule {
    /// Program: a path, or a name searched in PATH.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Maximum duration of one look; then the process tree is stopped.
    pub timeout_seconds: f64,
}

/// A port that must accept connections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TcpRule {
    /// Name or address of the host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Maximum duration of one look.
    pub timeout_seconds: f64,
}

/// What the server's own machine must offer. Each part that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HostRule {
    /// A path on the disk whose free space counts.
    pub disk_path: Option<String>,
    /// Minimum free space on that disk.
    pub disk_free_bytes: Option<u64>,
    /// Minimum memory that programs can still get.
    pub memory_free_bytes: Option<u64>,
    /// Maximum load of the last minute, per processor.
    pub load_max: Option<f64>,
    /// Whether the machine must run on mains power.
    pub on_ac_power: bool,
    /// Minimum number of seconds without anybody using keyboard or terminal.
    pub idle_seconds: Option<f64>,
}

impl DependencyRule {
    /// Name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Task { .. } => "task",
            Self::File(_) => "file",
            Self::Url(_) => "url",
            Self::Command(_) => "command",
            Self::Tcp(_) => "tcp",
            Self::Host(_) => "host",
            Self::Vpn { .. } => "vpn",
        }
    }

    /// Templates of params that a run takes from the run that counts.
    pub const fn params(&self) -> Option<&BTreeMap<String, String>> {
        match self {
            Self::Task { params, .. } => Some(params),
            _ => None,
        }
    }

    /// Name of the task on which the condition depends.
    pub fn task(&self) -> Option<&str> {
        match self {
            Self::Task { task, .. } => Some(task),
            _ => None,
        }
    }
}

/// Seconds between two looks at a condition that is looked at once, or once more before the start.
const RECHECK_SECONDS: f64 = 30.0;

/// A met condition need not be looked at again before a start within this many seconds.
const FRESH_SECONDS: f64 = 10.0;

impl OnUnmet {
    /// Seconds between two looks.
    pub const fn every_seconds(&self) -> f64 {
        match self {
            Self::Wait { every_seconds, .. } => *every_seconds,
            Self::Skip | Self::Fail => RECHECK_SECONDS,
        }
    }

    /// Seconds for which what was seen counts for a start.
    pub fn fresh_seconds(&self) -> f64 {
        self.every_seconds().max(FRESH_SECONDS)
    }
}

/// A question about the world: what a run's dependency has become. Runs that ask the same share one probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Probe {
    /// How the newest run of a task within a span ended.
    Task {
        /// Name of the task.
        task: String,
        /// Final states that count.
        states: Vec<RunState>,
        /// When that run must have ended.
        span: Span,
    },
    /// Whether a file exists.
    File(FileRule),
    /// Whether an address answers.
    Url(UrlRule),
    /// Whether a command succeeds.
    Command(CommandRule),
    /// Whether a port accepts connections.
    Tcp(TcpRule),
    /// What the machine offers.
    Host(HostRule),
    /// Whether a network profile holds.
    Vpn {
        /// Name of the profile.
        network: String,
    },
}

impl Probe {
    /// Maximum seconds that one look may take.
    pub fn timeout_seconds(&self) -> f64 {
        match self {
            Self::Url(rule) => rule.timeout_seconds,
            Self::Tcp(rule) => rule.timeout_seconds,
            // The runner stops the command itself, and needs some time for the whole ladder.
            Self::Command(rule) => rule.timeout_seconds + 30.0,
            Self::Vpn { .. } => 60.0,
            Self::Task { .. } | Self::File(_) | Self::Host(_) => 20.0,
        }
    }
}

/// What one look at a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whether the condition holds.
    pub met: bool,
    /// What was seen.
    pub sight: Sight,
    /// Whether the look itself went wrong, so that the next one is made later.
    pub troubled: bool,
    /// What the next look must remember.
    pub memory: Option<String>,
    /// Milliseconds after which another look is worth while, if that is known.
    pub again_milliseconds: Option<u64>,
}

impl Look {
    /// A look that found this.
    pub const fn of(met: bool, sight: Sight) -> Self {
        Self { met, sight, troubled: false, memory: None, again_milliseconds: None }
    }

    /// A look that got no answer.
    pub const fn troubled(sight: Sight) -> Self {
        Self { met: false, sight, troubled: true, memory: None, again_milliseconds: None }
    }
}

/// The circle that tasks would form if `task` depended on `sources` in addition to the known edges (task, source), such
/// as `a -> b -> a`.
pub fn circle(task: &str, source: &str, edges: &[(String, String)]) -> Option<String> {
    Some(super::triggers::circle(task, &[source.to_owned()], edges)?.join(" -> "))
}
