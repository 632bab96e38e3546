//! One server per data folder, clear refusals, orderly ends.

use super::process::{Server, binary, client, outcome};
use crate::kit::answered;
use futures::StreamExt;
use rustix::process::Signal;

async fn word(url: &str) -> String {
    answered(client().get(format!("{url}/healthz"))).await.text
}

#[tokio::test]
async fn a_second_server_refuses_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(folder.path());
    let (code, said) = outcome(binary().arg("--data-dir").arg(folder.path()).args(["--listen", "127.0.0.1:0"]));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains(&format!("process {}", first.pid())), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert_eq!(word(&first.url).await, "ok");
    assert_eq!(answered(first.get("/api/v1/system")).await.status, 200);
}

#[test]
fn everything_wrong_with_the_configuration_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("orc.toml"), "[engine]\ntimezone = \"Mars/Base\"\n").unwrap();
    let mut command = binary();
    command.arg("--data-dir").arg(folder.path()).args(["--run-limit", "none"]).env("ORC_LISTEN", "0.0.0.0:5000");
    let (code, said) = outcome(&mut command);
    assert_eq!(code, Some(2), "{said}");
    for part in ["3 problems", "timezone (engine.timezone in ", "run_limit (--run-limit)", "listen (ORC_LISTEN in the"]
    {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
    assert!(!folder.path().join("orc.db").exists(), "nothing was begun");
}

#[test]
fn a_missing_runner_is_said_before_anything_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = binary();
    command.arg("--data-dir").arg(folder.path()).args(["--runner", "/nowhere/orc-runner"]);
    let (code, said) = outcome(&mut command);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("runner (--runner)") && said.contains("/nowhere/orc-runner"), "{said}");
}

#[test]
fn a_port_in_use_is_one_clear_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = outcome(binary().arg("--data-dir").arg(folder.path()).args(["--listen", &address]));
    assert_eq!(code, Some(4), "{said}");
    assert!(said.trim().lines().count() == 1 && said.contains(&address) && said.contains("in use"), "{said}");
}

#[tokio::test]
async fn a_signal_ends_the_server_well_even_while_somebody_watches() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let answer = server.get("/api/v1/events").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut stream = answer.bytes_stream();
    let first = stream.next().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("event: hello"), "{first:?}");
    server.signal(Signal::TERM);
    while let Some(part) = stream.next().await {
        part.expect("the stream ends, it does not break");
    }
    assert_eq!(server.ended().code(), Some(0));
    assert!(!folder.path().join("server.json").exists() && !folder.path().join("local-token").exists());
}

#[tokio::test]
async fn after_a_kill_the_next_server_starts_as_if_nothing_had_been() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(folder.path());
    first.signal(Signal::KILL);
    assert_eq!(first.ended().code(), None);
    assert!(folder.path().join("server.json").exists(), "a killed server leaves its traces");
    let second = Server::start(folder.path());
    assert_eq!(word(&second.url).await, "ok");
}
