//! Definitions that somebody changed in the database: each disables only itself, visibly, and can be replaced or
//! deleted.

use crate::engine::bench::{Bench, child_task};
use crate::kit::{Client, House};
use chrono::TimeDelta;
use orc_server::app::Caller;
use orc_server::app::core::write::Write;
use orc_server::app::ledger::accounting::Account;
use orc_server::clock::Clock;
use orc_server::domain::model::PageRequest;
use orc_server::domain::model::SlotFilter;
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::vocabulary::RunState;
use serde_json::{Value, json};

/// Tables that hold definitions, and how a row is found by the name of its task.
const TABLES: [(&str, &str); 3] = [("task", "id"), ("task_version", "task_id"), ("schedule", "task_id")];

fn replaced(table: &str, key: &str, task: &str, (from, to): (&str, &str)) -> String {
    format!(
        "UPDATE {table} SET definition = replace(definition, '{from}', '{to}') \
         WHERE {key} = (SELECT id FROM task WHERE name = '{task}')"
    )
}

const SCHEDULE: (&str, &str) = (r#""kind":"cron""#, r#""kind":"croon""#);
const OVERLAP: (&str, &str) = (r#""overlap":{"kind":"skip"}"#, r#""overlap":{"kind":"jump"}"#);
const COMMAND: (&str, &str) = (r#""kind":"command""#, r#""kind":"commend""#);
const RUN: (&str, &str) = (r#""kind":"shell""#, r#""kind":"shall""#);

fn task(name: &str) -> Value {
    json!({
        "name": name, "title": "Say hello", "run": {"kind": "shell", "line": "echo hello"},
        "schedules": [{"kind": "cron", "expression": "0 2 * * *"}, {"kind": "interval", "every_seconds": 86_400}]
    })
}

async fn with_tasks() -> Client {
    let editor = House::with(&[]).await.editor().await;
    for name in ["good", "bad"] {
        editor.json(201, "POST /tasks", Some(task(name))).await;
    }
    editor
}

async fn damage(editor: &Client, what: (&str, &str)) {
    for (table, key) in TABLES {
        editor.behind(&replaced(table, key, "bad", what)).await;
    }
}

#[tokio::test]
async fn a_schedule_of_unknown_shape_disables_only_itself() {
    let editor = with_tasks().await;
    damage(&editor, SCHEDULE).await;
    let list = editor.json(200, "GET /tasks", None).await;
    let lines = &list["items"][0]["schedules"];
    assert_eq!(lines[0]["problem"]["code"], "schedule_invalid", "{list}");
    assert_eq!(lines[1], json!({"words": "Every day", "problem": null}), "{list}");
    assert_eq!(list["items"][1]["name"], "good");
    let view = editor.json(200, "GET /tasks/bad", None).await;
    let problem = view["schedules"][0]["problem"]["args"]["problem"].as_str().unwrap();
    assert!(problem.contains("croon"), "{problem}");
    assert!(view["schedules"][0]["expression"].as_str().unwrap().contains("croon"), "what is stored is shown: {view}");
    assert!(view["schedules"][1]["problem"].is_null() && view["problem"].is_null(), "{view}");
    assert_eq!(view["next_slots"][0]["schedule_key"], "interval", "the other one fires");
    for line in ["GET /tasks/bad/versions", "GET /tasks/bad/versions/1", "GET /slots/summary?task=bad", "GET /slots"] {
        editor.ask(line, None).await.text.contains("\"status\":500").then(|| panic!("{line}"));
    }
    let file = editor.ask("GET /plan.ics", None).await;
    let text = file.text.replace("\r\n ", "");
    assert!(file.status == 200 && text.contains("bad: schedule cron does not fire"), "{text}");
    let simulated = editor.json(200, "POST /simulations", Some(json!({"days": 2}))).await;
    let left_out = &simulated["left_out"][0];
    assert_eq!(
        (&left_out["task"], &left_out["schedule_key"], &left_out["reason"]["code"]),
        (&json!("bad"), &json!("cron"), &json!("schedule_invalid")),
        "{simulated}"
    );
    assert!(left_out["reason"]["args"]["problem"].as_str().unwrap().contains("croon"), "{simulated}");
    assert_eq!(simulated["slot_count"], 6, "two of good a day, one of bad: {simulated}");
    editor.json(200, "GET /plan", None).await;
    assert_eq!(editor.json(409, "GET /tasks/export", None).await["code"], "task_damaged");
    // The task can be run and switched, but not saved as it is shown.
    editor.json(201, "POST /tasks/bad/runs", Some(json!({}))).await;
    editor.json(200, "POST /tasks/bad/disable", None).await;
    editor.json(200, "POST /tasks/bad/enable", None).await;
    let again = editor.json(422, "PUT /tasks/bad", Some(view)).await;
    assert_eq!(again["fields"][0]["pointer"], "/schedules/0/expression", "{again}");
    let mended = editor.json(200, "PUT /tasks/bad", Some(task("bad"))).await;
    assert!(mended["schedules"][0]["problem"].is_null(), "{mended}");
    editor.json(200, "GET /tasks/export", None).await;
}

#[tokio::test]
async fn a_definition_that_cannot_be_read_can_be_replaced_or_deleted_and_nothing_else() {
    for what in [RUN, OVERLAP] {
        let editor = with_tasks().await;
        damage(&editor, what).await;
        let list = editor.json(200, "GET /tasks", None).await;
        let listed = &list["items"][0];
        assert!(listed["problem"]["code"] == "task_damaged", "{list}");
        assert_eq!((&listed["enabled"], &listed["actions"]), (&json!(false), &json!(["update", "delete"])), "{list}");
        assert!(list["items"][1]["problem"].is_null(), "{list}");
        let view = editor.json(200, "GET /tasks/bad", None).await;
        let word = if what == RUN { "shall" } else { "jump" };
        assert!(view["problem"]["text"].as_str().unwrap().contains(word), "{view}");
        assert_eq!(view["title"], "Say hello", "what can be read is shown");
        for (line, body) in [
            ("POST /tasks/bad/runs", json!({})),
            ("POST /tasks/bad/enable", json!({})),
            ("POST /tasks/bad/clone", json!({"name": "other"})),
            ("PATCH /tasks/bad", json!({"title": "x"})),
        ] {
            let refused = editor.json(409, line, Some(body)).await;
            assert!(
                refused["code"] == "task_damaged" && refused["detail"].as_str().unwrap().contains(word),
                "{refused}"
            );
        }
        let bulk = json!({"action": "move", "folder": "x", "tasks": ["bad", "good"]});
        let done = editor.json(200, "POST /tasks/bulk", Some(bulk)).await;
        assert_eq!((&done["items"][0]["ok"], &done["items"][1]["ok"]), (&json!(false), &json!(true)), "{done}");
        let text = editor.ask("GET /plan.ics", None).await.text.replace("\r\n ", "");
        assert!(text.contains(word) && text.contains("good"), "{text}");
        let simulated = editor.json(200, "POST /simulations", Some(json!({"days": 2}))).await;
        let left_out = &simulated["left_out"][0];
        assert_eq!(
            (&left_out["task"], &left_out["schedule_key"], &left_out["reason"]["code"]),
            (&json!("bad"), &Value::Null, &json!("task_damaged")),
            "{simulated}"
        );
        assert!(left_out["reason"]["args"]["problem"].as_str().unwrap().contains(word), "{simulated}");
        editor.json(200, "PUT /tasks/bad", Some(task("bad"))).await;
        assert!(editor.json(200, "GET /tasks/bad", None).await["problem"].is_null());
        editor.json(201, "POST /tasks/bad/runs", Some(json!({}))).await;
        editor.json(200, "GET /tasks/bad/versions", None).await;
    }
    let editor = with_tasks().await;
    editor.behind("UPDATE task SET definition = '{{' WHERE name = 'bad'").await;
    assert!(editor.json(200, "GET /tasks/bad", None).await["problem"].is_object());
    editor.json(204, "DELETE /tasks/bad", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_run_of_a_definition_that_cannot_be_read_fails_with_the_reason_and_stops_no_other() {
    let bench = Bench::new().await;
    for name in ["good", "bad"] {
        bench.task(child_task(name, &["exit", "0"], json!({"retry": {"max_attempts": 3, "delay_seconds": 1}}))).await;
    }
    let (bad, good) = (bench.start("bad").await, bench.start("good").await);
    let what = (r#""kind":"command""#, r#""kind":"commend""#);
    assert_eq!(bench.behind(&replaced("task_version", "task_id", "bad", what)).await, 1);
    let engine = bench.engine().await;
    assert_eq!(bench.ended(good).await.0.state, RunState::Succeeded);
    let (run, attempts) = bench.ended(bad).await;
    assert_eq!((run.state, attempts.len()), (RunState::Failed, 1));
    assert_eq!(run.reason.as_ref().map(Reason::code), Some(ReasonCode::TaskDamaged));
    engine.shutdown().await;
}

#[tokio::test]
async fn slots_of_a_definition_that_cannot_be_read_are_skipped_for_that_reason() {
    let bench = Bench::at(Clock::manual("2026-05-01T00:00:30Z".parse().unwrap())).await;
    let schedules = json!([{"kind": "cron", "expression": "* * * * *"}]);
    bench.task(child_task("bad", &["exit", "0"], json!({"schedules": schedules}))).await;
    let what = (r#""kind":"command""#, r#""kind":"commend""#);
    assert_eq!(bench.behind(&replaced("task", "id", "bad", what)).await, 1);
    let now = bench.app.clock().now() + TimeDelta::minutes(1);
    bench.set(now);
    let planned = bench.app.schedules_planned(now).await.unwrap();
    assert_eq!(bench.app.slots_book(planned, now).await.unwrap().runs, 0);
    let ledger =
        bench.app.slot_list(&Caller::local(), None, SlotFilter::default(), &PageRequest::first(9)).await.unwrap();
    assert_eq!(ledger.items.len(), 1);
    assert_eq!(ledger.items[0].reason.as_ref().map(Reason::code), Some(ReasonCode::TaskDamaged));
}

/// A task that fires every minute, is damaged for ten minutes, and is then saved again.
async fn mended(tables: &[(&str, &str)], what: (&str, &str)) -> (Account, Option<Reason>, Vec<Option<ReasonCode>>) {
    let bench = Bench::at(Clock::manual("2026-05-01T00:00:30Z".parse().unwrap())).await;
    let body = json!({"schedules": [{"kind": "cron", "expression": "* * * * *"}]});
    bench.task(child_task("bad", &["exit", "0"], body)).await;
    let (app, caller) = (&bench.app, Caller::local());
    let whole = app.task_view(&caller, "bad").await.unwrap().record.definition;
    for minute in 0..10 {
        if minute == 5 {
            for (table, key) in tables {
                assert_eq!(bench.behind(&replaced(table, key, "bad", what)).await, 1);
            }
        }
        let now = app.clock().now() + TimeDelta::minutes(1);
        bench.set(now);
        let planned = app.schedules_planned(now).await.unwrap();
        app.slots_book(planned, now).await.unwrap();
    }
    app.task_update(&caller, "bad", whole, Write::default()).await.unwrap();
    bench.set(app.clock().now() + TimeDelta::minutes(10));
    app.schedules_planned(app.clock().now()).await.unwrap();
    let until = app.clock().now() - TimeDelta::minutes(10);
    let summary = app.slot_summary(&caller, "bad", (Some(until - TimeDelta::minutes(10)), Some(until))).await.unwrap();
    let ledger = app.slot_list(&caller, None, SlotFilter::default(), &PageRequest::first(99)).await.unwrap();
    let problem = summary.schedules["cron"].problem.clone();
    (summary.total, problem, ledger.items.into_iter().map(|it| it.reason.as_ref().map(Reason::code)).collect())
}

#[tokio::test]
async fn no_slot_of_a_schedule_that_was_damaged_is_silent_after_it_is_saved_again() {
    for tables in [&TABLES[2..], &[TABLES[0], TABLES[2]]] {
        let (total, problem, reasons) = mended(tables, SCHEDULE).await;
        assert_eq!((total.expected, total.unaccounted, total.surplus), (10, 0, 0), "{total:?} {reasons:?}");
        assert_eq!(reasons[0], Some(ReasonCode::ScheduleDamaged));
        assert_eq!(problem, None);
    }
    let (total, problem, _) = mended(&TABLES, SCHEDULE).await;
    assert_eq!((total.expected, total.unaccounted, total.surplus), (5, 0, 0), "the others nobody knows: {total:?}");
    assert_eq!(problem.map(|it| it.code()), Some(ReasonCode::ScheduleWasInvalid));
}

#[tokio::test]
async fn a_version_that_cannot_be_read_makes_no_surplus() {
    for what in [SCHEDULE, COMMAND] {
        let (total, problem, _) = mended(&TABLES[1..2], what).await;
        assert_eq!((total.expected, total.unaccounted, total.surplus), (10, 0, 0), "{total:?}");
        assert_eq!(problem.map(|it| it.code()), Some(ReasonCode::VersionDamaged));
    }
}

#[tokio::test]
async fn looking_ahead_at_one_task_reads_no_other() {
    let editor = with_tasks().await;
    if editor.house.on_postgres() {
        return; // The types of its columns let in no row that cannot be read.
    }
    let broken = "UPDATE schedule SET uid = 'broken-' || id WHERE task_id = (SELECT id FROM task WHERE name = 'bad')";
    assert_eq!(editor.behind(broken).await, 2);
    assert_eq!(editor.ask("GET /plan", None).await.status, 500, "nobody can read all of them");
    let plan = editor.json(200, "GET /plan?task=good", None).await;
    assert_eq!(plan["items"].as_array().map(Vec::len), Some(2), "{plan}");
    let file = editor.ask("GET /plan.ics?task=good&days=1", None).await;
    assert!(file.status == 200 && file.text.contains("SUMMARY:Say hello"), "{}", file.text);
    let feed = editor.json(201, "POST /feeds", Some(json!({"name": "Good", "task": "good"}))).await;
    let file = editor.house.read(feed["url"].as_str().unwrap()).await;
    assert!(file.status == 200 && file.text.contains("SUMMARY:Say hello"), "{}", file.text);
    editor.json(200, "POST /tasks/good/effect", Some(task("good"))).await;
    editor.json(200, "GET /slots/summary?task=good", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_for_comparing_that_cannot_be_read_keep_no_run_from_being_adopted() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let gate = bench.folder.path().join("gate");
    let mut runs = Vec::new();
    for name in ["good", "bad"] {
        bench.task(child_task(name, &["until-file", &gate.display().to_string()], json!({}))).await;
        let run = bench.start(name).await;
        bench.logged(run, "ready").await;
        runs.push(run);
    }
    engine.crash();
    let bench = bench.restarted().await;
    let of_bad = "run_id = (SELECT id FROM run WHERE task_id = (SELECT id FROM task WHERE name = 'bad'))";
    assert_eq!(bench.behind(&format!("UPDATE attempt SET limits = '{{' WHERE {of_bad}")).await, 1);
    assert!(bench.behind("UPDATE conditions SET found = '{'").await > 0);
    let engine = bench.engine().await;
    std::fs::write(&gate, "").unwrap();
    for run in runs {
        let (run, attempts) = bench.ended(run).await;
        assert_eq!((run.state, attempts.len()), (RunState::Succeeded, 1), "{:?}", run.reason);
    }
    engine.shutdown().await;
}

/// Changes rows behind Orc's back as soon as there is one that can be changed.
async fn changed_once_there(bench: &Bench, sql: &str) {
    let changed = async {
        while bench.behind(sql).await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), changed).await.expect("there is such a row in the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_runs_and_cannot_be_read_does_not_stop_the_judge() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    for name in ["good", "bad"] {
        bench.task(child_task(name, &["exit", "0"], json!({}))).await;
        bench.ended(bench.start(name).await).await;
        let of = format!("task_id = (SELECT id FROM task WHERE name = '{name}')");
        changed_once_there(&bench, &format!("UPDATE task_band SET samples = samples || ' ' WHERE {of}")).await;
    }
    assert_eq!(bench.behind("UPDATE task_band SET samples = '{'").await, 2);
    for name in ["bad", "good"] {
        bench.ended(bench.start(name).await).await;
    }
    for name in ["bad", "good"] {
        let of = format!("samples <> '{{' AND task_id = (SELECT id FROM task WHERE name = '{name}')");
        changed_once_there(&bench, &format!("UPDATE task_band SET samples = '{{' WHERE {of}")).await;
    }
    engine.shutdown().await;
}
