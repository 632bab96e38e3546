//! Finds processes in `/proc`: descendants of the runner, and processes that carry a marker.
//!
//! A process is identified by id and start time. It is signalled through a pidfd that was opened before the last
//! check, so a reused id is never hit.

use std::fs::{self, File};
use std::io::{self, Read};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::os::Weight;
use crate::protocol::record::Survivor;

/// Lists the living processes of this account whose environment holds the marker (`NAME=value`), except this process.
pub(crate) fn carriers(marker: &str) -> io::Result<Vec<Survivor>> {
    let own = std::process::id();
    let pids = pids()?.filter(|pid| *pid != own && carries(*pid, marker.as_bytes()));
    Ok(pids.filter_map(stat).filter(|stat| !stat.dead()).map(Stat::survivor).collect())
}

/// Those of these processes that live.
pub(crate) fn living(pids: Vec<u32>) -> Vec<Survivor> {
    pids.into_iter().filter_map(stat).filter(|stat| !stat.dead()).map(Stat::survivor).collect()
}

/// Lists the living direct and indirect children of this process.
pub(crate) fn survivors() -> io::Result<Vec<Survivor>> {
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

/// What all living descendants have together.
pub(crate) fn weight() -> io::Result<Weight> {
    let all = survivors()?;
    let memory_bytes = all.iter().map(|process| memory(process.pid)).sum();
    Ok(Weight { processes: u32::try_from(all.len()).unwrap_or(u32::MAX), memory_bytes })
}

/// Memory of one process in bytes: its own part of what it shares with others, or what is resident if the kernel does
/// not tell that.
fn memory(pid: u32) -> u64 {
    let figure = |file: &str, name: &str| {
        let text = fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
        let kilobytes = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix("kB"))?;
        kilobytes.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    };
    figure("smaps_rollup", "Pss:").or_else(|| figure("status", "VmRSS:")).unwrap_or(0)
}

/// Asks one process to stop, and continues it if it was stopped by a signal. Returns false if the process is gone.
pub(crate) fn ask_process(pid: u32, start_ticks: u64) -> io::Result<bool> {
    let same = |now: &Stat| now.start_ticks == start_ticks && !now.dead();
    Ok(signal_if(pid, Signal::TERM, same)? && signal_if(pid, Signal::CONT, same)?)
}

/// Kills one process, unless its id now belongs to another one.
pub(crate) fn kill(process: &Survivor) {
    kill_if(process, |_| true);
}

/// Kills one process if it carries the marker, unless its id now belongs to another one.
pub(crate) fn kill_carrier(process: &Survivor, marker: &str) {
    kill_if(process, |now| carries(now.pid, marker.as_bytes()));
}

fn kill_if(process: &Survivor, meant: impl Fn(&Stat) -> bool) {
    let same = |now: &Stat| now.start_ticks == process.start_ticks && meant(now);
    // A failure means that the process is not ours. The next round checks whether it is still alive.
    let _ = signal_if(process.pid, Signal::KILL, same);
}

/// Signals a process if it is the intended one. Returns false if it is not, or if it is gone.
fn signal_if(pid: u32, signal: Signal, same: impl Fn(&Stat) -> bool) -> io::Result<bool> {
    let Some(id) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(false) };
    let handle = match pidfd_open(id, PidfdFlags::empty()) {
        Ok(handle) => handle,
        Err(Errno::SRCH) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    if !stat(pid).is_some_and(|now| same(&now)) {
        return Ok(false);
    }
    match pidfd_send_signal(handle, signal) {
        Err(Errno::SRCH) => Ok(false),
        sent => sent.map(|()| true).map_err(io::Error::from),
    }
}

fn carries(pid: u32, marker: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|all| all.split(|byte| *byte == 0).any(|entry| entry == marker))
}

/// The fields of `/proc/<pid>/stat` that matter here.
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

/// When a process started, in microseconds since 1970 UTC, computed from its ticks since boot.
pub(crate) fn started_at_micros(start_ticks: u64) -> i64 {
    let boot = fs::read_to_string("/proc/stat").unwrap_or_default();
    let boot = boot.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse::<u64>().ok()).unwrap_or(0);
    // Programs see 100 ticks a second, whatever the kernel's own clock is (proc(5), USER_HZ).
    i64::try_from(boot * 1_000_000 + start_ticks.saturating_mul(10_000)).unwrap_or(i64::MAX)
}

/// Start time of a process in clock ticks since boot.
pub(crate) fn start_ticks(pid: u32) -> Option<u64> {
    stat(pid).map(|stat| stat.start_ticks)
}

fn stat(pid: u32) -> Option<Stat> {
    // One read is enough, because the line is far shorter than the buffer.
    let mut line = [0; 1024];
    let length = File::open(format!("/proc/{pid}/stat")).ok()?.read(&mut line).ok()?;
    parse_stat(pid, &line[..length])
}

/// See proc_pid_stat(5). The name is in brackets and may itself hold brackets and spaces.
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
