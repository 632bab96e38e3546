//! Section B: output, descriptors, and commands that cannot start.

use super::case::{Outcome, Setting};
use super::world::{World, last, mark, marked, status};
use crate::command::{self, Answer};
use serde_json::json;
use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// By how much a process may grow while output floods through it, in KiB.
const GROWTH: u64 = 64 * 1024;

pub(super) fn held(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mark, mut faults) = (World::new(setting, "held")?, mark(), Vec::new());
    world.task("held", &format!("setsid sleep {mark} & echo done"), &json!({}))?;
    let begun = Instant::now();
    let run = world.run("held")?;
    let ended = world.ended(&run)?;
    let took = begun.elapsed();
    if ended["state"] != "succeeded" || !marked(&mark).is_empty() {
        faults.push(format!("the run is {}; left: {:?}", ended["state"], marked(&mark)));
    }
    if took > Duration::from_secs(4) {
        faults.push(format!("the run ended only after {} ms", took.as_millis()));
    }
    let leaked = &last(&ended)["leaked_output"];
    Ok(Outcome::of(faults, format!("ended after {} ms, output held open: {leaked}, 0 survivors", took.as_millis())))
}

pub(super) fn zombies(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults) = (World::new(setting, "zombies")?, Vec::new());
    let gate = world.folder().join("gate");
    let orphans = "i=0; while [ $i -lt 1000 ]; do (setsid true &); i=$((i+1)); done; echo all";
    let line = format!("{orphans}; while [ ! -e '{}' ]; do sleep 0.05; done", gate.display());
    world.task("many", &line, &json!({}))?;
    let run = world.run("many")?;
    let command = world.started(&run)?;
    let runner = status(command, "PPid").and_then(|pid| u32::try_from(pid).ok()).ok_or("no runner")?;
    world.until(&run, |run| run["log"]["bytes"].as_u64() >= Some(4))?;
    let server = world.server.pid().ok_or("the server does not run")?;
    let count = || zombies_of(&[runner, server]);
    if let Err(sentence) = World::sees("the end of all zombies", || count() == 0) {
        faults.push(format!("{sentence}: {} are there", count()));
    }
    fs::write(&gate, "").map_err(|error| error.to_string())?;
    let ended = world.ended(&run)?;
    if ended["state"] != "succeeded" {
        faults.push(format!("the run is {}", ended["state"]));
    }
    Ok(Outcome::of(faults, "1000 orphans, 0 zombies while the command still ran"))
}

fn zombies_of(parents: &[u32]) -> usize {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = entries.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let is_one = |stat: String| {
        let mut words = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace())?;
        Some(words.next()? == "Z" && parents.contains(&words.next()?.parse().ok()?))
    };
    stats.filter_map(is_one).filter(|zombie| *zombie).count()
}

pub(super) fn cannot_start(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults) = (World::new(setting, "start")?, Vec::new());
    let file = |name: &str, text: &[u8], mode: u32| {
        let path = world.folder().join(name);
        let done = fs::write(&path, text).and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode)));
        done.map(|()| path.display().to_string()).map_err(|error| error.to_string())
    };
    let plain = file("plain", b"#!/bin/sh\ntrue\n", 0o644)?;
    let rubbish = file("rubbish", b"\x7fELF and nothing that follows", 0o755)?;
    let no_interpreter = file("script", b"#!/no/such/interpreter\n", 0o755)?;
    let command = |program: &str| json!({"kind": "command", "program": program});
    let cases = [
        ("missing", command("/no/such/program"), json!({})),
        ("name", command("no-such-program-here"), json!({})),
        ("no-right", command(&plain), json!({})),
        ("a-folder", command("/"), json!({})),
        ("rubbish", command(&rubbish), json!({})),
        ("interpreter", command(&no_interpreter), json!({})),
        ("folder", command("/bin/true"), json!({"working_directory": world.folder().join("none")})),
    ];
    let mut reasons = Vec::new();
    for (name, run, more) in &cases {
        let retry = json!({"max_attempts": 3, "delay_seconds": 0.05, "backoff": {"kind": "fixed"}});
        let mut body = json!({"name": name, "run": run, "retry": retry});
        more.as_object().into_iter().flatten().for_each(|(key, value)| body[key] = value.clone());
        world.client.post("/tasks", &body)?;
        let run = world.run(name)?;
        let ended = world.ended(&run)?;
        let attempts = ended["attempt_count"].as_u64().unwrap_or_default();
        if ended["state"] != "failed" || ended["reason"]["text"].as_str().is_none_or(str::is_empty) || attempts > 3 {
            faults.push(format!("{name}: {} after {attempts} attempts: {}", ended["state"], ended["reason"]));
        }
        reasons.push(ended["reason"]["code"].as_str().unwrap_or_default().to_owned());
    }
    reasons.sort();
    reasons.dedup();
    Ok(Outcome::of(
        faults,
        format!("{} ways, each failed with a reason ({}), at most 3 attempts", cases.len(), reasons.join(", ")),
    ))
}

pub(super) fn descriptors(setting: &Setting<'_>) -> Answer<Outcome> {
    if command::which("prlimit").is_none() {
        return Ok(Outcome::Unable("`prlimit` is not installed".into()));
    }
    let mut world = World::new(setting, "descriptors")?;
    let pid = world.server.pid().ok_or("the server does not run")?;
    let open = fs::read_dir(format!("/proc/{pid}/fd")).map_err(|error| error.to_string())?.count();
    let limit = |count: usize| {
        // The hard limit stays as it is.
        let args = ["--pid".to_owned(), pid.to_string(), format!("--nofile={count}:")];
        command::read(Command::new("prlimit").args(args)).map(drop)
    };
    limit(open + 8)?;
    let held: Vec<_> = (0..64).map(|_| TcpStream::connect(world.server.address)).collect();
    thread::sleep(Duration::from_millis(500));
    let mut faults = Vec::new();
    if fs::metadata(format!("/proc/{pid}")).is_err() {
        faults.push("the server ended".to_owned());
    }
    let waiting = held.iter().filter(|one| one.is_ok()).count();
    drop(held);
    limit(1024)?;
    let begun = Instant::now();
    world.client = world.server.client();
    while world.client.get("/system").is_err() {
        world.client = world.server.client();
        if begun.elapsed() > Duration::from_secs(10) {
            return Ok(Outcome::Broken(vec!["the server did not answer again within 10 s".to_owned()]));
        }
        thread::sleep(Duration::from_millis(10));
    }
    world.task("after", "true", &json!({}))?;
    let run = world.run("after")?;
    let ended = world.ended(&run)?;
    if ended["state"] != "succeeded" {
        faults.push(format!("a run after it is {}: {}", ended["state"], ended["reason"]));
    }
    Ok(Outcome::of(
        faults,
        format!("{waiting} connections on 8 descriptors; answers again after {} ms", begun.elapsed().as_millis()),
    ))
}

pub(super) fn flood(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, megabytes) = (World::new(setting, "flood")?, Vec::new(), setting.size.pick(48, 1000));
    let server = world.server.pid().ok_or("the server does not run")?;
    let mut most = [0, 0];
    for (name, source) in [
        ("lines", "yes 'a line of ordinary output'"),
        ("one-line", "tr '\\0' x < /dev/zero"),
        ("bytes", "cat /dev/urandom"),
    ] {
        let line = format!("{source} | head -c {megabytes}000000; exit 3");
        world.task(name, &line, &json!({}))?;
        let before = status(server, "VmRSS").unwrap_or_default();
        let run = world.run(name)?;
        let command = world.started(&run)?;
        let runner = status(command, "PPid").and_then(|pid| u32::try_from(pid).ok()).unwrap_or_default();
        let begun = Instant::now();
        let ended = loop {
            let rss = [
                status(server, "VmRSS").unwrap_or_default().saturating_sub(before),
                status(runner, "VmRSS").unwrap_or_default(),
            ];
            most = [most[0].max(rss[0]), most[1].max(rss[1])];
            let seen = world.client.get(&format!("/runs/{run}"))?;
            if !seen["finished_at"].is_null() {
                break seen;
            }
            if begun.elapsed() > Duration::from_secs(600) {
                return Err(format!("{name}: no end after 10 minutes"));
            }
            thread::sleep(Duration::from_millis(20));
        };
        if last(&ended)["exit_code"] != 3 {
            faults.push(format!("{name}: the exit code is {}", last(&ended)["exit_code"]));
        }
    }
    for (who, grown) in ["server", "runner"].iter().zip(most) {
        if grown > GROWTH {
            faults.push(format!("the {who} grew by {} MiB", grown / 1024));
        }
    }
    Ok(Outcome::of(
        faults,
        format!("3 x {megabytes} MB; the server grew by {} MiB, the runner had {} MiB", most[0] / 1024, most[1] / 1024),
    ))
}
