//! What a task asks of its server about processes: limits, and another user.
//!
//! Deliberately absent: the limits and what a server can do about each, which are in `core::limits`. Start reading at
//! `problems`.

use super::{Definition, RunSpec};
use crate::domain::core::limits::Abilities;
use crate::domain::core::phrases::grouped;
use crate::domain::core::problem::Problem;
use crate::domain::vocabulary::{LimitAnswer, LimitKind};

/// Everything in a definition that a server with these abilities cannot do.
pub fn problems(definition: &Definition, abilities: &Abilities) -> Vec<Problem> {
    let Definition { limits, run_as, .. } = definition;
    let set = limits.set();
    let without_process = match definition.run {
        RunSpec::Http { .. } => Some("an http task has no process: the server itself makes its request"),
        RunSpec::Heartbeat {} => Some("a heartbeat task has no process: its job runs elsewhere"),
        RunSpec::Command { .. } | RunSpec::Shell { .. } | RunSpec::Script { .. } => None,
    };
    if let Some(message) = without_process {
        let limits = (!set.is_empty()).then(|| Problem::at("/limits", message));
        return limits.into_iter().chain(run_as.as_ref().map(|_| Problem::at("/run_as", message))).collect();
    }
    let mut found: Vec<Problem> = set
        .into_iter()
        .map(|(kind, _)| abilities.answer(kind))
        .filter(|answered| answered.answer == LimitAnswer::Refused)
        .map(|answered| Problem::at(pointer(answered.kind), answered.words()))
        .collect();
    if let Some((wanted, most)) = limits.open_files.zip(abilities.open_files_max).filter(|(wanted, most)| wanted > most)
    {
        let message = format!("this server may allow {} open files at most, not {}", grouped(most), grouped(wanted));
        found.push(Problem::at(pointer(LimitKind::OpenFiles), message));
    }
    if limits.niceness.is_some_and(|niceness| niceness < 0) && !abilities.root {
        found.push(Problem::at(pointer(LimitKind::Niceness), "must be 0 to 19: only root may go below 0"));
    }
    found.extend(run_as.as_ref().and_then(|name| run_as_problem(name, abilities)));
    found
}

fn run_as_problem(name: &str, abilities: &Abilities) -> Option<Problem> {
    if name.is_empty() || name.contains(['\0', '/', ':']) {
        return Some(Problem::at("/run_as", "must be the name of a user of the server's machine, such as backup"));
    }
    if abilities.root || abilities.account.as_deref() == Some(name) {
        return None;
    }
    let own = abilities.account.as_deref().unwrap_or("an account without a name");
    let message = format!(
        "only a server that runs as root can run tasks as other users; this one runs as {own}, and so do its tasks: leave \
         run_as out"
    );
    Some(Problem::at("/run_as", message))
}

fn pointer(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Memory => "/limits/memory_bytes",
        LimitKind::Cpu => "/limits/cpu_percent",
        LimitKind::Processes => "/limits/processes",
        LimitKind::OpenFiles => "/limits/open_files",
        LimitKind::Niceness => "/limits/niceness",
    }
}
