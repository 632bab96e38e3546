//! `cargo xtask trust`: breaks the real server on purpose, case by case, and compares its books with what the tasks
//! themselves wrote down.
//!
//! Sections A (crash and restart), B (process trees and pipes), N (notifications) and S (secrets). What each case must show is one of the
//! promises T1 to T8 in `report`. A case that cannot run here says why, and is not counted as passed. Deliberately
//! absent: knowledge of the server's internals, beyond the names of its files. Start reading at `CASES`.

mod canary;
mod case;
mod crash;
mod encodings;
mod leaving;
mod pipes;
mod report;
mod stops;
mod syscalls;
mod telling;
mod world;

pub use canary::speak;
pub use case::{Form, Size};

use crate::command::Answer;
use crate::place::Place;
use case::{Outcome, Setting};
use report::Line;
use std::time::Instant;

/// One way to break the server.
struct Case {
    /// Number in the list of faults.
    id: &'static str,
    /// What is done, and what must hold.
    title: &'static str,
    run: fn(&Setting<'_>) -> Answer<Outcome>,
}

const fn case(id: &'static str, title: &'static str, run: fn(&Setting<'_>) -> Answer<Outcome>) -> Case {
    Case { id, title, run }
}

/// The cases in their order.
const CASES: &[Case] = &[
    case("A1", "kill -9 at random moments under load: nothing lost, nothing doubled", crash::random),
    case("A2", "kill -9 exactly at a write of the database: no acknowledged row lost", syscalls::acknowledged),
    case("A3", "kill -9 exactly when a runner is requested: the run starts once", syscalls::spawned),
    case("A5", "a command ends while no server is there: its exit code is booked", crash::ended_alone),
    case("A6", "kill -9 of a runner: the run is lost at once, its processes are gone", crash::runner_killed),
    case("A7", "kill -9 of a command whose grandchild lives: failed, and the grandchild is gone", crash::leader_killed),
    case("A8", "kill -9 during recovery, again and again: the run is adopted and ends once", crash::recovery_killed),
    case("A9", "SIGTERM with a running task: the server goes, the run goes on and is adopted", leaving::asked_to_stop),
    case("A10", "SIGTERM while a task of kind `cancel` ignores it: stopped within its grace", leaving::stubborn),
    case("A11", "SIGSTOP and SIGCONT: slots that fell due are booked once", leaving::frozen),
    case("A12", "reboot with a process id used again: the other process is not killed", |_| {
        Ok(Outcome::Unable("needs a reboot".into()))
    }),
    case("A13", "a lock file left behind, naming a living process: the server starts", leaving::stale_lock),
    case("A14", "a second server on the same folder: refused, and the first goes on", leaving::second_server),
    case("A15", "a panic inside a worker", |_| {
        Ok(Outcome::Unable("the shipped server has no switch that makes it panic; unit tests do it".into()))
    }),
    case("A16", "a command that runs out of memory: its end is told, the server lives", crash::out_of_memory),
    case("A17", "power cut on an image of the disk", |_| {
        Ok(Outcome::Unable(
            "needs a loop device and is not automated yet; measured by hand for the design: 0 rows lost in 12 images"
                .into(),
        ))
    }),
    case("A18", "kill -9 at each write of the first start: the next start completes the schema", syscalls::first_start),
    case("B19", "ten shapes of escape, each cancelled: no survivors", stops::shapes),
    case("B21", "a grandchild holds the output for an hour: the run ends within the pipes' grace", pipes::held),
    case("B22", "a command that forks without end is cancelled: no survivors", stops::storm),
    case("B23", "a thousand short children: no zombies", pipes::zombies),
    case("B24", "a child that drops its environment and its group: still found", stops::disguised),
    case("B25", "a child in uninterruptible sleep", |_| Ok(Outcome::Unable("needs a file system that hangs".into()))),
    case("B26", "commands that cannot start: a clear reason each, and no storm of attempts", pipes::cannot_start),
    case("B27", "fork refused by the system (EAGAIN)", |_| {
        Ok(Outcome::Unable("needs a limit on processes that holds for root too".into()))
    }),
    case("B28", "no free descriptors: the server answers again when there are", pipes::descriptors),
    case("B29", "a flood of output, with and without line ends: memory stays small", pipes::flood),
    case("B30", "a slow disk for logs: the command is not blocked for long", |_| {
        Ok(Outcome::Unable("not automated yet".into()))
    }),
    case(
        "N1",
        "kill -9 while many runs fail: each incident is told once, and again only as the same message",
        telling::killed,
    ),
    case("N2", "ten thousand failures under one rule that groups: one message", telling::storm),
    case("S1", "a secret printed in nine encodings, cut at every border: nowhere to be found", canary::run),
    case("S2", "the memory of server and runner: closed to other processes and to core files", canary::memory),
];

/// Runs the cases whose number is named (all without names) and writes the reports. Returns whether all that could run
/// held.
///
/// # Errors
/// Fails with a sentence if no case has such a number, or a report cannot be written.
pub fn run(place: &Place, profile: &str, form: Form, names: &[String]) -> Answer<bool> {
    let chosen: Vec<&Case> = CASES
        .iter()
        .filter(|case| names.is_empty() || names.iter().any(|name| name.eq_ignore_ascii_case(case.id)))
        .collect();
    if chosen.is_empty() {
        let ids: Vec<_> = CASES.iter().map(|case| case.id).collect();
        return Err(format!("no case has such a number; the cases are: {}", ids.join(", ")));
    }
    if cfg!(not(target_os = "linux")) {
        return Err("these cases look into /proc and need Linux".to_owned());
    }
    let Form { size, kills, exact, publish } = form;
    let setting = Setting { place, profile, size, kills, exact };
    let (begun, mut lines) = (Instant::now(), Vec::new());
    for case in chosen {
        let started = Instant::now();
        // A case that breaks off has not held.
        let outcome = (case.run)(&setting).unwrap_or_else(|sentence| Outcome::Broken(vec![sentence]));
        let line = Line { id: case.id, title: case.title, outcome, seconds: started.elapsed().as_secs_f64() };
        println!("{line}");
        lines.push(line);
    }
    report::write(&setting, &lines, begun.elapsed(), publish)?;
    Ok(lines.iter().all(|line| !matches!(line.outcome, Outcome::Broken(_))))
}
