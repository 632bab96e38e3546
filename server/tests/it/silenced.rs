//! Calendars that leave no slot of a schedule are reported when they are saved, and before. Periods that end before
//! they begin are refused.

use crate::kit::{Client, House};
use serde_json::{Value, json};

fn named(name: &str, entries: Value) -> Value {
    json!({"name": name, "entries": entries})
}

async fn with_tasks() -> Client {
    let editor = House::with(&[]).await.editor().await;
    let days = named("days", json!([{"kind": "yearly", "month": 12, "day": 24}]));
    editor.json(201, "POST /calendars", Some(days)).await;
    let outer = named("outer", json!([{"kind": "calendar", "name": "days"}]));
    editor.json(201, "POST /calendars", Some(outer)).await;
    for (task, calendar) in [("direct", json!(["days"])), ("through", json!(["outer"])), ("free", json!([]))] {
        let schedule = json!({"kind": "cron", "expression": "0 2 * * *", "run_only_on": calendar});
        let body = json!({"name": task, "run": {"kind": "shell", "line": "echo hello"}, "schedules": [schedule]});
        editor.json(201, "POST /tasks", Some(body)).await;
    }
    editor
}

fn silenced(task: &str, calendar: &str) -> Value {
    let never = json!({"code": "calendars_over", "args": {"calendars": [calendar]}});
    let text = format!("{task}, schedule cron, never fires: calendar \"{calendar}\" has no dates from today on");
    json!({"code": "schedule_silenced", "args": {"task": task, "schedule": "cron", "never": never}, "text": text})
}

#[tokio::test]
async fn an_emptied_calendar_names_the_schedules_it_silences() {
    let editor = with_tasks().await;
    let told = json!([silenced("direct", "days"), silenced("through", "outer")]);
    assert_eq!(editor.json(200, "GET /calendars/days", None).await["warnings"], json!([]));
    let empty = || Some(named("days", json!([])));
    assert_eq!(editor.json(200, "POST /calendars/days/effect", empty()).await["warnings"], told);
    assert_eq!(editor.json(200, "PUT /calendars/days?dry_run=true", empty()).await["warnings"], told);
    assert_eq!(editor.json(200, "GET /calendars/days", None).await["warnings"], json!([]), "nothing was saved");
    assert_eq!(editor.json(200, "PUT /calendars/days", empty()).await["warnings"], told);
    assert_eq!(editor.json(200, "GET /calendars/days", None).await["warnings"], told);
    assert_eq!(editor.json(200, "GET /calendars/outer", None).await["warnings"], json!([told[1]]));
    let full = named("days", json!([{"kind": "yearly", "month": 1, "day": 6}]));
    assert_eq!(editor.json(200, "PUT /calendars/days", Some(full)).await["warnings"], json!([]));
}

#[tokio::test]
async fn of_many_silenced_schedules_the_first_are_named() {
    let editor = with_tasks().await;
    let schedule = |key: usize| json!({"key": format!("k{key}"), "kind": "cron", "expression": "0 3 * * *", "run_only_on": ["days"]});
    let schedules: Vec<Value> = (0..20).map(schedule).collect();
    let body = json!({"name": "many", "run": {"kind": "shell", "line": "echo hello"}, "schedules": schedules});
    editor.json(201, "POST /tasks", Some(body)).await;
    let told = editor.json(200, "POST /calendars/days/effect", Some(named("days", json!([])))).await;
    let told = told["warnings"].as_array().expect("warnings").clone();
    assert_eq!((told.len(), &told[20]["code"], &told[20]["args"]["count"]), (21, &json!("more_silenced"), &json!(2)));
}

#[tokio::test]
async fn a_period_that_ends_before_it_begins_is_refused() {
    let editor = House::with(&[]).await.editor().await;
    for path in ["slots", "runs", "plan"] {
        let wrong = format!("GET /{path}?from_at=2126-05-02T00:00:00Z&until_at=2126-05-01T00:00:00Z");
        let fault = editor.json(422, &wrong, None).await;
        assert_eq!(
            fault["fields"][0],
            json!({"pointer": "?until_at", "message": "must not be before from_at"}),
            "{path}"
        );
        let right = format!("GET /{path}?from_at=2126-05-01T00:00:00Z&until_at=2126-05-01T00:00:00Z");
        editor.json(200, &right, None).await;
    }
    let schedule = json!({"kind": "cron", "expression": "0 2 * * *"});
    let body = json!({"schedule": schedule, "from_at": "2026-05-02T00:00:00Z", "until_at": "2026-05-01T00:00:00Z"});
    let fault = editor.json(422, "POST /schedules/preview", Some(body)).await;
    assert_eq!(fault["fields"][0]["pointer"], "/until_at");
}
