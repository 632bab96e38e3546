//! Slowness: runs that take much longer than usual, runs that wait for too long, and schedules that will never fire.

use super::incidents::{got, incident, rule, subjects};
use super::lateness::at;
use super::services::Double;
use crate::engine::bench::{Bench, child_task};
use crate::kit::Client;
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::clock::Clock;
use orc_server::domain::ids::RunId;
use serde_json::{Value, json};

async fn quiet(when: Value) -> (Bench, Client) {
    let bench = Bench::at(Clock::manual(at("2026-06-01T10:00:00Z"))).await;
    let admin = bench.admin().await;
    super::incidents::channel(&admin, "ops", "http://127.0.0.1:1").await;
    rule(&admin, "all", json!({"when": when, "in_a_row": 3})).await;
    (bench, admin)
}

async fn task(bench: &Bench, expect: Value) {
    let more = json!({"expect": expect, "overlap": {"kind": "allow", "max": 100}});
    bench.task(child_task("it", &["exit", "0"], more)).await;
}

/// Lets a run be as if it had started or ended now.
async fn is(bench: &Bench, run: RunId, change: &str) {
    let id = run.0.simple();
    let uid = if bench.on_postgres() { format!("'{id}'") } else { format!("X'{id}'") };
    assert_eq!(bench.behind(&format!("UPDATE run SET {change} WHERE uid = {uid}")).await, 1);
}

fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A run that starts now.
async fn running(bench: &Bench) -> RunId {
    let run = bench.start("it").await;
    let now = micros(bench.clock.now());
    is(bench, run, &format!("state = 'running', node = 'x', started_at = {now}")).await;
    run
}

async fn end(bench: &Bench, run: RunId) {
    let now = micros(bench.clock.now());
    is(bench, run, &format!("state = 'succeeded', node = 'x', finished_at = {now}")).await;
}

/// Runs that took so many seconds and succeeded.
async fn history(bench: &Bench, runs: usize, seconds: i64) {
    for _ in 0..runs {
        let run = running(bench).await;
        bench.clock.advance(TimeDelta::seconds(seconds));
        end(bench, run).await;
        let now = micros(bench.clock.now());
        bench.behind(&format!("INSERT INTO run_unjudged SELECT id FROM run WHERE finished_at = {now}")).await;
    }
    bench.app.runs_judge().await.expect("judged");
    bench.app.runs_hear().await.expect("heard");
}

/// Lets seconds pass and looks. Returns how many incidents began and how many are over.
async fn look(bench: &Bench, seconds: i64) -> (u64, u64) {
    bench.clock.advance(TimeDelta::seconds(seconds));
    let seen = bench.app.slowness_look().await.expect("a look");
    (seen.begun, seen.over)
}

async fn tell(bench: &Bench) -> u64 {
    bench.app.incidents_tell().await.expect("told")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_takes_longer_than_usual_is_told_while_it_runs_whatever_crashes() {
    let (bench, _admin) = quiet(json!(["running_long", "recovered"])).await;
    task(&bench, json!({"usual_times": 2.0})).await;
    history(&bench, 9, 30).await;
    let early = running(&bench).await;
    assert_eq!(look(&bench, 100_000).await, (0, 0), "too few runs are known");
    end(&bench, early).await;
    history(&bench, 10, 30).await;
    let first = running(&bench).await;
    let begun_at = bench.clock.now();
    assert_eq!(look(&bench, 0).await, (0, 0));
    let next = bench.app.slowness_look().await.unwrap().next_at.expect("a deadline");
    assert_eq!(next, begun_at + TimeDelta::seconds(62), "twice 30 s, and a moment until it is recorded");
    assert_eq!(look(&bench, 61).await, (0, 0));
    assert_eq!(look(&bench, 1).await, (1, 0));
    let bench = bench.restarted().await;
    let admin = bench.admin().await;
    assert_eq!(look(&bench, 10).await, (0, 0), "it is known");
    assert_eq!((tell(&bench).await, tell(&bench).await), (1, 0));
    assert_eq!(subjects(&admin).await, ["it runs longer than usual"]);
    let seen = incident(&admin, "it").await;
    assert_eq!((&seen["kind"], &seen["last_run"]), (&json!("running_long"), &json!(first.0.to_string())));
    assert_eq!((&seen["reason"]["code"], &seen["run_count"]), (&json!("runs_on"), &json!(1)));
    let path = format!("/incidents/{}", seen["id"].as_str().unwrap());
    assert_eq!(admin.json(409, &format!("POST {path}/resolve"), None).await["code"], "seen_by_orc");
    assert_eq!(admin.json(200, "GET /tasks/it", None).await["lateness"]["kind"], "running_long");
    assert_eq!(admin.json(200, "GET /tasks", None).await["items"][0]["lateness"]["kind"], "running_long");
    // Another run of the same task is slow as well. When the first one ends, the second is still there.
    let second = running(&bench).await;
    assert_eq!(look(&bench, 62).await, (0, 0));
    assert_eq!(incident(&admin, "it").await["run_count"], 2);
    end(&bench, first).await;
    assert_eq!(look(&bench, 1).await, (0, 0));
    assert_eq!(tell(&bench).await, 0);
    end(&bench, second).await;
    assert_eq!(look(&bench, 1).await, (0, 1));
    assert_eq!((tell(&bench).await, tell(&bench).await), (1, 0));
    assert_eq!(subjects(&admin).await, ["it runs longer than usual", "it recovered"]);
    assert_eq!(admin.json(200, "GET /tasks/it", None).await["lateness"], Value::Null);
    let wanted = json!({"name": "x", "when": ["running_long", "recovered"], "who": ["ops"], "in_a_row": 3});
    let simulated = admin.json(200, "POST /rules/simulate", Some(wanted)).await;
    assert_eq!(simulated["message_count"], 2, "{simulated}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_long_is_told_until_it_starts() {
    let (bench, admin) = quiet(json!(["waiting_long", "recovered"])).await;
    task(&bench, json!({"wait_within_seconds": 600})).await;
    bench.task(child_task("other", &["exit", "0"], json!({}))).await;
    bench.start("other").await;
    let run = bench.start("it").await;
    assert!(bench.app.slowness_is_watched().await.unwrap());
    assert_eq!(look(&bench, 601).await, (0, 0));
    assert_eq!(look(&bench, 1).await, (1, 0));
    tell(&bench).await;
    assert_eq!(incident(&admin, "it").await["reason"]["code"], "waits_on");
    is(&bench, run, &format!("state = 'running', node = 'x', started_at = {}", micros(bench.clock.now()))).await;
    assert_eq!(look(&bench, 1).await, (0, 1));
    tell(&bench).await;
    assert_eq!(subjects(&admin).await, ["it waits for long", "it recovered"]);
    // Nothing is expected of a task that is disabled.
    bench.start("it").await;
    assert_eq!(look(&bench, 700).await, (1, 0));
    admin.json(200, "POST /tasks/it/disable", None).await;
    assert_eq!(look(&bench, 0).await, (0, 1));
    assert!(!bench.app.slowness_is_watched().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_finds_a_run_that_waits_when_it_has_waited_too_long() {
    let bench = Bench::new().await;
    let (admin, double) = (bench.admin().await, Double::start().await);
    super::incidents::channel(&admin, "ops", &double.url).await;
    rule(&admin, "all", json!({"when": ["waiting_long", "recovered"]})).await;
    admin.json(201, "POST /pools", Some(json!({"name": "gpu", "capacity": 0}))).await;
    let _engine = bench.engine().await;
    let more = json!({"expect": {"wait_within_seconds": 1}, "pool": "gpu"});
    bench.task(child_task("it", &["exit", "0"], more)).await;
    let run = bench.start("it").await;
    got(&bench, &double, 1).await;
    let told = double.last().body;
    assert_eq!(told["subject"], "it waits for long");
    assert!(told["facts"].to_string().contains("gpu"), "it says what the run waits for: {told}");
    admin.json(200, "PUT /pools/gpu", Some(json!({"name": "gpu", "capacity": 1}))).await;
    bench.ended(run).await;
    got(&bench, &double, 2).await;
    assert_eq!(double.last().body["subject"], "it recovered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_whose_calendar_has_no_dates_left_is_told_until_it_has_some() {
    let (bench, admin) = quiet(json!(["never_fires", "recovered"])).await;
    let day = |date: &str| json!({"kind": "date", "date": date, "until": null, "title": ""});
    bench.calendar("days", json!([day("2026-06-02")])).await;
    let daily = json!({"kind": "cron", "expression": "0 9 * * *", "run_only_on": ["days"]});
    bench.task(child_task("it", &["exit", "0"], json!({"schedules": [daily]}))).await;
    let once = json!({"kind": "once", "at": "2026-06-02T09:00:00Z"});
    bench.task(child_task("done", &["exit", "0"], json!({"schedules": [once]}))).await;
    assert_eq!(bench.app.never_look(true).await.unwrap(), [0, 0]);
    bench.clock.advance(TimeDelta::days(3));
    assert_eq!(bench.app.never_look(false).await.unwrap(), [0, 0], "only what is known already");
    assert_eq!(bench.app.never_look(true).await.unwrap(), [1, 0], "what had one time only is done");
    assert_eq!(bench.app.never_look(true).await.unwrap(), [0, 0]);
    assert_eq!((tell(&bench).await, tell(&bench).await), (1, 0));
    assert_eq!(incident(&admin, "it").await["reason"]["code"], "schedule_silenced");
    assert_eq!(admin.json(200, "GET /tasks/it", None).await["lateness"]["kind"], "never_fires");
    let body = json!({"name": "days", "entries": [day("2026-06-02"), day("2026-06-20")]});
    admin.json(200, "PUT /calendars/days", Some(body)).await;
    assert_eq!(bench.app.never_look(false).await.unwrap(), [0, 1]);
    tell(&bench).await;
    assert_eq!(subjects(&admin).await, ["it has a schedule that will never fire", "it recovered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_cannot_be_computed_is_told_until_it_is_mended() {
    let (bench, admin) = quiet(json!(["never_fires", "recovered"])).await;
    let daily = |expression: &str| json!({"kind": "cron", "expression": expression});
    let body = |expression: &str| child_task("it", &["exit", "0"], json!({"schedules": [daily(expression)]}));
    bench.task(body("0 9 * * *")).await;
    let plan = async || bench.app.schedules_planned(bench.clock.now()).await.expect("planned").len();
    assert_eq!((plan().await, bench.app.never_look(false).await.unwrap()), (1, [0, 0]));
    let broken = "UPDATE schedule SET definition = REPLACE(definition, '0 9 * * *', '0 9 * * 99')";
    assert_eq!(bench.behind(broken).await, 1);
    assert_eq!((plan().await, bench.app.never_look(false).await.unwrap()), (0, [1, 0]), "as soon as it is known");
    assert_eq!(bench.app.never_look(true).await.unwrap(), [0, 0]);
    tell(&bench).await;
    assert_eq!(incident(&admin, "it").await["reason"]["code"], "schedule_invalid");
    admin.json(200, "PUT /tasks/it", Some(body("0 10 * * *"))).await;
    assert_eq!((plan().await, bench.app.never_look(false).await.unwrap()), (1, [0, 1]));
    tell(&bench).await;
    assert_eq!(subjects(&admin).await, ["it has a schedule that will never fire", "it recovered"]);
}
