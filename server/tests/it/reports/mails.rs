//! Reports by a real SMTP server, sent by the workers.

use super::{at, report};
use crate::engine::bench::Bench;
use crate::notify::smtp::{Smtp, data};
use orc_server::clock::Clock;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_arrives_as_one_mail_with_two_forms() {
    let bench = Bench::at(Clock::manual(at("2026-06-02T04:59:59Z"))).await;
    let admin = bench.admin().await;
    let mut server = Smtp::start("tls", "orc", "correct-canary-9f2");
    let values = json!({"username": "orc", "password": "correct-canary-9f2"});
    admin.json(201, "POST /credentials", Some(json!({"name": "mail", "kind": "smtp", "values": values}))).await;
    let target = json!({"kind": "mail", "host": "localhost", "port": server.port, "security": "tls",
        "ca_file": data("http_ca.pem"), "credential": "mail", "from": "orc@example.org", "to": ["ada@example.org"]});
    admin.json(201, "POST /channels", Some(json!({"name": "ops", "target": target}))).await;
    report(&admin, "morning", json!({"at": "07:00", "timezone": "Europe/Berlin"})).await;
    bench.clock.advance(chrono::TimeDelta::seconds(1));
    let _engine = bench.engine().await;
    let mail = tokio::task::spawn_blocking(move || server.mail()).await.unwrap();
    let text = mail["text"].as_str().unwrap();
    for part in [
        "Subject: morning, Mon 1 Jun 2026: nothing ran",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "List-Unsubscribe: <https://orc.example.org/reports?report=morning>",
        "Message-ID: <",
        "Nothing ran in this time",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("In-Reply-To"), "{text}");
}
