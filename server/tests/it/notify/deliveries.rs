//! Deliveries: what is in the outbox is sent, whatever else hangs, fails or crashes.

use super::services::Double;
use super::smtp::{Smtp, data};
use super::{admin, credential};
use crate::kit::{Client, House};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::{App, Signal};
use orc_server::domain::ids::DeliveryId;
use orc_server::domain::model::{DeliveryNew, Leftovers};
use orc_server::domain::notify::notice::Notice;
use orc_server::domain::notify::words::NoticeLevel;
use orc_server::domain::vocabulary::Role;
use orc_server::engine::notify::Notifier;
use orc_server::engine::{Loops, Worker};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

/// Starts the notifier, as the engine does.
pub(super) fn notifier(app: &App) -> Loops {
    let stop = CancellationToken::new();
    let mut loops = Loops::new(app.signals().clone(), app.clock().clone(), stop.clone());
    let worker: Arc<dyn Worker> = Arc::new(Notifier::new(app.clone(), stop));
    loops.start(worker);
    loops
}

pub(super) async fn channel(admin: &Client, name: &str, target: Value) {
    admin.json(201, "POST /channels", Some(json!({"name": name, "target": target}))).await;
}

pub(super) fn webhook(url: &str) -> Value {
    json!({"kind": "webhook", "url": url})
}

pub(super) fn mail(port: u16, to: Value) -> Value {
    json!({"kind": "mail", "host": "localhost", "port": port, "security": "tls", "ca_file": data("http_ca.pem"),
        "from": "orc@example.org", "to": to})
}

/// Adds a notification to the outbox of a channel. Returns the path of its delivery.
pub(super) async fn add(house: &House, channel: &str, subject: &str, dedup_key: Option<&str>) -> (String, u64) {
    let record = house.app.store().channel_find(channel).await.unwrap().expect("a channel");
    let (id, at) = (DeliveryId::generate(), house.app.clock().now());
    let notice = Notice {
        act: None,
        id: id.to_string(),
        subject: subject.to_owned(),
        level: NoticeLevel::Critical,
        facts: vec![Notice::fact("Task", "nightly")],
        excerpt: Some("the last line".to_owned()),
        link: None,
        key: "task nightly failed".to_owned(),
        at,
        mail: Default::default(),
    };
    let dedup_key = dedup_key.map(str::to_owned);
    let channel_name = record.definition.name;
    let new = DeliveryNew { id, channel: record.key, channel_name, dedup_key, notice, suppressed: None, at };
    let added = house.app.deliveries_add(vec![new]).await.unwrap();
    (format!("/deliveries/{id}"), added)
}

/// Waits until a delivery is in a state. Looks whenever the application announces a change.
pub(super) async fn until(house: &House, admin: &Client, path: &str, state: &str) -> Value {
    let looked = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let mut live = house.app.events().subscribe(None).live;
            let seen = admin.json(200, &format!("GET {path}"), None).await;
            if seen["state"] == state {
                return seen;
            }
            let _changed = live.recv().await;
        }
    });
    match looked.await {
        Ok(seen) => seen,
        Err(_) => panic!("never {state}: {}", admin.json(200, &format!("GET {path}"), None).await),
    }
}

pub(super) fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().expect("an instant").parse().expect("an instant")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_outbox_is_sent_once_and_recorded() {
    let (house, admin) = admin().await;
    let double = Double::start().await;
    channel(&admin, "good", webhook(&double.url)).await;
    let (path, added) = add(&house, "good", "nightly failed", Some("incident 1 opened")).await;
    let (_, again) = add(&house, "good", "nightly failed", Some("incident 1 opened")).await;
    assert_eq!((added, again), (1, 0));
    let _loops = notifier(&house.app);
    let seen = until(&house, &admin, &path, "delivered").await;
    assert_eq!((&seen["attempt_count"], &seen["answer"], &seen["due_at"]), (&json!(1), &json!("200 ok"), &Value::Null));
    assert!(seen["text"].as_str().unwrap().contains("the last line"), "{seen}");
    let got = double.last();
    assert_eq!((&got.body["subject"], &got.body["id"]), (&json!("nightly failed"), &seen["id"]));
    let listed = admin.json(200, "GET /deliveries?channel=good&state=delivered,dead", None).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(admin.json(200, "GET /deliveries?state=dead", None).await["items"], json!([]));
    let refused = admin.json(409, &format!("POST {path}/retry"), None).await;
    assert_eq!(refused["code"], "already_delivered");
    let channel = admin.json(200, "GET /channels/good", None).await;
    assert_eq!((&channel["health"], &channel["refused_count"]), (&json!("working"), &json!(0)));
    assert_eq!(double.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_hangs_or_fails_holds_up_no_other() {
    let (house, admin) = admin().await;
    let double = Double::start().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let loris = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (silent_port, loris_at) = (silent.local_addr().unwrap().port(), loris.local_addr().unwrap());
    // Begins an answer that it never ends, and reads the rest of the request slowly. An answer before the request would be a
    // fault of the protocol, which fails at once.
    tokio::spawn(async move {
        let (mut socket, _) = loris.accept().await.unwrap();
        socket.read_exact(&mut [0; 16]).await.unwrap();
        let _sent = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nslo").await;
        let mut byte = [0];
        while socket.read(&mut byte).await.is_ok_and(|read| read > 0) {}
    });
    let strict = Smtp::start("tls", "", "");
    let plain = json!({"kind": "mail", "host": "127.0.0.1", "port": silent_port, "security": "none",
        "from": "orc@example.org", "to": ["ada@example.org"]});
    let mut distrusted = mail(strict.port, json!(["ada@example.org"]));
    distrusted["ca_file"] = Value::Null;
    channel(&admin, "silent", plain).await;
    channel(&admin, "loris", webhook(&format!("http://{loris_at}"))).await;
    channel(&admin, "refusing", webhook(&format!("{}/refuse", double.url))).await;
    channel(&admin, "distrusted", distrusted).await;
    channel(&admin, "nowhere", webhook("http://orc.invalid/hook")).await;
    channel(&admin, "good", webhook(&double.url)).await;
    let mut paths = Vec::new();
    for name in ["silent", "loris", "refusing", "distrusted", "nowhere", "good", "good", "good"] {
        paths.push(add(&house, name, "nightly failed", None).await.0);
    }
    let _loops = notifier(&house.app);
    for path in &paths[5..] {
        until(&house, &admin, path, "delivered").await;
    }
    for path in &paths[..2] {
        let hung = admin.json(200, &format!("GET {path}"), None).await;
        assert_eq!((&hung["state"], &hung["attempt_count"]), (&json!("pending"), &json!(0)), "{hung}");
    }
    for (path, word) in paths[2..5].iter().zip(["answered 403", "certificate", "cannot be resolved"]) {
        let failed = until(&house, &admin, path, "failed").await;
        assert!(failed["problem"]["text"].as_str().unwrap().contains(word), "{failed}");
        let pause = instant(&failed["due_at"]) - house.app.clock().now();
        assert!(pause >= TimeDelta::seconds(22) && pause <= TimeDelta::seconds(38), "{pause}");
    }
    let channel = admin.json(200, "GET /channels/nowhere", None).await;
    assert_eq!((&channel["health"], &channel["refused_count"]), (&json!("failing"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_between_sending_and_noting_sends_again_with_the_same_id() {
    let (house, admin) = admin().await;
    let mut server = Smtp::start("tls", "", "");
    // The server prints the mail and then holds its answer back.
    channel(&admin, "ops", mail(server.port, json!(["held@example.org"]))).await;
    let (path, _) = add(&house, "ops", "nightly failed", None).await;
    let loops = notifier(&house.app);
    let first = server.mail();
    loops.crash();
    assert_eq!(admin.json(200, &format!("GET {path}"), None).await["state"], "pending");
    let _loops = notifier(&house.app);
    let second = server.mail();
    server.release();
    let seen = until(&house, &admin, &path, "delivered").await;
    assert!(seen["answer"].as_str().unwrap().contains("taken as 1234"), "{seen}");
    let id = |mail: &Value| {
        let text = mail["text"].as_str().unwrap();
        text.lines().find(|line| line.starts_with("Message-ID: ")).expect("an id").to_owned()
    };
    assert_eq!(id(&first), id(&second));
    assert!(id(&first).contains(seen["id"].as_str().unwrap()), "{}", id(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_of_refusals_orc_gives_up_and_somebody_sends_it_again() {
    let (house, admin) = admin().await;
    let double = Double::start().await;
    double.refusing.store(true, Ordering::Relaxed);
    channel(&admin, "ops", webhook(&double.url)).await;
    let (path, _) = add(&house, "ops", "nightly failed", None).await;
    let begun_at = house.app.clock().now();
    let _loops = notifier(&house.app);
    let mut attempts = 0;
    let dead = loop {
        attempts += 1;
        let seen = loop {
            let mut live = house.app.events().subscribe(None).live;
            let seen = admin.json(200, &format!("GET {path}"), None).await;
            if seen["attempt_count"] == attempts {
                break seen;
            }
            let _changed = live.recv().await;
        };
        if seen["state"] == "dead" {
            break seen;
        }
        assert_eq!(seen["state"], "failed", "{seen}");
        house.clock.advance(instant(&seen["due_at"]) - house.clock.now());
        house.app.signals().raise(Signal::Outbox);
    };
    assert!((26..42).contains(&attempts), "{attempts}");
    assert!(house.app.clock().now() - begun_at <= TimeDelta::hours(24), "{dead}");
    assert_eq!(admin.json(200, "GET /channels/ops", None).await["refused_count"], attempts);
    let viewer = house.actor(Role::Viewer).await;
    viewer.json(403, &format!("POST {path}/retry"), None).await;
    double.refusing.store(false, Ordering::Relaxed);
    admin.json(200, &format!("POST {path}/retry"), None).await;
    let seen = until(&house, &admin, &path, "delivered").await;
    assert_eq!((&seen["attempt_count"], &seen["problem"]), (&json!(1), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_recipients_that_were_refused_are_tried_again() {
    let (house, admin) = admin().await;
    let mut server = Smtp::start("tls", "", "");
    channel(&admin, "ops", mail(server.port, json!(["ada@example.org", "refused@example.org"]))).await;
    let (path, _) = add(&house, "ops", "nightly failed", None).await;
    let _loops = notifier(&house.app);
    let failed = until(&house, &admin, &path, "failed").await;
    assert_eq!(failed["unreached"], json!(["refused@example.org"]));
    assert_eq!(server.mail()["to"], json!(["ada@example.org"]));
    // Both are refused now. The one that has the mail already is not asked again.
    house.clock.advance(instant(&failed["due_at"]) - house.clock.now());
    admin.json(200, &format!("POST {path}/retry"), None).await;
    let failed = until(&house, &admin, &path, "failed").await;
    assert_eq!(failed["unreached"], json!(["refused@example.org"]));
    let corrected = json!({"name": "ops", "target": mail(server.port, json!(["ada@example.org"]))});
    admin.json(200, "PUT /channels/ops", Some(corrected)).await;
    admin.json(200, &format!("POST {path}/retry"), None).await;
    let seen = until(&house, &admin, &path, "delivered").await;
    assert_eq!(seen["unreached"], json!([]));
    // The next mail is the first that the server gets again.
    let (path, _) = add(&house, "ops", "the second", None).await;
    until(&house, &admin, &path, "delivered").await;
    assert!(server.mail()["text"].as_str().unwrap().contains("Subject: the second"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_by_a_channel_that_is_disabled_or_deleted() {
    let (house, admin) = admin().await;
    let double = Double::start().await;
    channel(&admin, "ops", webhook(&double.url)).await;
    let switched = |enabled: bool| json!({"name": "ops", "enabled": enabled, "target": webhook(&double.url)});
    admin.json(200, "PUT /channels/ops", Some(switched(false))).await;
    let (path, _) = add(&house, "ops", "one", None).await;
    let loops = notifier(&house.app);
    let seen = until(&house, &admin, &path, "suppressed").await;
    assert_eq!((&seen["problem"]["code"], &seen["attempt_count"]), (&json!("channel_off"), &json!(0)));
    admin.json(200, "PUT /channels/ops", Some(switched(true))).await;
    admin.json(200, &format!("POST {path}/retry"), None).await;
    until(&house, &admin, &path, "delivered").await;
    loops.end(Duration::from_secs(10)).await;
    let (path, _) = add(&house, "ops", "two", None).await;
    admin.json(204, "DELETE /channels/ops", None).await;
    let seen = admin.json(200, &format!("GET {path}"), None).await;
    assert_eq!((&seen["state"], &seen["channel"]), (&json!("suppressed"), &json!("ops")));
    let listed = admin.json(200, "GET /deliveries?channel=ops", None).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    let refused = admin.json(409, &format!("POST {path}/retry"), None).await;
    assert_eq!(refused["code"], "channel_deleted");
    assert_eq!(double.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_recorded_and_old_records_go() {
    let (house, admin) = admin().await;
    let double = Double::start().await;
    credential(&admin, "token", "hush-token").await;
    let target = json!({"kind": "gotify", "server": format!("{}/refuse", double.url), "credential": "token"});
    channel(&admin, "ops", target).await;
    admin.json(200, "POST /channels/ops/test", None).await;
    let listed = admin.json(200, "GET /deliveries", None).await;
    let test = &listed["items"][0];
    assert_eq!((&test["state"], &test["attempt_count"], &test["due_at"]), (&json!("dead"), &json!(1), &Value::Null));
    let (open, _) = add(&house, "ops", "still open", None).await;
    let now = house.app.clock().now();
    let later = now + TimeDelta::days(1);
    let what =
        Leftovers { slots_before: now, sessions_before: now, keys_before: now, deliveries_before: later, limit: 9 };
    house.app.leftovers_delete(what).await.unwrap();
    let listed = admin.json(200, "GET /deliveries", None).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    admin.json(200, &format!("GET {open}"), None).await;
}

#[tokio::test]
async fn a_wrong_filter_is_named() {
    let (_house, admin) = admin().await;
    let refused = admin.json(422, "GET /deliveries?state=lost", None).await;
    assert!(refused.to_string().contains("pending, delivered"), "{refused}");
    admin.json(404, "GET /deliveries/018f3b1c-0000-7000-8000-000000000000", None).await;
}
