//! What the real server logs about calls of webhooks: everything except their secrets.

use super::process::{Server, binary};
use crate::kit::answered;
use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;
use std::path::Path;

fn logged(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            text.push_str(&logged(&entry.path()));
        } else if entry.file_name().to_string_lossy().contains(".log") {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()));
        }
    }
    text
}

#[tokio::test]
async fn the_log_never_shows_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = binary();
    command.env("ORC_LOG", "debug");
    let server = Server::start_as(command, folder.path(), &[]);
    let trigger = json!({"kind": "webhook", "key": "call"});
    let run = json!({"kind": "command", "program": "/bin/true"});
    let body = json!({"name": "plain", "run": run, "triggers": [trigger]});
    let made = answered(server.request(Method::POST, "/api/v1/tasks").json(&body)).await;
    assert_eq!(made.status, 201);
    let made = answered(server.request(Method::POST, "/api/v1/tasks/plain/triggers/call/rotate")).await.json();
    let address = made["url"].as_str().unwrap().to_owned();
    let secret = address.split('.').next_back().unwrap().to_owned();
    for path in [address.clone(), format!("{address}/"), format!("/{address}"), format!("{address}/more")] {
        for method in [Method::POST, Method::GET] {
            answered(server.request(method, &path)).await;
        }
    }
    server.signal(Signal::TERM);
    server.ended();
    let text = logged(folder.path());
    assert!(text.contains("answered") && text.contains("/hooks/"), "{text}");
    assert!(secret.len() > 20 && !text.contains(&secret), "{text}");
}

#[tokio::test]
async fn an_orderly_stop_loses_no_call() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_as(binary(), folder.path(), &[]);
    let trigger = json!({"kind": "webhook", "key": "call", "proof": "signature", "sender": "gitlab"});
    let body = json!({"name": "it", "run": {"kind": "command", "program": "/bin/true"}, "triggers": [trigger]});
    assert_eq!(answered(server.request(Method::POST, "/api/v1/tasks").json(&body)).await.status, 201);
    let made = answered(server.request(Method::POST, "/api/v1/tasks/it/triggers/call/rotate")).await.json();
    let call = server.request(Method::POST, made["url"].as_str().unwrap());
    let call = call.header("x-gitlab-token", made["secret"].as_str().unwrap()).header("idempotency-key", "one");
    assert_eq!(answered(call).await.status, 202);
    server.signal(Signal::TERM);
    server.ended();
    let server = Server::start_as(binary(), folder.path(), &[]);
    let log = answered(server.request(Method::GET, "/api/v1/tasks/it/triggers/call/calls")).await.json();
    assert_eq!(
        (&log["items"][0]["verdict"], &log["items"][0]["delivery"]),
        (&json!("started"), &json!("one")),
        "{log}"
    );
    let text = logged(folder.path());
    assert!(!text.contains(made["secret"].as_str().unwrap()), "{text}");
}
