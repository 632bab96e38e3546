//! Wire types of limits of processes, and what a server does about them.

use crate::domain::core::limits::{self, Abilities, Answered};
use crate::domain::vocabulary::{LimitAnswer, LimitKind, LimitMeans};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Limits of the processes of each attempt; null: no limit. `system_view` tells what this server can hold, and a task
/// with a limit that it cannot hold is refused.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Memory of all processes together, in bytes.
    #[schema(minimum = 4_194_304, maximum = 1_125_899_906_842_624_u64, example = 536_870_912)]
    pub memory_bytes: Option<u64>,
    /// Processor time of all processes together, in percent of one processor: 150 is one and a half.
    #[schema(minimum = 1, maximum = 102_400, example = 50)]
    pub cpu_percent: Option<u32>,
    /// Number of processes at one time. In a cgroup the kernel counts threads too.
    #[schema(minimum = 1, maximum = 1_000_000, example = 100)]
    pub processes: Option<u32>,
    /// Number of files that each process may have open.
    #[schema(minimum = 16, maximum = 1_073_741_816, example = 1024)]
    pub open_files: Option<u64>,
    /// How much the processes give way to others, from -20 to 19: at 19 they get little more than what others leave. Only
    /// a server that runs as root can go below 0.
    #[schema(minimum = -20, maximum = 19, example = 10)]
    pub niceness: Option<i32>,
}

/// What this server does about one kind of limit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LimitAbility {
    /// Which limit.
    pub kind: LimitKind,
    /// Whether the server holds it.
    pub answer: LimitAnswer,
    /// How the server holds it.
    pub means: LimitMeans,
    /// The answer in English.
    #[schema(example = "the kernel holds it for each process")]
    pub text: String,
}

/// Converts limits to the domain.
pub fn limits_in(limits: Limits) -> limits::Limits {
    let Limits { memory_bytes, cpu_percent, processes, open_files, niceness } = limits;
    limits::Limits { memory_bytes, cpu_percent, processes, open_files, niceness }
}

/// Converts limits to the wire.
pub fn limits_out(limits: limits::Limits) -> Limits {
    let limits::Limits { memory_bytes, cpu_percent, processes, open_files, niceness } = limits;
    Limits { memory_bytes, cpu_percent, processes, open_files, niceness }
}

/// What a server does about every kind of limit.
pub fn abilities_out(abilities: &Abilities) -> Vec<LimitAbility> {
    abilities.answers().iter().map(ability_out).collect()
}

/// What a server does about the limits that a task sets.
pub fn held_out(limits: limits::Limits, abilities: &Abilities) -> Vec<LimitAbility> {
    limits.set().into_iter().map(|(kind, _)| ability_out(&abilities.answer(kind))).collect()
}

fn ability_out(answered: &Answered) -> LimitAbility {
    let Answered { kind, answer, means } = *answered;
    LimitAbility { kind, answer, means, text: answered.words() }
}
