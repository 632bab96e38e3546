//! Stopping commands that try to escape: nothing of them may survive, with a cgroup and without one.
//!
//! A survivor is found by a token in its command line, and not by what the runner looks at (descent, group, marker,
//! cgroup). Each shape also runs as a command that is killed at once. `ORC_TEST_FULL=1` stops 1,000 commands each way.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use orc_runner::{Outcome, ServerMessage};

use crate::{Place, alive, eventually};

/// How to leave a shell's children where a stop does not find them. `TOKEN` becomes part of each command line, and
/// every shape prints `ready` when it has escaped.
const SHAPES: [(&str, &str); 14] = [
    ("child in the group", "sleep 600.TOKEN & echo ready; wait"),
    ("own session", "setsid sleep 600.TOKEN & sleep 0.01; echo ready; wait"),
    ("double fork", "(setsid sh -c 'sleep 600.TOKEN & exit' &); echo ready; sleep 600.TOKEN"),
    ("daemon without descriptors", "setsid sh -c 'cd /; exec sleep 600.TOKEN <&- >&- 2>&-' & echo ready; wait"),
    (
        "ignores every request",
        "trap '' TERM HUP INT QUIT USR1; (setsid sleep 600.TOKEN &); echo ready; sleep 600.TOKEN",
    ),
    ("forks in a loop", "f() { while :; do setsid sleep 600.TOKEN & sleep 0.002; done; }; f & f & echo ready; wait"),
    (
        "stopped children",
        "setsid sh -c 'kill -STOP $$; sleep 600.TOKEN' & setsid sleep 600.TOKEN & kill -STOP $!; echo ready; wait",
    ),
    (
        "chain of programs",
        "exec sh -c 'setsid sleep 600.TOKEN & exec sh -c \"setsid sleep 600.TOKEN & echo ready; exec sleep 600.TOKEN\"'",
    ),
    ("other marker", "ORC_ATTEMPT_ID=other setsid sleep 600.TOKEN & echo ready; wait"),
    (
        "empty environment",
        "env -i /usr/bin/setsid /bin/sh -c '(/usr/bin/setsid /bin/sleep 600.TOKEN &)' & echo ready; sleep 600.TOKEN",
    ),
    ("leader gone first", "(trap '' TERM; setsid sleep 600.TOKEN <&- & sleep 600.TOKEN) & echo ready; kill -9 $$"),
    ("hangs on to the output", "nohup setsid sleep 600.TOKEN & nohup sleep 600.TOKEN & echo ready; wait"),
    (
        "moves from process to process",
        "hop='sleep 0.01 # TOKEN\nsetsid /bin/sh -c \"$hop\" & exit'; export hop; setsid /bin/sh -c \"$hop\" & echo ready; sleep 600.TOKEN",
    ),
    (
        "many at once",
        "i=0; while [ $i -lt 40 ]; do setsid sh -c 'sleep 600.TOKEN & sleep 600.TOKEN' & i=$((i+1)); done; echo ready; wait",
    ),
];

/// Living processes with the token in their command line.
fn with(token: &str) -> Vec<u32> {
    let pids = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let named = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.windows(token.len()).any(|part| part == token.as_bytes())
    };
    pids.filter(named).filter(|pid| alive(*pid)).collect()
}

/// The folder in which this machine lets Orc create cgroups.
pub(crate) fn cgroup() -> Option<PathBuf> {
    let found = orc_runner::abilities().cgroup;
    if found.is_none() {
        eprintln!("skipped: no cgroup of version 2 can be created here");
    }
    found
}

/// Figures of many stops.
#[derive(Debug, Default)]
struct Figures {
    stops: u32,
    swept: u32,
    survivors: usize,
    slowest: Duration,
}

fn stop(shape: &str, line: &str, cgroup: Option<PathBuf>, at_once: bool, figures: &mut Figures) {
    let place = Place::new();
    let token = place.attempt.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut plan = place.plan(&["-c", &line.replace("TOKEN", &token)]);
    (plan.program, plan.cgroup, plan.grace_seconds, plan.leak_grace_seconds) =
        ("/bin/sh".to_owned(), cgroup.clone(), 0.05, 5.0);
    let own = cgroup.map(|folder| folder.join(format!("orc-{}", place.attempt)));
    let mut running = place.start(plan);
    running.until_logged("ready");
    let begun = Instant::now();
    running.say(&if at_once { ServerMessage::Kill } else { ServerMessage::Cancel { grace_seconds: None } });
    let done = running.end();
    figures.slowest = figures.slowest.max(begun.elapsed());
    let left = with(&token);
    assert_eq!(left, [0; 0], "{shape}: {:?}", done.record);
    assert!(done.record.survivors.is_empty(), "{shape}: {:?}", done.record);
    assert!(matches!(done.record.outcome, Outcome::Cancelled { .. } | Outcome::Signalled { .. }), "{:?}", done.record);
    assert!(own.is_none_or(|own| !own.exists()), "{shape}: its cgroup is gone too");
    figures.stops += 1;
    figures.swept += done.record.swept;
    figures.survivors += left.len();
}

fn stop_all(cgroup: Option<PathBuf>) {
    let full = std::env::var_os("ORC_TEST_FULL").is_some();
    let way = if cgroup.is_some() { "with a cgroup" } else { "without a cgroup" };
    let count = if full { 1000 } else { SHAPES.len() * 2 };
    let mut figures = Figures::default();
    for (index, (shape, line)) in SHAPES.iter().cycle().take(count).enumerate() {
        stop(shape, line, cgroup.clone(), index / SHAPES.len() % 2 == 1, &mut figures);
    }
    println!("{way}, {} shapes: {figures:?}", SHAPES.len());
}

#[test]
fn no_shape_survives_a_stop_without_a_cgroup() {
    stop_all(None);
}

#[test]
fn no_shape_survives_a_stop_with_a_cgroup() {
    let Some(folder) = cgroup() else { return };
    stop_all(Some(folder));
}

#[test]
fn a_cgroup_holds_what_a_killed_runner_leaves_with_an_empty_environment() {
    let Some(folder) = cgroup() else { return };
    let place = Place::new();
    let token = place.attempt.chars().filter(char::is_ascii_digit).collect::<String>();
    let line = "env -i /usr/bin/setsid /bin/sh -c '(/usr/bin/setsid /bin/sleep 600.TOKEN &)'; echo ready; sleep 600";
    let mut plan = place.plan(&["-c", &line.replace("TOKEN", &token)]);
    (plan.program, plan.cgroup) = ("/bin/sh".to_owned(), Some(folder.clone()));
    let mut running = place.start(plan);
    running.until_logged("ready");
    running.runner.kill().unwrap();
    running.runner.wait().unwrap();
    eventually("nothing but what only the cgroup knows is left", || with(&token).len() == 1);
    let link = orc_runner::Link::new(running.place.log());
    let swept = link.sweep().unwrap();
    assert!(swept.survivors.is_empty() && swept.killed >= 1, "{swept:?}");
    eventually("it is gone", || with(&token).is_empty());
    assert!(!folder.join(format!("orc-{}", running.place.attempt)).exists());
}
