//! Reports that are due, and reports that somebody sends.

use super::{at, channel, report};
use crate::engine::bench::{Bench, child_task};
use crate::kit::{Client, House};
use chrono::TimeDelta;
use orc_server::clock::Clock;
use serde_json::{Value, json};

/// A server on a Monday at noon, with a daily report at 07:00 in Berlin.
async fn monday(more: Value) -> (Bench, Client) {
    let bench = Bench::at(Clock::manual(at("2026-06-01T10:00:00Z"))).await;
    let admin = bench.admin().await;
    channel(&admin, "ops").await;
    let mut body = json!({"at": "07:00", "timezone": "Europe/Berlin"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    report(&admin, "morning", body).await;
    (bench, admin)
}

/// A run that ends now, without a process.
async fn skipped(bench: &Bench, task: &str) {
    bench.task(child_task(task, &["exit", "0"], json!({"overlap": {"kind": "queue_latest"}}))).await;
    for _ in 0..3 {
        bench.start(task).await;
    }
}

/// What is in the outbox, oldest first.
async fn subjects(house: &House) -> Vec<String> {
    let admin = house.admin().await;
    let listed = admin.json(200, "GET /deliveries?limit=100", None).await;
    let items = listed["items"].as_array().unwrap().iter().rev();
    items.map(|item| item["subject"].as_str().unwrap().to_owned()).collect()
}

async fn last_text(admin: &Client) -> String {
    let listed = admin.json(200, "GET /deliveries", None).await;
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    admin.json(200, &format!("GET /deliveries/{id}"), None).await["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_any_two_steps_loses_and_doubles_nothing() {
    let (bench, _) = monday(json!({})).await;
    skipped(&bench, "a").await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 0);
    assert_eq!(bench.app.report_next().await.unwrap(), Some(at("2026-06-02T05:00:00Z")));
    // It is due, and nobody has looked.
    bench.clock.advance(at("2026-06-02T05:00:00Z") - at("2026-06-01T10:00:00Z"));
    let bench = bench.restarted().await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 1);
    // It is in the outbox, and nobody has sent it.
    let bench = bench.restarted().await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 0);
    assert_eq!(subjects(&bench).await, ["morning, Mon 1 Jun 2026: 1 run, none failed"]);
    assert_eq!(bench.app.report_next().await.unwrap(), Some(at("2026-06-03T05:00:00Z")));
    let admin = bench.admin().await;
    let seen = admin.json(200, "GET /reports/morning", None).await;
    assert_eq!((&seen["sent_at"], &seen["next_at"]), (&json!("2026-06-02T05:00:00Z"), &json!("2026-06-03T05:00:00Z")));
    // The same report is not added twice even if the note about it was lost.
    bench.behind("UPDATE report SET done_at = 1780300800000000").await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 1);
    assert_eq!(subjects(&bench).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_that_make_the_same_report_at_once_send_it_once() {
    let (bench, _) = monday(json!({})).await;
    bench.clock.advance(TimeDelta::days(1));
    let (one, other) = tokio::join!(bench.app.reports_send_due(), bench.app.reports_send_due());
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(subjects(&bench).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_outage_only_the_newest_report_is_sent_and_says_so() {
    let (bench, _) = monday(json!({})).await;
    bench.clock.advance(TimeDelta::days(4));
    let bench = bench.restarted().await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 1);
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 0);
    assert_eq!(subjects(&bench).await, ["morning, Thu 4 Jun 2026: nothing ran"]);
    let text = last_text(&bench.admin().await).await;
    assert!(text.contains("3 reports before this one were left out"), "{text}");
    assert!(text.contains("was due at 2026-06-05 05:00:00 UTC"), "{text}");
}

#[tokio::test]
async fn a_report_that_cannot_be_read_holds_up_no_other() {
    let (bench, admin) = monday(json!({})).await;
    report(&admin, "damaged", json!({"at": "07:00", "timezone": "Europe/Berlin"})).await;
    assert_eq!(bench.behind("UPDATE report SET timing = '{' WHERE name = 'damaged'").await, 1);
    bench.clock.advance(TimeDelta::days(1));
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 1);
    assert_eq!(subjects(&bench).await, ["morning, Mon 1 Jun 2026: nothing ran"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_report_is_left_out_if_one_asks_for_that() {
    let (bench, _) = monday(json!({"when_empty": "skip"})).await;
    bench.clock.advance(TimeDelta::days(1));
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 0);
    assert_eq!(subjects(&bench).await, [""; 0]);
    skipped(&bench, "a").await;
    bench.clock.advance(TimeDelta::days(1));
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 1);
    assert_eq!(subjects(&bench).await, ["morning, Tue 2 Jun 2026: 1 run, none failed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_whose_times_change_or_that_is_off_sends_nothing_old() {
    let (bench, admin) = monday(json!({})).await;
    let body = |more: Value| {
        let mut body = json!({"name": "morning", "who": ["ops"], "at": "07:00", "timezone": "Europe/Berlin"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    admin.json(200, "PUT /reports/morning", Some(body(json!({"enabled": false})))).await;
    bench.clock.advance(TimeDelta::days(1));
    assert_eq!((bench.app.reports_send_due().await.unwrap(), bench.app.report_next().await.unwrap()), (0, None));
    admin.json(200, "PUT /reports/morning", Some(body(json!({})))).await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 0);
    // Other words and channels change nothing about when it is due.
    bench.clock.advance(TimeDelta::days(1));
    admin.json(200, "PUT /reports/morning", Some(body(json!({"description": "For those on call"})))).await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 1);
    bench.clock.advance(TimeDelta::days(1));
    admin.json(200, "PUT /reports/morning", Some(body(json!({"at": "06:00"})))).await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_does_not_silence_a_report() {
    let (bench, _) = monday(json!({})).await;
    // The report believes that it is done up to a time ten years ahead.
    bench.behind("UPDATE report SET done_at = 2095650000000000").await;
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 0);
    bench.clock.advance(TimeDelta::days(1));
    assert_eq!(bench.app.reports_send_due().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_now_chooses_the_days_and_gets_what_was_asked() {
    let (bench, admin) = monday(json!({"period": {"kind": "weekly", "weekday": "monday"}})).await;
    skipped(&bench, "a").await;
    let sent = admin.json(200, "POST /reports/morning/send", None).await;
    assert_eq!((&sent["channels"], &sent["until_at"]), (&json!(["ops"]), &json!("2026-05-31T22:00:00Z")));
    admin.json(200, "POST /reports/morning/send?date=2026-06-01", None).await;
    admin.json(200, "POST /reports/morning/send?date=2026-06-01", None).await;
    let unfinished = "morning, Mon 1 Jun 2026 to Sun 7 Jun 2026: 1 run, none failed";
    assert_eq!(
        subjects(&bench).await,
        ["morning, Mon 25 May 2026 to Sun 31 May 2026: nothing ran", unfinished, unfinished]
    );
    let text = last_text(&admin).await;
    assert!(text.contains("not over yet"), "{text}");
    let refused = admin.json(422, "POST /reports/morning/send?date=2026-06-08", None).await;
    assert_eq!(refused["fields"][0]["pointer"], "?date");
    admin.json(404, "POST /reports/evening/send", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_tells_only_about_its_tasks() {
    let bench = Bench::new().await;
    let admin = bench.admin().await;
    channel(&admin, "ops").await;
    report(&admin, "morning", json!({"period": {"kind": "monthly", "day": "last"}, "what": {"tags": ["shop"]}})).await;
    let tomorrow = (bench.clock.now() + TimeDelta::days(1)).date_naive();
    let calendar = json!([{"kind": "date", "date": tomorrow, "title": "<b>Inventory</b>"}]);
    bench.calendar("shop-days", calendar).await;
    let schedules = json!([{"kind": "cron", "expression": "0 5 1 1 *", "skip_on": ["shop-days"]}]);
    bench.task(child_task("mine", &["exit", "0"], json!({"tags": ["shop"], "schedules": schedules}))).await;
    let program = json!({"kind": "command", "program": "/nowhere/<script>alert(1)</script>"});
    bench.task(json!({"name": "broken", "tags": ["shop"], "run": program})).await;
    bench.task(json!({"name": "other", "run": program})).await;
    let expires_at = bench.clock.now() + TimeDelta::days(9);
    let secret = json!({"name": "old-key", "kind": "token", "value": "correct-canary", "expires_at": expires_at});
    admin.json(201, "POST /credentials", Some(secret)).await;
    let engine = bench.engine().await;
    for task in ["mine", "broken", "broken", "other"] {
        bench.ended(bench.start(task).await).await;
    }
    engine.shutdown().await;
    let today = bench.clock.now().date_naive();
    let shown = admin.json(200, &format!("GET /reports/morning/contents?date={today}"), None).await;
    let contents = &shown["contents"];
    let figures = &contents["figures"];
    assert_eq!(
        (&figures["run_count"], &figures["succeeded_count"], &figures["failed_count"]),
        (&json!(3), &json!(1), &json!(2)),
        "{contents}"
    );
    assert_eq!(contents["failures"].as_array().unwrap().len(), 1);
    let failure = &contents["failures"][0];
    assert_eq!((&failure["task"], &failure["run_count"]), (&json!("broken"), &json!(2)));
    assert_eq!(contents["credentials"], json!([]), "no task of the report uses it");
    assert_eq!(contents["days"][0]["title"], "<b>Inventory</b>", "{contents}");
    let html = shown["html"].as_str().unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains("<b>"), "{html}");
    let everything = json!({"name": "all", "who": ["ops"]});
    let shown = admin.json(200, &format!("POST /reports/preview?date={today}"), Some(everything)).await;
    assert_eq!(shown["contents"]["figures"]["failed_count"], 3);
    assert_eq!(shown["contents"]["credentials"][0]["credential"], "old-key");
    assert!(shown["csv"].as_str().unwrap().contains("failures,other,run_count,1\r\n"), "{shown}");
}
