//! Memory, processor time when idle, and bytes on disk.

use super::machine;
use super::row::{Row, server};
use crate::command::Answer;
use crate::live::Server;
use crate::place::Place;
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The three programs together.
pub fn install(place: &Place) -> Row {
    let size = |name: &str| std::fs::metadata(place.program("release", name)).map_or(0, |data| data.len());
    #[expect(clippy::cast_precision_loss, reason = "sizes of programs are far below 2^52")]
    let total = ["orc-server", "orc", "orc-runner"].iter().map(|name| size(name)).sum::<u64>() as f64 / 1e6;
    Row::new("install size (server, CLI, runner)", format!("{total:.1} MB"), "< 40 MB", "60 MB", total < 60.0)
}

/// Idle memory and processor time at 0, 1,000 and 10,000 tasks, and the time until the last server is ready again.
pub fn idle(place: &Place) -> Answer<Vec<Row>> {
    let (_scratch, mut server) = server(place)?;
    let mut rows = Vec::new();
    let steps = [
        (0, "< 30 MB, < 0.1 % CPU", "60 MB, 0.5 %", 60.0),
        (1_000, "< 32 MB", "64 MB, 0.5 %", 64.0),
        (10_000, "< 45 MB", "90 MB, 0.5 %", 90.0),
    ];
    let mut made = 0;
    for (count, target, floor, most) in steps {
        make(&server, made, count)?;
        made = count;
        server.stop()?;
        let ready = server.start()?.as_secs_f64() * 1_000.0;
        let (memory, share) = quiet(&server)?;
        let name = format!("idle with {count} tasks");
        rows.push(Row::new(
            &name,
            format!("{memory:.1} MB, {share:.2} % CPU"),
            target,
            floor,
            memory < most && share < 0.5,
        ));
        if count == 10_000 {
            rows.push(Row::new(
                "ready after start, 10,000 tasks",
                format!("{ready:.0} ms"),
                "< 100 ms",
                "500 ms",
                ready < 500.0,
            ));
        }
    }
    Ok(rows)
}

/// Memory of an idle server, and its share of a processor.
pub fn quiet(server: &Server) -> Answer<(f64, f64)> {
    // Processor time is counted in hundredths of a second, so a short measurement cannot show a tenth of a percent.
    const FOR: Duration = Duration::from_secs(30);
    let pid = server.pid().ok_or("the server does not run")?;
    // A server that starts with 100,000 tasks works for some seconds, which must not count as idling.
    sleep(Duration::from_secs(10));
    let before = machine::cpu(pid)?;
    sleep(FOR);
    let share = (machine::cpu(pid)? - before) / FOR.as_secs_f64() * 100.0;
    Ok((machine::memory(pid)?, share))
}

/// Creates tasks with one schedule each that is not due soon.
fn make(server: &Server, from: usize, to: usize) -> Answer<()> {
    let mut client = server.client();
    for number in from..to {
        let task: Value = json!({
            "name": format!("idle-{number}"),
            "run": {"kind": "command", "program": "true"},
            "schedules": [{"kind": "cron", "expression": "0 0 1 1 *"}],
        });
        client.post("/tasks", &task)?;
    }
    Ok(())
}

/// Memory of the server while one run writes a gigabyte.
pub fn log(place: &Place) -> Answer<Vec<Row>> {
    let (_scratch, server) = server(place)?;
    let pid = server.pid().ok_or("the server does not run")?;
    let mut client = server.client();
    let line = "yes 'one line of a long log, again and again' | head -c 1000000000";
    client.post("/tasks", &json!({"name": "flood", "run": {"kind": "shell", "line": line}}))?;
    let before = machine::memory(pid)?;
    let run = client.post("/tasks/flood/runs", &json!({}))?;
    let id = run["id"].as_str().unwrap_or_default().to_owned();
    let (begun, mut most) = (Instant::now(), before);
    loop {
        most = most.max(machine::memory(pid)?);
        let state = client.get(&format!("/runs/{id}"))?["state"].clone();
        match state.as_str() {
            Some("succeeded") => break,
            Some("queued" | "running") if begun.elapsed() < Duration::from_secs(300) => {
                sleep(Duration::from_millis(50))
            }
            _ => return Err(format!("the run that floods is {state}")),
        }
    }
    let (more, took) = (most - before, begun.elapsed().as_secs_f64());
    let figure = format!("{more:.1} MB more (took {took:.1} s)");
    Ok(vec![Row::new("server while 1 GB of log passes", figure, "< 64 MB more", "64 MB", more < 64.0)])
}
