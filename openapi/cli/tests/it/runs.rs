//! Running, waiting and following: what is printed, and the run's result as the exit code.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::kit::orc::Orc;
use crate::kit::sample::ID;
use crate::kit::stub::{Reply, Seen, Stub, good, problem, reply};

fn detail(state: &str, exit_code: Value) -> Value {
    let finished = (state != "running").then_some("2026-12-01T02:00:01Z");
    json!({"id": ID, "state": state, "finished_at": finished, "duration_seconds": 1.04, "reason": null, "task": {"name": "backup"},
        "attempts": [{"number": 1, "exit_code": exit_code}]})
}

fn log(event: &str, id: &str, data: Value) -> String {
    format!("event: {event}\nid: {id}\ndata: {data}\n\n")
}

fn piece(stream: &str, text: &str) -> Value {
    json!({"kind": "log", "attempt": 1, "offset": 0, "stream": stream, "at": "2026-12-01T02:00:00Z", "text": text, "dropped_bytes": 0,
        "dropped_because": null, "redraw_count": 0})
}

/// A run that is running when first asked, and over from then on; its log comes in two connections.
fn life(state: &'static str, exit_code: Value) -> impl Fn(&Seen) -> Option<Reply> + Send + Sync {
    let asked = AtomicUsize::new(0);
    move |seen| match seen.operation {
        "task_view" => good(
            json!({"name": "backup", "params": [{"kind": "integer", "name": "n"}, {"kind": "string", "name": "day"}]}),
        ),
        "task_run" => reply(201, "application/json", json!({"id": ID, "state": "queued"}).to_string()),
        "run_view" if asked.fetch_add(1, Ordering::SeqCst) == 0 => good(detail("running", Value::Null)),
        "run_view" => good(detail(state, exit_code.clone())),
        "event_stream" => {
            reply(200, "text/event-stream", log("run.changed", "1-1", json!({"kind": "run.changed", "id": ID})))
        }
        "run_log_stream" if seen.query("last_event_id").is_none() => {
            reply(200, "text/event-stream", log("log", "1:4", piece("stdout", "one\n")))
        }
        "run_log_stream" => {
            let err = log("log", "1:9", piece("stderr", "two\n")) + &log("end", "1:9", json!({}));
            reply(200, "text/event-stream", err)
        }
        _ => None,
    }
}

#[test]
fn following_prints_the_log_once_and_ends_like_the_run() {
    let stub = Stub::start(life("failed", json!(3)));
    let ran = Orc::at(&stub.url).run("task run backup --param n=7 -p day=1 --follow --idempotency-key k").code(3);
    assert_eq!(ran.stdout, "one\n");
    assert_eq!(ran.stderr, format!("two\nrun {ID} failed after 1.0 s\n"));
    let seen = stub.seen();
    let start = seen.iter().find(|seen| seen.operation == "task_run").unwrap();
    assert_eq!(start.body, json!({"params": {"n": 7, "day": "1"}}));
    assert_eq!(start.header("idempotency-key"), Some("k"));
    let streams: Vec<_> = seen.iter().filter(|seen| seen.operation == "run_log_stream").collect();
    assert_eq!((streams[0].query("offset"), streams[1].query("last_event_id")), (Some("0"), Some("1:4")));
}

#[test]
fn redraws_that_were_left_out_are_told_once_at_the_end() {
    let left_out = |text: &str, count: u64| {
        let mut piece = piece("stderr", text);
        piece["dropped_bytes"] = json!(100 * count);
        piece["dropped_because"] = json!("redraws");
        piece["redraw_count"] = json!(count);
        log("log", "1:9", piece)
    };
    let whole = log("log", "1:4", piece("stderr", "1%")) + &left_out("\r50%", 40) + &left_out("\r99%\n", 41);
    let whole = whole + &log("end", "1:9", json!({}));
    let lived = life("failed", json!(3));
    let stub = Stub::start(move |seen| match seen.operation {
        "run_log_stream" => reply(200, "text/event-stream", whole.clone()),
        "run_view" => good(detail("failed", json!(3))),
        _ => lived(seen),
    });
    let ran = Orc::at(&stub.url).run(&format!("run log {ID} -f")).code(3);
    assert!(ran.stderr.starts_with("1%\r50%\r99%\n... 81 redraws"), "{}", ran.stderr);
}

#[test]
fn a_run_that_succeeded_is_exit_0() {
    let stub = Stub::start(life("succeeded", json!(0)));
    Orc::at(&stub.url).run("task run backup --follow").ok();
    let stub = Stub::start(life("succeeded", json!(0)));
    let ran = Orc::at(&stub.url).run("task run backup --wait -o name").ok();
    assert_eq!(ran.stdout, format!("{ID}\n"));
}

#[test]
fn waiting_ends_like_the_run() {
    let stub = Stub::start(life("failed", json!(42)));
    let ran = Orc::at(&stub.url).run(&format!("run wait {ID} -o json")).code(42);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["state"], "failed");
    let stub = Stub::start(life("timed_out", Value::Null));
    Orc::at(&stub.url).run(&format!("run wait {ID}")).code(1);
    let stub = Stub::start(life("failed", json!(5)));
    assert_eq!(Orc::at(&stub.url).run(&format!("run log {ID} -f")).code(5).stdout, "one\n");
}

#[test]
fn without_waiting_the_run_is_shown() {
    let stub = Stub::start(life("failed", json!(3)));
    let ran = Orc::at(&stub.url).run("task run backup").ok();
    assert_eq!(ran.stdout, format!("id     {ID}\nstate  queued\n"));
    assert_eq!(stub.last().body, json!({}));
}

#[test]
fn params_of_the_wrong_kind_start_nothing() {
    let stub = Stub::start(life("succeeded", json!(0)));
    let orc = Orc::at(&stub.url);
    assert!(
        orc.run("task run backup --param n=many").code(2).stderr.contains("--param n: `many` is not a whole number")
    );
    orc.run("task run backup --param n").code(2);
    assert!(stub.seen().iter().all(|seen| seen.operation != "task_run"));
}

#[test]
fn a_server_that_comes_back_is_followed_on() {
    let asked = AtomicUsize::new(0);
    let stub = Stub::start(move |seen| match (seen.operation, asked.fetch_add(1, Ordering::SeqCst)) {
        ("run_view", 0..=2) => good(detail("running", Value::Null)),
        (_, 3..=4) => problem(503, "Starting", "", json!([])),
        ("run_view", _) => good(detail("succeeded", json!(0))),
        ("event_stream", _) => reply(200, "text/event-stream", ""),
        _ => None,
    });
    let ran = Orc::at(&stub.url).run(&format!("run wait {ID}")).ok();
    assert_eq!(ran.stderr, "The server does not answer; trying again ...\n");
}

#[test]
fn a_missing_run_is_not_waited_for() {
    let stub = Stub::start(|_| problem(404, "Not found", "There is no such run.", json!([])));
    Orc::at(&stub.url).run(&format!("run wait {ID}")).code(3);
    Orc::at(&stub.url).run(&format!("run log {ID} -f")).code(3);
}
