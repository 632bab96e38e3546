//! Throughput per second: durable runs compared with the spawn limit, and pages of lists.

use super::machine;
use super::row::{Row, percentile, server};
use crate::command::Answer;
use crate::live::{Server, instant};
use crate::place::Place;
use serde_json::json;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// 1,000 commands that do nothing, submitted at once over 8 connections.
pub fn runs(place: &Place) -> Answer<Vec<Row>> {
    const COUNT: usize = 1_000;
    let (_scratch, mut server) = server(place)?;
    let limit = machine::spawn_limit();
    make_tasks(&server)?;
    // The first thousand runs warm up the folder, so that the growth is not that of an empty database.
    submit(&server, COUNT)?;
    let before = database_bytes(&mut server)?;
    let rate = submit(&server, COUNT)?;
    let after = database_bytes(&mut server)?;
    #[expect(clippy::cast_precision_loss, reason = "sizes of a bench are far below 2^52")]
    let growth = after.saturating_sub(before) as f64 / COUNT as f64;
    let figure = format!("{rate:.0}/s = {:.0} % of {limit:.0} spawns/s", rate / limit * 100.0);
    Ok(vec![
        Row::new("spawn limit (pipes, own group, 2 at a time)", format!("{limit:.0}/s"), "", "", true),
        Row::new("durable runs, 1,000 at once", figure, "> 400/s and > 25 % of the limit", "200/s", rate > 200.0),
        Row::new(
            "growth per run without output",
            format!("{growth:.0} bytes"),
            "< 450 bytes",
            "900 bytes",
            growth < 900.0,
        ),
    ])
}

/// Pages of 50 runs over 16 connections.
pub fn pages(place: &Place) -> Answer<Vec<Row>> {
    const CONNECTIONS: usize = 16;
    const FOR: Duration = Duration::from_secs(4);
    let (_scratch, server) = server(place)?;
    make_tasks(&server)?;
    submit(&server, 1_000)?;
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let mut client = server.client();
            thread::spawn(move || {
                let (begun, mut times) = (Instant::now(), Vec::new());
                while begun.elapsed() < FOR {
                    let asked = Instant::now();
                    client.get("/runs?limit=50")?;
                    times.push(asked.elapsed().as_secs_f64() * 1_000.0);
                }
                Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for thread in threads {
        let one: Answer<Vec<f64>> = thread.join().map_err(|_| "a client failed".to_owned())?;
        times.extend(one?);
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let rate = times.len() as f64 / FOR.as_secs_f64();
    let most = percentile(&mut times, 0.99);
    let figure = format!("{rate:.0}/s, p99 {most:.1} ms (at 1,000 runs)");
    Ok(vec![Row::new("page of 50 runs, 16 connections", figure, "> 3,000/s, p99 < 20 ms", "p99 50 ms", most < 50.0)])
}

fn make_tasks(server: &Server) -> Answer<()> {
    let mut client = server.client();
    for number in 0..10 {
        let program = if cfg!(windows) { "where.exe" } else { "/bin/true" };
        client.post(
            "/tasks",
            &json!({
                "name": format!("nothing-{number}"),
                "run": {"kind": "command", "program": program},
                "overlap": {"kind": "allow", "max": 1000},
            }),
        )?;
    }
    Ok(())
}

/// Submits runs over 8 connections and waits for the last to end. Returns runs per second.
fn submit(server: &Server, count: usize) -> Answer<f64> {
    let first = machine::now();
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let mut client = server.client();
            thread::spawn(move || -> Answer<Vec<String>> {
                let mine = (thread..count).step_by(8);
                mine.map(|number| {
                    let run = client.post(&format!("/tasks/nothing-{}/runs", number % 10), &json!({}))?;
                    run["id"].as_str().map(str::to_owned).ok_or_else(|| "a run without id".to_owned())
                })
                .collect()
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a client failed".to_owned())??;
    }
    let last = drained(server, first)?;
    #[expect(clippy::cast_precision_loss, reason = "a count of runs")]
    Ok(count as f64 / (last - first))
}

/// Waits until no run is open. Returns when the newest run ended.
fn drained(server: &Server, first: f64) -> Answer<f64> {
    let mut client = server.client();
    let until = Instant::now() + Duration::from_secs(120);
    while Instant::now() < until {
        let stats = client.get("/runs/stats")?;
        let open = ["running_count", "queued_count", "waiting_count"]
            .iter()
            .filter_map(|key| stats[*key].as_u64())
            .sum::<u64>();
        if open == 0 {
            let runs = client.all("/runs")?;
            if let Some(run) = runs.iter().find(|run| run["state"] != "succeeded") {
                return Err(format!("a run ended as {}: {}", run["state"], run["reason"]));
            }
            let ends = runs.iter().filter_map(|run| run["finished_at"].as_str().and_then(instant::seconds));
            return Ok(ends.fold(first, f64::max));
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err("runs were still open after two minutes".to_owned())
}

/// Size of the database after an orderly stop, which merges the write-ahead log. The server runs again afterwards.
fn database_bytes(server: &mut Server) -> Answer<u64> {
    server.stop()?;
    let bytes = sum(server.data(), &|name| name.contains(".db") || name.contains(".sqlite"));
    server.start()?;
    Ok(bytes)
}

fn sum(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let files = entries.filter(|entry| wanted(&entry.file_name().to_string_lossy()));
    files.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file).map(|data| data.len()).sum()
}
