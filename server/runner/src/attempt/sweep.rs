//! Ending every process that carries an attempt's marker, for attempts whose runner died.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use crate::clock;
use crate::os;
use crate::protocol::plan::MARKER;
use crate::protocol::record::Survivor;

/// Most rounds of a sweep.
pub(crate) const ROUNDS: u32 = 50;

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many processes were killed.
    pub killed: u32,
    /// Those that are still there.
    pub survivors: Vec<Survivor>,
}

/// Kills every process of this account that carries the attempt's marker in its environment; for attempts whose runner
/// died. Waits until they are gone, at most about 5 s; blocking. What is left is reported.
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

/// Processes that carry the attempt's marker, this one and dead ones excepted.
pub fn marked(attempt: &str) -> io::Result<Vec<Survivor>> {
    os::carriers(&marker(attempt))
}

fn marker(attempt: &str) -> String {
    format!("{MARKER}={attempt}")
}
