//! Limits of processes, between the words of Orc and those of the runner.

use crate::domain::core::limits::{Abilities, AppliedLimit, Limits};
use crate::domain::vocabulary::{LimitKind, LimitMeans};
use orc_runner::limits;

/// What this server can do with the processes of its tasks. `task_user` is the account of tasks that name none.
pub fn abilities(task_user: Option<String>) -> Abilities {
    let orc_runner::Abilities { cgroup, in_cgroup, each_process, watched, open_files_max, root } =
        orc_runner::abilities();
    let by = |kinds: Vec<limits::LimitKind>, means| kinds.into_iter().map(move |kind| (kind_of(kind), means));
    // The first means of a kind counts.
    let all = by(in_cgroup, LimitMeans::Cgroup).chain(by(each_process, LimitMeans::Process));
    let limits = all.chain(by(watched, LimitMeans::Watched)).collect();
    let account = orc_runner::account().map(|account| account.name);
    Abilities { account, root, task_user, cgroup, limits, open_files_max }
}

/// The limits of a plan.
pub fn plan_limits(limits: Limits) -> orc_runner::PlanLimits {
    let Limits { memory_bytes, cpu_percent, processes, open_files, niceness } = limits;
    orc_runner::PlanLimits { memory_bytes, cpu_percent, processes, open_files, niceness }
}

/// A limit that a runner applied.
pub fn applied(limit: limits::AppliedLimit) -> AppliedLimit {
    let limits::AppliedLimit { kind, value, means, passed } = limit;
    let means = match means {
        limits::LimitMeans::Cgroup => LimitMeans::Cgroup,
        limits::LimitMeans::Process => LimitMeans::Process,
        limits::LimitMeans::Watched => LimitMeans::Watched,
    };
    AppliedLimit { kind: kind_of(kind), value, means, passed }
}

/// A kind of limit.
pub const fn kind_of(kind: limits::LimitKind) -> LimitKind {
    match kind {
        limits::LimitKind::Memory => LimitKind::Memory,
        limits::LimitKind::Cpu => LimitKind::Cpu,
        limits::LimitKind::Processes => LimitKind::Processes,
        limits::LimitKind::OpenFiles => LimitKind::OpenFiles,
        limits::LimitKind::Niceness => LimitKind::Niceness,
    }
}
