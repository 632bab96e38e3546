//! Finding processes in `/proc`: descendants of the runner, and those that carry an attempt's marker.
//!
//! A process is identified by id and start time, and signalled through a pidfd that was opened before the last check,
//! so an id that was reused is never hit.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::clock;
use crate::plan::MARKER;
use crate::record::Survivor;

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
    let mut killed = HashMap::new();
    let mut survivors = Vec::new();
    for round in 0..ROUNDS {
        survivors = marked(attempt)?;
        if survivors.is_empty() {
            break;
        }
        for process in &survivors {
            killed.insert(process.pid, process.start_ticks);
            kill_marked(process, attempt);
        }
        clock::pause(Duration::from_millis(u64::from(round.min(10)) * 12 + 1));
    }
    let killed = u32::try_from(killed.len()).unwrap_or(u32::MAX);
    Ok(Swept { killed, survivors })
}

/// Processes that carry the marker, this one and dead ones excepted.
pub fn marked(attempt: &str) -> io::Result<Vec<Survivor>> {
    let marker = format!("{MARKER}={attempt}").into_bytes();
    let own = std::process::id();
    let pids = pids()?.filter(|pid| *pid != own && carries(*pid, &marker));
    Ok(pids.filter_map(stat).filter(|stat| !stat.dead()).map(Stat::survivor).collect())
}

/// Direct and indirect children of this process that are alive.
pub(crate) fn descendants() -> io::Result<Vec<Survivor>> {
    let stats: Vec<Stat> = pids()?.filter_map(stat).collect();
    let mut family = vec![std::process::id()];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        family.extend(stats.iter().filter(|stat| stat.parent == parent).map(|stat| stat.pid));
        found.extend(stats.iter().filter(|stat| stat.parent == parent && !stat.dead()).cloned().map(Stat::survivor));
        at += 1;
    }
    Ok(found)
}

/// Kills one process unless its id belongs to another one by now.
pub(crate) fn kill(process: &Survivor) {
    signal_if(process, |now| now.start_ticks == process.start_ticks);
}

fn kill_marked(process: &Survivor, attempt: &str) {
    let marker = format!("{MARKER}={attempt}").into_bytes();
    signal_if(process, |now| now.start_ticks == process.start_ticks && carries(process.pid, &marker));
}

fn signal_if(process: &Survivor, same: impl Fn(&Stat) -> bool) {
    let Some(pid) = i32::try_from(process.pid).ok().and_then(Pid::from_raw) else { return };
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    if stat(process.pid).is_some_and(|now| same(&now)) {
        // A failure means it is gone already or not ours; the next round sees which.
        let _ = pidfd_send_signal(handle, Signal::KILL);
    }
}

fn carries(pid: u32, marker: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|all| all.split(|byte| *byte == 0).any(|entry| entry == marker))
}

/// The interesting part of `/proc/<pid>/stat`.
#[derive(Clone, Debug)]
struct Stat {
    pid: u32,
    name: String,
    state: u8,
    parent: u32,
    start_ticks: u64,
}

impl Stat {
    fn dead(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }

    fn survivor(self) -> Survivor {
        Survivor { pid: self.pid, start_ticks: self.start_ticks, name: self.name }
    }
}

/// Start time of a process in clock ticks since boot.
pub(crate) fn start_ticks(pid: u32) -> Option<u64> {
    stat(pid).map(|stat| stat.start_ticks)
}

fn stat(pid: u32) -> Option<Stat> {
    // One read is enough and all the kernel needs: the line is far shorter.
    let mut line = [0; 1024];
    let length = File::open(format!("/proc/{pid}/stat")).ok()?.read(&mut line).ok()?;
    parse_stat(pid, &line[..length])
}

/// See proc_pid_stat(5); the name is in brackets and may itself hold brackets and spaces.
fn parse_stat(pid: u32, bytes: &[u8]) -> Option<Stat> {
    let open = bytes.iter().position(|byte| *byte == b'(')?;
    let close = bytes.iter().rposition(|byte| *byte == b')')?;
    let name = String::from_utf8_lossy(bytes.get(open + 1..close)?).into_owned();
    let rest = std::str::from_utf8(bytes.get(close + 2..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let state = *fields.first()?.as_bytes().first()?;
    Some(Stat { pid, name, state, parent: fields.get(1)?.parse().ok()?, start_ticks: fields.get(19)?.parse().ok()? })
}

fn pids() -> io::Result<impl Iterator<Item = u32>> {
    Ok(fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_look_like_the_rest_of_the_line() {
        let line = b"42 (a) S 1 (b) R 7 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 778682 3436544 555 18";
        let stat = parse_stat(42, line).expect("a good line");
        assert_eq!((stat.name.as_str(), stat.state, stat.parent, stat.start_ticks), ("a) S 1 (b", b'R', 7, 778_682));
        assert!(parse_stat(42, b"42 (cut").is_none() && parse_stat(42, b"").is_none());
    }

    #[test]
    fn this_process_is_found() {
        let own = stat(std::process::id()).expect("this process lives");
        assert!(!own.dead() && own.start_ticks > 0);
    }
}
