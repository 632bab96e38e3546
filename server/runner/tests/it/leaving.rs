//! Somebody disappears: the server while a command runs, or the runner itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use orc_runner::{CancelledBy, Link, Outcome, RunnerMessage, ServerMessage, Stream};

use crate::{Done, PATIENCE, Place, Running, alive, bytes, eventually};

fn adopt(log: &Path) -> BufReader<UnixStream> {
    let mut stream = None;
    eventually("the runner's socket", || {
        stream = Link::new(log).attach("open sesame").map(UnixStream::from).ok();
        stream.is_some()
    });
    let stream = stream.unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    BufReader::new(stream)
}

fn next(stream: &mut BufReader<UnixStream>) -> RunnerMessage {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).unwrap();
    orc_runner::parse(&line).unwrap()
}

/// The server dies: both pipes are closed.
fn forsake(running: Running) -> (Place, std::process::Child) {
    let Running { place, runner, .. } = running;
    (place, runner)
}

fn until_exited(stream: &mut BufReader<UnixStream>) -> orc_runner::ExitRecord {
    loop {
        if let RunnerMessage::Exited { record } = next(stream) {
            return *record;
        }
    }
}

#[test]
fn a_dead_server_changes_nothing() {
    let place = Place::new();
    let go = place.path().join("go");
    let plan = place.plan(&["until-file", go.to_str().unwrap()]);
    let running = place.start(plan);
    running.until_logged("ready");
    let (place, mut runner) = forsake(running);
    std::fs::write(&go, "").unwrap();
    assert!(runner.wait().unwrap().success());
    let record = orc_runner::exit_record(&place.log()).unwrap().unwrap();
    let done = Done::check(place, record);
    done.exited(0);
    assert!(!done.names().iter().any(|name| name.ends_with(".sock")), "{:?}", done.names());
}

#[test]
fn a_new_server_adopts_and_cancels() {
    let place = Place::new();
    let plan = place.plan(&["sleep", "60"]);
    let running = place.start(plan);
    running.until_logged("ready");
    assert!(!orc_runner::layout::socket_path(&running.place.log()).exists(), "no socket while the first server lives");
    let (place, mut runner) = forsake(running);
    let mut second = adopt(&place.log());
    assert!(matches!(next(&mut second), RunnerMessage::Identity { identity } if identity.runner_pid == runner.id()));
    let RunnerMessage::Started { child } = next(&mut second) else { panic!("started follows") };
    assert!(alive(child.pid));
    assert!(matches!(next(&mut second), RunnerMessage::Log { bytes: 6, lines: 1, .. }));
    drop(second);
    let mut third = adopt(&place.log());
    third.get_mut().write_all(&orc_runner::line(&ServerMessage::Cancel { grace_seconds: None })).unwrap();
    let record = until_exited(&mut third);
    assert_eq!(record.outcome, Outcome::Cancelled { by: CancelledBy::Server });
    assert_eq!(third.read(&mut [0]).unwrap(), 0, "the end of the runner is the end of the connection");
    assert!(runner.wait().unwrap().success());
    let done = Done::check(place, record);
    assert_eq!(done.names(), [format!("{}.log", done.place.attempt)]);
}

#[test]
fn a_wrong_token_gets_no_answer() {
    let place = Place::new();
    let plan = place.plan(&["sleep", "60"]);
    let running = place.start(plan);
    running.until_logged("ready");
    let (place, mut runner) = forsake(running);
    let mut good = adopt(&place.log());
    for token in ["", "open sesamE", "open sesame "] {
        let mut bad = UnixStream::from(Link::new(place.log()).attach(token).unwrap());
        // The runner may have closed the connection before this is written.
        let _ = bad.write_all(&orc_runner::line(&ServerMessage::Kill));
        let mut answer = Vec::new();
        let _ = bad.read_to_end(&mut answer);
        assert!(answer.is_empty(), "{token:?}");
    }
    let mut rude = UnixStream::connect(orc_runner::layout::socket_path(&place.log())).unwrap();
    let _ = rude.write_all(&orc_runner::line(&ServerMessage::Kill));
    let _ = rude.read_to_end(&mut Vec::new());
    assert!(Link::new(place.log()).alive().unwrap());
    good.get_mut().write_all(&orc_runner::line(&ServerMessage::Kill)).unwrap();
    until_exited(&mut good);
    runner.wait().unwrap();
}

#[test]
fn a_long_folder_name_is_no_problem() {
    let base = tempfile::tempdir().unwrap();
    let mut place = Place::new();
    let long = base.path().join("x".repeat(120)).join("y".repeat(120));
    std::fs::create_dir_all(&long).unwrap();
    place.folder = tempfile::tempdir_in(&long).unwrap();
    let plan = place.plan(&["sleep", "60"]);
    let running = place.start(plan);
    running.until_logged("ready");
    let (place, mut runner) = forsake(running);
    let mut second = adopt(&place.log());
    second.get_mut().write_all(&orc_runner::line(&ServerMessage::Kill)).unwrap();
    until_exited(&mut second);
    runner.wait().unwrap();
}

#[test]
fn a_server_that_does_not_read_blocks_nobody() {
    let place = Place::new();
    let mut plan = place.plan(&["-c", "for i in $(seq 40); do echo $i; sleep 0.06; done"]);
    plan.program = "/bin/sh".to_owned();
    // A result of the maximum size does not fit into the pipe.
    plan.arguments[1]
        .push_str("; (printf '\"'; head -c 900000 /dev/zero | tr '\\0' x; printf '\"') > $ORC_RESULT_FILE");
    let mut running = place.start(plan);
    assert!(running.runner.wait().unwrap().success());
    let record = orc_runner::exit_record(&running.place.log()).unwrap().unwrap();
    let done = Done::check(running.place, record);
    done.exited(0);
    assert_eq!(done.text().lines().count(), 40);
    assert_eq!(done.record.result.unwrap().as_str().unwrap().len(), 900_000);
}

#[test]
fn a_killed_runner_takes_the_command_with_it_and_sweep_the_rest() {
    let place = Place::new();
    let plan = place.plan(&["setsid-grandchild", "60"]);
    let mut running = place.start(plan);
    running.until_logged("ready");
    let escaped: u32 = String::from_utf8(bytes(&running.place.log(), Stream::Stdout))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let leader = loop {
        if let RunnerMessage::Started { child } = running.message() {
            break child.pid;
        }
    };
    running.runner.kill().unwrap();
    running.runner.wait().unwrap();
    eventually("the command is gone", || !alive(leader));
    let log = running.place.log();
    assert!(!Link::new(&log).alive().unwrap());
    assert_eq!(orc_runner::exit_record(&log).unwrap(), None);
    assert!(alive(escaped), "only the sweep reaches this one");
    let swept = Link::new(&log).sweep().unwrap();
    assert_eq!((swept.killed, swept.survivors), (1, vec![]));
    assert!(!alive(escaped));
    let mut reader = orc_runner::LogReader::open(&log).unwrap();
    assert!(!reader.read(usize::MAX).unwrap().is_empty() && !reader.finished());
    assert_eq!(reader.started().unwrap().pid, leader);
}

#[test]
fn a_sweep_hits_nobody_else() {
    let swept = Link::new("an-attempt-that-never-was.log").sweep().unwrap();
    assert_eq!(swept, orc_runner::Swept::default());
}

#[test]
fn a_command_that_only_its_server_waits_for_is_stopped_when_the_server_goes() {
    // Once while the command runs, and once so early that the end arrives together with the plan.
    for early in [false, true] {
        let place = Place::new();
        let mut plan = place.plan(&["setsid-grandchild", "600"]);
        (plan.stop_with_server, plan.grace_seconds) = (true, 0.05);
        let running = place.start(plan);
        if !early {
            running.until_logged("ready");
        }
        let (place, mut runner) = forsake(running);
        assert!(runner.wait().unwrap().success());
        let record = orc_runner::exit_record(&place.log()).unwrap().unwrap();
        let done = Done::check(place, record);
        assert_eq!(done.record.outcome, Outcome::Cancelled { by: CancelledBy::Server }, "{}", done.text());
        assert_eq!(done.names(), [format!("{}.log", done.place.attempt)]);
    }
}
