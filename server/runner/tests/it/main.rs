//! The runner with real processes, started and addressed as the server does it.
//!
//! Nothing waits for time to pass unless time is what is tested. Everything else waits for a message, a line or an
//! end.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod escapes;
mod forking;
mod format;
mod leaving;
mod left_behind;
mod limits;
mod masking;
mod output;
mod run_as;
mod secrets;
mod starting;
mod stopping;
mod surroundings;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use orc_runner::{
    Content, ExitRecord, Link, LogLimits, LogReader, Outcome, Plan, PlanLimits, RunnerMessage, ServerMessage, Stream,
};
use tempfile::TempDir;

/// Longest wait before a test fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(30);

/// The helper binary's path.
fn test_child() -> String {
    env!("CARGO_BIN_EXE_orc-test-child").to_owned()
}

/// An attempt id that no other test has, because tests sweep by marker.
fn attempt_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    format!("{:08x}-{:x}-{:x}", std::process::id(), now, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A folder with room for one attempt.
struct Place {
    folder: TempDir,
    attempt: String,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), attempt: attempt_id() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn log(&self) -> PathBuf {
        orc_runner::log_path(self.path(), &self.attempt)
    }

    /// A plan for the helper binary.
    fn plan(&self, arguments: &[&str]) -> Plan {
        Plan {
            attempt: self.attempt.clone(),
            token: "open sesame".to_owned(),
            program: test_child(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            script: None,
            working_directory: self.path().to_owned(),
            environment: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
            secrets: Vec::new(),
            scratch_folder: self.path().to_owned(),
            success_codes: vec![0],
            attempt_timeout_seconds: None,
            run_deadline_seconds: None,
            grace_seconds: 10.0,
            leak_grace_seconds: 2.0,
            umask: 0o022,
            leave_behind: false,
            stop_with_server: false,
            files: Vec::new(),
            limits: PlanLimits::default(),
            run_as: None,
            cgroup: None,
            notes: Vec::new(),
            log: LogLimits { min_free_percent: 0.0, ..LogLimits::default() },
        }
    }

    /// Starts a runner and gives it the plan.
    fn start(self, plan: Plan) -> Running {
        let mut running = self.runner();
        assert!(matches!(running.message(), RunnerMessage::Identity { .. }));
        running.say(&ServerMessage::Start { plan: Box::new(plan) });
        running
    }

    /// Starts a runner that waits for its plan.
    fn runner(self) -> Running {
        self.runner_as(|_| {})
    }

    /// The same, with something changed about how it is started.
    fn runner_as(self, prepare: impl FnOnce(&mut Command)) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orc-runner"));
        command.arg(self.log()).env_clear();
        prepare(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut runner = command.spawn().unwrap();
        let stdin = runner.stdin.take();
        let stdout = BufReader::new(runner.stdout.take().unwrap());
        Running { place: self, runner, stdin, stdout }
    }

    /// Runs the helper binary to its end.
    fn run(self, arguments: &[&str]) -> Done {
        let plan = self.plan(arguments);
        self.start(plan).end()
    }
}

/// A running runner.
struct Running {
    place: Place,
    runner: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    fn say(&mut self, message: &ServerMessage) {
        self.stdin.as_mut().unwrap().write_all(&orc_runner::line(message)).unwrap();
    }

    fn message(&mut self) -> RunnerMessage {
        let mut line = Vec::new();
        self.stdout.read_until(b'\n', &mut line).unwrap();
        assert!(!line.is_empty(), "the runner has ended: {}", self.complaint());
        orc_runner::parse(&line).unwrap()
    }

    fn complaint(&mut self) -> String {
        let mut text = String::new();
        self.runner.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Waits until the log holds these words.
    fn until_logged(&self, words: &str) {
        eventually(&format!("{words:?} in the log"), || text(&self.place.log()).contains(words));
    }

    /// Reads messages to the end and checks what must always be true.
    fn end(mut self) -> Done {
        let record = loop {
            if let RunnerMessage::Exited { record } = self.message() {
                break *record;
            }
        };
        assert!(self.runner.wait().unwrap().success(), "{}", self.complaint());
        Done::check(self.place, record)
    }
}

/// An attempt that has ended.
struct Done {
    place: Place,
    record: ExitRecord,
}

impl Done {
    fn check(place: Place, record: ExitRecord) -> Self {
        let log = place.log();
        assert_eq!(
            orc_runner::exit_record(&log).unwrap().as_ref(),
            Some(&record),
            "the file tells what the message told"
        );
        assert!(!Link::new(&log).alive().unwrap(), "the lock is free");
        assert_eq!(Link::new(&log).marked().unwrap(), [], "nothing of it is left");
        assert!(record.finished_at_micros >= record.started_at_micros);
        Self { place, record }
    }

    fn log(&self) -> PathBuf {
        self.place.log()
    }

    fn text(&self) -> String {
        text(&self.log())
    }

    fn exited(&self, code: i32) {
        assert_eq!(self.record.outcome, Outcome::Exited { code }, "{}", self.text());
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.place.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// All kept bytes of one stream.
fn bytes(log: &Path, wanted: Stream) -> Vec<u8> {
    let mut reader = LogReader::open(log).unwrap();
    let mut all = Vec::new();
    loop {
        let records = reader.read(1 << 20).unwrap();
        if records.is_empty() {
            return all;
        }
        for record in records.into_iter().filter(|record| record.stream == wanted) {
            if let Content::Bytes(bytes) = record.content {
                all.extend(bytes);
            }
        }
    }
}

/// The log's kept text: standard output, then the runner's notes.
fn text(log: &Path) -> String {
    let mut all = bytes(log, Stream::Stdout);
    all.extend(bytes(log, Stream::System));
    String::from_utf8_lossy(&all).into_owned()
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Returns whether a process exists and is not a zombie.
fn alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim_start().starts_with('Z'))
}
