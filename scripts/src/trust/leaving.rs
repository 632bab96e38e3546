//! Section A: the server is asked to go, is frozen, or meets another one.

use super::case::{Outcome, Setting};
use super::world::{World, last, mark, marked, signal};
use crate::chaos;
use crate::command::Answer;
use serde_json::json;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn asked_to_stop(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, times) = (World::new(setting, "term")?, Vec::new(), setting.size.pick(2, 20));
    let mut slowest = Duration::ZERO;
    for number in 0..times {
        let gate = world.folder().join(format!("gate-{number}"));
        let line = world.witnessed(&format!("while [ ! -e '{}' ]; do sleep 0.02; done", gate.display()));
        let name = format!("term-{number}");
        world.task(&name, &line, &json!({}))?;
        let run = world.run(&name)?;
        let command = world.started(&run)?;
        let begun = Instant::now();
        world.server.stop()?;
        slowest = slowest.max(begun.elapsed());
        if !fs::exists(format!("/proc/{command}")).unwrap_or(false) {
            faults.push(format!("the command of run {run} went with the server"));
        }
        world.restart()?;
        fs::write(&gate, "").map_err(|error| error.to_string())?;
        let ended = world.ended(&run)?;
        let noted = (world.noted(&run, "start"), world.noted(&run, "end"));
        if ended["state"] != "succeeded" || ended["attempt_count"] != 1 || noted != (1, 1) {
            faults.push(format!("run {run} is {}; noted {noted:?}", ended["state"]));
        }
    }
    Ok(Outcome::of(faults, format!("{times} times, gone within {} ms, no attempt used up", slowest.as_millis())))
}

pub(super) fn stubborn(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mark, mut faults) = (World::new(setting, "stubborn")?, mark(), Vec::new());
    let line = format!("trap '' TERM; setsid sleep {mark} & while :; do sleep 0.1; done");
    world.task("stubborn", &line, &json!({"on_server_stop": "cancel", "grace_seconds": 1}))?;
    let run = world.run("stubborn")?;
    world.started(&run)?;
    World::sees("the grandchild", || !marked(&format!("sleep {mark}")).is_empty())?;
    let begun = Instant::now();
    world.server.stop()?;
    let took = begun.elapsed();
    if took > Duration::from_secs(3) {
        faults.push(format!("the server went only after {} ms", took.as_millis()));
    }
    World::sees("the end of all processes", || marked(&mark).is_empty())?;
    world.restart()?;
    let ended = world.ended(&run)?;
    if ended["state"] != "cancelled" {
        faults.push(format!("the run is {}: {}", ended["state"], ended["reason"]));
    }
    Ok(Outcome::of(faults, format!("gone after {} ms, grace 1 s, 0 survivors", took.as_millis())))
}

pub(super) fn frozen(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, seconds) = (World::new(setting, "frozen")?, setting.size.pick(4, 60));
    let line = world.witnessed("true");
    let schedule = json!([{"kind": "cron", "expression": "* * * * * *", "catch_up": {"kind": "latest"}}]);
    world.task("each-second", &line, &json!({"schedules": schedule}))?;
    let pid = world.server.pid().ok_or("the server does not run")?;
    thread::sleep(Duration::from_millis(2_500));
    signal(pid, "STOP")?;
    thread::sleep(Duration::from_secs(u64::from(seconds)));
    signal(pid, "CONT")?;
    thread::sleep(Duration::from_millis(3_500));
    // The server closed the idle connection while it was frozen. A read finds that out, and may be repeated.
    world.client.get("/tasks/each-second")?;
    world.client.post("/tasks/each-second/disable", &json!({}))?;
    let mut faults = Vec::new();
    let runs = world.client.all("/runs")?;
    for run in &runs {
        let id = run["id"].as_str().unwrap_or_default().to_owned();
        world.ended(&id)?;
        if world.noted(&id, "start") != 1 {
            faults.push(format!("run {id} began {} times", world.noted(&id, "start")));
        }
    }
    let task = world.client.get("/tasks/each-second")?;
    let slots = world.client.all("/slots")?;
    chaos::ledger(&task, &slots, &mut faults)?;
    Ok(Outcome::of(
        faults,
        format!(
            "frozen for {seconds} s; {} ledger rows without gap or overlap, {} runs, each once",
            slots.len(),
            runs.len()
        ),
    ))
}

pub(super) fn stale_lock(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults) = (World::new(setting, "lock")?, Vec::new());
    world.server.kill();
    let lock = world.server.data().join("server.lock");
    let before = fs::read_to_string(&lock).unwrap_or_default();
    fs::write(&lock, format!("{}\n", std::process::id())).map_err(|error| error.to_string())?;
    if let Err(sentence) = world.restart() {
        faults.push(sentence);
    }
    Ok(Outcome::of(
        faults,
        format!("started although the file (before: {}) named process {}", before.trim(), std::process::id()),
    ))
}

pub(super) fn second_server(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults) = (World::new(setting, "second")?, Vec::new());
    let mut second = world.server.tool();
    let port = crate::test::free_port()?;
    second.env("ORC_LISTEN", format!("127.0.0.1:{port}")).arg("serve").stdin(Stdio::null());
    let begun = Instant::now();
    let output = second.output().map_err(|error| format!("orc-server could not be started: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() || begun.elapsed() > Duration::from_secs(20) {
        faults.push(format!("the second server ended with {}: {said}", output.status));
    }
    world.task("still", "true", &json!({}))?;
    let run = world.run("still")?;
    let ended = world.ended(&run)?;
    if ended["state"] != "succeeded" || last(&ended)["exit_code"] != 0 {
        faults.push(format!("the first server is harmed: {ended}"));
    }
    Ok(Outcome::of(faults, format!("refused with {} in {} ms", output.status, begun.elapsed().as_millis())))
}
