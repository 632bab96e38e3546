//! Silences, snoozes, reminders and escalations: what is put off is told later if it still holds, and never twice.

use super::incidents::{incident, quiet_bench, rule, skip, subjects};
use crate::engine::bench::Bench;
use crate::kit::Client;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Looks at ends of runs, and tells. Returns the number of messages.
async fn round(bench: &Bench) -> u64 {
    bench.app.runs_hear().await.unwrap();
    bench.app.incidents_tell().await.unwrap()
}

async fn later(bench: &Bench, minutes: i64) -> u64 {
    bench.clock.advance(TimeDelta::minutes(minutes));
    bench.app.incidents_tell().await.unwrap()
}

/// Silences some tasks for some minutes. Returns the path of the silence.
async fn silence(bench: &Bench, admin: &Client, what: Value, minutes: i64) -> String {
    let until_at = bench.clock.now() + TimeDelta::minutes(minutes);
    let body = json!({"what": what, "until_at": until_at, "reason": "upgrade"});
    let made = admin.json(201, "POST /silences", Some(body)).await;
    assert_eq!(made["state"], "active");
    format!("/silences/{}", made["id"].as_str().unwrap())
}

async fn path(admin: &Client, task: &str) -> String {
    format!("/incidents/{}", incident(admin, task).await["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_wrong_when_a_silence_ends_is_told_then() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({})).await;
    let silence = silence(&bench, &admin, json!({"tasks": ["a", "b"]}), 60).await;
    for task in ["a", "b", "c"] {
        skip(&bench, task).await;
    }
    assert_eq!(round(&bench).await, 1);
    assert_eq!(subjects(&admin).await, ["c was skipped"], "it is not silenced");
    let open = incident(&admin, "a").await;
    let telling = &open["tellings"][0];
    assert_eq!((&telling["muted"]["code"], &telling["told_at"]), (&json!("task_silenced"), &Value::Null), "{open}");
    assert_eq!(telling["muted_until"], admin.json(200, &format!("GET {silence}"), None).await["until_at"]);
    // One is over before anybody could be told. It shows again that it is wrong, which is one incident still.
    admin.json(200, &format!("POST {}/resolve", path(&admin, "b").await), None).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 0);
    let bench = bench.restarted().await;
    let admin = bench.admin().await;
    assert_eq!(later(&bench, 59).await, 0);
    assert!(bench.app.telling_next().await.unwrap().is_some());
    assert_eq!(later(&bench, 1).await, 1);
    assert_eq!(bench.app.telling_next().await.unwrap(), None);
    assert_eq!(subjects(&admin).await, ["c was skipped", "a was skipped"]);
    assert_eq!(incident(&admin, "b").await["tellings"][0]["muted"]["code"], "incident_over");
    admin.json(200, &format!("POST {}/resolve", path(&admin, "a").await), None).await;
    assert_eq!(round(&bench).await, 1, "the end is told, because the begin was");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_what_was_told_is_told_after_a_silence() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({})).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    let silence = silence(&bench, &admin, json!({}), 600).await;
    admin.json(200, &format!("POST {}/resolve", path(&admin, "a").await), None).await;
    assert_eq!(round(&bench).await, 0);
    let ended = admin.json(200, &format!("POST {silence}/end"), None).await;
    assert_eq!((&ended["state"], ended["ended_by"].is_string()), (&json!("ended"), true));
    assert_eq!(round(&bench).await, 1, "it is told as soon as somebody ends the silence");
    assert_eq!(subjects(&admin).await, ["a was skipped", "a recovered"]);
    let refused = admin.json(409, &format!("POST {silence}/end"), None).await;
    assert_eq!(refused["code"], "already_ended");
    let listed = admin.json(200, "GET /silences?state=active,planned", None).await;
    assert_eq!(listed["items"], json!([]));
    assert_eq!(admin.json(200, "GET /silences?state=ended", None).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snoozed_incident_is_told_again_when_the_time_is_over() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({})).await;
    super::incidents::channel(&admin, "late", "http://127.0.0.1:1").await;
    rule(&admin, "often", json!({"in_a_row": 2, "when": ["skipped"], "who": ["late"]})).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    let path = path(&admin, "a").await;
    let snoozed = admin.json(200, &format!("POST {path}/snooze"), Some(json!({"minutes": 60}))).await;
    assert_eq!((&snoozed["state"], snoozed["snoozed_by"].is_string()), (&json!("open"), true));
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 0, "the other rule tells it later as well");
    assert_eq!(later(&bench, 59).await, 0);
    assert_eq!(later(&bench, 1).await, 2);
    assert_eq!(subjects(&admin).await, ["a was skipped", "a is still skipped", "a was skipped"]);
    // Snoozed twice, and waked up: one reminder for each rule.
    for minutes in [600, 300] {
        admin.json(200, &format!("POST {path}/snooze"), Some(json!({"minutes": minutes}))).await;
    }
    assert_eq!(later(&bench, 299).await, 0);
    assert_eq!(later(&bench, 1).await, 2);
    admin.json(200, &format!("POST {path}/snooze"), Some(json!({"minutes": 60}))).await;
    admin.json(200, &format!("POST {path}/acknowledge"), Some(json!({}))).await;
    assert_eq!(later(&bench, 60).await, 0, "somebody takes care of it");
    assert_eq!(bench.app.telling_next().await.unwrap(), None);
    let long = admin.json(422, &format!("POST {path}/snooze"), Some(json!({"minutes": 43_201}))).await;
    assert_eq!(long["fields"][0]["pointer"], "/minutes");
    admin.json(200, &format!("POST {path}/resolve"), None).await;
    admin.json(409, &format!("POST {path}/snooze"), Some(json!({"minutes": 1}))).await;
    let viewer = bench.actor(orc_server::domain::vocabulary::Role::Viewer).await;
    viewer.json(403, &format!("POST {path}/snooze"), Some(json!({"minutes": 1}))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_it_up_so_it_is_told_again_and_to_others() {
    let (bench, admin) = quiet_bench().await;
    super::incidents::channel(&admin, "boss", "http://127.0.0.1:1").await;
    let more = json!({"remind_minutes": 60, "escalation": {"after_minutes": 90, "to": ["boss"]}});
    rule(&admin, "all", more).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    assert_eq!(later(&bench, 59).await, 0);
    assert_eq!(later(&bench, 1).await, 1);
    let bench = bench.restarted().await;
    let admin = bench.admin().await;
    assert_eq!(later(&bench, 30).await, 1, "others are told");
    assert_eq!(later(&bench, 30).await, 1, "the next reminder");
    let told =
        ["a was skipped", "a is still skipped", "a was skipped, and nobody has taken it up", "a is still skipped"];
    assert_eq!(subjects(&admin).await, told);
    let boss = admin.json(200, "GET /deliveries?channel=boss", None).await;
    assert_eq!(boss["items"].as_array().unwrap().len(), 1, "{boss}");
    admin.json(200, &format!("POST {}/resolve", path(&admin, "a").await), None).await;
    assert_eq!(round(&bench).await, 1);
    let boss = admin.json(200, "GET /deliveries?channel=boss", None).await;
    assert_eq!(boss["items"][0]["subject"], "a recovered", "whoever was told hears of the end");
    assert_eq!(later(&bench, 600).await, 0, "it is over");
    assert_eq!(bench.app.telling_next().await.unwrap(), None);
    // Somebody who takes care of the next one ends both.
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    let listed = admin.json(200, "GET /incidents?state=open", None).await;
    let id = listed["items"][0]["id"].as_str().unwrap();
    let taken = admin.json(200, &format!("POST /incidents/{id}/acknowledge"), Some(json!({}))).await;
    let codes: Vec<&str> =
        taken["tellings"].as_array().unwrap().iter().filter_map(|telling| telling["muted"]["code"].as_str()).collect();
    assert_eq!(codes, ["incident_acknowledged"; 2], "{taken}");
    assert_eq!(later(&bench, 600).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_told_after_a_snooze_and_not_in_it() {
    let (bench, admin) = quiet_bench().await;
    super::incidents::channel(&admin, "boss", "http://127.0.0.1:1").await;
    rule(&admin, "all", json!({"escalation": {"after_minutes": 10, "to": ["boss"]}})).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    let path = path(&admin, "a").await;
    admin.json(200, &format!("POST {path}/snooze"), Some(json!({"minutes": 60}))).await;
    assert_eq!(later(&bench, 10).await, 0);
    assert_eq!(later(&bench, 50).await, 2, "the reminder, and the others");
    assert_eq!(admin.json(200, "GET /deliveries?channel=boss", None).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_that_a_rule_no_longer_asks_for_is_not_told() {
    let (bench, admin) = quiet_bench().await;
    let escalation = json!({"after_minutes": 10, "to": ["ops"]});
    rule(&admin, "all", json!({"escalation": escalation})).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    let plain = json!({"name": "all", "when": ["skipped"], "who": ["ops"]});
    admin.json(200, "PUT /rules/all", Some(plain)).await;
    assert_eq!(later(&bench, 10).await, 0);
    assert_eq!(incident(&admin, "a").await["tellings"][1]["muted"]["code"], "rule_changed");
    assert_eq!(bench.app.telling_next().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_silence_is_named_with_its_place() {
    let (bench, admin) = quiet_bench().await;
    let until = bench.clock.now() + TimeDelta::hours(1);
    for (body, pointer) in [
        (json!({"until_at": bench.clock.now(), "reason": "x"}), "/until_at"),
        (json!({"until_at": until, "from_at": until, "reason": "x"}), "/until_at"),
        (json!({"until_at": until, "reason": " "}), "/reason"),
        (json!({"until_at": until}), "/reason"),
        (json!({"until_at": until, "reason": "x", "what": {"folders": [""]}}), "/what/folders/0"),
        (json!({"until_at": "tomorrow", "reason": "x"}), "/until_at"),
    ] {
        let refused = admin.json(422, "POST /silences", Some(body.clone())).await;
        assert_eq!(refused["fields"][0]["pointer"], pointer, "{body}: {refused}");
    }
    let refused = admin.json(422, "GET /silences?state=over", None).await;
    assert!(refused.to_string().contains("planned, active, ended"), "{refused}");
    let viewer = bench.actor(orc_server::domain::vocabulary::Role::Viewer).await;
    viewer.json(403, "POST /silences", Some(json!({"until_at": until, "reason": "x"}))).await;
}

/// The links in the notifications of a channel, newest first.
async fn links(bench: &Bench, admin: &Client, channel: &str) -> Vec<String> {
    let listed = admin.json(200, &format!("GET /deliveries?channel={channel}"), None).await;
    let mut found = Vec::new();
    for item in listed["items"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        let record = bench.app.store().delivery_find(id.parse().unwrap()).await.unwrap().expect("a delivery");
        let text = record.notice.text();
        let Some((_, link)) = text.split_once("https://orc.example.org/act/") else { continue };
        let shown = admin.json(200, &format!("GET /deliveries/{id}"), None).await;
        assert!(!shown.to_string().contains(link), "whoever may only read must not act: {shown}");
        found.push(link.to_owned());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gets_a_message_takes_care_of_it_once_without_logging_in() {
    let (bench, admin) = quiet_bench().await;
    super::incidents::channel(&admin, "phone", "http://127.0.0.1:1").await;
    rule(&admin, "all", json!({"who": ["ops", "phone"]})).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    let (ops, phone) = (links(&bench, &admin, "ops").await, links(&bench, &admin, "phone").await);
    let (ops, phone) = (format!("/links/{}", ops[0]), format!("/links/{}", phone[0]));
    assert_ne!(ops, phone, "each channel has its own");
    let nobody = bench.nobody();
    for _ in 0..2 {
        let seen = nobody.json(200, &format!("GET {ops}"), None).await;
        assert_eq!((&seen["task"], &seen["state"], &seen["used_at"]), (&json!("a"), &json!("open"), &Value::Null));
    }
    let snoozed = nobody.json(200, &format!("POST {ops}"), Some(json!({"kind": "snooze", "minutes": 60}))).await;
    assert!(snoozed["snoozed_until"].is_string() && snoozed["used_at"].is_string(), "{snoozed}");
    let again = nobody.json(409, &format!("POST {ops}"), Some(json!({"kind": "acknowledge"}))).await;
    assert_eq!(again["code"], "already_used");
    nobody.json(422, &format!("POST {phone}"), Some(json!({"kind": "snooze", "minutes": 99_999_999}))).await;
    let taken = nobody.json(200, &format!("POST {phone}"), Some(json!({"kind": "acknowledge", "note": "me"}))).await;
    assert_eq!(taken["acknowledged_by"], "a message to phone");
    let audit = admin.json(200, "GET /audit?limit=1", None).await;
    let newest = &audit["items"][0];
    assert_eq!((&newest["action"], &newest["actor_kind"]), (&json!("incident_acknowledge"), &json!("link")), "{audit}");
    // A link opens nothing else, and nothing after a week.
    let token = phone.strip_prefix("/links/").unwrap();
    let asked = bench.ask("GET /tasks", &[("authorization", &format!("Bearer {token}"))], None).await;
    assert_eq!(asked.status, 401);
    nobody.json(404, &format!("GET {}x", &phone[..phone.len() - 1]), None).await;
    nobody.json(404, "GET /links/none", None).await;
    bench.clock.advance(TimeDelta::days(7));
    nobody.json(404, &format!("GET {phone}"), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_cannot_be_taken_care_of_by_a_link() {
    let (bench, admin) = quiet_bench().await;
    rule(&admin, "all", json!({})).await;
    skip(&bench, "a").await;
    assert_eq!(round(&bench).await, 1);
    let link = format!("/links/{}", links(&bench, &admin, "ops").await[0]);
    admin.json(200, &format!("POST {}/resolve", path(&admin, "a").await), None).await;
    assert_eq!(round(&bench).await, 1);
    assert_eq!(links(&bench, &admin, "ops").await.len(), 1, "an end needs nobody");
    let nobody = bench.nobody();
    assert_eq!(nobody.json(200, &format!("GET {link}"), None).await["state"], "resolved");
    nobody.json(409, &format!("POST {link}"), Some(json!({"kind": "acknowledge"}))).await;
    assert_eq!(nobody.json(200, &format!("GET {link}"), None).await["used_at"], Value::Null, "nothing was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_keeps_nobody_from_being_told() {
    let bench = Bench::new().await;
    let admin = bench.admin().await;
    super::incidents::channel(&admin, "ops", "http://127.0.0.1:1").await;
    rule(&admin, "all", json!({"how": {"kind": "grouped", "minutes": 60}})).await;
    rule(&admin, "damaged", json!({})).await;
    assert_eq!(bench.behind("UPDATE rule SET terms = '{' WHERE name = 'damaged'").await, 1);
    bench.task(json!({"name": "a", "run": {"kind": "shell", "line": "exit 3"}})).await;
    let engine = bench.engine().await;
    bench.ended(bench.start("a").await).await;
    engine.shutdown().await;
    bench.app.runs_hear().await.unwrap();
    // Whoever looks at it is told that it is damaged.
    admin.json(500, "GET /rules/damaged", None).await;
    assert_eq!(bench.behind("UPDATE attempt SET credentials = '{'").await, 1);
    assert_eq!(bench.behind("UPDATE telling SET due_at = 0").await, 1);
    assert_eq!(bench.app.incidents_tell().await.unwrap(), 1);
    assert_eq!(subjects(&admin).await, ["a failed"]);
}
