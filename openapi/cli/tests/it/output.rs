//! Tables, JSON, YAML, CSV, names; pages; bytes; streams.

use serde_json::{Value, json};

use crate::kit::golden;
use crate::kit::orc::Orc;
use crate::kit::sample::ID;
use crate::kit::stub::{Reply, Seen, Stub, good, reply};

fn run(number: u32, task: &str, state: &str) -> Value {
    let finished = (state != "running").then_some("2026-12-01T02:00:05.25Z");
    json!({
        "id": format!("0190b8a4-6a70-7000-8000-{number:012}"), "task": {"id": ID, "name": task, "version": 3},
        "state": state, "trigger": {"kind": "schedule", "by": null, "schedule_key": "cron", "rerun_of": null},
        "scheduled_for": "2026-12-01T02:00:00Z", "created_at": "2026-12-01T02:00:00.001Z",
        "queued_at": "2026-12-01T02:00:00.001Z", "started_at": "2026-12-01T02:00:00.1Z", "finished_at": finished,
        "duration_seconds": finished.map(|_| 5.15), "next_attempt_at": null, "cancel_requested_at": null,
        "attempt_count": 1, "params": {"day": "mon"}, "result": null,
        "reason": (state == "failed").then(|| reason("exit code 3,\n\"no\" disk")), "waiting_on": [], "node": "n1",
        "log": {"bytes": 2048, "lines": 20, "truncated": false}, "actions": ["rerun"],
    })
}

fn reason(text: &str) -> Value {
    json!({"code": "exit_code", "args": {"exit_code": 3}, "text": text})
}

/// A run with its attempts.
fn whole(mut run: Value, attempts: Value) -> Value {
    run["attempts"] = attempts;
    run
}

fn runs(seen: &Seen) -> Option<Reply> {
    match seen.operation {
        "run_list" => good(
            json!({"items": [run(1, "backup", "succeeded"), run(2, "ä-task", "failed"), run(3, "report", "running")],
            "next_cursor": "abc"}),
        ),
        "run_view" => good(whole(
            run(2, "backup", "failed"),
            json!([
            {"number": 1, "outcome": "failed", "node": "n1", "pid": 77, "started_at": "2026-12-01T02:00:00.1Z",
             "finished_at": "2026-12-01T02:00:05.25Z", "duration_seconds": 5.15, "exit_code": 3, "signal": null, "reason": reason("ended with exit code 3"),
             "cpu_seconds": 0.25, "peak_memory_bytes": 5_242_880, "log": {"bytes": 2048, "lines": 20, "truncated": false},
             "leaked_output": false, "survivor_count": 0}]),
        )),
        _ => None,
    }
}

#[test]
fn answers_are_printed_as_they_were() {
    let stub = Stub::start(runs);
    let orc = Orc::at(&stub.url);
    for format in ["table", "json", "yaml", "csv", "name"] {
        golden::check(&format!("runs/list_{format}"), &orc.run(&format!("run list -o {format}")).ok().stdout);
        golden::check(&format!("runs/view_{format}"), &orc.run(&format!("run view {ID} -o {format}")).ok().stdout);
    }
    golden::check("runs/list_columns", &orc.run("run list --columns task.name,attempt_count,log.bytes").ok().stdout);
    assert_eq!(orc.run("run list").ok().stderr, "There is more: add --all, or --cursor abc for the next page.\n");
    assert_eq!(orc.run("run list -o json").ok().stderr, "", "programs get no remarks");
    assert_eq!(orc.run("run list --output json").ok().stdout, orc.run("run list -o json").ok().stdout);
}

#[test]
fn yaml_is_read_back_as_the_same_value() {
    let stub = Stub::start(|seen| match seen.operation {
        "task_view" => good(
            json!({"name": "a", "title": "yes", "description": "line\n# no comment: x\n", "tags": ["null", "1e3", "0x1f", "-"],
            "run": {"kind": "shell", "line": "  echo 'a' && echo \"b\""}, "environment": {"on": "off", "N": "007"},
            "overlap": {"kind": "skip"}, "timeout_seconds": null, "grace_seconds": 10, "params": []}),
        ),
        _ => None,
    });
    let orc = Orc::at(&stub.url);
    let yaml = orc.run("task view a -o yaml").ok().stdout;
    let value: Value = serde_json::from_str(&orc.run("task view a -o json").ok().stdout).unwrap();
    orc.args(&["task", "create", "-f", "-"], &yaml).ok();
    assert_eq!(stub.last().body, value, "{yaml}");
}

fn pages(seen: &Seen) -> Option<Reply> {
    let page = seen.query("cursor").map_or(0, |cursor| cursor.parse().unwrap());
    let next = (page < 2).then(|| (page + 1).to_string());
    good(json!({"items": [run(page, "backup", "succeeded")], "next_cursor": next}))
}

#[test]
fn all_pages_are_walked() {
    let stub = Stub::start(pages);
    let orc = Orc::at(&stub.url);
    assert_eq!(orc.run("run list -o name --all --state failed").ok().stdout.lines().count(), 3);
    let seen = stub.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|seen| seen.query("state") == Some("failed") && seen.query("limit") == Some("500")));
    assert_eq!(orc.run("run list -o name --limit 1 --cursor 1").ok().stdout.lines().count(), 1);
    orc.run("run list --all --cursor 1").code(2);
}

#[test]
fn a_server_that_repeats_its_page_does_not_hang_the_client() {
    let stub = Stub::start(|_| good(json!({"items": [], "next_cursor": "same"})));
    let ran = Orc::at(&stub.url).run("run list --all").code(1);
    assert!(ran.stderr.contains("keeps answering the same page"), "{}", ran.stderr);
}

#[test]
fn bytes_go_to_stdout_or_a_file() {
    let stub = Stub::start(|_| reply(200, "text/plain", b"one\r\n\x1b[31mtwo".to_vec()));
    let orc = Orc::at(&stub.url);
    assert_eq!(orc.run(&format!("run log {ID} --stream stdout")).ok().stdout, "one\r\n\u{1b}[31mtwo");
    assert_eq!(stub.last().query("stream"), Some("stdout"));
    assert_eq!(orc.run(&format!("run log {ID} -o log.txt")).ok().stdout, "");
    assert_eq!(std::fs::read(orc.home.path().join("log.txt")).unwrap(), b"one\r\n\x1b[31mtwo");
}

#[test]
fn streams_are_one_json_a_line() {
    let text = ": hi\n\nevent: run.changed\nid: 7-1\ndata: {\"kind\": \"run.changed\",\ndata:  \"state\": \"running\"}\n\nevent: gap\ndata: {}\n\n";
    let stub = Stub::start(move |_| reply(200, "text/event-stream", text));
    let orc = Orc::at(&stub.url);
    let expected = "{\"event\":\"run.changed\",\"id\":\"7-1\",\"data\":{\"kind\":\"run.changed\",\"state\":\"running\"}}\n\
                    {\"event\":\"gap\",\"id\":\"7-1\",\"data\":{}}\n";
    assert_eq!(orc.run("event stream").ok().stdout, expected);
}

#[test]
fn an_empty_list_says_so_to_people_only() {
    let stub = Stub::start(|_| good(json!({"items": [], "next_cursor": null})));
    let orc = Orc::at(&stub.url);
    let ran = orc.run("task list").ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "Nothing found.\n"));
    assert_eq!(orc.run("task list -o name").ok().stderr, "");
}

#[test]
fn addresses_are_shown_in_full_and_dry_runs_say_so() {
    let stub = Stub::start(|seen| match seen.operation {
        "trigger_list" => good(json!({"items": [{"id": ID, "key": "webhook", "kind": "webhook", "enabled": true,
            "url": "/hooks/0190b8a4", "rotated_at": null, "last_run_at": null, "problem": {"code": "secret_missing", "args": {}, "text": "it has no address yet; make one"}}], "next_cursor": null})),
        "trigger_rotate" => good(json!({"url": "/hooks/0190b8a4.secret", "secret": null, "verify_token": null})),
        "trigger_call_list" => good(json!({"items": [{"called_at": "2026-11-29T18:00:00Z", "address": "192.0.2.1",
            "sender": "github", "verdict": "skipped", "run_id": ID, "delivery": "72d3162e", "body_bytes": 6615, "count": 1}],
            "next_cursor": null})),
        _ => None,
    });
    let orc = Orc::at(&stub.url);
    let calls = orc.run("trigger call list backup webhook").ok().stdout;
    assert!(["192.0.2.1", "github", "skipped", "72d3162e"].iter().all(|word| calls.contains(word)), "{calls}");
    let listed = orc.run("trigger list backup").ok().stdout;
    assert!(listed.contains(&format!("{}/hooks/0190b8a4  ", stub.url)), "{listed}");
    let shown = orc.run("trigger rotate backup webhook").ok().stdout;
    assert!(shown.contains(&format!("{}/hooks/0190b8a4.secret", stub.url)), "{shown}");
    let raw = orc.run("trigger rotate backup webhook -o json").ok().stdout;
    assert!(raw.contains("\"/hooks/0190b8a4.secret\""), "{raw}");
    let dry = orc.run("task create --name a --run shell --run.line true --dry-run").ok();
    assert_eq!(dry.stderr, "Dry run: nothing was saved.\n");
    assert_eq!(orc.run("task create --name a --run shell --run.line true").ok().stderr, "");
}

#[test]
fn the_ledger_of_a_task_ends_with_its_totals() {
    let stub = Stub::start(|seen| match seen.operation {
        "slot_list" if seen.query("task") == Some("full") => {
            good(json!({"items": [{"task": "full"}], "next_cursor": "abc"}))
        }
        "slot_list" => good(json!({"items": [], "next_cursor": null})),
        "slot_summary" => good(json!({"from_at": "2026-12-01T00:00:00Z", "until_at": "2026-12-02T00:00:00Z",
            "expected": 24, "ran": 20, "skipped": 1, "missed": 1, "pending": 0, "unaccounted": 2, "surplus": 0})),
        _ => None,
    });
    let orc = Orc::at(&stub.url);
    let shown = orc.run("slot list --task backup --from-at 2026-12-01T00:00:00Z").ok().stdout;
    let expected = "
2026-12-01 00:00Z to 2026-12-02 00:00Z: 24 expected, 20 ran, 1 skipped, 1 missed, 0 pending
2 unaccounted: the ledger does not agree with the schedules
";
    assert_eq!(shown, expected);
    assert_eq!(stub.last().query("from_at"), Some("2026-12-01T00:00:00Z"));
    assert_eq!(
        orc.run("slot list --task full").ok().stderr,
        "There is more: add --all, or --cursor abc for the next page.\n"
    );
    assert!(orc.run("slot list --task full").ok().stdout.ends_with("schedules\n"), "the line ends");
    assert_eq!(orc.run("slot list").ok().stdout, "", "there are totals of one task only");
    assert_eq!(orc.run("slot list --task backup -o csv").ok().stdout.lines().count(), 1);
}
