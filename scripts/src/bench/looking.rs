//! Looks ahead over 100,000 tasks while one task fires every second and a client checks the server's health.
//!
//! The requests are those of pages, previews and calendar programs. No other task is due meanwhile, so the delays
//! show what looking ahead costs.

use super::delays::every_second;
use super::many::apply;
use super::row::{Row, moments, percentile, server};
use crate::command::Answer;
use crate::live::{Client, Server, instant};
use crate::place::Place;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

const TASKS: usize = 100_000;
const CONNECTIONS: usize = 20;
const FOR: Duration = Duration::from_secs(100);

/// The requests, made in turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Plan,
    PlanOfOne,
    Calendar,
    Effect,
    Feed,
}

const ASKS: [Ask; 5] = [Ask::Plan, Ask::PlanOfOne, Ask::Calendar, Ask::Effect, Ask::Feed];

/// An answer: the request, its duration in milliseconds, and whether it succeeded.
struct Answered {
    ask: Ask,
    took: f64,
    good: bool,
}

/// Firing delay and health while 20 connections look ahead.
pub fn ahead(place: &Place) -> Answer<Vec<Row>> {
    let (scratch, server) = server(place)?;
    let mut client = server.client();
    let today = today(&mut client)?;
    let begun = Instant::now();
    apply(&mut client, TASKS, |number| weekly(number, today))?;
    println!("  ({TASKS} tasks applied in {:.0} s)", begun.elapsed().as_secs_f64());
    let file = scratch.path().join("moments");
    every_second(&mut client, &file)?;
    let feed = client.post("/feeds", &json!({"name": "bench"}))?["url"].as_str().unwrap_or_default().to_owned();
    sleep(Duration::from_secs(5));
    let (from, stop) = (super::machine::now(), Arc::new(AtomicBool::new(false)));
    let lookers: Vec<_> = (0..CONNECTIONS).map(|number| look(&server, number, &feed, &stop)).collect();
    let mut health = health(&server)?;
    stop.store(true, Ordering::Relaxed);
    let until = super::machine::now();
    let mut answers = Vec::new();
    for looker in lookers {
        answers.extend(looker.join().map_err(|_| "a connection failed".to_owned())?);
    }
    tell(&answers);
    let firing = firing(&file, from, until);
    let well = percentile(&mut health, 0.99);
    let figure = format!("p99 {well:.1} ms ({} samples)", health.len());
    Ok(vec![firing, Row::new("/healthz while 20 look ahead", figure, "p99 < 20 ms", "100 ms", well < 100.0)])
}

/// The server's current day in UTC, as days since 1970.
fn today(client: &mut Client) -> Answer<usize> {
    let now = client.get("/system")?["now_at"].as_str().and_then(instant::seconds).ok_or("no now_at")?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days since 1970")]
    Ok((now / 86_400.0) as usize)
}

/// One slot a week, on a day that is neither today nor tomorrow.
fn weekly(number: usize, today: usize) -> Value {
    // 1970 began on a Thursday, which is day 4 of cron's week.
    let day = (today + 4 + 2 + number % 4) % 7;
    let expression = format!("{} {} * * {day}", number % 60, number / 60 % 24);
    json!({"kind": "cron", "expression": expression, "timezone": "UTC"})
}

/// One connection that sends requests until told to stop.
fn look(server: &Server, number: usize, feed: &str, stop: &Arc<AtomicBool>) -> JoinHandle<Vec<Answered>> {
    let (mut client, feed, stop) = (server.client(), feed.to_owned(), Arc::clone(stop));
    spawn(move || {
        let mut answers = Vec::new();
        for round in number.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let (ask, asked) = (ASKS[round % ASKS.len()], Instant::now());
            let reply = ask.perform(&mut client, number, &feed);
            let good = reply.is_ok_and(|reply| (200..300).contains(&reply.status));
            answers.push(Answered { ask, took: asked.elapsed().as_secs_f64() * 1_000.0, good });
        }
        answers
    })
}

impl Ask {
    fn perform(self, client: &mut Client, number: usize, feed: &str) -> Answer<crate::live::Reply> {
        let task = format!("many-{number}");
        match self {
            Self::Plan => client.call("GET", "/api/v1/plan?limit=50", None),
            Self::PlanOfOne => client.call("GET", &format!("/api/v1/plan?limit=50&task={task}"), None),
            Self::Calendar => client.call("GET", "/api/v1/plan.ics?days=30", None),
            Self::Feed => client.call("GET", feed, None),
            Self::Effect => {
                let schedules = json!([{"kind": "cron", "expression": "7 * * * *", "timezone": "UTC"}]);
                let run = json!({"kind": "command", "program": "true"});
                let body = json!({"name": task, "run": run, "schedules": schedules});
                client.call("POST", &format!("/api/v1/tasks/{task}/effect"), Some(&body))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::PlanOfOne => "plan of one task",
            Self::Calendar => "plan.ics",
            Self::Effect => "effect",
            Self::Feed => "feed",
        }
    }
}

/// Milliseconds of each request to `/healthz`, one every 20 ms if the answers are fast enough. A failed request
/// counts as a minute.
fn health(server: &Server) -> Answer<Vec<f64>> {
    let (mut client, begun, mut times) = (server.client(), Instant::now(), Vec::new());
    while begun.elapsed() < FOR {
        let asked = Instant::now();
        let reply = client.call("GET", "/healthz", None);
        let well = reply.is_ok_and(|reply| reply.status == 200);
        times.push(if well { asked.elapsed().as_secs_f64() * 1_000.0 } else { 60_000.0 });
        sleep(Duration::from_millis(20).saturating_sub(asked.elapsed()));
    }
    if times.is_empty() { Err("/healthz was never asked".to_owned()) } else { Ok(times) }
}

/// Delays of the slots between two instants. A slot without a run counts as the time until now.
fn firing(file: &Path, from: f64, until: f64) -> Row {
    // Late runs have begun by then, or will never begin.
    sleep(Duration::from_secs(10));
    let begun: BTreeMap<_, _> = moments(file)
        .into_iter()
        .filter_map(|(now, due)| instant::seconds(&due).map(|due| (due.to_bits(), now - due)))
        .collect();
    let slots = std::iter::successors(Some(from.ceil()), |due| Some(due + 1.0)).take_while(|due| *due < until);
    let late = super::machine::now();
    let delays = slots.map(|due| begun.get(&due.to_bits()).map_or((late - due, 1), |delay| (*delay, 0)));
    let (mut delays, missing): (Vec<f64>, Vec<usize>) = delays.map(|(delay, gone)| (delay * 1_000.0, gone)).unzip();
    let (most, gone) = (percentile(&mut delays, 0.99), missing.iter().sum::<usize>());
    let figure = format!("p99 {most:.1} ms ({} slots, {gone} without run)", delays.len());
    Row::new("firing delay while 20 look ahead", figure, "p99 < 50 ms", "250 ms", most < 250.0 && gone == 0)
}

/// What the connections that look ahead got, as remarks above the rows.
fn tell(answers: &[Answered]) {
    for ask in ASKS {
        let of: Vec<_> = answers.iter().filter(|answer| answer.ask == ask).collect();
        let mut times: Vec<f64> = of.iter().filter(|answer| answer.good).map(|answer| answer.took).collect();
        let (good, half, most) = (times.len(), percentile(&mut times, 0.5), percentile(&mut times, 0.99));
        let name = ask.name();
        println!("  ({name}: {good} answers, {} refused, p50 {half:.0} ms, p99 {most:.0} ms)", of.len() - good);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_task_is_due_today_or_tomorrow() {
        // 1970-01-01 was a Thursday.
        for number in 0..20 {
            let expression = weekly(number, 0)["expression"].as_str().unwrap_or_default().to_owned();
            assert!(!expression.ends_with('4') && !expression.ends_with('5'), "{expression}");
        }
    }
}
