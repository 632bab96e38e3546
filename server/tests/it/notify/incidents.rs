//! Incidents: what is wrong with a task is told once, by the rules that ask for it, and so is its end.

use super::services::Double;
use crate::engine::bench::{Bench, child_task};
use crate::kit::{Client, House};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::clock::Clock;
use orc_server::domain::model::Leftovers;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) async fn channel(admin: &Client, name: &str, url: &str) {
    let target = json!({"kind": "webhook", "url": url});
    admin.json(201, "POST /channels", Some(json!({"name": name, "target": target}))).await;
}

pub(super) async fn rule(admin: &Client, name: &str, more: Value) {
    let mut body = json!({"name": name, "when": ["failed", "skipped", "recovered"], "who": ["ops"]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.json(201, "POST /rules", Some(body)).await;
}

/// The only incident of a task.
pub(super) async fn incident(admin: &Client, task: &str) -> Value {
    let listed = admin.json(200, &format!("GET /incidents?task={task}"), None).await;
    let [only] = listed["items"].as_array().unwrap().as_slice() else { panic!("not one: {listed}") };
    admin.json(200, &format!("GET /incidents/{}", only["id"].as_str().unwrap()), None).await
}

/// Waits until an incident is in a state, and until everything about it was told.
async fn until(house: &House, admin: &Client, task: &str, state: &str) -> Value {
    let looked = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let mut live = house.app.events().subscribe(None).live;
            let listed = admin.json(200, &format!("GET /incidents?task={task}&state={state}"), None).await;
            if !listed["items"].as_array().unwrap().is_empty() {
                let seen = incident(admin, task).await;
                if seen["tellings"].as_array().unwrap().iter().all(|telling| telling["told_at"].is_string()) {
                    return seen;
                }
            }
            let _changed = live.recv().await;
        }
    });
    looked.await.unwrap_or_else(|_| panic!("the incident of {task} was never {state}"))
}

/// Waits until a service got so many notifications.
pub(super) async fn got(house: &House, double: &Double, count: usize) {
    let looked = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let mut live = house.app.events().subscribe(None).live;
            if double.count() >= count {
                return;
            }
            let _changed = live.recv().await;
        }
    });
    looked.await.unwrap_or_else(|_| panic!("only {} of {count} came", double.count()));
}

/// What is in the outbox, oldest first.
pub(super) async fn subjects(admin: &Client) -> Vec<String> {
    let listed = admin.json(200, "GET /deliveries?limit=100", None).await;
    let items = listed["items"].as_array().unwrap().iter().rev();
    items.map(|item| item["subject"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_task_is_told_once_and_so_is_its_recovery() {
    let bench = Bench::new().await;
    let (admin, double) = (bench.admin().await, Double::start().await);
    channel(&admin, "ops", &double.url).await;
    rule(&admin, "night", json!({})).await;
    rule(&admin, "twice", json!({"what": {"tags": ["other"]}})).await;
    let mended = bench.folder.path().join("mended");
    let line = format!("echo '\x1b[31mdisk full\x1b[0m'; test -f '{}'", mended.display());
    bench.task(json!({"name": "nightly", "run": {"kind": "shell", "line": line}})).await;
    let _engine = bench.engine().await;
    let first = bench.start("nightly").await;
    bench.ended(first).await;
    let open = until(&bench, &admin, "nightly", "open").await;
    assert_eq!(
        (&open["kind"], &open["run_count"], &open["last_state"]),
        (&json!("failing"), &json!(1), &json!("failed"))
    );
    assert_eq!((&open["tellings"][0]["rule"], &open["tellings"][0]["event"]), (&json!("night"), &json!("failed")));
    got(&bench, &double, 1).await;
    let told = double.last().body;
    assert_eq!((&told["subject"], &told["level"]), (&json!("nightly failed"), &json!("critical")));
    assert_eq!(told["excerpt"], "disk full", "the last lines of the log, without colours");
    assert_eq!(told["link"], format!("https://orc.example.org/runs/{first}"));
    assert!(told["facts"].to_string().contains("exit code 1"), "{told}");
    // More failures are the same incident, and nobody is told again.
    for _ in 0..2 {
        bench.ended(bench.start("nightly").await).await;
    }
    std::fs::write(&mended, "").unwrap();
    let well = bench.start("nightly").await;
    bench.ended(well).await;
    let over = until(&bench, &admin, "nightly", "resolved").await;
    assert_eq!((&over["run_count"], &over["resolved_by"]), (&json!(3), &Value::Null));
    got(&bench, &double, 2).await;
    let wanted = json!({"name": "x", "when": ["failed", "recovered"], "who": ["ops"]});
    let simulated = admin.json(200, "POST /rules/simulate", Some(wanted)).await;
    assert_eq!((&simulated["run_count"], &simulated["message_count"]), (&json!(4), &json!(2)), "{simulated}");
    assert_eq!(simulated["messages"][0]["events"][0]["event"], "recovered");
    let recovery = double.last().body;
    assert_eq!((&recovery["subject"], &recovery["level"]), (&json!("nightly recovered"), &json!("resolved")));
    assert_eq!(recovery["key"], told["key"], "the service can tell that it is the same matter");
    assert_eq!(subjects(&admin).await, ["nightly failed", "nightly recovered"]);
    assert_eq!(double.count(), 2);
}

/// Makes a run of a task that is skipped, because a newer one takes its place.
pub(super) async fn skip(bench: &Bench, task: &str) {
    if bench.app.task_view(&orc_server::app::Caller::local(), task).await.is_err() {
        bench.task(child_task(task, &["exit", "0"], json!({"overlap": {"kind": "queue_latest"}}))).await;
        bench.start(task).await;
        bench.start(task).await;
    }
    bench.start(task).await;
}

pub(super) async fn quiet_bench() -> (Bench, Client) {
    let bench = Bench::at(Clock::manual(at("2026-06-01T10:00:00Z"))).await;
    let admin = bench.admin().await;
    channel(&admin, "ops", "http://127.0.0.1:1").await;
    (bench, admin)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_any_two_steps_loses_and_doubles_nothing() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({})).await;
    skip(&bench, "a").await;
    // The run has ended, and nobody has looked at it.
    let bench = bench.restarted().await;
    assert_eq!(bench.app.runs_hear().await.unwrap(), 1);
    assert_eq!(bench.app.runs_hear().await.unwrap(), 0);
    // It was looked at, and nobody was told.
    let bench = bench.restarted().await;
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 1);
    let bench = bench.restarted().await;
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 0);
    let admin = bench.admin().await;
    assert_eq!(subjects(&admin).await, ["a was skipped"]);
    // The same again: one run more of the same incident.
    skip(&bench, "a").await;
    assert_eq!((bench.app.runs_hear().await.unwrap(), bench.app.incidents_tell().await.unwrap()), (1, 0));
    assert_eq!(incident(&admin, "a").await["run_count"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn much_at_once_is_told_together() {
    let (bench, admin) = quiet_bench().await;
    channel(&admin, "calm", "http://127.0.0.1:1").await;
    rule(&admin, "at-once", json!({})).await;
    rule(&admin, "together", json!({"who": ["calm"], "how": {"kind": "grouped", "minutes": 10}})).await;
    for number in 0..12 {
        skip(&bench, &format!("task-{number:02}")).await;
    }
    assert_eq!(bench.app.runs_hear().await.unwrap(), 12);
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 5);
    assert!(bench.app.telling_next().await.unwrap().is_some());
    bench.clock.advance(TimeDelta::seconds(59));
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 0);
    bench.clock.advance(TimeDelta::seconds(1));
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 1);
    bench.clock.advance(TimeDelta::minutes(9));
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 1);
    assert_eq!(bench.app.telling_next().await.unwrap(), None);
    let told = subjects(&admin).await;
    assert_eq!(told[5..], ["7 events of 7 tasks", "12 events of 12 tasks"], "{told:?}");
    let listed = admin.json(200, "GET /deliveries?channel=calm", None).await;
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let whole = admin.json(200, &format!("GET /deliveries/{id}"), None).await;
    assert!(whole["text"].as_str().unwrap().contains("task-11 was skipped"), "{whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_care_is_not_told_again_and_a_person_may_say_that_it_is_over() {
    let (bench, admin) = quiet_bench().await;
    channel(&admin, "late", "http://127.0.0.1:1").await;
    rule(&admin, "at-once", json!({})).await;
    rule(&admin, "often", json!({"who": ["late"], "in_a_row": 2})).await;
    skip(&bench, "a").await;
    bench.app.runs_hear().await.unwrap();
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 1);
    let path = format!("/incidents/{}", incident(&admin, "a").await["id"].as_str().unwrap());
    let viewer = bench.actor(orc_server::domain::vocabulary::Role::Viewer).await;
    viewer.json(403, &format!("POST {path}/resolve"), None).await;
    let taken = admin.json(200, &format!("POST {path}/acknowledge"), Some(json!({"note": "I look"}))).await;
    assert_eq!((&taken["state"], &taken["note"]), (&json!("acknowledged"), &json!("I look")));
    skip(&bench, "a").await;
    bench.app.runs_hear().await.unwrap();
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 0);
    let seen = admin.json(200, &format!("GET {path}"), None).await;
    let muted = &seen["tellings"][1];
    assert_eq!((&muted["rule"], &muted["muted"]["code"]), (&json!("often"), &json!("incident_acknowledged")));
    let over = admin.json(200, &format!("POST {path}/resolve"), None).await;
    assert_eq!((&over["state"], over["resolved_by"].is_string()), (&json!("resolved"), true));
    let refused = admin.json(409, &format!("POST {path}/resolve"), None).await;
    assert_eq!(refused["code"], "already_resolved");
    admin.json(409, &format!("POST {path}/acknowledge"), Some(json!({}))).await;
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 1);
    assert_eq!(subjects(&admin).await, ["a was skipped", "a recovered"], "only who was told that it began");
    // The next one is a new incident.
    skip(&bench, "a").await;
    bench.app.runs_hear().await.unwrap();
    let listed = admin.json(200, "GET /incidents?state=open,acknowledged", None).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_is_disabled_does_not_tell_what_it_collected() {
    let (bench, admin) = quiet_bench().await;
    let grouped = json!({"name": "all", "when": ["skipped"], "who": ["ops"], "how": {"kind": "grouped", "minutes": 5}});
    admin.json(201, "POST /rules", Some(grouped.clone())).await;
    skip(&bench, "a").await;
    bench.app.runs_hear().await.unwrap();
    let mut off = grouped;
    off["enabled"] = json!(false);
    admin.json(200, "PUT /rules/all", Some(off)).await;
    bench.clock.advance(TimeDelta::minutes(5));
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 0);
    assert_eq!(incident(&admin, "a").await["tellings"][0]["muted"]["code"], "rule_off");
    assert_eq!(subjects(&admin).await, [""; 0]);
    admin.json(204, "DELETE /rules/all", None).await;
    assert_eq!(incident(&admin, "a").await["tellings"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_is_named_with_its_place() {
    let (house, admin) = super::admin().await;
    channel(&admin, "ops", "http://127.0.0.1:1").await;
    for (more, pointer) in [
        (json!({"when": []}), "/when"),
        (json!({"when": ["failed", "failed"]}), "/when/1"),
        (json!({"when": ["tardy"]}), "/when/0"),
        (json!({"who": []}), "/who"),
        (json!({"who": ["ops", "nobody"]}), "/who/1"),
        (json!({"what": {"tags": [""]}}), "/what/tags/0"),
        (json!({"in_a_row": 0}), "/in_a_row"),
        (json!({"how": {"kind": "grouped", "minutes": 0}}), "/how/minutes"),
        (json!({"how": {"kind": "digest", "at": "25:00", "timezone": "UTC"}}), "/how/at"),
        (json!({"quiet_hours": {"from": "22:00", "to": "06:00", "timezone": "Mars"}}), "/quiet_hours/timezone"),
        (json!({"remind": 1}), "/remind"),
    ] {
        let mut body = json!({"name": "all", "when": ["failed"], "who": ["ops"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        for line in ["POST /rules", "POST /rules?dry_run=true"] {
            let refused = admin.json(422, line, Some(body.clone())).await;
            assert_eq!(refused["fields"][0]["pointer"], pointer, "{line} {body}: {refused}");
        }
    }
    rule(&admin, "all", json!({})).await;
    let again = json!({"name": "all", "when": ["failed"], "who": ["ops"]});
    admin.json(409, "POST /rules", Some(again)).await;
    // A channel that rules name keeps its rules when it is renamed, and stays as long as they need it.
    let renamed = json!({"name": "duty", "target": {"kind": "webhook", "url": "http://127.0.0.1:1"}});
    admin.json(200, "PUT /channels/ops", Some(renamed)).await;
    assert_eq!(admin.json(200, "GET /rules/all", None).await["who"], json!(["duty"]));
    let kept = admin.json(409, "DELETE /channels/duty", None).await;
    assert_eq!(kept["code"], "channel_in_use");
    house.editor().await.json(204, "DELETE /rules/all", None).await;
    admin.json(204, "DELETE /channels/duty", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_incidents_go_when_they_are_over() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({})).await;
    skip(&bench, "a").await;
    skip(&bench, "b").await;
    bench.app.runs_hear().await.unwrap();
    let path = format!("/incidents/{}", incident(&admin, "a").await["id"].as_str().unwrap());
    admin.json(200, &format!("POST {path}/resolve"), None).await;
    bench.clock.advance(TimeDelta::days(1));
    let now = bench.clock.now();
    let before = now - TimeDelta::days(400);
    let all = Leftovers {
        slots_before: before,
        sessions_before: before,
        keys_before: before,
        deliveries_before: now,
        limit: 10,
    };
    bench.app.leftovers_delete(all).await.unwrap();
    admin.json(404, &format!("GET {path}"), None).await;
    assert_eq!(incident(&admin, "b").await["state"], "open", "it is not over, however old it is");
}
