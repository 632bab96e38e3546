//! What goes on beside the scheduled tasks while the server is killed: a pool, a task that follows another, a
//! backfill.

use super::tasks::{script, task_name};
use crate::command::Answer;
use crate::live::Client;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Places of the pool, and those that a run of each of its tasks takes.
const PLACES: u64 = 3;
const WEIGHTS: [(&str, u64); 2] = [("pooled-1", 1), ("pooled-2", 2)];

/// Slots of the past that the backfill runs.
const PAST: u64 = 24;

/// Creates all of them.
pub fn make(client: &mut Client, witness: &Path) -> Answer<()> {
    client.post("/pools", &json!({"name": "few", "capacity": PLACES}))?;
    for (name, weight) in WEIGHTS {
        let more = json!({
            "schedules": [{"kind": "cron", "expression": "*/2 * * * * *", "catch_up": {"kind": "none"}}],
            "overlap": {"kind": "allow", "max": 20}, "pool": "few", "pool_weight": weight,
        });
        client.post("/tasks", &script(name, witness, "0.2", &more))?;
    }
    let hourly = json!([{"kind": "cron", "expression": "0 * * * *", "timezone": "UTC"}]);
    let more = json!({"schedules": hourly, "overlap": {"kind": "allow", "max": 100}});
    client.post("/tasks", &script("past", witness, "0.1", &more))?;
    let period = json!({"from_at": "2026-01-01T00:30:00Z", "until_at": "2026-01-02T00:30:00Z", "at_once": 2});
    client.post("/tasks/past/backfills", &period)?;
    Ok(())
}

/// A task that follows the first of the others. Create both together, so that no run ends before the follower
/// listens.
pub fn follower(witness: &Path) -> Value {
    let source = json!([{"kind": "task", "tasks": [task_name(0)], "states": ["succeeded"]}]);
    script("follower", witness, "0", &json!({"triggers": source, "overlap": {"kind": "allow", "max": 1000}}))
}

/// Prevents new runs.
pub fn stop(client: &mut Client) -> Answer<()> {
    for (name, _) in WEIGHTS {
        client.post(&format!("/tasks/{name}/disable"), &json!({}))?;
    }
    Ok(())
}

/// What is still to come: the rest of the backfill, and runs for ends that have not been followed. Empty if nothing
/// is.
pub fn owed(client: &mut Client) -> Answer<String> {
    let backfills = client.all("/backfills")?;
    let ends = client.all(&format!("/runs?task={}&state=succeeded", task_name(0)))?.len();
    let followed = client.all("/runs?task=follower")?.len();
    let mut owed: Vec<String> =
        backfills.iter().filter(|it| it["state"] != "finished").map(|it| format!("backfill {it}")).collect();
    if followed < ends {
        owed.push(format!("{followed} of {ends} ends are followed"));
    }
    Ok(owed.join("; "))
}

/// Everything about them that does not add up.
pub fn faults(runs: &[Value], witness: &str, faults: &mut Vec<String>) {
    followed(runs, faults);
    caught_up(runs, faults);
    crowded(runs, witness, faults);
}

fn of<'a>(runs: &'a [Value], task: &'a str) -> impl Iterator<Item = &'a Value> {
    runs.iter().filter(move |run| run["task"]["name"] == task)
}

/// Each run that succeeded was followed by exactly one run; no other run was followed.
fn followed(runs: &[Value], faults: &mut Vec<String>) {
    let source = task_name(0);
    let mut times: BTreeMap<String, usize> = of(runs, &source)
        .filter(|run| run["state"] == "succeeded")
        .map(|run| (format!("{source} succeeded (run {})", run["id"].as_str().unwrap_or_default()), 0))
        .collect();
    for run in of(runs, "follower") {
        let by = run["trigger"]["by"].as_str().unwrap_or_default();
        match times.get_mut(by) {
            Some(times) => *times += 1,
            None => faults.push(format!("follower ran because of \"{by}\", which did not happen")),
        }
    }
    faults.extend(
        times.iter().filter(|(_, times)| **times != 1).map(|(by, times)| format!("{by}: followed {times} times")),
    );
}

/// The backfill ran each slot once, in order of time.
fn caught_up(runs: &[Value], faults: &mut Vec<String>) {
    let mut made: Vec<_> = of(runs, "past").filter(|run| run["trigger"]["kind"] == "backfill").collect();
    made.sort_by_key(|run| run["id"].as_str().unwrap_or_default().to_owned());
    let slots: Vec<&str> = made.iter().filter_map(|run| run["scheduled_for"].as_str()).collect();
    let once: BTreeSet<&str> = slots.iter().copied().collect();
    if once.len() as u64 != PAST || slots.len() as u64 != PAST {
        faults.push(format!("the backfill of {PAST} slots made {} runs of {} slots", slots.len(), once.len()));
    }
    if !slots.is_sorted() {
        faults.push(format!("the backfill did not keep the order: {slots:?}"));
    }
}

/// The pool never had more places taken than it has, by the order in which the commands themselves wrote down their starts
/// and ends. The instants in the books are no proof, because a claim's is read before its transaction waits for its turn.
fn crowded(runs: &[Value], witness: &str, faults: &mut Vec<String>) {
    let weights: BTreeMap<&str, u64> = WEIGHTS
        .iter()
        .flat_map(|(name, weight)| of(runs, name).filter_map(|run| Some((run["id"].as_str()?, *weight))))
        .collect();
    let (mut open, mut most) = (BTreeMap::new(), 0);
    for line in witness.lines() {
        let Some(((run, what), weight)) = of_line(line).and_then(|noted| Some((noted, *weights.get(noted.0)?))) else {
            continue;
        };
        if what == "start" {
            open.insert(run, weight)
        } else {
            open.remove(run)
        };
        let taken: u64 = open.values().sum();
        if taken > PLACES && taken > most {
            let ids: Vec<&str> = open.keys().copied().collect();
            faults.push(format!("{taken} of {PLACES} places of the pool were taken at once by {}", ids.join(", ")));
        }
        most = most.max(taken);
    }
    if most == 0 {
        faults.push("no place of the pool was ever taken".to_owned());
    }
}

/// Run and word of a line of the witness.
fn of_line(line: &str) -> Option<(&str, &str)> {
    Some((line.split(' ').next()?, line.rsplit(' ').next()?))
}
