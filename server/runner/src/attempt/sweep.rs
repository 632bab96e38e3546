//! Ends every process that carries an attempt's marker. The server uses this when an attempt's runner died.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use crate::clock;
use crate::os;
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

/// Kills every process of this account that has the attempt's marker in its environment. Blocks until they are gone,
/// for about 5 s at most, and reports what is left. Meant for attempts whose runner died.
pub fn sweep(attempt: &str) -> io::Result<Swept> {
    let marker = marker(attempt);
    let mut killed = HashMap::new();
    let mut survivors = Vec::new();
    for round in 0..ROUNDS {
        survivors = os::carriers(&marker)?;
        if survivors.is_empty() {
            break;
        }
        for process in &survivors {
            killed.insert(process.pid, process.start_ticks);
            os::kill_carrier(process, &marker);
        }
        clock::pause(Duration::from_millis(u64::from(round.min(10)) * 12 + 1));
    }
    let killed = u32::try_from(killed.len()).unwrap_or(u32::MAX);
    Ok(Swept { killed, survivors })
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
