//! A job elsewhere goes on while its server is killed.

use super::process::Server;
use crate::kit::answered;
use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};

#[tokio::test]
async fn a_run_that_was_begun_before_a_kill_is_ended_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let body = json!({"name": "nas", "run": {"kind": "heartbeat"}, "triggers": [{"kind": "webhook", "key": "call"}]});
    assert_eq!(answered(server.request(Method::POST, "/api/v1/tasks").json(&body)).await.status, 201);
    let made = answered(server.request(Method::POST, "/api/v1/tasks/nas/triggers/call/rotate").json(&json!({}))).await;
    let address = made.json()["url"].as_str().unwrap().to_owned();
    let begun = answered(server.request(Method::POST, &format!("{address}/start")).body("before\n")).await.json();
    server.signal(Signal::KILL);
    server.ended();
    let server = Server::start(folder.path());
    let path = format!("/api/v1/runs/{}", begun["run_id"].as_str().unwrap());
    let run: Value = answered(server.get(&path)).await.json();
    assert_eq!(run["state"], "running", "a restart says nothing about a job elsewhere: {run}");
    let ended = answered(server.request(Method::GET, &address)).await;
    assert_eq!((ended.status, &ended.json()["run_id"]), (200, &begun["run_id"]));
    let told = answered(server.request(Method::POST, &address).body("after\n")).await.json();
    assert_ne!(told["run_id"], begun["run_id"]);
    let run: Value = answered(server.get(&path)).await.json();
    assert_eq!((&run["state"], &run["log"]["bytes"]), (&json!("succeeded"), &json!(7)));
    assert_eq!(answered(server.get(&format!("{path}/log"))).await.text, "before\n");
}
