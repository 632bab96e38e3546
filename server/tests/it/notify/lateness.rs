//! Lateness: what starts late, ends late, never starts or stays silent is told once, and so is its end.

use super::services::Double;
use crate::engine::bench::{Bench, child_task};
use crate::kit::Client;
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::clock::Clock;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// One round of booking by hand, as the scheduler does it.
pub async fn book(bench: &Bench) -> usize {
    let now = bench.app.clock().now();
    let planned = bench.app.schedules_planned(now).await.expect("planned");
    let due: Vec<Arc<_>> =
        planned.into_iter().filter(|planned| planned.next_at().is_some_and(|at| at <= now)).collect();
    if due.is_empty() { 0 } else { bench.app.slots_book(due, now).await.expect("booked").entries }
}

/// Passes time in steps that count as time in which the server was there.
pub async fn wait(bench: &Bench, seconds: i64) {
    for _ in 0..seconds {
        bench.clock.advance(TimeDelta::seconds(1));
        bench.app.present_from();
    }
}

/// Lets the time come, as if the server was away meanwhile.
fn to(bench: &Bench, instant: &str) {
    bench.clock.advance(at(instant) - bench.app.clock().now());
}

async fn rule(admin: &Client, when: Value) {
    let target = json!({"kind": "webhook", "url": "http://127.0.0.1:1"});
    admin.json(201, "POST /channels", Some(json!({"name": "ops", "target": target}))).await;
    admin.json(201, "POST /rules", Some(json!({"name": "all", "when": when, "who": ["ops"]}))).await;
}

async fn quiet(begin: &str) -> (Bench, Client) {
    let bench = Bench::at(Clock::manual(at(begin))).await;
    let admin = bench.admin().await;
    rule(&admin, json!(["late", "missed", "silent", "recovered"])).await;
    (bench, admin)
}

/// A task that is due every hour, of which something is expected.
async fn hourly(bench: &Bench, expect: Value) {
    let schedule = json!({"kind": "cron", "expression": "0 * * * *"});
    let more = json!({"schedules": [schedule], "expect": expect, "overlap": {"kind": "allow", "max": 100}});
    bench.task(child_task("it", &["exit", "0"], more)).await;
}

/// What people were told, oldest first: subject and reason.
async fn told(bench: &Bench, admin: &Client) -> Vec<(String, String)> {
    bench.app.incidents_tell().await.expect("told");
    let listed = admin.json(200, "GET /deliveries?limit=100", None).await;
    let mut all = Vec::new();
    for item in listed["items"].as_array().unwrap().iter().rev() {
        let whole = admin.json(200, &format!("GET /deliveries/{}", item["id"].as_str().unwrap()), None).await;
        let text = whole["text"].as_str().unwrap_or_default();
        let reason = text.lines().find_map(|line| line.strip_prefix("Reason: ")).unwrap_or_default();
        all.push((item["subject"].as_str().unwrap().to_owned(), reason.to_owned()));
    }
    all
}

async fn incidents(admin: &Client) -> Vec<(String, String, u64)> {
    let listed = admin.json(200, "GET /incidents", None).await;
    let item = |item: &Value| {
        let text = |field: &str| item[field].as_str().unwrap().to_owned();
        (text("kind"), text("state"), item["run_count"].as_u64().unwrap())
    };
    listed["items"].as_array().unwrap().iter().rev().map(item).collect()
}

/// Lets the run of a slot be as if it had started or ended then.
async fn run_is(bench: &Bench, slot: &str, change: &str) {
    let slot = at(slot).timestamp_micros();
    assert_eq!(bench.behind(&format!("UPDATE run SET {change} WHERE scheduled_for = {slot}")).await, 1);
}

async fn succeeded(bench: &Bench, slot: &str, finished: &str) {
    let end = at(finished).timestamp_micros();
    let change = format!("state = 'succeeded', node = 'x', started_at = {end}, finished_at = {end}");
    run_is(bench, slot, &change).await;
    let slot = at(slot).timestamp_micros();
    bench.behind(&format!("INSERT INTO run_unheard SELECT id FROM run WHERE scheduled_for = {slot}")).await;
    bench.app.runs_hear().await.expect("heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_start_is_told_once_and_its_start_too_whatever_crashes() {
    let (bench, _admin) = quiet("2026-06-01T09:59:50Z").await;
    hourly(&bench, json!({"start_within_seconds": 60})).await;
    bench.app.lateness_look().await.unwrap();
    wait(&bench, 10).await;
    assert_eq!(book(&bench).await, 1);
    assert_eq!(bench.app.lateness_look().await.unwrap().slots, 0, "not yet");
    wait(&bench, 1).await;
    let bench = bench.restarted().await;
    wait(&bench, 50).await;
    bench.app.lateness_look().await.unwrap();
    assert_eq!(bench.app.lateness_next().await.unwrap(), Some(at("2026-06-01T10:01:02Z")), "the next look is known");
    wait(&bench, 11).await;
    assert_eq!(bench.app.lateness_look().await.unwrap().slots, 1);
    let bench = bench.restarted().await;
    assert_eq!(bench.app.lateness_look().await.unwrap().slots, 0, "nothing twice");
    let admin = bench.admin().await;
    let reason = "the run of 2026-06-01 10:00:00 UTC had not started by 2026-06-01 10:01:00 UTC";
    assert_eq!(told(&bench, &admin).await, [("it is late".to_owned(), reason.to_owned())]);
    let task = admin.json(200, "GET /tasks/it", None).await;
    assert_eq!((&task["lateness"]["kind"], &task["lateness"]["over_at"]), (&json!("start"), &Value::Null));
    let listed = admin.json(200, "GET /tasks", None).await;
    assert_eq!(listed["items"][0]["lateness"]["reason"]["code"], "start_late");
    let bench = bench.restarted().await;
    let started = at("2026-06-01T10:01:30Z").timestamp_micros();
    run_is(&bench, "2026-06-01T10:00:00Z", &format!("state = 'running', node = 'x', started_at = {started}")).await;
    bench.app.lateness_look().await.unwrap();
    let bench = bench.restarted().await;
    bench.app.lateness_look().await.unwrap();
    let admin = bench.admin().await;
    assert_eq!(told(&bench, &admin).await.len(), 2);
    assert_eq!(told(&bench, &admin).await[1].0, "it recovered");
    assert_eq!(incidents(&admin).await, [("late".to_owned(), "resolved".to_owned(), 1)]);
    let slots = admin.json(200, "GET /slots?task=it", None).await;
    let lateness = &slots["items"][0]["lateness"];
    assert_eq!(lateness["over_at"], "2026-06-01T10:01:30Z");
    assert_eq!(admin.json(200, "GET /tasks/it", None).await["lateness"], Value::Null);
    let wanted = json!({"name": "x", "when": ["late", "recovered"], "who": ["ops"]});
    let simulated = admin.json(200, "POST /rules/simulate", Some(wanted)).await;
    assert_eq!(simulated["message_count"], 2, "{simulated}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_told_as_one() {
    let (bench, _admin) = quiet("2026-06-01T00:30:00Z").await;
    hourly(&bench, json!({"start_within_seconds": 7200})).await;
    bench.app.lateness_look().await.unwrap();
    to(&bench, "2026-06-01T12:30:00Z");
    let bench = bench.restarted().await;
    bench.app.present_from();
    assert_eq!(book(&bench).await, 2, "a stretch of 11 slots and the one that is caught up");
    wait(&bench, 2).await;
    let admin = bench.admin().await;
    assert_eq!(bench.app.lateness_look().await.unwrap().slots, 1);
    let down = "Orc was down from 2026-06-01 00:30:00 UTC to 2026-06-01 12:30:00 UTC, 11 slots were missed";
    assert_eq!(told(&bench, &admin).await, [("it was missed".to_owned(), down.to_owned())]);
    assert_eq!(incidents(&admin).await, [("missed".to_owned(), "open".to_owned(), 11)]);
    wait(&bench, 5).await;
    succeeded(&bench, "2026-06-01T12:00:00Z", "2026-06-01T12:30:04Z").await;
    bench.app.lateness_look().await.unwrap();
    assert_eq!(told(&bench, &admin).await[1].0, "it recovered");
    assert_eq!(incidents(&admin).await, [("missed".to_owned(), "resolved".to_owned(), 11)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_task_is_told_until_a_run_succeeds() {
    let (bench, admin) = quiet("2026-06-01T10:30:00Z").await;
    hourly(&bench, json!({"at_least_every_seconds": 3600})).await;
    wait(&bench, 2).await;
    bench.app.lateness_look().await.unwrap();
    assert_eq!(bench.app.lateness_next().await.unwrap(), Some(at("2026-06-01T11:30:02Z")));
    to(&bench, "2026-06-01T11:00:00Z");
    book(&bench).await;
    succeeded(&bench, "2026-06-01T11:00:00Z", "2026-06-01T11:00:00Z").await;
    to(&bench, "2026-06-01T11:45:00Z");
    assert_eq!(bench.app.lateness_look().await.unwrap().silent, 0, "it succeeded meanwhile");
    assert_eq!(bench.app.lateness_next().await.unwrap(), Some(at("2026-06-01T12:00:02Z")));
    to(&bench, "2026-06-01T12:15:00Z");
    assert_eq!(bench.app.lateness_look().await.unwrap().silent, 1);
    assert_eq!(bench.app.lateness_look().await.unwrap().silent, 0);
    book(&bench).await;
    let told_so = told(&bench, &admin).await;
    assert_eq!((told_so.len(), told_so[0].0.as_str()), (1, "it is silent"));
    assert_eq!(admin.json(200, "GET /tasks/it", None).await["lateness"]["kind"], "silent");
    succeeded(&bench, "2026-06-01T12:00:00Z", "2026-06-01T12:15:01Z").await;
    wait(&bench, 5).await;
    bench.app.lateness_look().await.unwrap();
    assert_eq!(told(&bench, &admin).await[1].0, "it recovered");
    assert_eq!(incidents(&admin).await, [("silent".to_owned(), "resolved".to_owned(), 1)]);
    assert_eq!(bench.app.lateness_next().await.unwrap(), Some(at("2026-06-01T13:15:03Z")), "it begins anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_expects_nothing_any_more_is_told_nothing() {
    let (bench, admin) = quiet("2026-06-01T09:30:00Z").await;
    hourly(&bench, json!({"finish_by": {"within_seconds": 600}})).await;
    bench.clock.advance(TimeDelta::minutes(30));
    book(&bench).await;
    bench.clock.advance(TimeDelta::minutes(15));
    bench.app.lateness_look().await.unwrap();
    assert_eq!(incidents(&admin).await, [("late".to_owned(), "open".to_owned(), 1)]);
    admin.json(200, "POST /tasks/it/disable", None).await;
    bench.app.lateness_look().await.unwrap();
    assert_eq!(incidents(&admin).await, [("late".to_owned(), "resolved".to_owned(), 1)]);
    assert_eq!(bench.app.lateness_next().await.unwrap(), None);
    assert_eq!(admin.json(200, "GET /tasks/it", None).await["lateness"], Value::Null);
}

#[tokio::test]
async fn each_wrong_field_is_named_when_a_task_is_saved() {
    let (_bench, admin) = quiet("2026-06-01T09:30:00Z").await;
    for (expect, pointer) in [
        (json!({"start_within_seconds": 0}), "/expect/start_within_seconds"),
        (json!({"at_least_every_seconds": 5}), "/expect/at_least_every_seconds"),
        (json!({"finish_by": {}}), "/expect/finish_by"),
        (json!({"finish_by": {"within_seconds": 5, "at": "06:00"}}), "/expect/finish_by"),
        (json!({"finish_by": {"at": "24:00"}}), "/expect/finish_by/at"),
        (json!({"start_within_seconds": 9, "finish_by": {"within_seconds": 8}}), "/expect/finish_by/within_seconds"),
        (json!({"finish_at": "06:00"}), "/expect/finish_at"),
    ] {
        let body = json!({"name": "it", "run": {"kind": "shell", "line": "true"}, "expect": expect});
        let refused = admin.json(422, "POST /tasks", Some(body)).await;
        assert_eq!(refused["fields"][0]["pointer"], pointer, "{refused}");
    }
    let body =
        |at: &str| json!({"name": "it", "run": {"kind": "shell", "line": "true"}, "expect": {"finish_by": {"at": at}}});
    admin.json(201, "POST /tasks", Some(body("06:00"))).await;
    let made = admin.json(200, "GET /tasks/export", None).await;
    assert_eq!(made["tasks"][0]["expect"]["finish_by"]["at"], "06:00");
    admin.json(200, "PUT /tasks/it", Some(body("07:00"))).await;
    let versions = admin.json(200, "GET /tasks/it/versions", None).await;
    assert_eq!(versions["items"][0]["differences"][0]["pointer"], "/expect/finish_by/at");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watchman_finds_it_in_time_and_the_herald_tells() {
    let bench = Bench::new().await;
    let (admin, double) = (bench.admin().await, Double::start().await);
    let target = json!({"kind": "webhook", "url": double.url});
    admin.json(201, "POST /channels", Some(json!({"name": "ops", "target": target}))).await;
    let when = json!(["late", "recovered"]);
    admin.json(201, "POST /rules", Some(json!({"name": "all", "when": when, "who": ["ops"]}))).await;
    admin.json(201, "POST /pools", Some(json!({"name": "closed", "capacity": 0}))).await;
    let due = bench.app.clock().now() + TimeDelta::seconds(2);
    let schedule = json!({"kind": "once", "at": due});
    let more = json!({"schedules": [schedule], "expect": {"start_within_seconds": 1}, "pool": "closed"});
    let _engine = bench.engine().await;
    bench.task(child_task("it", &["exit", "0"], more)).await;
    got(&bench, &double, 1).await;
    assert_eq!(double.last().body["subject"], "it is late");
    admin.json(200, "PUT /pools/closed", Some(json!({"name": "closed", "capacity": 1}))).await;
    got(&bench, &double, 2).await;
    assert_eq!(double.last().body["subject"], "it recovered");
}

/// Waits until a service got so many notifications.
async fn got(bench: &Bench, double: &Double, count: usize) {
    let looked = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let mut live = bench.app.events().subscribe(None).live;
            if double.count() >= count {
                return;
            }
            let _changed = live.recv().await;
        }
    });
    looked.await.unwrap_or_else(|_| panic!("only {} of {count} came", double.count()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_ends_however_many_slots_stay_late() {
    let (bench, _admin) = quiet("2026-06-01T10:00:00Z").await;
    for name in ["a", "b", "c"] {
        let schedule = json!({"kind": "cron", "expression": "* * * * *"});
        let more = json!({"schedules": [schedule], "expect": {"finish_by": {"within_seconds": 30}},
            "overlap": {"kind": "allow", "max": 100}});
        bench.task(child_task(name, &["exit", "0"], more)).await;
    }
    for _ in 0..80 {
        wait(&bench, 60).await;
        assert_eq!(book(&bench).await, 3);
    }
    assert_eq!(bench.behind("UPDATE run SET state = 'running', node = 'x', started_at = created_at").await, 240);
    wait(&bench, 40).await;
    let look = async || tokio::time::timeout(Duration::from_secs(60), bench.app.lateness_look()).await;
    assert_eq!(look().await.expect("it ends").unwrap().slots, 240);
    assert_eq!(look().await.expect("it ends").unwrap().slots, 0);
}
