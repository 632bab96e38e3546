//! Section B: whatever shape a process tree has, nothing of it is left after a cancel.

use super::case::{Outcome, Setting};
use super::world::{World, mark, marked};
use crate::command::Answer;
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

/// Ways in which the processes of a command get away. `@` is replaced by a number that no other process has; the second value is
/// the number of processes that sleep so long.
const SHAPES: [(&str, usize); 10] = [
    ("sleep @ & sleep @", 2),
    ("setsid sleep @ & sleep @", 2),
    ("(setsid sh -c 'sleep @ & exec sleep @' &); sleep @", 3),
    ("nohup sleep @ >/dev/null 2>&1 </dev/null & sleep @", 2),
    ("trap '' TERM; sleep @ & sleep @; while :; do sleep 0.1; done", 2),
    ("setsid sh -c \"trap '' TERM; sleep @; sleep @\" & sleep @", 2),
    ("env -i setsid sleep @ & sleep @", 2),
    ("(env -i setsid sh -c 'sleep @ & exec sleep @' &); sleep @", 3),
    ("sleep @ & kill -STOP $!; sleep @", 2),
    ("sh -c 'sh -c \"setsid sh -c \\\"sleep @; true\\\"; true\" & sleep @'; true", 2),
];

pub(super) fn shapes(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, rounds) = (World::new(setting, "shapes")?, Vec::new(), setting.size.pick(2, 100));
    let mut marks = Vec::new();
    for (number, (shape, count)) in SHAPES.iter().enumerate() {
        let mark = mark();
        let more = json!({"grace_seconds": 0.2});
        world.task(&format!("shape-{number}"), &shape.replace('@', &mark), &more)?;
        marks.push((mark, *count));
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds {
        let runs = (0..SHAPES.len()).map(|number| world.run(&format!("shape-{number}"))).collect::<Answer<Vec<_>>>()?;
        for (mark, count) in &marks {
            World::sees("the whole tree", || marked(&format!("sleep {mark}")).len() >= *count)?;
        }
        let begun = Instant::now();
        for run in &runs {
            world.client.post(&format!("/runs/{run}/cancel"), &json!({}))?;
        }
        for run in &runs {
            let ended = world.ended(run)?;
            if ended["state"] != "cancelled" {
                faults.push(format!("run {run} is {}", ended["state"]));
            }
        }
        slowest = slowest.max(begun.elapsed());
        for (number, (mark, _)) in marks.iter().enumerate() {
            let left = marked(mark);
            if !left.is_empty() {
                faults.push(format!("shape {number} ({}): processes {left:?} live on", SHAPES[number].0));
            }
        }
        if faults.len() > 20 {
            break;
        }
    }
    let figures = format!(
        "{} stops over {} shapes, 0 survivors, ten at once within {} ms",
        rounds as usize * SHAPES.len(),
        SHAPES.len(),
        slowest.as_millis()
    );
    Ok(Outcome::of(faults, figures))
}

pub(super) fn storm(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, times) = (World::new(setting, "storm")?, Vec::new(), setting.size.pick(2, 20));
    let mut most = 0;
    for number in 0..times {
        let (mark, name) = (mark(), format!("storm-{number}"));
        let line = format!(
            "trap '' TERM; while :; do setsid sleep {mark} & setsid sh -c 'sleep {mark}; true' & sleep 0.005; done"
        );
        world.task(&name, &line, &json!({"grace_seconds": 0.3}))?;
        let run = world.run(&name)?;
        World::sees("the storm", || marked(&format!("sleep {mark}")).len() >= 60)?;
        world.client.post(&format!("/runs/{run}/cancel"), &json!({}))?;
        thread::sleep(Duration::from_millis(100));
        most = most.max(marked(&format!("sleep {mark}")).len());
        let ended = world.ended(&run)?;
        let left = marked(&mark);
        if ended["state"] != "cancelled" || !left.is_empty() {
            faults.push(format!("run {run} is {}; {} processes live on", ended["state"], left.len()));
        }
    }
    Ok(Outcome::of(faults, format!("{times} storms of up to {most} processes while they were stopped, 0 survivors")))
}

pub(super) fn disguised(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, mut faults, times) = (World::new(setting, "disguise")?, Vec::new(), setting.size.pick(5, 50));
    for number in 0..times {
        let (mark, name) = (mark(), format!("disguise-{number}"));
        // The command ends at once. What it leaves has neither its environment, nor its group, nor its output.
        let line = format!(
            "env -i setsid sh -c 'sleep {mark} & sleep {mark}' >/dev/null 2>&1 </dev/null & sleep 0.05; echo left"
        );
        world.task(&name, &line, &json!({}))?;
        let run = world.run(&name)?;
        let ended = world.ended(&run)?;
        let left = marked(&mark);
        if ended["state"] != "succeeded" || !left.is_empty() {
            faults.push(format!("run {run} is {}; processes {left:?} live on", ended["state"]));
        }
    }
    Ok(Outcome::of(faults, format!("{times} daemons in disguise, 0 survivors")))
}
