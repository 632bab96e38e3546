//! The fork server: runners that need not load a program and otherwise behave like all runners.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Child;

use orc_runner::{ForkServer, Plan, Request, RunnerMessage, ServerMessage};

use crate::{Done, PATIENCE, Place, alive, eventually, text};

/// A running fork server.
struct Forking {
    process: Child,
    channel: ForkServer,
}

impl Forking {
    fn start() -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_orc-runner"));
        let (mut command, channel) = ForkServer::command(program, Path::new("/some/folder")).unwrap();
        let process = command.spawn().unwrap();
        Self { process, channel }
    }

    /// Asks for a runner for this place.
    fn ask(&self, place: &Place) -> BufReader<UnixStream> {
        let request = Request::new(place.log()).unwrap();
        self.channel.ask(&request).unwrap();
        let stream = UnixStream::from(request.channel());
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        BufReader::new(stream)
    }

    /// A runner for this place, and its process id.
    fn fork(&self, place: &Place) -> (BufReader<UnixStream>, u32) {
        let mut stream = self.ask(place);
        let RunnerMessage::Identity { identity } = next(&mut stream).unwrap() else { panic!("identity is first") };
        (stream, identity.runner_pid)
    }

    /// A runner whose command waits until a file exists.
    fn fork_gated(&self) -> (Place, PathBuf, BufReader<UnixStream>, u32) {
        let place = Place::new();
        let gate = place.path().join("go");
        let (mut stream, pid) = self.fork(&place);
        say(&mut stream, place.plan(&["until-file", gate.to_str().unwrap()]));
        eventually("the command runs", || text(&place.log()).contains("ready"));
        (place, gate, stream, pid)
    }

    fn end(mut self) {
        drop(self.channel);
        assert!(self.process.wait().unwrap().success());
    }
}

fn next(stream: &mut BufReader<UnixStream>) -> Option<RunnerMessage> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).unwrap();
    (!line.is_empty()).then(|| orc_runner::parse(&line).unwrap())
}

fn say(stream: &mut BufReader<UnixStream>, plan: Plan) {
    let start = ServerMessage::Start { plan: Box::new(plan) };
    stream.get_mut().write_all(&orc_runner::line(&start)).unwrap();
}

/// Reads to the end of the connection, which is the end of the runner.
fn end(mut stream: BufReader<UnixStream>, place: Place) -> Done {
    let mut record = None;
    while let Some(message) = next(&mut stream) {
        if let RunnerMessage::Exited { record: told } = message {
            record = Some(*told);
        }
    }
    Done::check(place, record.expect("it ended in order"))
}

#[test]
fn many_at_once_each_with_its_own_plan() {
    let forking = Forking::start();
    let mut running = Vec::new();
    for number in 0..20 {
        let place = Place::new();
        let (mut stream, pid) = forking.fork(&place);
        let mut plan = place.plan(&["-c", &format!("read line; echo of {number}; [ -z \"$line\" ]; exit {number}")]);
        plan.program = "/bin/sh".to_owned();
        say(&mut stream, plan);
        running.push((stream, place, pid, number));
    }
    let mut pids = Vec::new();
    for (stream, place, pid, number) in running {
        let done = end(stream, place);
        done.exited(number);
        assert_eq!(done.text(), format!("of {number}\n"), "standard input of a command is empty");
        assert!(done.record.cpu_seconds > 0.0 && done.record.cpu_seconds < 10.0, "{:?}", done.record);
        pids.push(pid);
    }
    eventually("no corpse is left", || pids.iter().all(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists()));
    forking.end();
}

#[test]
fn a_runner_outlives_it() {
    let mut forking = Forking::start();
    let (place, gate, stream, pid) = forking.fork_gated();
    forking.process.kill().unwrap();
    forking.process.wait().unwrap();
    eventually("it cannot be asked any more", || {
        let asked = forking.channel.ask(&Request::new(place.log()).unwrap());
        asked.is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    });
    assert!(alive(pid));
    std::fs::write(&gate, "").unwrap();
    end(stream, place).exited(0);
}

#[test]
fn it_ends_with_its_server_and_its_runners_do_not() {
    let forking = Forking::start();
    let (place, gate, stream, _) = forking.fork_gated();
    forking.end();
    std::fs::write(&gate, "").unwrap();
    end(stream, place).exited(0);
}

#[test]
fn a_signal_to_the_group_of_its_server_does_not_reach_a_runner() {
    let forking = Forking::start();
    let place = Place::new();
    let (stream, pid) = forking.fork(&place);
    let session = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit(')').next().unwrap().split_whitespace().nth(3).unwrap().to_owned()
    };
    let sessions = [std::process::id(), forking.process.id(), pid].map(session);
    assert!(sessions[0] != sessions[1] && sessions[1] != sessions[2] && sessions[0] != sessions[2], "{sessions:?}");
    drop(stream);
    eventually("a runner without a plan leaves no trace", || !place.log().exists());
    forking.end();
}

#[test]
fn a_log_that_cannot_be_made_is_told() {
    let forking = Forking::start();
    let place = Place::new();
    std::fs::write(place.log(), "there already").unwrap();
    let said = next(&mut forking.ask(&place));
    assert!(matches!(said, Some(RunnerMessage::Refused { .. })), "{said:?}");
    assert_eq!(std::fs::read_to_string(place.log()).unwrap(), "there already");
    let next_place = Place::new();
    let (mut stream, _) = forking.fork(&next_place);
    say(&mut stream, next_place.plan(&["exit", "0"]));
    end(stream, next_place).exited(0);
    forking.end();
}

#[test]
fn no_socket_is_kept_or_passed_on_to_a_command() {
    let forking = Forking::start();
    let place = Place::new();
    let (mut stream, _) = forking.fork(&place);
    let entries = std::fs::read_dir(format!("/proc/{}/fd", forking.process.id())).unwrap().flatten();
    let targets = entries.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let sockets: Vec<_> = targets.filter(|target| target.to_string_lossy().starts_with("socket:")).collect();
    assert_eq!(sockets.len(), 1, "a fork server keeps nothing of its runners: {sockets:?}");
    let mut plan = place.plan(&["-c", "ls -l /proc/self/fd"]);
    plan.program = "/bin/sh".to_owned();
    say(&mut stream, plan);
    let done = end(stream, place);
    assert!(!done.text().contains("socket:"), "{}", done.text());
    forking.end();
}
