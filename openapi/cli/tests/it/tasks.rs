//! Sets of tasks: apply, export, import.

use serde_json::{Value, json};

use crate::kit::golden;
use crate::kit::orc::Orc;
use crate::kit::stub::{Reply, Seen, Stub, good, problem};

const TASKS: &str = "
name: a
run: {kind: shell, line: 'echo a'}
overlap: skip
---
- name: b
  run: {kind: command, program: 'true'}
  schedules: [{kind: cron, expression: '0 2 * * *', catch_up: latest}]
- {name: c, run: {kind: command, program: 'true'}}
";

fn applied(seen: &Seen) -> Option<Reply> {
    let item = |name, change, differences: Value| json!({"name": name, "change": change, "differences": differences, "mended": if name == "a" { json!(["line_ends"]) } else { json!([]) }});
    let differences = json!([{"pointer": "/timeout_seconds", "before": null, "after": 10}, {"pointer": "/tags", "before": ["x"], "after": []}]);
    let items = [
        item("a", "created", json!([])),
        item("b", "updated", differences),
        item("c", "unchanged", json!([])),
        item("old", "deleted", json!([])),
    ];
    good(json!({"dry_run": seen.query("dry_run") == Some("true"), "items": items}))
}

#[test]
fn apply_sends_all_files_at_once_and_says_what_changed() {
    let stub = Stub::start(applied);
    let orc = Orc::at(&stub.url);
    orc.file("tasks.yaml", TASKS).file("more.json", r#"{"name": "d", "run": {"kind": "command", "program": "true"}}"#);
    golden::check(
        "tasks/apply",
        &orc.run("task apply -f tasks.yaml -f more.json --owner me --prune --yes").ok().stdout,
    );
    let seen = stub.last();
    let names: Vec<_> = seen.body["tasks"].as_array().unwrap().iter().map(|task| task["name"].clone()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(seen.body["tasks"][0]["overlap"], json!({"kind": "skip"}));
    assert_eq!(seen.body["tasks"][1]["schedules"][0]["catch_up"], json!({"kind": "latest"}));
    assert_eq!(
        (&seen.body["owner"], &seen.body["prune"], &seen.body["yes"]),
        (&json!("me"), &json!(true), &json!(true))
    );
    golden::check("tasks/apply_dry_run", &orc.run("task apply -f tasks.yaml --dry-run").ok().stdout);
    assert_eq!(stub.last().query("dry_run"), Some("true"));
    assert!(orc.run("task apply -f tasks.yaml -o csv").ok().stdout.starts_with("name,change\r\na,created\r\n"));
}

#[test]
fn numbers_and_words_of_an_environment_are_sent_as_they_are_written() {
    let stub = Stub::start(|_| good(json!({"dry_run": false, "items": []})));
    let orc = Orc::at(&stub.url);
    let text = "name: env-numbers\nrun: { kind: shell, line: env }\nenvironment:\n  PORT: 8080\n  DEBUG: true\n  RATIO: 1.10\n  \
                MODE: 0755\n  ON: yes\n  NORWAY: NO\n  TIME: 22:30\n  EMPTY:\n";
    orc.file("tasks.yaml", text);
    orc.run("task apply -f tasks.yaml").ok();
    let wanted = json!({"PORT": "8080", "DEBUG": "true", "RATIO": "1.10", "MODE": "0755", "ON": "yes", "NORWAY": "NO",
        "TIME": "22:30", "EMPTY": ""});
    assert_eq!(stub.last().body["tasks"][0]["environment"], wanted);
    orc.file("export.yaml", &format!("tasks:\n- {}", text.replace('\n', "\n  ")));
    orc.run("task apply -f export.yaml").ok();
    assert_eq!(stub.last().body["tasks"][0]["environment"], wanted);
    let _only_the_request_counts = orc.run("task create -f tasks.yaml");
    assert_eq!(stub.last().body["environment"], wanted);
    let _only_the_request_counts = orc.run("api POST /tasks -f tasks.yaml");
    assert_eq!(stub.last().body["environment"], wanted);
    let params = "name: a\nparams:\n- {kind: integer, name: id, default: 18446744073709551615}\n- {kind: json, name: j, default: {a: 1.50}}\n";
    orc.file("params.yaml", &format!("{params}run: {{kind: shell, line: env}}\n"));
    let _only_the_request_counts = orc.run("task create -f params.yaml");
    let sent = stub.last().body["params"].to_string();
    assert!(sent.contains("\"default\":18446744073709551615") && sent.contains("{\"a\":1.50}"), "{sent}");
}

#[test]
fn what_is_exported_is_applied_as_it_is() {
    let text =
        |name: &str, text: &str| json!({"name": name, "run": {"kind": "script", "interpreter": "sh", "text": text}});
    let words = [
        "yes",
        "no",
        "null",
        "~",
        "012",
        "1_000",
        "1e3",
        " a ",
        "a: b",
        "# a",
        "- a",
        "'a\"",
        "é\t\u{7f}",
        "2026-11-28",
        "",
    ];
    let tasks = json!([
        {"name": "a", "tags": words, "environment": {"ON": "off"}, "timeout_seconds": 60.5, "priority": 0, "pool": null,
            "enabled": false, "overlap": {"kind": "skip"}, "schedules": [], "run": {"kind": "shell", "line": "a | b > 'c' # d"}},
        text("b", "if true; then\n  echo \"x\"\nfi\n"),
        text("c", "\n  indented\r\n\ttab\n\n\n"),
        text("d", "no end of line"),
        text("e", &"long ".repeat(40)),
        text("f", &"a  long   line \n ".repeat(20)),
        text("g", &format!("{} \n\n{}\n", "x  ".repeat(90), "y".repeat(200))),
    ]);
    let exported = tasks.clone();
    let stub = Stub::start(move |seen| match seen.operation {
        "task_export" => good(json!({"tasks": exported})),
        _ => applied(seen),
    });
    let orc = Orc::at(&stub.url);
    let yaml = orc.run("task export --folder shop --enabled=false").ok().stdout;
    assert_eq!((stub.last().query("folder"), stub.last().query("enabled")), (Some("shop"), Some("false")));
    assert_eq!(orc.run("task export -o yaml").ok().stdout, yaml, "YAML where nothing else is asked for");
    golden::check("tasks/export", &yaml);
    for file in [yaml, orc.run("task export -o json").ok().stdout] {
        orc.file("tasks.yaml", &file);
        orc.run("task apply -f tasks.yaml").ok();
        assert_eq!(stub.last().body["tasks"], tasks, "{file}");
    }
    orc.file("tasks.yaml", "tasks: []\nprune: true\n").file("none.yaml", "tasks: {name: a}\n");
    assert!(orc.run("task apply -f tasks.yaml").code(2).stderr.contains("`prune` cannot stand beside `tasks`"));
    assert!(orc.run("task apply -f none.yaml").code(2).stderr.contains("`tasks` must be a list of tasks"));
}

#[test]
fn a_fault_is_placed_in_its_file() {
    let stub = Stub::start(|_| {
        problem(
            422,
            "Not valid",
            "One task has a fault.",
            json!([{"pointer": "/tasks/1/schedules/0/expression", "message": "five fields are needed"}]),
        )
    });
    let orc = Orc::at(&stub.url);
    orc.file("tasks.yaml", TASKS).file("typo.yaml", "name: a\nrun: {kind: shell, line: x}\noverlap: skp\n");
    golden::check("tasks/apply_fault", &orc.run("task apply -f tasks.yaml").code(1).stderr);
    golden::check("tasks/apply_typo", &orc.run("task apply -f typo.yaml").code(2).stderr);
}

fn imported(seen: &Seen) -> Option<Reply> {
    let bad = seen.body["text"].as_str().is_some_and(|text| text.contains("25"));
    let task = |line: u32, name: &str, skipped: bool, warnings: Value| {
        json!({"line": line, "definition": {"name": name}, "skipped": skipped, "words": ["Every day at 02:00"],
            "next_slots": [{"scheduled_local": "2026-12-01T02:00:00+01:00"}], "warnings": warnings})
    };
    let problems = if bad { json!([{"line": 4, "position": 3, "message": "hour: out of range"}]) } else { json!([]) };
    let saved = seen.query("dry_run") != Some("true") && !bad;
    let same = json!({"code": "same_task", "args": {"task": "c"}, "text": "left out: it is there"});
    let note = json!({"code": "overlap_skipped", "args": {}, "text": "no run overlaps"});
    let tasks = [task(1, "a", false, json!([])), task(2, "b", true, json!([same]))];
    good(json!({"saved": saved, "form": "user", "tasks": tasks, "problems": problems, "notes": [note]}))
}

#[test]
fn import_shows_a_crontab_and_saves_it_only_on_request() {
    let stub = Stub::start(imported);
    let orc = Orc::at(&stub.url);
    orc.file("crontab", "0 2 * * * a\n0 2 * * * b\n").file("bad", "0 25 * * * a\n");
    golden::check("tasks/import", &orc.run("task import -f crontab --folder old --timezone Europe/Berlin").ok().stdout);
    let seen = stub.last();
    assert_eq!((seen.operation, seen.query("dry_run")), ("task_import", Some("true")));
    assert_eq!(seen.body["text"], "0 2 * * * a\n0 2 * * * b\n");
    assert_eq!((&seen.body["folder"], &seen.body["timezone"]), (&json!("old"), &json!("Europe/Berlin")));
    let saved = orc.args(&["task", "import", "--yes", "--disabled"], "0 2 * * * a\n").ok().stdout;
    assert!(saved.ends_with("Saved 1 task, 1 left out.\n"), "{saved}");
    assert_eq!((stub.last().query("dry_run"), &stub.last().body["enabled"]), (Some("false"), &json!(false)));
    let bad = orc.run("task import -f bad --yes").code(1);
    assert!(bad.stdout.contains("Nothing was saved, because 1 line cannot become a task."), "{}", bad.stdout);
    assert!(bad.stderr.contains("bad:4:3: hour: out of range"), "{}", bad.stderr);
}
