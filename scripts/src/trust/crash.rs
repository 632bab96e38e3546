//! Section A: the server, a runner or a command is killed, and the server starts again.

use super::case::{Outcome, Setting};
use super::world::{World, last, mark, marked, signal, status};
use crate::chaos;
use crate::command::Answer;
use serde_json::json;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// How soon the server must be ready after a kill, at the 99th percentile.
const RECOVERY: Duration = Duration::from_secs(2);

/// How soon a run must be shown as lost after its runner was killed.
const NOTICED: Duration = Duration::from_secs(1);

pub(super) fn random(setting: &Setting<'_>) -> Answer<Outcome> {
    let cycles = setting.kills.unwrap_or_else(|| setting.size.pick(25, 1000));
    let mut kills = chaos::run(setting.place, setting.profile, cycles, None)?;
    kills.recovery.sort_unstable();
    let at = |share: usize| kills.recovery.get((kills.recovery.len() * share).div_ceil(100).saturating_sub(1)).copied();
    let (half, most) = (at(50).unwrap_or_default(), at(99).unwrap_or_default());
    if setting.size.judges_times() && most > RECOVERY {
        kills.faults.push(format!("ready again after {} ms at the 99th percentile", most.as_millis()));
    }
    let figures =
        format!("{cycles} kills, {}; recovery p50 {} ms, p99 {} ms", kills.figures, half.as_millis(), most.as_millis());
    Ok(Outcome::of(kills.faults, figures))
}

/// A shell line that waits for a file.
fn gate(world: &World, number: u32) -> (std::path::PathBuf, String) {
    let gate = world.folder().join(format!("gate-{number}"));
    let line = format!("while [ ! -e '{}' ]; do sleep 0.02; done", gate.display());
    (gate, line)
}

fn open(gate: &std::path::Path) -> Answer<()> {
    fs::write(gate, "").map_err(|error| format!("the gate could not be opened: {error}"))
}

fn gone(pid: u32) -> bool {
    !fs::exists(format!("/proc/{pid}")).unwrap_or(false)
}

pub(super) fn ended_alone(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, times) = (World::new(setting, "alone")?, Vec::new(), setting.size.pick(3, 40));
    for number in 0..times {
        let (gate, line) = gate(&world, number);
        let (name, line) = (format!("alone-{number}"), format!("{}; exit 5", world.witnessed(&line)));
        world.task(&name, &line, &json!({}))?;
        let run = world.run(&name)?;
        let command = world.started(&run)?;
        let runner = status(command, "PPid").and_then(|pid| u32::try_from(pid).ok()).ok_or("no runner")?;
        world.server.kill();
        open(&gate)?;
        World::sees("the end of the runner", || gone(runner))?;
        world.restart()?;
        let ended = world.ended(&run)?;
        if ended["state"] != "failed" || last(&ended)["exit_code"] != 5 || ended["attempt_count"] != 1 {
            faults.push(format!("run {run} was booked as {}", ended));
        }
        if (world.noted(&run, "start"), world.noted(&run, "end")) != (1, 1) {
            faults.push(format!("run {run} did not begin and end exactly once"));
        }
    }
    Ok(Outcome::of(faults, format!("{times} exit codes booked after the fact, 0 lost")))
}

pub(super) fn runner_killed(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, times) = (World::new(setting, "runner")?, Vec::new(), setting.size.pick(5, 100));
    let mut slowest = Duration::ZERO;
    for number in 0..times {
        let (mark, name) = (mark(), format!("runner-{number}"));
        world.task(&name, &format!("setsid sleep {mark} & sleep {mark}"), &json!({}))?;
        let run = world.run(&name)?;
        let command = world.started(&run)?;
        World::sees("both processes", || marked(&format!("sleep {mark}")).len() >= 2)?;
        let runner = status(command, "PPid").and_then(|pid| u32::try_from(pid).ok()).ok_or("no runner")?;
        let begun = Instant::now();
        signal(runner, "KILL")?;
        let ended = world.ended(&run)?;
        slowest = slowest.max(begun.elapsed());
        if ended["state"] != "lost" {
            faults.push(format!("run {run} is {}, not lost", ended["state"]));
        }
        let left = marked(&mark);
        if !left.is_empty() {
            faults.push(format!("processes {left:?} of run {run} live on"));
        }
    }
    if setting.size.judges_times() && slowest > NOTICED {
        faults.push(format!("a run was shown as lost only after {} ms", slowest.as_millis()));
    }
    Ok(Outcome::of(faults, format!("{times} runners killed, all lost within {} ms, 0 survivors", slowest.as_millis())))
}

pub(super) fn leader_killed(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, times) = (World::new(setting, "leader")?, Vec::new(), setting.size.pick(5, 100));
    for number in 0..times {
        let (mark, name) = (mark(), format!("leader-{number}"));
        world.task(&name, &format!("setsid sleep {mark} & sleep {mark}; true"), &json!({}))?;
        let run = world.run(&name)?;
        let command = world.started(&run)?;
        World::sees("the grandchild", || marked(&format!("sleep {mark}")).len() >= 2)?;
        signal(command, "KILL")?;
        let ended = world.ended(&run)?;
        if ended["state"] != "failed" || last(&ended)["signal"] != 9 {
            faults.push(format!("run {run} is {} by signal {}", ended["state"], last(&ended)["signal"]));
        }
        let left = marked(&mark);
        if !left.is_empty() {
            faults.push(format!("processes {left:?} of run {run} live on"));
        }
    }
    Ok(Outcome::of(faults, format!("{times} commands killed, 0 survivors")))
}

pub(super) fn recovery_killed(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, times) = (World::new(setting, "recovery")?, Vec::new(), setting.size.pick(15, 150));
    let (gate, line) = gate(&world, 0);
    let line = world.witnessed(&line);
    world.task("long", &line, &json!({}))?;
    let mut runs = Vec::new();
    for _ in 0..4 {
        let run = world.run("long")?;
        world.started(&run)?;
        runs.push(run);
    }
    world.server.kill();
    for number in 0..times {
        let mut command = world.server.tool();
        let child = command.arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.map_err(|error| format!("orc-server could not be started: {error}"))?;
        // The moments walk through the whole start.
        thread::sleep(Duration::from_millis(u64::from(5 + number * 37 % 400)));
        let _killed = child.kill();
        let _reaped = child.wait();
    }
    world.restart()?;
    open(&gate)?;
    for run in &runs {
        let ended = world.ended(run)?;
        let noted = (world.noted(run, "start"), world.noted(run, "end"));
        if ended["state"] != "succeeded" || ended["attempt_count"] != 1 || noted != (1, 1) {
            faults.push(format!(
                "run {run} is {} after {} attempts; noted {noted:?}",
                ended["state"], ended["attempt_count"]
            ));
        }
    }
    Ok(Outcome::of(faults, format!("{times} starts killed, {} runs adopted, each ended once", runs.len())))
}

pub(super) fn out_of_memory(setting: &Setting<'_>) -> Answer<Outcome> {
    let mut world = World::new(setting, "memory")?;
    let line = "ulimit -v 150000; x=0123456789abcdef; while :; do x=$x$x; done";
    world.task("hungry", line, &json!({"timeout_seconds": 50}))?;
    let run = world.run("hungry")?;
    let ended = world.ended(&run)?;
    let (code, by) = (last(&ended)["exit_code"].clone(), last(&ended)["signal"].clone());
    let mut faults = Vec::new();
    if ended["state"] != "failed" || ended["reason"].is_null() {
        faults.push(format!("the run is {}: {}", ended["state"], ended["reason"]));
    }
    world.client.get("/system")?;
    Ok(Outcome::of(faults, format!("ended with code {code}, signal {by}; the server answers")))
}
