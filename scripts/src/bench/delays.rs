//! Delays from "now" or from the due instant to the first instruction of the command.

use super::machine;
use super::row::{Row, moment_task, moments, percentile, server};
use crate::command::Answer;
use crate::live::{Client, instant};
use crate::place::Place;
use serde_json::json;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long runs may take to begin.
const PATIENCE: Duration = Duration::from_secs(180);

/// HTTP request -> first instruction, one after the other.
pub fn run_now(place: &Place) -> Answer<Vec<Row>> {
    const SAMPLES: usize = 200;
    let (scratch, server) = server(place)?;
    let file = scratch.path().join("moments");
    let mut client = server.client();
    client.post("/tasks", &moment_task("now", &file)?)?;
    let mut delays = Vec::new();
    for number in 0..SAMPLES {
        let asked = machine::now();
        client.post("/tasks/now/runs", &json!({}))?;
        wait(&file, number + 1)?;
        delays.push((moments(&file)[number].0 - asked) * 1_000.0);
    }
    let (half, most) = (percentile(&mut delays, 0.5), percentile(&mut delays, 0.99));
    let figure = format!("p50 {half:.1} ms, p99 {most:.1} ms ({SAMPLES} samples)");
    Ok(vec![Row::new(
        "run now -> first instruction",
        figure,
        "p50 < 8 ms, p99 < 25 ms",
        "20 / 80 ms",
        half < 20.0 && most < 80.0,
    )])
}

/// One task that fires every second.
pub fn firing(place: &Place) -> Answer<Vec<Row>> {
    let (scratch, server) = server(place)?;
    let file = scratch.path().join("moments");
    every_second(&mut server.client(), &file)?;
    let mut delays = moment_delays(&file)?;
    let most = percentile(&mut delays, 0.99);
    let figure = format!("p99 {most:.1} ms ({} samples)", delays.len());
    Ok(vec![Row::new("firing delay, one task", figure, "p99 < 15 ms", "100 ms", most < 100.0)])
}

/// Creates a task that fires every second and records when.
pub fn every_second(client: &mut Client, file: &Path) -> Answer<()> {
    let mut task = moment_task("every-second", file)?;
    task["schedules"] = json!([{"kind": "cron", "expression": "* * * * * *"}]);
    client.post("/tasks", &task).map(|_| ())
}

/// Milliseconds from slot to first instruction, for the first hundred runs that report one.
pub fn moment_delays(file: &Path) -> Answer<Vec<f64>> {
    const SAMPLES: usize = 100;
    wait(file, SAMPLES)?;
    let delay = |(now, due): &(f64, String)| instant::seconds(due).map(|due| (now - due) * 1_000.0);
    Ok(moments(file).iter().filter_map(delay).collect())
}

/// 500 tasks due at the same instant.
pub fn together(place: &Place) -> Answer<Vec<Row>> {
    const COUNT: usize = 500;
    let (scratch, server) = server(place)?;
    let file = scratch.path().join("moments");
    let mut client = server.client();
    let now_at = client.get("/system")?["now_at"].as_str().and_then(instant::seconds).ok_or("no now_at")?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since 1970")]
    let due = now_at as u64 + 20;
    for number in 0..COUNT {
        let mut task = moment_task(&format!("due-{number}"), &file)?;
        let second = due % 60;
        let minute = due / 60 % 60;
        task["schedules"] =
            json!([{"kind": "cron", "expression": format!("{second} {minute} * * * *"), "timezone": "UTC"}]);
        client.post("/tasks", &task)?;
    }
    let made = machine::now();
    wait(&file, COUNT)?;
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let last = moments(&file).iter().map(|(now, _)| now - due as f64).fold(0.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    if made > due as f64 {
        return Err("making 500 tasks took longer than 20 s".to_owned());
    }
    let figure = format!("last one started after {last:.2} s");
    Ok(vec![Row::new("500 tasks due at once", figure, "< 1.5 s", "4 s", last < 4.0)])
}

/// Waits until the file has `count` lines.
fn wait(file: &Path, count: usize) -> Answer<()> {
    let until = Instant::now() + PATIENCE;
    while moments(file).len() < count {
        if Instant::now() > until {
            return Err(format!("only {} of {count} runs began within {PATIENCE:?}", moments(file).len()));
        }
        sleep(Duration::from_millis(1));
    }
    Ok(())
}
