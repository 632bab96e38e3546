//! Programs that a plan leaves behind: they go on, they are told, and nothing of the attempt stops them.

use orc_runner::{ExitRecord, Link, Outcome, RunnerMessage, ServerMessage};
use rustix::process::{Pid, Signal};

use crate::{Place, Running, alive, eventually, text};

/// A process that a test left behind on purpose, ended with the test.
struct Leftover(u32);

impl Drop for Leftover {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.0).unwrap()).unwrap();
        let _gone_already = rustix::process::kill_process(pid, Signal::KILL);
    }
}

/// Starts a shell whose plan leaves processes behind.
fn start(line: &str) -> Running {
    let place = Place::new();
    let mut plan = place.plan(&["-c", line]);
    plan.program = "/bin/sh".to_owned();
    plan.leave_behind = true;
    plan.leak_grace_seconds = 0.2;
    place.start(plan)
}

/// The end of an attempt of which something may go on.
fn ended(mut running: Running) -> (Place, ExitRecord) {
    let record = loop {
        if let RunnerMessage::Exited { record } = running.message() {
            break *record;
        }
    };
    assert!(running.runner.wait().unwrap().success());
    (running.place, record)
}

#[test]
fn a_daemon_goes_on_and_is_told() {
    let before = orc_runner::clock::now_micros();
    let (place, record) = ended(start("sleep 60 </dev/null >/dev/null 2>&1 & echo $!"));
    let pid: u32 = text(&place.log()).trim().parse().unwrap();
    let _end = Leftover(pid);
    assert!(alive(pid) && record.success && !record.leaked_output, "{record:?}");
    assert_eq!((record.swept, record.survivors.len(), record.left_behind.len()), (0, 0, 1), "{record:?}");
    let told = &record.left_behind[0];
    assert_eq!((told.pid, told.name.as_str()), (pid, "sleep"));
    let after = orc_runner::clock::now_micros();
    assert!((before - 2_000_000..after + 2_000_000).contains(&told.started_at_micros), "{told:?}");
    let found = Link::new(place.log()).left_behind().unwrap();
    assert_eq!(found, record.left_behind, "a server that comes later finds the same");
}

#[test]
fn a_daemon_that_kept_the_output_may_go_on_writing() {
    let file = tempfile::tempdir().unwrap();
    let (go, wrote) = (file.path().join("go"), file.path().join("wrote"));
    let (go, wrote) = (go.display().to_string(), wrote.display().to_string());
    let line = format!(
        "(until [ -e {go} ]; do sleep 0.01; done; echo late && echo late >&2 && touch {wrote}; sleep 60) & echo $!"
    );
    let (place, record) = ended(start(&line));
    let pid: u32 = text(&place.log()).lines().next().unwrap().parse().unwrap();
    let _end = Leftover(pid);
    assert!(record.success && record.leaked_output && record.left_behind.iter().any(|told| told.pid == pid));
    std::fs::write(&go, "").unwrap();
    eventually("it writes to nobody and lives", || std::path::Path::new(&wrote).exists());
    assert!(alive(pid));
    for told in &record.left_behind {
        drop(Leftover(told.pid));
    }
}

#[test]
fn a_command_that_is_stopped_takes_all_with_it() {
    let mut running = start("sleep 60 >/dev/null 2>&1 & echo $!; sleep 60");
    eventually("it runs", || text(&running.place.log()).contains('\n'));
    let pid: u32 = text(&running.place.log()).trim().parse().unwrap();
    running.say(&ServerMessage::Cancel { grace_seconds: Some(0.1) });
    let done = running.end();
    assert!(matches!(done.record.outcome, Outcome::Cancelled { .. }) && done.record.left_behind.is_empty());
    assert!(!alive(pid));
}
