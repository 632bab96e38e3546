//! The server of this machine, without login; which address and token win.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::kit::orc::Orc;
use crate::kit::sample::ID;
use crate::kit::stub::{Stub, good, problem};

#[track_caller]
fn token_sent(orc: &Orc, stub: &Stub, line: &str) -> Option<String> {
    orc.run(line).ok();
    stub.last().header("authorization").map(|header| header.trim_start_matches("Bearer ").to_owned())
}

#[test]
fn this_machines_server_needs_no_login() {
    let stub = Stub::start(|_| None);
    let orc = Orc::alone();
    let folder = ".local/share/orc";
    orc.file(&format!("{folder}/server.json"), &json!({"url": stub.url, "pid": 1}).to_string());
    orc.file(&format!("{folder}/local-token"), "orc_local_secret\n");
    assert_eq!(token_sent(&orc, &stub, "task list").as_deref(), Some("orc_local_secret"));
    let orc = orc.with("ORC_TOKEN", "orc_env");
    assert_eq!(token_sent(&orc, &stub, "task list").as_deref(), Some("orc_env"));
    assert_eq!(token_sent(&orc, &stub, "task list --token orc_flag").as_deref(), Some("orc_flag"));
    assert_eq!(token_sent(&orc, &stub, "--token orc_flag task list").as_deref(), Some("orc_flag"));
}

#[test]
fn the_data_folder_may_be_named() {
    let stub = Stub::start(|_| None);
    let orc = Orc::alone();
    orc.file("data/server.json", &json!({"url": stub.url}).to_string()).file("data/local-token", "orc_local");
    let folder = orc.home.path().join("data");
    let orc = orc.with("ORC_DATA_DIR", folder);
    assert_eq!(token_sent(&orc, &stub, "task list").as_deref(), Some("orc_local"));
}

#[test]
fn the_local_token_is_not_sent_elsewhere() {
    let (local, other) = (Stub::start(|_| None), Stub::start(|_| None));
    let orc = Orc::alone();
    orc.file("data/server.json", &json!({"url": local.url}).to_string()).file("data/local-token", "orc_local");
    let folder = orc.home.path().join("data");
    let orc = orc.with("ORC_DATA_DIR", folder);
    assert_eq!(token_sent(&orc, &other, &format!("task list --url {}", other.url)), None);
}

#[test]
fn no_proxy_stands_before_this_machine() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url).with("HTTP_PROXY", "http://127.0.0.1:1").with("http_proxy", "http://127.0.0.1:1");
    orc.run("task list").ok();
}

#[test]
fn waiting_goes_on_with_the_token_of_a_restarted_server() {
    let orc = Orc::alone();
    let token = orc.home.path().join("data/local-token");
    let asked = AtomicUsize::new(0);
    let stub = Stub::start(move |seen| {
        let over = asked.fetch_add(1, Ordering::SeqCst) >= 2;
        if over && seen.header("authorization") != Some("Bearer orc_second") {
            std::fs::write(&token, "orc_second").unwrap();
            return problem(401, "Unauthorized", "", json!([]));
        }
        let finished = over.then_some("2026-12-01T02:00:00Z");
        (seen.operation == "run_view")
            .then(|| good(json!({"id": ID, "state": "succeeded", "finished_at": finished, "attempts": []})))?
    });
    orc.file("data/server.json", &json!({"url": stub.url}).to_string()).file("data/local-token", "orc_first");
    let folder = orc.home.path().join("data");
    orc.with("ORC_DATA_DIR", folder).run(&format!("run wait {ID} -o name")).ok();
}
