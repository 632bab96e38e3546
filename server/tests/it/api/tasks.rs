//! Tasks, their versions and their triggers.

use super::tour::Tour;
use serde_json::{Value, json};

/// A task that uses every field of the definition.
fn full() -> Value {
    json!({
        "name": "copy", "title": "Copy all", "description": "Two\nlines", "folder": "shop/night", "tags": ["a", "b"],
        "run": {"kind": "command", "program": "rsync", "arguments": ["-a", "${params.day}"]},
        "working_directory": "/srv", "environment": {"LANG": "C"},
        "params": [
            {"kind": "date", "name": "day", "default": "2027-01-02"},
            {"kind": "choice", "name": "size", "choices": ["small", "large"]}],
        "schedules": [
            {"kind": "cron", "key": "night", "expression": "30 2 * * *", "timezone": "Europe/Berlin",
                "catch_up": {"kind": "latest"}},
            {"kind": "interval", "key": "often", "every_seconds": 900, "enabled": false}],
        "triggers": [
            {"kind": "webhook", "key": "call", "proof": "signature", "params": {"day": "/event/day"}},
            {"kind": "file", "key": "file", "pattern": "/srv/in/**/*.csv", "change": "created"},
            {"kind": "task", "key": "end", "tasks": ["plain"], "states": ["failed", "succeeded"]}],
        "dependencies": [
            {"kind": "task", "task": "plain", "window": {"kind": "within", "seconds": 3600}},
            {"kind": "file", "key": "input", "path": "/srv/in/*.csv", "min_bytes": 1, "on_unmet": {"kind": "skip"}}],
        "overlap": {"kind": "queue", "max_waiting": 3}, "priority": 7, "timeout_seconds": 60.5, "success_codes": [0, 3],
        "retry": {"max_attempts": 3, "backoff": {"kind": "exponential", "factor": 2, "max_delay_seconds": 60}},
        "retention": {"days": 9}
    })
}

#[tokio::test]
async fn tasks_answer_as_before() {
    let mut tour = Tour::new().await;
    let plain = json!({"name": "plain", "run": {"kind": "http", "url": "https://intranet.example/done"}});
    tour.ask("POST /tasks?dry_run=true", Some(plain.clone())).await;
    tour.ask("POST /tasks", Some(plain)).await;
    tour.ask("POST /tasks", Some(full())).await;
    tour.ask("PATCH /tasks/copy", Some(json!({"title": "Copy everything"}))).await;
    let mut second = full();
    second["priority"] = json!(9);
    tour.ask("POST /tasks/copy/effect?days=2", Some(second.clone())).await;
    tour.ask("PUT /tasks/copy", Some(second)).await;
    tour.ask("POST /tasks/copy/runs", Some(json!({"params": {"size": "large"}}))).await;
    tour.ask("POST /tasks/copy/probe", None).await;
    tour.ask("GET /tasks/copy", None).await;
    tour.ask("GET /tasks", None).await;
    tour.ask("GET /tasks/copy/versions?limit=2", None).await;
    tour.ask("GET /tasks/copy/versions/1", None).await;
    tour.ask("GET /tasks/copy/bands", None).await;
    tour.ask("GET /tasks/copy/triggers", None).await;
    let made = tour.json("POST /tasks/copy/triggers/call/rotate", None).await;
    let unsigned = format!("POST ..{}", made["url"].as_str().expect("an address"));
    assert_eq!(tour.client.house.ask(&unsigned, &[], None).await.status, 401);
    tour.ask("GET /tasks/copy/triggers/call/calls", None).await;
    tour.ask("POST /tasks/copy/disable", None).await;
    tour.ask("POST /tasks/copy/enable", None).await;
    tour.ask("POST /tasks/plain/clone", Some(json!({"name": "other", "enabled": true}))).await;
    sets(&mut tour).await;
    tour.ask("DELETE /tasks/other", None).await;
    tour.hold("task");
}

/// Operations on many tasks at once.
async fn sets(tour: &mut Tour) {
    tour.ask("GET /tasks/export?folder=shop", None).await;
    let bulk = json!({"action": "tag", "tasks": ["plain", "none"], "tag": "c"});
    tour.ask("POST /tasks/bulk", Some(bulk)).await;
    let run = json!({"kind": "shell", "line": "date"});
    let set = json!({"owner": "repo", "tasks": [{"name": "owned", "run": run}]});
    tour.ask("POST /tasks/apply?dry_run=true", Some(set.clone())).await;
    tour.ask("POST /tasks/apply", Some(set)).await;
    let text = "MAILTO=ops\n0 3 * * * /usr/bin/backup --all\n@reboot /usr/bin/late\nrubbish\n";
    let import = json!({"kind": "crontab", "text": text, "form": "user", "folder": "old"});
    tour.ask("POST /tasks/import?dry_run=true", Some(import.clone())).await;
    tour.ask("POST /tasks/import", Some(import)).await;
}
