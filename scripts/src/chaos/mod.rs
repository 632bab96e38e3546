//! Kills the server with kill -9 at random moments under load, again and again, then checks its
//! records.
//!
//! The runs write what they did into a witness file, so that the records are compared with something the server did
//! not write. Deliberately absent: mercy, and any knowledge of the server's internals. Start reading at `run`.

mod books;
mod company;
mod random;
mod tasks;

pub use books::ledger;

use crate::command::{self, Answer};
use crate::live::{Client, Scratch, Server};
use crate::place::Place;
use random::Random;
use serde_json::{Value, json};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use tasks::{Asked, TASKS, task, task_name};

/// What came of the kills.
pub struct Kills {
    /// Everything that does not add up.
    pub faults: Vec<String>,
    /// What was counted, in words.
    pub figures: String,
    /// How long each start took until the server was ready.
    pub recovery: Vec<Duration>,
}

/// Kills the server `cycles` times and checks its records.
///
/// # Errors
/// Fails with a sentence if the proof itself cannot be carried out.
pub fn run(place: &Place, profile: &str, cycles: u32, seed: Option<u64>) -> Answer<Kills> {
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()) ^ 0x9E37_79B9_7F4A_7C15);
    let mut random = Random::new(seed);
    let scratch = Scratch::new("chaos")?;
    let witness = scratch.path().join("witness");
    let mut server = Server::prepare(place, profile, scratch.path())?;
    server.set("ORC_RUN_LIMIT", "16");
    server.start()?;
    let mut client = server.client();
    let mut tasks: Vec<Value> = (0..TASKS).map(|number| task(number, &witness)).collect();
    tasks.push(company::follower(&witness));
    client.post("/tasks/apply", &json!({"tasks": tasks}))?;
    company::make(&mut client, &witness)?;
    let mut asked = Asked { runs: Vec::new(), unanswered: 0 };
    // Many kills follow each other faster, so that they take minutes and not an hour.
    let longest = if cycles > 100 { 300 } else { 1_200 };
    let mut recovery = Vec::new();
    for cycle in 1..=cycles {
        // The first request with a body takes a debug build two seconds. Every fourth kill comes after it.
        if cycle % 4 == 0 {
            let _refused = client.post("/tasks", &json!({}));
        }
        let killer = kill_later(&server, Duration::from_millis(20 + random.below(longest)))?;
        load(&mut client, &mut random, &mut asked);
        killer.join().map_err(|_| "the killer failed".to_owned())??;
        server.kill();
        let longest = if random.below(16) == 0 { 2_500 } else { 80 };
        thread::sleep(Duration::from_millis(random.below(longest)));
        recovery.push(server.start()?);
        client = server.client();
        if cycle % 100 == 0 {
            println!("     {cycle} kills, {} runs asked for", asked.runs.len());
        }
    }
    settle(&mut client)?;
    let books = books::compare(&mut client, &asked, &witness, server.data())?;
    Ok(Kills { faults: books.faults, figures: format!("seed {seed}, {}", books.figures), recovery })
}

/// Kills the server from another thread, so that it dies in the middle of whatever it does, even of an answer.
fn kill_later(server: &Server, after: Duration) -> Answer<thread::JoinHandle<Answer<String>>> {
    let pid = server.pid().ok_or("the server does not run")?.to_string();
    Ok(thread::spawn(move || {
        thread::sleep(after);
        if cfg!(windows) {
            command::read(Command::new("taskkill").args(["/F", "/PID", &pid]))
        } else {
            command::read(Command::new("kill").args(["-KILL", &pid]))
        }
    }))
}

/// Requests runs until the server is gone.
fn load(client: &mut Client, random: &mut Random, asked: &mut Asked) {
    loop {
        let path = format!("/api/v1/tasks/chaos-{}/runs", random.below(TASKS as u64));
        match client.call("POST", &path, Some(&json!({}))) {
            Ok(reply) if reply.status == 201 => {
                asked.runs.extend(reply.json()["id"].as_str().map(str::to_owned));
            }
            Ok(reply) => println!("a run was refused ({}): {}", reply.status, reply.text),
            Err(_) => {
                asked.unanswered += 1;
                return;
            }
        }
        thread::sleep(Duration::from_millis(random.below(100)));
    }
}

/// Disables the tasks and waits until no run is open.
fn settle(client: &mut Client) -> Answer<()> {
    for number in 0..TASKS {
        client.post(&format!("/tasks/{}/disable", task_name(number)), &json!({}))?;
    }
    company::stop(client)?;
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let mut open = 0;
        for state in ["waiting", "queued", "running", "backing_off"] {
            open += client.all(&format!("/runs?state={state}"))?.len();
        }
        let owed = company::owed(client)?;
        if open == 0 && owed.is_empty() {
            return Ok(());
        }
        if Instant::now() > until {
            let workers = client.get("/system/workers")?;
            return Err(format!(
                "two minutes after the last task was disabled {open} runs are open, still to come: {owed}; workers: {workers}"
            ));
        }
        thread::sleep(Duration::from_millis(200));
    }
}
