//! Incidents about the server: what is wrong with it is told once, and so is its end, whatever crashes.

use super::incidents::{channel, got, quiet_bench, rule, skip, subjects};
use super::services::Double;
use crate::engine::bench::Bench;
use crate::kit::{Client, Setup};
use chrono::TimeDelta;
use orc_server::app::system::WorkerStatus;
use orc_server::domain::notify::incidents::server::Memory;
use orc_server::domain::reason::Reason;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Lets seconds pass and looks. Returns how many incidents began and how many are over.
async fn look(bench: &Bench, memory: &mut Memory, seconds: i64) -> (u64, u64) {
    bench.clock.advance(TimeDelta::seconds(seconds));
    let seen = bench.app.server_look(memory).await.expect("a look");
    (seen.begun, seen.over)
}

async fn tell(bench: &Bench) -> u64 {
    bench.app.incidents_tell().await.expect("told")
}

/// The incidents about a part of the server, newest first.
async fn about(admin: &Client, part: &str) -> Vec<Value> {
    let listed = admin.json(200, "GET /incidents", None).await;
    let all = listed["items"].as_array().unwrap().iter().filter(|item| item["part"] == part);
    let ids: Vec<String> = all.map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    let mut found = Vec::new();
    for id in ids {
        found.push(admin.json(200, &format!("GET /incidents/{id}"), None).await);
    }
    found
}

async fn refuse(admin: &Client, channel: &str, times: u32) {
    for _ in 0..times {
        admin.json(200, &format!("POST /channels/{channel}/test"), None).await;
    }
}

/// Subjects of what was put into the outbox of a channel, apart from tests, oldest first.
async fn outbox(admin: &Client, channel: &str) -> Vec<String> {
    let listed = admin.json(200, &format!("GET /deliveries?limit=100&channel={channel}"), None).await;
    let subjects = listed["items"].as_array().unwrap().iter().rev();
    let subjects = subjects.map(|item| item["subject"].as_str().unwrap().to_owned());
    subjects.filter(|subject| !subject.starts_with("Test of")).collect()
}

/// A board of one worker, whose error a test chooses.
fn worker(bench: &Bench, error: &Arc<Mutex<Option<Reason>>>) {
    let error = Arc::clone(error);
    bench.app.workers().connect(move || {
        vec![WorkerStatus {
            name: "judge",
            every_seconds: 1.0,
            round_count: 1,
            running_since_at: None,
            last_at: None,
            last_seconds: None,
            last_summary: None,
            error: error.lock().unwrap().clone(),
        }]
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_is_told_once_and_its_end_too_whatever_crashes() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "server", json!({"when": ["worker_stuck", "recovered"], "what": {"tasks": ["some"]}})).await;
    rule(&admin, "tasks", json!({"when": ["failed", "recovered"]})).await;
    let error = Arc::new(Mutex::new(None));
    worker(&bench, &error);
    let mut memory = Memory::default();
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 0));
    let since_at = bench.clock.now();
    *error.lock().unwrap() = Some(Reason::RoundLasts { since_at });
    assert_eq!(look(&bench, &mut memory, 30).await, (0, 0), "it may be busy");
    assert_eq!(look(&bench, &mut memory, 60).await, (1, 0));
    // The incident was written, and nobody was told.
    let bench = bench.restarted().await;
    let (admin, mut memory) = (bench.admin().await, Memory::default());
    worker(&bench, &error);
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 0), "it is known");
    assert_eq!((tell(&bench).await, tell(&bench).await), (1, 0));
    assert_eq!(subjects(&admin).await, ["The worker judge is stuck"]);
    let [open] = about(&admin, "judge").await.try_into().unwrap();
    assert_eq!((&open["task"], &open["run_count"], &open["kind"]), (&Value::Null, &json!(0), &json!("worker_stuck")));
    assert_eq!(open["tellings"].as_array().unwrap().len(), 1, "a rule about tasks tells nothing: {open}");
    let told = admin.json(200, "GET /deliveries", None).await;
    let told = admin.json(200, &format!("GET /deliveries/{}", told["items"][0]["id"].as_str().unwrap()), None).await;
    let text = told["text"].as_str().unwrap();
    assert!(text.contains("Server: here") && text.contains("Reason: the judge fails: its round"), "{text}");
    // It works again for a while, then hangs again: one incident still.
    *error.lock().unwrap() = None;
    assert_eq!(look(&bench, &mut memory, 10).await, (0, 0));
    *error.lock().unwrap() = Some(Reason::RoundLasts { since_at });
    assert_eq!(look(&bench, &mut memory, 60).await, (0, 0));
    *error.lock().unwrap() = None;
    assert_eq!(look(&bench, &mut memory, 10).await, (0, 0));
    let bench = bench.restarted().await;
    let (admin, mut memory) = (bench.admin().await, Memory::default());
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 0), "it has to be well for a while, after a restart too");
    assert_eq!(look(&bench, &mut memory, 120).await, (0, 1));
    assert_eq!((tell(&bench).await, tell(&bench).await), (1, 0));
    assert_eq!(subjects(&admin).await, ["The worker judge is stuck", "The worker judge works again"]);
    let wanted = json!({"name": "x", "when": ["worker_stuck", "recovered"], "who": ["ops"]});
    let simulated = admin.json(200, "POST /rules/simulate", Some(wanted)).await;
    let event = &simulated["messages"][1]["events"][0];
    assert_eq!((&simulated["message_count"], &event["part"]), (&json!(2), &json!("judge")), "{simulated}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_fails_is_told_by_others_and_never_by_itself() {
    let (bench, admin) = quiet_bench().await;
    channel(&admin, "mail", "http://127.0.0.1:1").await;
    rule(&admin, "both", json!({"when": ["channel_failing", "recovered"], "who": ["ops", "mail"]})).await;
    rule(&admin, "itself", json!({"when": ["channel_failing", "recovered"]})).await;
    let escalation = json!({"after_minutes": 30, "to": ["mail"]});
    rule(&admin, "later", json!({"when": ["channel_failing"], "escalation": escalation})).await;
    let mut memory = Memory::default();
    refuse(&admin, "ops", 2).await;
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 0), "twice may be chance");
    refuse(&admin, "ops", 1).await;
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 0), "it is tried again soon");
    assert_eq!(look(&bench, &mut memory, 90).await, (1, 0));
    tell(&bench).await;
    assert_eq!(outbox(&admin, "mail").await, ["The channel ops fails"], "what two rules tell is one message");
    assert_eq!(outbox(&admin, "ops").await, [""; 0]);
    let [open] = about(&admin, "ops").await.try_into().unwrap();
    let itself = open["tellings"].as_array().unwrap().iter().find(|telling| telling["rule"] == "itself").unwrap();
    assert_eq!(itself["muted"]["code"], "channel_itself");
    let later = open["tellings"].as_array().unwrap().iter().find(|telling| telling["rule"] == "later").unwrap();
    assert!(later["told_at"].is_string(), "the others are told at once: {open}");
    // The other channel fails as well. That is one incident more, and no message leads to another one.
    refuse(&admin, "mail", 3).await;
    assert_eq!(look(&bench, &mut memory, 60).await, (0, 0));
    assert_eq!(look(&bench, &mut memory, 90).await, (1, 0));
    assert_eq!((tell(&bench).await, tell(&bench).await), (3, 0), "the rules that name another channel");
    assert_eq!(look(&bench, &mut memory, 60).await, (0, 0));
    assert_eq!(outbox(&admin, "ops").await, ["The channel mail fails"]);
    // Another name is the same channel.
    let target = json!({"kind": "webhook", "url": "http://127.0.0.1:1"});
    admin.json(200, "PUT /channels/ops", Some(json!({"name": "duty", "target": target}))).await;
    assert_eq!(look(&bench, &mut memory, 60).await, (0, 0));
    assert_eq!(about(&admin, "duty").await.len(), 1);
    // What leads elsewhere has not failed yet.
    let target = json!({"kind": "webhook", "url": "http://127.0.0.1:2"});
    admin.json(200, "PUT /channels/duty", Some(json!({"name": "duty", "target": target}))).await;
    assert_eq!(look(&bench, &mut memory, 60).await, (0, 1));
    tell(&bench).await;
    assert_eq!(outbox(&admin, "mail").await[1..], ["The channel duty no longer fails"], "only who heard that it began");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_told_before_they_expire_and_people_take_care_of_the_rest() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({"when": ["credential_expiring", "recovered"], "remind_minutes": 1440})).await;
    let silenced = json!({"until_at": bench.clock.now() + TimeDelta::days(30), "reason": "upgrade"});
    admin.json(201, "POST /silences", Some(silenced)).await;
    let expires_at = bench.clock.now() + TimeDelta::days(20);
    let body = json!({"name": "shop", "kind": "token", "value": "correct-canary", "expires_at": expires_at});
    admin.json(201, "POST /credentials", Some(body)).await;
    let mut memory = Memory::default();
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 0));
    assert_eq!(look(&bench, &mut memory, 6 * 86_400 + 1).await, (1, 0));
    assert_eq!(tell(&bench).await, 1, "a silence is about tasks");
    assert_eq!(subjects(&admin).await, ["The credential shop expires"]);
    let [open] = about(&admin, "shop").await.try_into().unwrap();
    let path = format!("/incidents/{}", open["id"].as_str().unwrap());
    let refused = admin.json(409, &format!("POST {path}/resolve"), None).await;
    assert_eq!(refused["code"], "seen_by_orc");
    admin.json(200, &format!("POST {path}/snooze"), Some(json!({"minutes": 2880}))).await;
    bench.clock.advance(TimeDelta::minutes(1440));
    assert_eq!(tell(&bench).await, 0, "it is snoozed");
    bench.clock.advance(TimeDelta::minutes(1440));
    assert_eq!(tell(&bench).await, 1);
    assert_eq!(subjects(&admin).await[1..], ["The credential shop still expires"]);
    assert_eq!(look(&bench, &mut memory, 13 * 86_400).await, (0, 0));
    let expired = admin.json(200, &format!("GET {path}"), None).await;
    assert_eq!(expired["reason"]["code"], "credential_expired", "the same incident, for another reason");
    admin.json(200, &format!("POST {path}/acknowledge"), Some(json!({"note": "ordered"}))).await;
    let rotated = json!({"value": "correct-canary-2", "expires_at": null});
    admin.json(200, "POST /credentials/shop/rotate", Some(rotated)).await;
    assert_eq!(look(&bench, &mut memory, 1).await, (0, 1));
    tell(&bench).await;
    assert_eq!(subjects(&admin).await.last().unwrap(), "The credential shop no longer expires soon");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_collected_says_how_much_of_it_is_about_the_server() {
    let (bench, _admin) = quiet_bench().await;
    let setup = Setup { backup_within_days: Some(7), ..bench.setup() };
    let bench = bench.reopened(setup).await;
    let admin = bench.admin().await;
    let when = json!(["backup_unproven", "credential_expiring", "skipped"]);
    rule(&admin, "all", json!({"when": when, "how": {"kind": "grouped", "minutes": 10}})).await;
    let expires_at = bench.clock.now() + TimeDelta::days(1);
    let body = json!({"name": "shop", "kind": "token", "value": "correct-canary", "expires_at": expires_at});
    admin.json(201, "POST /credentials", Some(body)).await;
    let mut memory = Memory::default();
    assert_eq!(look(&bench, &mut memory, 0).await, (2, 0));
    bench.clock.advance(TimeDelta::minutes(10));
    assert_eq!(tell(&bench).await, 1);
    admin.json(200, "POST /credentials/shop/rotate", Some(json!({"value": "another-canary"}))).await;
    let again = json!({"name": "shop", "expires_at": null});
    admin.json(200, "PUT /credentials/shop", Some(again)).await;
    assert_eq!(look(&bench, &mut memory, 1).await, (0, 1));
    let again = json!({"name": "shop", "expires_at": expires_at});
    admin.json(200, "PUT /credentials/shop", Some(again)).await;
    assert_eq!(look(&bench, &mut memory, 1).await, (1, 0));
    skip(&bench, "a").await;
    bench.app.runs_hear().await.unwrap();
    bench.clock.advance(TimeDelta::minutes(10));
    assert_eq!(tell(&bench).await, 1);
    assert_eq!(subjects(&admin).await, ["2 events of the server", "2 events of the server and of 1 task"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_doubted_is_an_incident_until_it_is_trusted() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({"when": ["clock_doubted", "recovered"]})).await;
    let mut memory = Memory::default();
    bench.clock.set(bench.clock.now() + TimeDelta::days(400));
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 0), "it may be set back at once");
    assert_eq!(look(&bench, &mut memory, 30).await, (1, 0));
    assert_eq!(look(&bench, &mut memory, 30).await, (0, 0));
    tell(&bench).await;
    admin.json(200, "POST /system/clock", None).await;
    assert_eq!(look(&bench, &mut memory, 0).await, (0, 1));
    tell(&bench).await;
    assert_eq!(subjects(&admin).await, ["The clock is doubted", "The clock is trusted again"]);
    assert_eq!(about(&admin, "clock").await[0]["reason"]["code"], "clock_doubted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_looks_by_itself_and_somebody_is_told() {
    let bench = Bench::new().await;
    let setup = Setup { backup_within_days: Some(7), ..bench.setup() };
    let bench = bench.reopened(setup).await;
    let (admin, double) = (bench.admin().await, Double::start().await);
    channel(&admin, "ops", &double.url).await;
    rule(&admin, "server", json!({"when": ["backup_unproven"]})).await;
    let _engine = bench.engine().await;
    got(&bench, &double, 1).await;
    let told = double.last().body;
    assert_eq!((&told["subject"], &told["level"]), (&json!("The database has no recent backup"), &json!("warning")));
    assert_eq!(told["link"], "https://orc.example.org/incidents");
    assert!(told["facts"].to_string().contains("orc-server backup"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_missed_if_somebody_asks_for_one() {
    let (bench, _admin) = quiet_bench().await;
    let mut memory = Memory::default();
    assert_eq!(look(&bench, &mut memory, 40 * 86_400).await, (0, 0), "nobody asks for one");
    let setup = Setup { backup_within_days: Some(7), ..bench.setup() };
    let bench = bench.reopened(setup).await;
    let admin = bench.admin().await;
    assert_eq!(look(&bench, &mut memory, 0).await, (1, 0));
    bench.app.backup_note().await.expect("noted");
    assert_eq!(look(&bench, &mut memory, 1).await, (0, 1));
    assert_eq!(look(&bench, &mut memory, 7 * 86_400 - 1).await, (0, 0));
    assert_eq!(look(&bench, &mut memory, 1).await, (1, 0));
    let found = about(&admin, "database").await;
    let codes: Vec<&Value> = found.iter().map(|incident| &incident["reason"]["code"]).collect();
    assert_eq!(codes, ["backup_old", "backup_missing"]);
}
