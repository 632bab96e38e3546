//! Definitions with dependencies: what is refused, with its place, and circles.

use crate::kit::{Client, House};
use serde_json::{Value, json};

fn with(name: &str, dependencies: Value) -> Value {
    json!({"name": name, "run": {"kind": "command", "program": "true"}, "dependencies": dependencies})
}

fn on(tasks: &[&str]) -> Value {
    tasks.iter().map(|task| json!({"kind": "task", "task": task})).collect()
}

/// What is wrong with a request: places and sentences.
fn problems(answer: &Value) -> Vec<(String, String)> {
    let text = |field: &Value, name: &str| field[name].as_str().expect("text").to_owned();
    let fields = answer["fields"].as_array().expect("fields");
    fields.iter().map(|field| (text(field, "pointer"), text(field, "message"))).collect()
}

async fn places(editor: &Client, dependencies: Value) -> Vec<String> {
    let answer = editor.json(422, "POST /tasks", Some(with("it", dependencies))).await;
    problems(&answer).into_iter().map(|(pointer, _)| pointer).collect()
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_place() {
    let house = House::new(Default::default()).await;
    let editor = house.editor().await;
    let check = async |dependency: Value, field: &str| {
        assert_eq!(places(&editor, json!([dependency])).await, [format!("/dependencies/0{field}")], "{dependency}");
    };
    check(json!({"kind": "weather", "sun": true}), "/kind").await;
    check(json!("task:extract"), "").await;
    check(json!({"kind": "file"}), "/path").await;
    check(json!({"kind": "file", "path": "/a", "colour": "red"}), "/colour").await;
    check(json!({"kind": "file", "path": "a/b"}), "/path").await;
    check(json!({"kind": "file", "path": "/a", "absent": true, "min_bytes": 1}), "/min_bytes").await;
    check(json!({"kind": "file", "path": "/a", "on_unmet": {"kind": "hope"}}), "/on_unmet/kind").await;
    check(
        json!({"kind": "file", "path": "/a", "on_unmet": {"kind": "wait", "every_seconds": 0}}),
        "/on_unmet/every_seconds",
    )
    .await;
    check(json!({"kind": "task", "task": "it"}), "/task").await;
    check(json!({"kind": "task", "task": "nowhere"}), "/task").await;
    check(json!({"kind": "task", "task": "x", "states": ["running"]}), "/states").await;
    check(json!({"kind": "task", "task": "x", "timezone": "Mars/Base"}), "/timezone").await;
    check(json!({"kind": "task", "task": "x", "window": {"kind": "within"}}), "/window/seconds").await;
    check(json!({"kind": "url", "url": "ftp://a/b"}), "/url").await;
    check(json!({"kind": "url", "url": "http://me:secret@host/"}), "/url").await;
    check(json!({"kind": "url", "url": "http://host/?k=${credential.key}"}), "/url").await;
    check(json!({"kind": "url", "url": "http://host/", "method": "POST"}), "/method").await;
    check(json!({"kind": "url", "url": "http://host/", "method": "HEAD", "body_contains": "x"}), "/body_contains")
        .await;
    check(json!({"kind": "command", "program": "x", "arguments": ["${credential.key}"]}), "/arguments/0").await;
    check(json!({"kind": "tcp", "host": "a/b", "port": 1}), "/host").await;
    check(json!({"kind": "tcp", "host": "a", "port": 0}), "/port").await;
    check(json!({"kind": "host"}), "/kind").await;
    check(json!({"kind": "host", "disk_free_bytes": 1}), "/disk_path").await;
    let twice = json!([{"kind": "tcp", "host": "a", "port": 1, "key": "x"}, {"kind": "tcp", "host": "b", "port": 1, "key": "x"}]);
    assert_eq!(places(&editor, twice).await, ["/dependencies/1/key"]);
}

#[tokio::test]
async fn what_was_read_can_be_written_back_and_keys_are_made_from_kinds() {
    let house = House::new(Default::default()).await;
    let editor = house.editor().await;
    editor.json(201, "POST /tasks", Some(with("extract", json!([])))).await;
    let all = json!([
        {"kind": "task", "task": "extract", "window": {"kind": "within", "seconds": 60}},
        {"kind": "file", "path": "/in/*.csv", "min_age_seconds": 1, "unchanged_seconds": 5},
        {"kind": "file", "path": "/in/stop", "absent": true, "on_unmet": {"kind": "skip"}},
        {"kind": "url", "url": "https://a.example/", "expected_codes": [204]},
        {"kind": "command", "program": "/bin/true", "on_unmet": {"kind": "fail"}},
        {"kind": "tcp", "host": "db", "port": 5432},
        {"kind": "host", "load_max": 0.5},
    ]);
    let mut body = with("load", all);
    body["schedules"] = json!([{"kind": "cron", "expression": "0 3 * * *", "timezone": "Europe/Berlin"}]);
    let made = editor.json(201, "POST /tasks", Some(body)).await;
    let keys: Vec<_> = made["dependencies"].as_array().expect("a list").iter().map(|it| it["key"].clone()).collect();
    assert_eq!(json!(keys), json!(["task", "file", "file-2", "url", "command", "tcp", "host"]));
    assert_eq!(made["dependencies"][0]["timezone"], "Europe/Berlin", "the zone of its schedule");
    let wait = json!({"kind": "wait", "deadline_seconds": 3600.0, "every_seconds": 30.0, "at_deadline": "fail"});
    assert_eq!(made["dependencies"][0]["on_unmet"], wait);
    let again = editor.json(200, "PUT /tasks/load", Some(made.clone())).await;
    assert_eq!((&again["version"], &again["dependencies"]), (&json!(1), &made["dependencies"]));
}

#[tokio::test]
async fn circles_are_refused_and_spelled_out() {
    let house = House::new(Default::default()).await;
    let editor = house.editor().await;
    editor.json(201, "POST /tasks", Some(with("a", json!([])))).await;
    editor.json(201, "POST /tasks", Some(with("b", on(&["a"])))).await;
    editor.json(201, "POST /tasks", Some(with("c", on(&["b"])))).await;
    let answer = editor.json(422, "PUT /tasks/a", Some(with("a", on(&["c"])))).await;
    let sentence = "the tasks would wait for each other in a circle: a -> c -> b -> a";
    assert_eq!(problems(&answer), [("/dependencies/0/task".to_owned(), sentence.to_owned())]);
    let together = json!({"tasks": [with("x", on(&["y"])), with("y", on(&["z"])), with("z", on(&["x"]))]});
    let answer = editor.json(422, "POST /tasks/apply", Some(together)).await;
    let (pointer, message) = problems(&answer).remove(0);
    assert!(pointer.starts_with("/tasks/") && pointer.ends_with("/dependencies/0/task"), "{pointer}");
    assert!(message.ends_with("y -> z -> x -> y") || message.ends_with("z -> x -> y -> z"), "{message}");
    let long: Vec<Value> = (0..50).map(|n| with(&format!("n{n}"), on(&[&format!("n{}", (n + 1) % 50)]))).collect();
    editor.json(422, "POST /tasks/apply", Some(json!({"tasks": long}))).await;
    let line: Vec<Value> = (0..50)
        .map(|n| with(&format!("n{n}"), if n < 49 { on(&[&format!("n{}", n + 1)]) } else { json!([]) }))
        .collect();
    editor.json(200, "POST /tasks/apply", Some(json!({"tasks": line}))).await;
}

#[tokio::test]
async fn a_task_on_which_others_depend_is_neither_renamed_nor_deleted() {
    let house = House::new(Default::default()).await;
    let editor = house.editor().await;
    editor.json(201, "POST /tasks", Some(with("a", json!([])))).await;
    editor.json(201, "POST /tasks", Some(with("b", on(&["a"])))).await;
    let answer = editor.json(409, "DELETE /tasks/a", None).await;
    assert_eq!(answer["code"], "task_in_use");
    assert!(answer["detail"].as_str().expect("text").contains("task \"b\" depends on it"), "{answer}");
    editor.json(409, "PUT /tasks/a", Some(with("c", json!([])))).await;
    editor.json(200, "PUT /tasks/b", Some(with("b", json!([])))).await;
    editor.json(200, "PUT /tasks/a", Some(with("c", json!([])))).await;
}

#[tokio::test]
async fn a_run_shows_its_dependencies_and_who_may_start_it() {
    let house = House::new(Default::default()).await;
    let editor = house.editor().await;
    editor.json(201, "POST /tasks", Some(with("it", json!([{"kind": "file", "path": "/nowhere/at/all"}])))).await;
    let run = editor.json(201, "POST /tasks/it/runs", Some(json!({}))).await;
    assert_eq!((&run["state"], &run["actions"]), (&json!("waiting"), &json!(["start", "cancel"])));
    assert_eq!(run["waiting_on"][0]["reason"]["code"], "dependencies_unseen");
    let id = run["id"].as_str().expect("an id");
    house.app.gates_set_up(house.clock.now()).await.expect("set up");
    let run = editor.json(200, &format!("GET /runs/{id}"), None).await;
    let first = &run["dependencies"][0];
    assert_eq!((&first["words"], &first["met"]), (&json!("/nowhere/at/all exists"), &json!(false)));
    let started = editor.json(200, &format!("POST /runs/{id}/start"), None).await;
    assert_eq!((&started["actions"], &started["waiting_on"]), (&json!(["cancel"]), &json!([])));
    assert_eq!(started["dependencies"][0]["waived_by"], "editor");
    let again = editor.json(409, &format!("POST /runs/{id}/start"), None).await;
    assert_eq!(again["code"], "not_waiting");
}
