//! An export can be applied unchanged, and then nothing differs.

use crate::engine::bench::{Bench, child_task};
use crate::kit::{Client, House};
use orc_server::app::tasks::export::EXPORT_MAX;
use orc_server::app::{Caller, Error};
use orc_server::domain::model::TaskFilter;
use serde_json::{Value, json};

trait Exporting {
    async fn apply(&self, line: &str, body: Value) -> Vec<Value>;
    async fn export(&self, query: &str) -> Value;
}

impl Exporting for Client {
    async fn apply(&self, line: &str, body: Value) -> Vec<Value> {
        let answer = self.ask(line, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer: Value = serde_json::from_str(&answer.text).unwrap();
        answer["items"].as_array().unwrap().iter().map(|item| item["change"].clone()).collect()
    }

    async fn export(&self, query: &str) -> Value {
        let answer = self.ask(&format!("GET /tasks/export{query}"), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }
}

fn names(exported: &Value) -> Vec<&str> {
    exported["tasks"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap()).collect()
}

/// One task of each kind, together using every field. The first listens to a later one.
fn tasks() -> Value {
    json!({"tasks": [
        {"name": "after", "run": {"kind": "http", "url": "https://intranet.example/done", "headers": {"X-A": "b"}},
            "triggers": [{"kind": "task", "tasks": ["copy"], "states": ["failed", "succeeded"]}]},
        {"name": "copy", "title": "Copy: \"all\"", "description": "Two\nlines", "folder": "shop/night", "tags": ["a", "b"],
            "run": {"kind": "command", "program": "rsync", "arguments": ["-a", "", "${params.day}"]},
            "working_directory": "/srv", "environment": {"LANG": "C"},
            "params": [{"kind": "date", "name": "day", "default": "2027-01-02"}],
            "schedules": [
                {"kind": "cron", "key": "night", "expression": "30 2 * * *", "timezone": "Europe/Berlin",
                    "catch_up": {"kind": "latest"}},
                {"kind": "interval", "key": "often", "every_seconds": 900, "enabled": false}],
            "triggers": [{"kind": "webhook", "params": {"day": "/event/day"}},
                {"kind": "file", "pattern": "/srv/in/**/*.csv", "change": "created"}],
            "overlap": {"kind": "skip"}, "priority": 7, "timeout_seconds": 60.5, "success_codes": [0, 3],
            "retry": {"max_attempts": 3}, "retention": {"days": 9}},
        {"name": "line", "enabled": false, "folder": "shop", "tags": ["a"], "run": {"kind": "shell", "line": "a | b"}},
        {"name": "text", "run": {"kind": "script", "interpreter": "python", "text": "if 1:\n  print('x')\n"}},
    ]})
}

#[tokio::test]
async fn exported_deleted_and_applied_is_the_same() {
    let editor = House::with(&[]).await.editor().await;
    assert_eq!(editor.export("").await, json!({"tasks": []}));
    assert_eq!(editor.apply("POST /tasks/apply", tasks()).await, ["created"; 4]);
    let exported = editor.export("").await;
    assert_eq!(names(&exported), ["after", "copy", "line", "text"]);
    assert_eq!(editor.apply("POST /tasks/apply", exported.clone()).await, ["unchanged"; 4]);
    for name in names(&exported) {
        let gone = editor.ask(&format!("DELETE /tasks/{name}"), None).await;
        assert_eq!(gone.status, 204, "{name}: {}", gone.text);
    }
    assert_eq!(editor.export("").await, json!({"tasks": []}));
    assert_eq!(editor.apply("POST /tasks/apply", exported.clone()).await, ["created"; 4]);
    assert_eq!(editor.export("").await, exported);
}

#[tokio::test]
async fn filters_of_the_list_choose_what_is_exported() {
    let editor = House::with(&[]).await.editor().await;
    editor.apply("POST /tasks/apply", tasks()).await;
    for (query, expected) in [
        ("?folder=shop", &["copy", "line"][..]),
        ("?tag=a&enabled=true", &["copy"]),
        ("?text=copy", &["copy"]),
        ("?text=&folder=", &["after", "copy", "line", "text"]),
        ("?last_state=failed", &[]),
    ] {
        assert_eq!(names(&editor.export(query).await), expected, "{query}");
    }
    assert_eq!(editor.ask("GET /tasks/export?limit=1", None).await.status, 422);
}

#[tokio::test]
async fn applying_takes_as_much_as_an_export_may_hold() {
    let editor = House::with(&[]).await.editor().await;
    let script = |at: usize| json!({"name": format!("s{at}"), "run": {"kind": "script", "interpreter": "sh", "text": "x".repeat(400_000)}});
    let body = json!({"tasks": (0..4).map(script).collect::<Vec<_>>()});
    assert_eq!(editor.apply("POST /tasks/apply?dry_run=true", body).await, ["created"; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_can_be_applied_is_not_exported() {
    let bench = Bench::new().await;
    let id = if bench.on_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    bench.task(child_task("a0", &["exit", "0"], json!({}))).await;
    let more = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO task (uid, name, folder, tags, search, enabled, version, definition, retention_days, retention_runs,
            created_at, updated_at)
        SELECT {id}, 'b' || i, 'many', tags, search, enabled, version, definition,
            retention_days, retention_runs, created_at, updated_at FROM task, n WHERE name = 'a0'"
    );
    assert_eq!(bench.behind(&more).await, u64::from(EXPORT_MAX));
    let export = async |folder: Option<String>| {
        bench.app.task_export(&Caller::local(), &TaskFilter { folder, ..TaskFilter::default() }).await
    };
    let refused = export(None).await.map(|all| all.len());
    assert!(matches!(refused, Err(Error::Conflict { code: "too_many_tasks", .. })), "{refused:?}");
    assert_eq!(export(Some("many".into())).await.expect("all of a folder").len(), EXPORT_MAX as usize);
}
