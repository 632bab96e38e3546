//! Each kind of dependency against the real thing.

use super::{depending, seen};
use crate::engine::bench::{Bench, child};
use orc_server::app::Caller;
use orc_server::domain::dependencies::Sight;
use orc_server::domain::dependencies::sight::SightCode;
use orc_server::domain::vocabulary::RunState;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// What would be seen of one dependency now.
async fn look(bench: &Bench, dependency: Value) -> (bool, Sight) {
    let name = format!("it-{}", uuid::Uuid::now_v7().simple());
    bench.task(depending(&name, dependency)).await;
    let seen = bench.app.task_probe(&Caller::local(), &name).await.expect("looked").remove(0);
    (seen.met, seen.sight)
}

async fn code(bench: &Bench, dependency: Value) -> (bool, SightCode) {
    let (met, sight) = look(bench, dependency).await;
    (met, sight.code())
}

/// Answers one request after another with these heads and bodies, on a port of its own.
fn server(answers: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut asked = [0; 1024];
            let _request = stream.read(&mut asked);
            let _sent = stream.write_all(answer.as_bytes());
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_a_port_that_opens() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    bench.task(depending("it", json!({"kind": "tcp", "host": "localhost", "port": port}))).await;
    let run = bench.start("it").await;
    let (_, first) = seen(&bench, run, false).await;
    assert_eq!(first.sight.map(|sight| sight.code()), Some(SightCode::TcpClosed));
    let _open = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_no_request_may_reach_are_refused_for_looks_too() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let port = server(&["HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"]);
    let redirect = json!({"kind": "url", "url": format!("http://127.0.0.1:{port}/")});
    let (met, sight) = look(&bench, redirect).await;
    assert!(!met && matches!(sight, Sight::UrlRefused { .. }), "{sight:?}");
    for url in
        ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/", "http://127.0.0.1:5000/", "http://2852039166/"]
    {
        assert_eq!(code(&bench, json!({"kind": "url", "url": url})).await, (false, SightCode::UrlRefused), "{url}");
    }
    let (met, sight) = look(&bench, json!({"kind": "tcp", "host": "127.0.0.1", "port": 5000})).await;
    assert!(!met && sight.words().contains("Orc itself"), "{sight:?}");
    let (met, sight) = look(&bench, json!({"kind": "tcp", "host": "169.254.169.254", "port": 80})).await;
    assert!(!met && sight.words().contains("link-local"), "{sight:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_answers_as_expected_or_not() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let port = server(&[
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnot",
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 Empty\r\n\r\n",
    ]);
    let url = format!("http://127.0.0.1:{port}/");
    let text = json!({"kind": "url", "url": url, "body_contains": "ready"});
    assert_eq!(code(&bench, text.clone()).await, (true, SightCode::UrlAnswered));
    assert_eq!(code(&bench, text).await, (false, SightCode::UrlTextMissing));
    assert_eq!(code(&bench, json!({"kind": "url", "url": url})).await, (false, SightCode::UrlOtherStatus));
    let head = json!({"kind": "url", "url": url, "method": "HEAD", "expected_codes": [204]});
    assert_eq!(code(&bench, head).await, (true, SightCode::UrlAnswered));
    assert_eq!(code(&bench, json!({"kind": "url", "url": url})).await, (false, SightCode::UrlSilent), "it is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_address_ends_the_look_after_its_time() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", silent.local_addr().expect("an address"));
    let slow = json!({"kind": "url", "url": url, "timeout_seconds": 0.2});
    assert_eq!(look(&bench, slow).await, (false, Sight::NoAnswer { limit_milliseconds: 200 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_succeed_fail_and_are_stopped_with_everything_that_they_started() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let shell = |line: &str| json!({"kind": "command", "program": "/bin/sh", "arguments": ["-c", line]});
    assert_eq!(code(&bench, shell("true")).await, (true, SightCode::CommandSucceeded));
    let (met, sight) = look(&bench, shell("echo not yet; exit 3")).await;
    let last_line = Some("not yet".to_owned());
    assert_eq!((met, sight), (false, Sight::CommandFailed { problem: "exit code 3".into(), last_line }));
    let missing = json!({"kind": "command", "program": "/nowhere/at/all"});
    assert_eq!(code(&bench, missing).await, (false, SightCode::CommandFailed));
    let place = tempfile::tempdir().expect("a folder");
    let pid = place.path().join("pid");
    let line = format!("{} sleep 600 & echo $! > {}; wait", child(), pid.display());
    let mut slow = shell(&line);
    slow["timeout_seconds"] = json!(1);
    let (met, sight) = look(&bench, slow).await;
    assert!(!met && sight.words().contains("took longer than 1 s"), "{sight:?}");
    let pid: i32 = std::fs::read_to_string(&pid).expect("written").trim().parse().expect("a pid");
    let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
    assert!(rustix::process::test_kill_process(pid).is_err(), "its child is gone too");
    let left = std::fs::read_dir(bench.app.log_folder()).expect("there").count();
    assert_eq!(left, 0, "nothing of what the commands wrote is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_has_room_or_not() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let path = bench.folder.path().display().to_string();
    let disk = |bytes: u64| json!({"kind": "host", "disk_path": path, "disk_free_bytes": bytes});
    assert_eq!(code(&bench, disk(1)).await, (true, SightCode::HostReady));
    assert_eq!(code(&bench, disk(1 << 60)).await, (false, SightCode::HostShort));
    let load = json!({"kind": "host", "load_max": 10_000, "memory_free_bytes": 1});
    assert_eq!(code(&bench, load).await, (true, SightCode::HostReady));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_in_orcs_own_folder_and_outside_of_the_allowed_ones_are_not_looked_at() {
    let bench = Bench::new().await;
    let own = bench.folder.path().join("orc.db").display().to_string();
    let body = depending("it", json!({"kind": "file", "path": own}));
    let body: orc_server::api::tasks::definition::TaskDefinition = serde_json::from_value(body).expect("a body");
    let error = bench.app.task_create(&Caller::local(), body.into_domain("UTC"), false).await.expect_err("refused");
    let orc_server::app::Error::Invalid(problems) = error else { panic!("{error:?}") };
    assert_eq!(problems[0].pointer, "/dependencies/0/path");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_until_a_network_profile_holds() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let admin = bench.admin().await;
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let unknown = depending("it", json!({"kind": "vpn", "network": "office"}));
    let refused = admin.json(422, "POST /tasks", Some(unknown)).await;
    assert_eq!(refused["fields"][0]["pointer"], "/dependencies/0/network");
    let profile = json!({"name": "office", "rules": [{"kind": "tcp", "host": "127.0.0.1", "port": port}]});
    admin.json(201, "POST /networks", Some(profile)).await;
    bench.task(depending("it", json!({"kind": "vpn", "network": "office"}))).await;
    let run = bench.start("it").await;
    let (_, first) = seen(&bench, run, false).await;
    assert_eq!(first.sight.map(|sight| sight.code()), Some(SightCode::NetworkLacks));
    let _open = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_a_socket_and_a_pipe_exist() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let place = tempfile::tempdir().expect("a folder");
    let path = |name: &str| place.path().join(name).display().to_string();
    std::fs::create_dir(path("lock")).expect("a folder");
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("a socket");
    std::os::unix::fs::symlink(path("lock"), path("link")).expect("a link");
    std::os::unix::fs::symlink(path("nowhere"), path("dangling")).expect("a link");
    for name in ["lock", "socket", "link", "l*", "so?ket"] {
        let there = json!({"kind": "file", "path": path(name)});
        assert_eq!(code(&bench, there).await, (true, SightCode::PathThere), "{name}");
        let absent = json!({"kind": "file", "path": path(name), "absent": true});
        assert_eq!(code(&bench, absent).await, (false, SightCode::FileStillThere), "{name}");
        let large = json!({"kind": "file", "path": path(name), "min_bytes": 1});
        assert_eq!(code(&bench, large).await, (false, SightCode::PathNoFile), "{name}");
    }
    for name in ["nowhere", "dangling", "lock/*"] {
        let absent = json!({"kind": "file", "path": path(name), "absent": true});
        assert_eq!(code(&bench, absent).await, (true, SightCode::FileAbsent), "{name}");
    }
}
