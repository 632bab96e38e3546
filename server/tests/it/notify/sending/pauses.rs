//! Pauses of channels: a service that asks for time, and a limit on mails within an hour.

use crate::notify::admin;
use crate::notify::deliveries::{add, channel, instant, mail, notifier, until, webhook};
use crate::notify::smtp::Smtp;
use axum::Router;
use axum::http::StatusCode;
use chrono::TimeDelta;
use orc_server::app::Signal;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A service that is too busy for its first request. Returns its address, and how many requests came.
async fn busy_once() -> (String, Arc<AtomicUsize>) {
    let count = Arc::<AtomicUsize>::default();
    let counting = Arc::clone(&count);
    let answer = async move || match counting.fetch_add(1, Ordering::Relaxed) {
        0 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "3600")]),
        _ => (StatusCode::OK, [("x-nothing", "")]),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (url, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_asks_for_time_gets_it_from_the_whole_channel() {
    let (house, admin) = admin().await;
    let (url, count) = busy_once().await;
    channel(&admin, "ops", webhook(&url)).await;
    let (first, _) = add(&house, "ops", "the first", None).await;
    let (second, _) = add(&house, "ops", "the second", None).await;
    let begun_at = house.app.clock().now();
    let _loops = notifier(&house.app);
    let seen = until(&house, &admin, &first, "failed").await;
    let rest = instant(&seen["due_at"]) - begun_at;
    assert!(rest >= TimeDelta::hours(1) && rest < TimeDelta::minutes(65), "{seen}");
    let waiting = admin.json(200, &format!("GET {second}"), None).await;
    assert_eq!((&waiting["state"], &waiting["attempt_count"]), (&json!("pending"), &json!(0)));
    assert!(instant(&waiting["due_at"]) - begun_at >= TimeDelta::hours(1), "{waiting}");
    assert_eq!(count.load(Ordering::Relaxed), 1, "nobody asked again");
    house.clock.advance(TimeDelta::minutes(70));
    house.app.signals().raise(Signal::Outbox);
    until(&house, &admin, &first, "delivered").await;
    until(&house, &admin, &second, "delivered").await;
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_above_the_limit_of_an_hour_wait_their_turn() {
    let (house, admin) = admin().await;
    let mut server = Smtp::start("tls", "", "");
    let mut target = mail(server.port, json!(["ada@example.org"]));
    target["mails_per_hour"] = json!(2);
    channel(&admin, "ops", target).await;
    let mut paths = Vec::new();
    for number in 1..=4 {
        paths.push(add(&house, "ops", &format!("mail {number}"), None).await.0);
        house.clock.advance(TimeDelta::minutes(1));
    }
    let _loops = notifier(&house.app);
    for path in &paths[..2] {
        until(&house, &admin, path, "delivered").await;
    }
    let third = loop {
        let mut live = house.app.events().subscribe(None).live;
        let seen = admin.json(200, &format!("GET {}", paths[2]), None).await;
        if seen["problem"]["code"] == "channel_rate_reached" {
            break seen;
        }
        let _changed = live.recv().await;
    };
    assert_eq!((&third["state"], &third["attempt_count"]), (&json!("pending"), &json!(0)));
    assert!(third["problem"]["text"].as_str().unwrap().contains("2 mails an hour"), "{third}");
    let fourth = admin.json(200, &format!("GET {}", paths[3]), None).await;
    assert_eq!(
        (&fourth["problem"], &fourth["due_at"]),
        (&third["problem"], &third["due_at"]),
        "what comes after waits too"
    );
    let wait = instant(&third["due_at"]) - house.clock.now();
    assert!(wait > TimeDelta::minutes(59) && wait <= TimeDelta::hours(1), "{third}");
    assert_eq!(admin.json(200, "GET /channels/ops", None).await["health"], "working");
    house.clock.advance(wait);
    house.app.signals().raise(Signal::Outbox);
    let seen = until(&house, &admin, &paths[2], "delivered").await;
    assert_eq!(seen["problem"], json!(null));
    let came: Vec<String> = (0..3).map(|_| server.mail()["text"].as_str().unwrap().to_owned()).collect();
    for (number, text) in (1..).zip(&came) {
        assert!(text.contains(&format!("Subject: mail {number}")), "{number}: {text}");
    }
}
