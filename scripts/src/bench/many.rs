//! Many tasks: 100,000 that wait, 10,000 that are due in one second, and looking ahead over all of them.

use super::delays::{every_second, moment_delays};
use super::machine;
use super::row::{Row, percentile, server};
use super::size::quiet;
use crate::command::Answer;
use crate::live::{Client, instant};
use crate::place::Place;
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Tasks that one request applies.
const BATCH: usize = 1_000;

/// 100,000 tasks with one schedule each: start, memory, processor, and how late one more task fires among them.
pub fn waiting(place: &Place) -> Answer<Vec<Row>> {
    const COUNT: usize = 100_000;
    let (scratch, mut server) = server(place)?;
    let begun = Instant::now();
    apply(&mut server.client(), COUNT, |number| json!({"kind": "cron", "expression": yearly(number)}))?;
    println!("  ({COUNT} tasks applied in {:.0} s)", begun.elapsed().as_secs_f64());
    server.stop()?;
    let ready = server.start()?.as_secs_f64() * 1_000.0;
    let (memory, share) = quiet(&server)?;
    let file = scratch.path().join("moments");
    every_second(&mut server.client(), &file)?;
    let mut delays = moment_delays(&file)?;
    let most = percentile(&mut delays, 0.99);
    let firing = format!("p99 {most:.1} ms ({} samples)", delays.len());
    Ok(vec![
        Row::new("ready after start, 100,000 tasks", format!("{ready:.0} ms"), "-", "5 s", ready < 5_000.0),
        Row::new(
            "idle with 100,000 tasks",
            format!("{memory:.1} MB, {share:.2} % CPU"),
            "< 120 MB, < 0.1 % CPU",
            "240 MB, 0.5 %",
            memory < 240.0 && share < 0.5,
        ),
        Row::new("firing delay among 100,000 tasks", firing, "p99 < 15 ms", "100 ms", most < 100.0),
    ])
}

/// 10,000 tasks due at the same instant: when their runs begin, and that each runs exactly once.
pub fn due_at_once(place: &Place) -> Answer<Vec<Row>> {
    const COUNT: usize = 10_000;
    let (_scratch, server) = server(place)?;
    let mut client = server.client();
    let now_at = client.get("/system")?["now_at"].as_str().and_then(instant::seconds).ok_or("no now_at")?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since 1970")]
    let due = now_at as u64 + 120;
    let expression = format!("{} {} * * * *", due % 60, due / 60 % 60);
    apply(&mut client, COUNT, |_| json!({"kind": "cron", "expression": expression, "timezone": "UTC"}))?;
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let due = due as f64;
    if machine::now() > due {
        return Err("applying 10,000 tasks took longer than two minutes".to_owned());
    }
    sleep(Duration::from_secs_f64(due - machine::now() + 1.0));
    let until = Instant::now() + Duration::from_secs(300);
    let open = |client: &mut Client, state: &str| -> Answer<bool> {
        let page = client.get(&format!("/runs?state={state}&limit=1"))?;
        Ok(page["items"].as_array().is_some_and(|items| !items.is_empty()))
    };
    while open(&mut client, "queued")? || open(&mut client, "running")? {
        if Instant::now() > until {
            return Err("the runs did not end within 300 s".to_owned());
        }
        sleep(Duration::from_millis(100));
    }
    let runs = client.all("/runs")?;
    let after = |run: &Value, field: &str| Some(run[field].as_str().and_then(instant::seconds)? - due);
    let begun: Vec<f64> = runs.iter().filter_map(|run| after(run, "started_at")).collect();
    let tasks: std::collections::HashSet<_> = runs.iter().map(|run| run["task"]["name"].to_string()).collect();
    if runs.len() != COUNT || tasks.len() != COUNT || begun.len() != COUNT {
        return Err(format!("{} runs of {} tasks, {} begun, of {COUNT} due", runs.len(), tasks.len(), begun.len()));
    }
    let first = begun.iter().copied().fold(f64::INFINITY, f64::min);
    let last = begun.into_iter().fold(0.0, f64::max);
    let figure = format!("{last:.1} s, each once");
    let mut made: Vec<f64> = runs.iter().filter_map(|run| after(run, "created_at")).collect();
    // A batch is stored some time after the instant of its runs. The first run begins when the last batch is stored,
    // or after half a second.
    let queued = percentile(&mut made, 0.99).max(first) * 1_000.0;
    Ok(vec![
        Row::new("10,000 due at once, queued", format!("p99 {queued:.0} ms"), "p99 < 250 ms", "-", true),
        Row::new("10,000 due at once, all begun", figure, "< 25 s", "60 s", last < 60.0),
    ])
}

/// Simulations: a month of 1,000 tasks, and a leap year of 10,000 with at most 24 slots per task and day.
pub fn ahead(place: &Place) -> Answer<Vec<Row>> {
    let (_scratch, server) = server(place)?;
    let mut client = server.client();
    let mut rows = Vec::new();
    let cases = [
        (1_000, 30, "simulation, 30 days of 1,000 tasks", "< 1 s", "4 s", 4.0),
        (10_000, 366, "simulation, 366 days of 10,000 tasks", "< 30 s", "90 s", 90.0),
    ];
    for (tasks, days, name, target, floor, most) in cases {
        apply(&mut client, tasks, mixed)?;
        let begun = Instant::now();
        let answer = client.post("/simulations", &json!({"days": days}))?;
        let took = begun.elapsed().as_secs_f64();
        let figure = format!("{took:.2} s ({} slots)", answer["slot_count"]);
        rows.push(Row::new(name, figure, target, floor, took < most));
    }
    Ok(rows)
}

/// One slot a year, spread over the minutes of the year.
fn yearly(number: usize) -> String {
    format!("{} {} {} 1 *", number % 60, number / 60 % 24, 2 + number / 1_440 % 27)
}

/// A realistic mix: some hourly, most nightly, some weekly and monthly, some in office hours.
fn mixed(number: usize) -> Value {
    let (minute, hour) = (number * 7 % 60, number * 11 % 24);
    let expression = match number % 10 {
        0 => format!("{minute} * * * *"),
        1 => format!("{minute} 8-17 * * mon-fri"),
        2 => format!("{minute} {hour} * * sun"),
        3 => format!("{minute} {hour} L * *"),
        4 => format!("{minute} */6 * * *"),
        _ => format!("{minute} {hour} * * *"),
    };
    json!({"kind": "cron", "expression": expression, "timezone": "Europe/Berlin"})
}

/// Applies tasks with one schedule each, in as few requests as possible. Existing tasks stay.
pub fn apply(client: &mut Client, count: usize, schedule: impl Fn(usize) -> Value) -> Answer<()> {
    for first in (0..count).step_by(BATCH) {
        let task = |number: usize| {
            json!({
                "name": format!("many-{number}"),
                "run": {"kind": "command", "program": "true"},
                "schedules": [schedule(number)],
            })
        };
        let tasks: Vec<Value> = (first..count.min(first + BATCH)).map(task).collect();
        client.post("/tasks/apply", &json!({"tasks": tasks}))?;
    }
    Ok(())
}
