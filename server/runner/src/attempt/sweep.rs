//! Ends every process that carries an attempt's marker. The server uses this when an attempt's runner died.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use crate::clock;
use crate::os::{self, Group};
use crate::protocol::plan::MARKER;
use crate::protocol::record::{LeftBehind, Survivor};

/// Maximum number of rounds in a sweep.
pub(crate) const ROUNDS: u32 = 50;

/// Result of a sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Number of processes that were killed.
    pub killed: u32,
    /// Processes that are still alive.
    pub survivors: Vec<Survivor>,
}

/// Kills every process in the attempt's cgroup, and every process of this account that has the attempt's marker in its
/// environment. Blocks until they are gone, for about 5 s at most, and reports what is left. Removes the cgroup. Meant
/// for attempts whose runner died.
pub fn sweep(attempt: &str) -> io::Result<Swept> {
    let group = Group::left(attempt);
    let swept = sweep_with(attempt, group.as_ref(), ROUNDS);
    group.iter().for_each(Group::remove);
    swept
}

/// The same in at most so many rounds, with the attempt's cgroup if it has one. The cgroup stays, because its figures
/// may not have been read yet.
pub(crate) fn sweep_with(attempt: &str, group: Option<&Group>, rounds: u32) -> io::Result<Swept> {
    let marker = marker(attempt);
    let mut killed = HashMap::new();
    let mut survivors = Vec::new();
    if let Some(group) = group {
        // A killed process takes a moment to leave its cgroup, which can be removed only when it is empty.
        for round in 0..rounds {
            let members = group.members();
            if members.is_empty() {
                break;
            }
            killed.extend(members.into_iter().map(|pid| (pid, os::start_ticks(pid).unwrap_or(0))));
            group.kill();
            pause(round);
        }
    }
    for round in 0..rounds {
        survivors = os::carriers(&marker)?;
        if survivors.is_empty() {
            break;
        }
        for process in &survivors {
            killed.insert(process.pid, process.start_ticks);
            os::kill_carrier(process, &marker);
        }
        pause(round);
    }
    for member in os::living(group.map_or_else(Vec::new, Group::members)) {
        if !survivors.contains(&member) {
            survivors.push(member);
        }
    }
    let killed = u32::try_from(killed.len()).unwrap_or(u32::MAX);
    Ok(Swept { killed, survivors })
}

/// Gives killed processes time to end, more in each round.
fn pause(round: u32) {
    clock::pause(Duration::from_millis(u64::from(round.min(10)) * 12 + 1));
}

/// Lists the living processes that carry the attempt's marker, except this process.
pub fn marked(attempt: &str) -> io::Result<Vec<Survivor>> {
    os::carriers(&marker(attempt))
}

/// A process that its attempt leaves behind.
pub(crate) fn left_behind(process: Survivor) -> LeftBehind {
    let started_at_micros = os::started_at_micros(process.start_ticks);
    LeftBehind { pid: process.pid, started_at_micros, name: process.name }
}

fn marker(attempt: &str) -> String {
    format!("{MARKER}={attempt}")
}
