//! What is wrong now, with the last lines of each log.

use serde_json::{Value, json};

use crate::kit::orc::Orc;
use crate::kit::sample::ID;
use crate::kit::stub::{Reply, Seen, Stub, good, problem};

fn incident(task: &str, by: Value) -> Value {
    json!({"id": ID, "task": task, "kind": "failing", "state": "open", "opened_at": "2026-12-01T02:00:00Z", "run_count": 3,
        "last_run": ID, "reason": {"code": "exit_code", "args": {}, "text": "ended with exit code 3"}, "acknowledged_by": by, "note": "today"})
}

fn answers(items: Value) -> impl Fn(&Seen) -> Option<Reply> + Send + Sync {
    move |seen| match seen.operation {
        "incident_list" => good(json!({"items": items, "next_cursor": null})),
        "run_changes" => good(json!({"run": {"log_tail": ["1", "2", "3", "4", "5", "disk full"]}})),
        _ => None,
    }
}

#[test]
fn what_is_wrong_is_shown_with_the_last_lines_and_with_what_to_do_next() {
    let stub = Stub::start(answers(json!([incident("backup", Value::Null), incident("import", json!("ada"))])));
    let ran = Orc::at(&stub.url).run("attention").code(0);
    let lines = "  ended with exit code 3\n  | 2\n  | 3\n  | 4\n  | 5\n  | disk full\n";
    let first = format!("backup: failing, 3 runs since 2026-12-01 02:00Z, nobody takes care of it\n{lines}");
    let second = format!("import: failing, 3 runs since 2026-12-01 02:00Z, ada takes care of it: today\n{lines}");
    assert_eq!(ran.stdout, format!("{first}  orc incident acknowledge {ID}\n{second}"));
    let seen = stub.seen();
    let asked = seen.iter().find(|seen| seen.operation == "incident_list").unwrap();
    assert_eq!(asked.query("state"), Some("open,acknowledged"));
}

#[test]
fn what_is_wrong_with_the_server_counts_no_runs() {
    let mut stuck = incident("x", Value::Null);
    for (field, value) in
        [("task", Value::Null), ("last_run", Value::Null), ("part", json!("herald")), ("run_count", json!(0))]
    {
        stuck[field] = value;
    }
    stuck["kind"] = json!("worker_stuck");
    let stub = Stub::start(answers(json!([stuck])));
    let ran = Orc::at(&stub.url).run("attention").code(0);
    let first = "server, herald: worker_stuck, since 2026-12-01 02:00Z, nobody takes care of it\n";
    assert!(ran.stdout.starts_with(first) && !ran.stdout.contains('|'), "{}", ran.stdout);
}

#[test]
fn nothing_is_wrong_and_a_log_that_cannot_be_read_hides_nothing() {
    let calm = Stub::start(answers(json!([])));
    assert_eq!(Orc::at(&calm.url).run("attention").code(0).stdout, "Nothing is wrong.\n");
    let stub = Stub::start(move |seen: &Seen| match seen.operation {
        "incident_list" => good(json!({"items": [incident("backup", Value::Null)], "next_cursor": null})),
        "run_changes" => problem(500, "internal", "no", json!([])),
        _ => None,
    });
    let ran = Orc::at(&stub.url).run("attention").code(0);
    assert!(ran.stdout.contains("backup: failing") && !ran.stdout.contains('|'), "{}", ran.stdout);
    let ran = Orc::at(&stub.url).run("attention -o json").code(0);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["items"][0]["task"], "backup");
}
