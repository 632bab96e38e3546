//! Channels that are commands: what they get, what their end means, and that nothing of them stays.

use crate::engine::bench::Bench;
use serde_json::{Value, json};

fn target(line: &str, more: &[&str]) -> Value {
    let arguments: Vec<&str> = ["-c", line, "sh"].into_iter().chain(more.iter().copied()).collect();
    json!({"kind": "command", "program": "/bin/sh", "arguments": arguments})
}

async fn probe(admin: &crate::kit::Client, target: Value) -> Value {
    admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_command_gets_the_notification_and_says_whether_it_took_it() {
    let bench = Bench::new().await;
    let admin = bench.admin().await;
    let early = probe(&admin, target("true", &[])).await;
    assert!(early["problem"]["text"].as_str().unwrap().contains("has not started its engine"), "{early}");
    let engine = bench.engine().await;
    let into = bench.folder.path().join("got.json");
    let line = format!("cat > {}; printf '%s' \"$1\"", into.display());
    let seen = probe(&admin, target(&line, &["${level}: ${subject}; echo $HOME"])).await;
    assert_eq!(seen["accepted"], true, "{seen}");
    let said = &seen["conversation"].as_array().unwrap().last().unwrap()["text"];
    assert_eq!(said, "exit code 0\ninfo: Test of the channel ops; echo $HOME", "no shell reads what is put in");
    let got: Value = serde_json::from_slice(&std::fs::read(&into).unwrap()).unwrap();
    assert_eq!((&got["subject"], &got["level"]), (&json!("Test of the channel ops"), &json!("info")));
    for (line, problem) in [
        ("echo no room >&2; exit 3", "the command failed: exit code 3; it wrote: no room"),
        ("kill -9 $$", "the command failed: signal 9"),
    ] {
        let seen = probe(&admin, target(line, &[])).await;
        assert_eq!((&seen["accepted"], &seen["problem"]["text"]), (&json!(false), &json!(problem)));
    }
    let gone = json!({"kind": "command", "program": "/no/such/program"});
    let seen = probe(&admin, gone).await;
    assert!(seen["problem"]["text"].as_str().unwrap().contains("could not be started"), "{seen}");
    engine.shutdown().await;
    let logs = std::fs::read_dir(bench.app.log_folder()).unwrap().count();
    assert_eq!(logs, 0, "no log of a command stays");
}
