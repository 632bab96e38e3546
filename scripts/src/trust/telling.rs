//! Section N: what goes wrong is told, also while the server is killed, and however much goes wrong at once.

use super::case::{Outcome, Setting, Size};
use super::world::World;
use crate::command::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long everything may take to be told: a rule that tells at once collects for a minute in a storm.
const TOLD_WITHIN: Duration = Duration::from_secs(240);

/// A service that takes every notification and remembers it.
struct Receiver {
    url: String,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    fn start() -> Answer<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no port for a receiver: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let bodies = Arc::<Mutex<Vec<Value>>>::default();
        let kept = Arc::clone(&bodies);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || take(&stream, &kept));
            }
        });
        Ok(Self { url: format!("http://{address}"), bodies })
    }

    /// What came, by the ids of the notifications.
    fn by_id(&self) -> BTreeMap<String, Vec<Value>> {
        let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for body in self.bodies.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            found.entry(body["id"].as_str().unwrap_or_default().to_owned()).or_default().push(body.clone());
        }
        found
    }
}

/// Reads requests of a connection and accepts each.
fn take(stream: &TcpStream, kept: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if !matches!(reader.read_line(&mut line), Ok(1..)) {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        if let Ok(body) = serde_json::from_slice(&body) {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(body);
        }
        let mut stream = stream;
        if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_err() {
            return;
        }
    }
}

fn prepare(world: &mut World, receiver: &Receiver, how: &Value) -> Answer<()> {
    let target = json!({"kind": "webhook", "url": receiver.url});
    world.client.post("/channels", &json!({"name": "ops", "target": target}))?;
    let when = ["failed", "timed_out", "lost", "recovered"];
    world.client.post("/rules", &json!({"name": "all", "when": when, "who": ["ops"], "how": how})).map(drop)
}

/// Waits until nothing is open: no run, nothing to tell, nothing to deliver. Returns the deliveries.
fn settled(world: &mut World, runs: usize) -> Answer<Vec<Value>> {
    let begun = Instant::now();
    loop {
        let open = world.client.all("/runs?state=waiting,queued,running,backing_off")?.len();
        let made = if open == 0 { world.client.all("/runs")?.len() } else { 0 };
        let mut waiting = 0;
        for incident in world.client.all("/incidents")? {
            let id = incident["id"].as_str().unwrap_or_default();
            let seen = world.client.get(&format!("/incidents/{id}"))?;
            let tellings = seen["tellings"].as_array().cloned().unwrap_or_default();
            waiting += usize::from(tellings.is_empty() || tellings.iter().any(|telling| telling["told_at"].is_null()));
        }
        let deliveries = world.client.all("/deliveries")?;
        let unsent = deliveries.iter().filter(|delivery| delivery["state"] != "delivered").count();
        if open == 0 && made >= runs && waiting == 0 && unsent == 0 && !deliveries.is_empty() {
            return Ok(deliveries);
        }
        if begun.elapsed() > TOLD_WITHIN {
            let within = TOLD_WITHIN.as_secs();
            return Err(format!(
                "after {within} s {open} of {made} runs are open, {waiting} incidents are untold, {unsent} deliveries are not sent"
            ));
        }
        thread::sleep(Duration::from_millis(250));
    }
}

/// What does not fit between the books of the server and what the service got.
fn compare(deliveries: &[Value], receiver: &Receiver, faults: &mut Vec<String>) -> usize {
    let came = receiver.by_id();
    for delivery in deliveries {
        if !came.contains_key(delivery["id"].as_str().unwrap_or_default()) {
            faults.push(format!("{} is booked as delivered and never came", delivery["subject"]));
        }
    }
    for (id, bodies) in &came {
        if !deliveries.iter().any(|delivery| delivery["id"] == id.as_str()) {
            faults.push(format!("{} came and is in no book", bodies[0]["subject"]));
        }
        if bodies.iter().any(|body| body != &bodies[0]) {
            faults.push(format!("{id} came twice with different texts"));
        }
    }
    came.values().map(|bodies| bodies.len() - 1).sum()
}

pub(super) fn killed(setting: &Setting<'_>) -> Answer<Outcome> {
    // Five tasks are no storm, so the quick form need not wait for the minute in which a storm is collected.
    let (tasks, rounds) = (setting.size.pick(5, 200), setting.size.pick(12, 5));
    let (mut world, receiver, mut faults) = (World::new(setting, "telling")?, Receiver::start()?, Vec::new());
    prepare(&mut world, &receiver, &json!({"kind": "at_once"}))?;
    for number in 0..tasks {
        world.task(&format!("failing-{number}"), "exit 3", &json!({}))?;
    }
    let mut kills = 0;
    for round in 0..rounds {
        for number in 0..tasks {
            world.run(&format!("failing-{number}"))?;
        }
        if round % 3 == 0 || tasks > 100 {
            // The moments walk over the ends of the runs and over what is told of them.
            thread::sleep(Duration::from_millis(u64::from(20 + round * 149 % 700)));
            world.server.kill();
            world.restart()?;
            kills += 1;
        }
    }
    let runs = usize::try_from(tasks * rounds).unwrap_or(usize::MAX);
    let deliveries = settled(&mut world, runs)?;
    let again = compare(&deliveries, &receiver, &mut faults);
    let incidents = world.client.all("/incidents")?;
    for incident in &incidents {
        let id = incident["id"].as_str().unwrap_or_default();
        let seen = world.client.get(&format!("/incidents/{id}"))?;
        let told = seen["tellings"].as_array().map_or(0, Vec::len);
        if told != 1 {
            faults.push(format!("the incident of {} was told {told} times", incident["task"]));
        }
    }
    if incidents.len() != usize::try_from(tasks).unwrap_or(usize::MAX) {
        faults.push(format!("{tasks} tasks have {} incidents", incidents.len()));
    }
    let messages = deliveries.len();
    Ok(Outcome::of(
        faults,
        format!(
            "{runs} failing runs, {kills} kills; {tasks} incidents, each told once, in {messages} messages, {again} of them again"
        ),
    ))
}

pub(super) fn storm(setting: &Setting<'_>) -> Answer<Outcome> {
    if setting.size == Size::Quick {
        return Ok(Outcome::Unable("takes minutes; `cargo xtask trust --full` does it".to_owned()));
    }
    let (mut world, receiver, mut faults) = (World::new(setting, "told-storm")?, Receiver::start()?, Vec::new());
    prepare(&mut world, &receiver, &json!({"kind": "grouped", "minutes": 3}))?;
    let (tasks, runs) = (100, setting.size.pick(300, 10_000));
    for number in 0..tasks {
        world.task(&format!("failing-{number}"), "exit 3", &json!({}))?;
    }
    let begun = Instant::now();
    for number in 0..runs {
        world.run(&format!("failing-{}", number % tasks))?;
    }
    let made = begun.elapsed();
    let deliveries = settled(&mut world, usize::try_from(runs).unwrap_or(usize::MAX))?;
    compare(&deliveries, &receiver, &mut faults);
    if deliveries.len() != 1 {
        faults.push(format!("there were {} messages", deliveries.len()));
    }
    let counted: u64 =
        world.client.all("/incidents")?.iter().filter_map(|incident| incident["run_count"].as_u64()).sum();
    if counted != u64::from(runs) {
        faults.push(format!("the incidents count {counted} runs"));
    }
    let messages = deliveries.len();
    Ok(Outcome::of(
        faults,
        format!("{runs} failing runs of {tasks} tasks, made in {} s; {messages} message", made.as_secs()),
    ))
}
