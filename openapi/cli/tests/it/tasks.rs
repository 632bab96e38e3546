//! Login, apply, raw requests.

use serde_json::{Value, json};

use crate::golden;
use crate::orc::Orc;
use crate::sample::ID;
use crate::stub::{Reply, Seen, Stub, good, problem};

fn stored(orc: &Orc) -> Option<Value> {
    let text = std::fs::read_to_string(orc.home.path().join(".config/orc/logins.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn session(seen: &Seen) -> Option<Reply> {
    let session = json!({"name": "anna", "role": "editor", "permissions": [], "via": "user", "expires_at": null});
    match (seen.operation, seen.body["password"].as_str()) {
        ("session_create", Some("right")) => {
            let mut reply = good(session)?;
            reply.headers.push(("set-cookie", "orc_session=abc; Path=/; HttpOnly".into()));
            Some(reply)
        }
        ("session_create", _) => problem(401, "Login failed", "Name or password is wrong.", json!([])),
        ("token_create", _) => {
            good(json!({"token": {"id": ID, "name": "x", "role": "editor"}, "secret": "orc_new_secret"}))
        }
        _ => None,
    }
}

#[test]
fn login_keeps_a_token_and_logout_revokes_it() {
    let stub = Stub::start(session);
    let orc = Orc::alone();
    let ran = orc.args(&["login", &stub.url], "anna\nright\n").ok();
    assert!(ran.stderr.contains("Logged in to") && ran.stderr.contains("as anna (editor)"), "{}", ran.stderr);
    let seen = stub.seen();
    let names: Vec<_> = seen.iter().map(|seen| seen.operation).collect();
    assert_eq!(names, ["session_create", "token_create", "session_delete"]);
    assert!(seen[1..].iter().all(|seen| seen.header("cookie") == Some("orc_session=abc")));
    assert!(seen.iter().all(|seen| seen.header("origin") == Some(stub.url.as_str())));
    assert_eq!(seen[1].body["role"], "editor");
    assert_eq!(stored(&orc).unwrap()["profiles"]["default"]["token"], "orc_new_secret");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = orc.home.path().join(".config/orc/logins.json");
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    orc.run("task list").ok();
    assert_eq!(stub.last().header("authorization"), Some("Bearer orc_new_secret"));
    orc.run("logout").ok();
    assert_eq!((stub.last().operation, stub.last().path), ("token_revoke", format!("/tokens/{ID}")));
    assert_eq!(stored(&orc), None);
}

#[test]
fn a_failed_login_keeps_nothing() {
    let stub = Stub::start(session);
    let orc = Orc::alone();
    let ran = orc.args(&["login", &stub.url, "--name", "anna"], "wrong\n").code(4);
    assert!(ran.stderr.contains("Name or password is wrong."), "{}", ran.stderr);
    assert_eq!(stored(&orc), None);
}

#[test]
fn a_token_can_be_kept_without_a_password() {
    let stub = Stub::start(|_| None);
    let orc = Orc::alone();
    orc.run(&format!("login {} --token orc_given", stub.url)).ok();
    assert_eq!(stub.last().operation, "session_view");
    assert_eq!(stub.last().header("authorization"), Some("Bearer orc_given"));
    assert_eq!(stored(&orc).unwrap()["profiles"]["default"]["token"], "orc_given");
}

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
    let item = |name, change, differences: Value| json!({"name": name, "change": change, "differences": differences});
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
    golden::check("apply", &orc.run("task apply -f tasks.yaml -f more.json --owner me --prune --yes").ok().stdout);
    let seen = stub.last();
    let names: Vec<_> = seen.body["tasks"].as_array().unwrap().iter().map(|task| task["name"].clone()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(seen.body["tasks"][0]["overlap"], json!({"kind": "skip"}));
    assert_eq!(seen.body["tasks"][1]["schedules"][0]["catch_up"], json!({"kind": "latest"}));
    assert_eq!(
        (&seen.body["owner"], &seen.body["prune"], &seen.body["yes"]),
        (&json!("me"), &json!(true), &json!(true))
    );
    golden::check("apply_dry_run", &orc.run("task apply -f tasks.yaml --dry-run").ok().stdout);
    assert_eq!(stub.last().query("dry_run"), Some("true"));
    assert!(orc.run("task apply -f tasks.yaml -o csv").ok().stdout.starts_with("name,change\r\na,created\r\n"));
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
    golden::check("export", &yaml);
    for file in [yaml, orc.run("task export -o json").ok().stdout] {
        orc.file("tasks.yaml", &file);
        orc.run("task apply -f tasks.yaml").ok();
        assert_eq!(stub.last().body["tasks"], tasks, "{file}");
    }
    orc.file("tasks.yaml", "tasks: []\nprune: true\n").file("none.yaml", "tasks: {name: a}\n");
    assert!(orc.run("task apply -f tasks.yaml").code(2).stderr.contains("`prune` cannot stand beside `tasks`"));
    assert!(orc.run("task apply -f none.yaml").code(2).stderr.contains("`tasks` is a list of tasks"));
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
    golden::check("apply_fault", &orc.run("task apply -f tasks.yaml").code(1).stderr);
    golden::check("apply_typo", &orc.run("task apply -f typo.yaml").code(2).stderr);
}

#[test]
fn raw_requests_go_anywhere_in_the_contract() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.file("patch.yaml", "title: T\n");
    orc.run("api get /tasks?limit=5&text=a%20b").ok();
    assert_eq!((stub.last().operation, stub.last().query("text")), ("task_list", Some("a b")));
    orc.run("api PATCH tasks/a -f patch.yaml").ok();
    assert_eq!((stub.last().operation, &stub.last().body), ("task_patch", &json!({"title": "T"})));
    orc.args(&["api", "DELETE", "/tasks/a", "-H", "If-Match: \"3\""], "").ok();
    assert_eq!(stub.last().header("if-match"), Some("\"3\""));
    orc.run("api BREW /tea").code(2);
}

fn imported(seen: &Seen) -> Option<Reply> {
    let bad = seen.body["text"].as_str().is_some_and(|text| text.contains("25"));
    let task = |line: u32, name: &str, skipped: bool, warnings: Value| {
        json!({"line": line, "definition": {"name": name}, "skipped": skipped, "words": ["Every day at 02:00"],
            "next_slots": [{"scheduled_local": "2026-12-01T02:00:00+01:00"}], "warnings": warnings})
    };
    let problems = if bad { json!([{"line": 4, "position": 3, "message": "hour: out of range"}]) } else { json!([]) };
    let saved = seen.query("dry_run") != Some("true") && !bad;
    let tasks = [task(1, "a", false, json!([])), task(2, "b", true, json!(["left out: it is there"]))];
    good(json!({"saved": saved, "form": "user", "tasks": tasks, "problems": problems, "notes": ["no run overlaps"]}))
}

#[test]
fn import_shows_a_crontab_and_saves_it_only_on_request() {
    let stub = Stub::start(imported);
    let orc = Orc::at(&stub.url);
    orc.file("crontab", "0 2 * * * a\n0 2 * * * b\n").file("bad", "0 25 * * * a\n");
    golden::check("import", &orc.run("task import -f crontab --folder old --timezone Europe/Berlin").ok().stdout);
    let seen = stub.last();
    assert_eq!((seen.operation, seen.query("dry_run")), ("task_import", Some("true")));
    assert_eq!(seen.body["text"], "0 2 * * * a\n0 2 * * * b\n");
    assert_eq!((&seen.body["folder"], &seen.body["timezone"]), (&json!("old"), &json!("Europe/Berlin")));
    let saved = orc.args(&["task", "import", "--yes", "--disabled"], "0 2 * * * a\n").ok().stdout;
    assert!(saved.ends_with("1 saved, 1 left out\n"), "{saved}");
    assert_eq!((stub.last().query("dry_run"), &stub.last().body["enabled"]), (Some("false"), &json!(false)));
    let bad = orc.run("task import -f bad --yes").code(1);
    assert!(bad.stdout.contains("nothing is saved"), "{}", bad.stdout);
    assert!(bad.stderr.contains("bad:4:3: hour: out of range"), "{}", bad.stderr);
}
