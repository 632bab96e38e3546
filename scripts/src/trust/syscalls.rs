//! Section A: the server is killed exactly at a chosen system call, by strace.

use super::case::{Outcome, Setting};
use super::world::{World, signal};
use crate::command::{self, Answer};
use crate::live::{Client, Scratch, Server};
use serde_json::{Value, json};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server under strace may take to be ready.
const READY: Duration = Duration::from_secs(60);

/// A server that strace kills at the `when`th call of `call`, counted for each thread.
struct Doomed {
    strace: Child,
}

impl Doomed {
    fn start(server: &Server, call: &str, when: u32, only_database: bool) -> Answer<Self> {
        let tool = server.tool();
        let mut strace = Command::new("strace");
        // With --seccomp-bpf, strace 6.1 injects nothing.
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
        strace.args(["-e", &format!("inject={call}:signal=KILL:when={when}")]);
        if only_database {
            for end in ["", "-wal"] {
                strace.arg("-P").arg(server.data().join(format!("orc.db{end}")));
            }
        }
        strace.arg(tool.get_program()).arg("serve");
        for (name, value) in tool.get_envs() {
            match value {
                Some(value) => strace.env(name, value),
                None => strace.env_remove(name),
            };
        }
        strace.current_dir(server.data().parent().unwrap_or(server.data()));
        strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let strace = strace.spawn().map_err(|error| format!("strace could not be started: {error}"))?;
        Ok(Self { strace })
    }

    /// The server's process id while it lives.
    fn server(&self) -> Option<u32> {
        let is_server =
            |pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path| path.ends_with("orc-server"));
        children(self.strace.id()).into_iter().find(is_server)
    }

    fn is_over(&mut self) -> bool {
        !matches!(self.strace.try_wait(), Ok(None))
    }

    /// Waits until the server is ready. False: it was killed before.
    fn ready(&mut self, server: &Server) -> Answer<bool> {
        let begun = Instant::now();
        loop {
            if Client::new(server.address, "").call("GET", "/readyz", None).is_ok_and(|reply| reply.status == 200) {
                return Ok(true);
            }
            if self.is_over() || (begun.elapsed() > Duration::from_secs(2) && self.server().is_none()) {
                return Ok(false);
            }
            if begun.elapsed() > READY {
                return Err("the server under strace was not ready within a minute".to_owned());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        if let Some(pid) = self.server() {
            let _gone = signal(pid, "KILL");
        }
        // Without strace, a process that it follows cannot end. So the server first becomes nobody's child.
        let own = self.strace.id();
        let _gone = World::sees("the end of the server", || children(own).is_empty());
        // Runners that strace follows go on when it is gone.
        let _gone = self.strace.kill();
        let _reaped = self.strace.wait();
    }
}

/// Children of all threads of a process.
fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

fn unable() -> Option<Outcome> {
    command::which("strace").is_none().then(|| Outcome::Unable("`strace` is not installed".into()))
}

/// A client with the token that the server wrote at its start.
fn client(server: &Server) -> Client {
    let token = fs::read_to_string(server.data().join("local-token")).unwrap_or_default();
    Client::new(server.address, token.trim())
}

/// The `number`th choice of a call and its count, spread over both. A commit writes some 15 times and syncs once or twice.
fn moment(number: u32) -> (&'static str, u32) {
    if number % 3 == 2 { ("fsync", 1 + number * 7 % 61) } else { ("pwrite64", 1 + number * 37 % 397) }
}

pub(super) fn acknowledged(setting: &Setting<'_>) -> Answer<Outcome> {
    if let Some(outcome) = unable() {
        return Ok(outcome);
    }
    let (mut world, mut faults, times) =
        (World::new(setting, "write")?, Vec::new(), setting.exact.unwrap_or_else(|| setting.size.pick(6, 500)));
    world.server.kill();
    let (mut acknowledged, mut killed) = (Vec::new(), 0);
    for number in 0..times {
        let (call, when) = moment(number);
        let mut doomed = Doomed::start(&world.server, call, when, true)?;
        if !doomed.ready(&world.server)? {
            killed += 1;
            continue;
        }
        let mut client = client(&world.server);
        for next in 0..150 {
            let name = format!("kept-{number}-{next}");
            let body = json!({"name": name, "run": {"kind": "shell", "line": "true"}});
            match client.call("POST", "/api/v1/tasks", Some(&body)) {
                Ok(reply) if reply.status == 201 => acknowledged.push(name),
                Ok(reply) => return Err(format!("a task was refused ({}): {}", reply.status, reply.text)),
                Err(_) => {
                    killed += 1;
                    break;
                }
            }
        }
    }
    world.restart()?;
    let known: std::collections::BTreeSet<String> =
        world.client.all("/tasks")?.iter().filter_map(|task| task["name"].as_str().map(str::to_owned)).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|name| !known.contains(*name)).collect();
    faults.extend(lost.iter().take(10).map(|name| format!("task {name} was acknowledged and is gone")));
    let extra = known.len() - (acknowledged.len() - lost.len());
    whole(&mut world, &mut faults)?;
    Ok(Outcome::of(
        faults,
        format!(
            "{killed} kills at exact calls in {times} starts; {} acknowledged rows, 0 lost, {extra} committed without an answer",
            acknowledged.len()
        ),
    ))
}

/// Checks the database and the chain of the audit log.
fn whole(world: &mut World, faults: &mut Vec<String>) -> Answer<()> {
    let verified = world.client.get("/audit/verification")?;
    if verified["valid"] == Value::Bool(false) {
        faults.push(format!("the audit log does not hold: {verified}"));
    }
    world.server.kill();
    let output = world.server.tool().arg("doctor").output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        faults.push(format!("`orc-server doctor` finds faults: {said}"));
    }
    Ok(())
}

pub(super) fn spawned(setting: &Setting<'_>) -> Answer<Outcome> {
    if let Some(outcome) = unable() {
        return Ok(outcome);
    }
    let (mut world, mut faults, times) = (World::new(setting, "spawn")?, Vec::new(), setting.size.pick(6, 60));
    let line = world.witnessed("sleep 0.05");
    let retry = json!({"max_attempts": 5, "delay_seconds": 0, "retry_on": ["lost"]});
    world.task("once", &line, &json!({"retry": retry}))?;
    world.server.kill();
    let (mut runs, mut killed) = (Vec::new(), 0);
    for number in 0..times {
        let mut doomed = Doomed::start(&world.server, "sendmsg", 1 + number % 3 / 2, false)?;
        if !doomed.ready(&world.server)? {
            killed += 1;
            continue;
        }
        let mut client = client(&world.server);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(3_000) {
            match client.call("POST", "/api/v1/tasks/once/runs", Some(&json!({}))) {
                Ok(reply) if reply.status == 201 => runs.extend(reply.json()["id"].as_str().map(str::to_owned)),
                Ok(reply) => return Err(format!("a run was refused ({}): {}", reply.status, reply.text)),
                Err(_) => {
                    killed += 1;
                    break;
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    world.restart()?;
    let text = |world: &World| fs::read_to_string(&world.witness).unwrap_or_default();
    for run in &runs {
        let ended = world.ended(run)?;
        let attempts = ended["attempt_count"].as_u64().unwrap_or_default();
        let ends = world.noted(run, "end");
        if !["succeeded", "lost"].contains(&ended["state"].as_str().unwrap_or_default())
            || (ended["state"] == "succeeded" && ends == 0)
        {
            faults.push(format!("run {run} is {} after {attempts} attempts, {ends} ends noted", ended["state"]));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for start in text(&world).lines().filter(|line| line.ends_with(" start")) {
        if !seen.insert(start.to_owned()) {
            faults.push(format!("an attempt began twice: {start}"));
        }
    }
    Ok(Outcome::of(
        faults,
        format!(
            "{killed} kills in {times} starts; {} acknowledged runs ended, {} attempts began, none twice",
            runs.len(),
            seen.len()
        ),
    ))
}

pub(super) fn first_start(setting: &Setting<'_>) -> Answer<Outcome> {
    if let Some(outcome) = unable() {
        return Ok(outcome);
    }
    let (mut faults, times) = (Vec::new(), setting.size.pick(4, 50));
    for number in 0..times {
        let scratch = Scratch::new("trust-first")?;
        let mut server = Server::prepare(setting.place, setting.profile, scratch.path())?;
        let (call, when) = (if number % 3 == 2 { "fsync" } else { "pwrite64" }, 1 + number * 29 % 131);
        let mut doomed = Doomed::start(&server, call, when, true)?;
        doomed.ready(&server)?;
        drop(doomed);
        if let Err(sentence) = server.start() {
            faults.push(format!("after a kill at {call} number {when}: {sentence}"));
            continue;
        }
        let made = server.client().post("/tasks", &json!({"name": "works", "run": {"kind": "shell", "line": "true"}}));
        faults.extend(made.err().map(|fault| format!("after a kill at {call} number {when}: {fault}")));
    }
    Ok(Outcome::of(faults, format!("{times} first starts killed, each next start ready")))
}
