//! Looks for which nobody waits any more: their commands end, and until then keep the place that they took.

use super::{depending, seen};
use crate::engine::bench::{Bench, child};
use orc_server::app::{Caller, Error};
use orc_server::domain::dependencies::sight::SightCode;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::TcpListener;

/// Far more than any of these tests needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that runs for very long, and the file to which it writes its process id.
fn endless(place: &Path) -> (Value, PathBuf) {
    let pid = place.join("pid");
    let line = format!("{} sleep 600 & echo $! > {pid}.new; mv {pid}.new {pid}; wait", child(), pid = pid.display());
    (json!({"kind": "command", "program": "/bin/sh", "arguments": ["-c", line], "timeout_seconds": 900}), pid)
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn started(pid: &Path) -> rustix::process::Pid {
    until("the command has started", || pid.exists()).await;
    let pid = std::fs::read_to_string(pid).expect("written").trim().parse().expect("a pid");
    rustix::process::Pid::from_raw(pid).expect("a pid")
}

async fn gone(pid: rustix::process::Pid) {
    until("the process is gone", || rustix::process::test_kill_process(pid).is_err()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_ends_when_the_request_leaves_that_asked_for_it() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let place = tempfile::tempdir().expect("a folder");
    let (dependency, pid) = endless(place.path());
    bench.task(depending("it", dependency)).await;
    let app = bench.app.clone();
    let asking = tokio::spawn(async move { app.task_probe(&Caller::local(), "it").await });
    let process = started(&pid).await;
    asking.abort();
    gone(process).await;
    let logs = bench.app.log_folder();
    until("nothing of it is kept", || std::fs::read_dir(&logs).is_ok_and(|mut left| left.next().is_none())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_ends_when_the_server_stops() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let place = tempfile::tempdir().expect("a folder");
    let (dependency, pid) = endless(place.path());
    bench.task(depending("it", dependency)).await;
    bench.start("it").await;
    let process = started(&pid).await;
    engine.shutdown().await;
    gone(process).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_ends_when_no_run_waits_for_it_any_more() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let place = tempfile::tempdir().expect("a folder");
    let (dependency, pid) = endless(place.path());
    bench.task(depending("it", dependency.clone())).await;
    bench.task(depending("other", dependency)).await;
    let (one, other) = (bench.start("it").await, bench.start("other").await);
    let process = started(&pid).await;
    bench.app.run_cancel(&Caller::local(), one).await.expect("cancelled");
    bench.ended(one).await;
    // The other run waits for the same command, so a look at something else shows that the command goes on.
    bench.task(depending("quick", json!({"kind": "file", "path": "/nowhere/at/all"}))).await;
    let quick = bench.start("quick").await;
    seen(&bench, quick, false).await;
    rustix::process::test_kill_process(process).expect("the command goes on");
    bench.app.run_cancel(&Caller::local(), other).await.expect("cancelled");
    gone(process).await;
}

#[test]
fn a_command_ends_when_the_server_is_killed() {
    let place = tempfile::tempdir().expect("a folder");
    let (dependency, pid) = endless(place.path());
    let server = tokio::runtime::Runtime::new().expect("a runtime");
    let (process, bench) = server.block_on(async {
        let bench = Bench::new().await;
        let _engine = bench.engine().await;
        bench.task(depending("it", dependency)).await;
        bench.start("it").await;
        (started(&pid).await, bench)
    });
    // Nothing of this server can act any more: only the channels to its runners end, as they do when it is killed.
    server.shutdown_background();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(gone(process));
    drop(bench);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_take_no_place_of_a_waiting_run_and_only_two_look_at_once() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", silent.local_addr().expect("an address"));
    // More than there are places.
    let one = |number: usize| json!({"key": format!("u{number}"), "kind": "url", "url": url, "timeout_seconds": 300});
    let many: Vec<Value> = (0..10).map(one).collect();
    let body = crate::engine::bench::child_task("many", &["print", "done"], json!({"dependencies": many}));
    bench.task(body).await;
    let ask = || {
        let app = bench.app.clone();
        tokio::spawn(async move { app.task_probe(&Caller::local(), "many").await })
    };
    let (first, second) = (ask(), ask());
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(
            tokio::time::timeout(PATIENCE, silent.accept()).await.expect("both look at everything").expect("open"),
        );
    }
    bench.task(depending("it", json!({"kind": "file", "path": "/nowhere/at/all"}))).await;
    let run = bench.start("it").await;
    let (_, looked) = seen(&bench, run, false).await;
    assert_eq!(looked.sight.map(|sight| sight.code()), Some(SightCode::FileAbsent));
    let third = ask().await.expect("no panic");
    assert!(matches!(third, Err(Error::Unavailable(_))), "{third:?}");
    first.abort();
    let _cancelled = first.await;
    bench.task(depending("quick", json!({"kind": "file", "path": "/nowhere/at/all"}))).await;
    bench.app.task_probe(&Caller::local(), "quick").await.expect("the first has left");
    second.abort();
}
