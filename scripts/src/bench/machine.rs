//! Facts about the machine: what it is, how much it can do, and what a process uses.

use crate::command::Answer;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The machine in a sentence: processor, count, load.
pub fn words() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name").map(|rest| rest.trim_start_matches([' ', '\t', ':'])));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let count = thread::available_parallelism().map_or(1, usize::from);
    let load = load.split(' ').take(3).collect::<Vec<_>>().join(" ");
    format!("machine: {count} x {}, {}, load {load}", model.unwrap_or(std::env::consts::ARCH), std::env::consts::OS)
}

/// Empty processes per second with pipes and their own group, two at a time: the limit of everything that starts
/// processes.
pub fn spawn_limit() -> f64 {
    const FOR: Duration = Duration::from_secs(3);
    let threads: Vec<_> = (0..2)
        .map(|_| {
            thread::spawn(|| {
                let begun = Instant::now();
                let mut count = 0_u32;
                while begun.elapsed() < FOR {
                    count += u32::from(spawn_once());
                }
                f64::from(count) / begun.elapsed().as_secs_f64()
            })
        })
        .collect();
    threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
}

fn spawn_once() -> bool {
    let mut command = Command::new(if cfg!(windows) { "where.exe" } else { "true" });
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.output().is_ok()
}

/// Resident memory of a process in MB (Linux).
pub fn memory(pid: u32) -> Answer<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .map_err(|error| format!("memory is read on Linux only: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map(|kilobytes| kilobytes / 1_024.0).ok_or_else(|| "no VmRSS".to_owned())
}

/// Processor seconds a process has used (Linux, at 100 ticks a second).
pub fn cpu(pid: u32) -> Answer<f64> {
    let stat =
        fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|error| format!("no /proc/{pid}/stat: {error}"))?;
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<_> = after.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    Ok((ticks(11) + ticks(12)) / 100.0)
}
