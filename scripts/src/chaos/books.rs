//! Compares the server's records with what was requested and with what the runs themselves wrote down.

use super::tasks::{Asked, TASKS, task_name};
use crate::command::Answer;
use crate::live::{Client, instant};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Starts and ends of one attempt, as its command noted them.
#[derive(Default)]
struct Noted {
    starts: usize,
    ends: usize,
}

/// What the comparison showed.
pub struct Books {
    /// Everything that does not add up.
    pub faults: Vec<String>,
    /// What was counted, in words.
    pub figures: String,
}

/// Compares the records with the witness.
pub fn compare(client: &mut Client, asked: &Asked, witness: &Path, data: &Path) -> Answer<Books> {
    let runs = client.all("/runs")?;
    let slots = client.all("/slots")?;
    let witness = fs::read_to_string(witness).map_err(|error| format!("the witness could not be read: {error}"))?;
    let noted = noted(&witness)?;
    let mut faults = Vec::new();
    acknowledged(&runs, asked, &mut faults);
    witnessed(client, &runs, &noted, &mut faults)?;
    for number in 0..TASKS {
        let name = task_name(number);
        let task = client.get(&format!("/tasks/{name}"))?;
        ledger(&task, &slots, &mut faults)?;
    }
    doubled(&slots, &mut faults);
    super::company::faults(&runs, &witness, &mut faults);
    left_processes(data, &mut faults);
    let count = |state: &str| runs.iter().filter(|run| run["state"] == state).count();
    let figures = format!(
        "{} runs ({} succeeded, {} lost), {} acknowledged by hand, {} requests died with the server, {} ledger rows, {} attempts noted",
        runs.len(),
        count("succeeded"),
        count("lost"),
        asked.runs.len(),
        asked.unanswered,
        slots.len(),
        noted.len()
    );
    Ok(Books { faults, figures })
}

/// Every acknowledged run exists, and all runs have ended.
fn acknowledged(runs: &[Value], asked: &Asked, faults: &mut Vec<String>) {
    let known: BTreeSet<_> = runs.iter().filter_map(|run| run["id"].as_str()).collect();
    for id in asked.runs.iter().filter(|id| !known.contains(id.as_str())) {
        faults.push(format!("run {id} was acknowledged and is gone"));
    }
    for run in runs {
        let state = run["state"].as_str().unwrap_or_default();
        if !["succeeded", "lost", "skipped"].contains(&state) {
            faults.push(format!("run {} ended as {state}: {}", run["id"], run["reason"]));
        }
    }
}

/// Compares the witness file with the records: no attempt began twice, and none is recorded as succeeded that did
/// not.
fn witnessed(
    client: &mut Client,
    runs: &[Value],
    noted: &BTreeMap<(String, u64), Noted>,
    faults: &mut Vec<String>,
) -> Answer<()> {
    for ((id, attempt), times) in noted.iter().filter(|(_, times)| times.starts > 1) {
        faults.push(format!("attempt {attempt} of run {id} began {} times", times.starts));
    }
    for run in runs {
        let id = run["id"].as_str().unwrap_or_default();
        let mine: Vec<_> = noted.iter().filter(|((other, _), _)| other == id).collect();
        let (starts, ends) = mine.iter().fold((0, 0), |sum, (_, times)| (sum.0 + times.starts, sum.1 + times.ends));
        if run["state"] == "succeeded" && (ends != 1 || starts != 1) {
            faults.push(format!("run {id} is booked as succeeded; it began {starts} times and ended {ends} times"));
        }
        if run["state"] == "lost" && ends > 0 {
            let detail = client.get(&format!("/runs/{id}"))?;
            faults.push(format!("run {id} is booked as lost but ended: {}", detail["attempts"]));
        }
    }
    let known: BTreeSet<_> = runs.iter().filter_map(|run| run["id"].as_str()).collect();
    for ((id, _), _) in noted.iter().filter(|((id, _), _)| !known.contains(id.as_str())) {
        faults.push(format!("run {id} ran and is not in the books"));
    }
    Ok(())
}

/// The rows of a task with one schedule that fires every second follow each other without gaps and overlaps.
///
/// # Errors
/// Fails with a sentence if the task does not say when it was made.
pub fn ledger(task: &Value, all: &[Value], faults: &mut Vec<String>) -> Answer<()> {
    let name = task["name"].as_str().unwrap_or_default();
    let created = task["created_at"].as_str().and_then(instant::seconds).ok_or("a task has no created_at")?;
    let slots: Vec<_> = all.iter().filter(|slot| slot["task"] == name).collect();
    let edge = |slot: &Value, key: &str| slot[key].as_str().and_then(instant::seconds).unwrap_or_default();
    let mut rows: Vec<_> = slots.iter().map(|slot| (edge(slot, "first_at"), edge(slot, "last_at"), *slot)).collect();
    rows.sort_by(|left, right| left.0.total_cmp(&right.0));
    let Some(first) = rows.first() else {
        faults.push(format!("{name} has no ledger at all"));
        return Ok(());
    };
    if first.0 - created > 1.5 {
        faults.push(format!("{name}: nothing is known of the {:.1} s after it was made", first.0 - created));
    }
    for pair in rows.windows(2) {
        let gap = pair[1].0 - pair[0].1;
        if (gap - 1.0).abs() > 0.01 {
            let what = if gap > 1.0 { "a gap" } else { "an overlap" };
            faults.push(format!(
                "{name}: {what} in the ledger between {} and {}",
                pair[0].2["last_at"], pair[1].2["first_at"]
            ));
        }
    }
    for (from, to, slot) in &rows {
        let count = slot["count"].as_f64().unwrap_or_default();
        if (to - from + 1.0 - count).abs() > 0.01 {
            faults.push(format!("{name}: a row from {} to {} counts {count}", slot["first_at"], slot["last_at"]));
        }
        if slot["outcome"] == "pending" {
            faults.push(format!("{name}: {} is still pending", slot["first_at"]));
        }
    }
    Ok(())
}

/// No run belongs to two ledger rows.
fn doubled(slots: &[Value], faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for id in slots.iter().filter_map(|slot| slot["run_id"].as_str()) {
        if !seen.insert(id) {
            faults.push(format!("run {id} stands behind two slots"));
        }
    }
}

fn noted(text: &str) -> Answer<BTreeMap<(String, u64), Noted>> {
    let mut noted: BTreeMap<(String, u64), Noted> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        let (Some(id), Some(attempt), Some(what)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("the witness has a broken line: {line}"));
        };
        let times = noted.entry((id.to_owned(), attempt.parse().unwrap_or(0))).or_default();
        if what == "start" { times.starts += 1 } else { times.ends += 1 }
    }
    Ok(noted)
}

/// Runners and commands of this data folder that still live, and fork servers other than that of the running server
/// (Linux: found in /proc).
fn left_processes(data: &Path, faults: &mut Vec<String>) {
    let wanted = data.parent().unwrap_or(data).to_string_lossy().into_owned();
    let mut fork_servers = 0;
    for entry in fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok) {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let read =
            |file: &str| fs::read(entry.path().join(file)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let line = read("cmdline").unwrap_or_default().replace('\0', " ");
        let environment = read("environ").unwrap_or_default();
        let is_ours = line.contains(&wanted) || (environment.contains("ORC_RUN_ID=") && environment.contains(&wanted));
        let is_runner = line.contains("orc-runner") && read("environ").is_ok_and(|text| text.contains(&wanted));
        if is_ours && read("comm").is_ok_and(|name| name.trim() == "orc-fork-server") {
            fork_servers += 1;
            continue;
        }
        if (is_ours || is_runner) && !line.contains("orc-server") && pid != std::process::id() {
            faults.push(format!("process {pid} is left: {line}"));
        }
    }
    if cfg!(target_os = "linux") && fork_servers != 1 {
        faults.push(format!("{fork_servers} fork servers, where the one server that runs has one"));
    }
}
