//! The server's own heartbeat: it calls a watcher outside while it is well, and only then.

use super::services::Double;
use super::{HUSH, admin, credential};
use chrono::TimeDelta;
use orc_server::app::system::WorkerStatus;
use orc_server::domain::reason::ReasonCode;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn it_calls_as_often_as_it_is_told_and_says_what_became_of_it() {
    let (house, admin) = admin().await;
    let double = Double::start().await;
    let nothing = house.app.beacon_round().await.unwrap();
    assert_eq!((nothing.done, nothing.next_in), (None, None));
    credential(&admin, "check", HUSH).await;
    let url = format!("{}/${{credential.check}}", double.url);
    admin.json(200, "PUT /system/heartbeat", Some(json!({"url": url, "every_seconds": 60}))).await;
    let done = async || house.app.beacon_round().await.unwrap().done.map(|reason| reason.code());
    assert_eq!(done().await, Some(ReasonCode::BeaconSent));
    assert_eq!((double.count(), double.last().path), (1, format!("/{HUSH}")));
    assert_eq!(done().await, None, "it is not due");
    house.clock.advance(TimeDelta::seconds(61));
    double.refusing.store(true, Ordering::Relaxed);
    assert_eq!(done().await, Some(ReasonCode::BeaconFailed));
    let shown = admin.json(200, "GET /system/heartbeat", None).await;
    assert_eq!((&shown["url"], &shown["problem"]["code"]), (&json!(url), &json!("beacon_failed")));
    assert!(shown["last_success_at"].is_string() && shown["last_failure_at"].is_string(), "{shown}");
    let warned = admin.json(200, "GET /system", None).await["warnings"].to_string();
    assert!(warned.contains("beacon_failed") && !warned.contains(HUSH), "{warned}");
    double.refusing.store(false, Ordering::Relaxed);
    house.clock.advance(TimeDelta::seconds(31));
    assert_eq!(done().await, Some(ReasonCode::BeaconSent), "a call that failed is repeated soon");
    admin.json(204, "DELETE /system/heartbeat", None).await;
    house.clock.advance(TimeDelta::hours(1));
    assert_eq!((done().await, double.count()), (None, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_well_stays_silent() {
    let (house, admin) = admin().await;
    let double = Double::start().await;
    admin.json(200, "PUT /system/heartbeat", Some(json!({"url": double.url}))).await;
    let since = house.clock.now() - TimeDelta::minutes(11);
    let hangs = WorkerStatus {
        name: "scheduler",
        every_seconds: 1.0,
        round_count: 7,
        running_since_at: Some(since),
        last_at: None,
        last_seconds: None,
        last_summary: None,
        error: None,
    };
    house.app.workers().connect(move || vec![hangs.clone()]);
    let round = house.app.beacon_round().await.unwrap();
    assert_eq!(round.done.map(|reason| reason.code()), Some(ReasonCode::BeaconWithheld));
    assert_eq!((double.count(), round.next_in), (0, Some(Duration::from_secs(30))));
}

#[tokio::test]
async fn only_who_may_says_whom_it_calls() {
    let (house, admin) = admin().await;
    let editor = house.editor().await;
    for (line, body) in [
        ("GET /system/heartbeat", None),
        ("PUT /system/heartbeat", Some(json!({"url": "https://example.org"}))),
        ("DELETE /system/heartbeat", None),
    ] {
        editor.json(403, line, body).await;
    }
    for (body, pointer) in [
        (json!({"url": "example.org"}), "/url"),
        (json!({"url": "https://example.org/${credential.gone}"}), "/url"),
        (json!({"url": "https://example.org", "every_seconds": 5}), "/every_seconds"),
    ] {
        let refused = admin.json(422, "PUT /system/heartbeat", Some(body)).await;
        assert_eq!(refused["fields"][0]["pointer"], pointer, "{refused}");
    }
    assert_eq!(admin.json(200, "GET /system/heartbeat", None).await["url"], Value::Null);
}
