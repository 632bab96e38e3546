//! Calendars that somebody changed in the database: their earlier versions are used, and they can be repaired.

use crate::engine::bench::{Bench, child_task};
use crate::kit::{Client, House};
use chrono::TimeDelta;
use orc_server::app::Caller;
use orc_server::clock::Clock;
use orc_server::domain::model::{PageRequest, SlotFilter};
use orc_server::domain::reason::Reason;
use orc_server::domain::schedules::Note;
use serde_json::{Value, json};

const ROW: &str = "UPDATE calendar SET definition = substr(definition, 1, 40) WHERE name = 'c1'";
const VERSIONS: &str = "UPDATE calendar_version SET definition = substr(definition, 1, 40) \
                        WHERE calendar_id = (SELECT id FROM calendar WHERE name = 'c1')";

fn every_day(name: &str) -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    json!({"name": name, "entries": [{"kind": "weekdays", "weekdays": days}]})
}

async fn with_calendars() -> Client {
    let editor = House::with(&[]).await.editor().await;
    editor.json(201, "POST /calendars", Some(every_day("c1"))).await;
    let outer = json!({"name": "c2", "entries": [{"kind": "calendar", "name": "c1"}]});
    editor.json(201, "POST /calendars", Some(outer)).await;
    for (task, calendar) in [("direct", "c1"), ("through", "c2")] {
        let schedule = json!({"kind": "cron", "expression": "0 2 * * *", "run_only_on": [calendar]});
        let body = json!({"name": task, "run": {"kind": "shell", "line": "echo hello"}, "schedules": [schedule]});
        editor.json(201, "POST /tasks", Some(body)).await;
    }
    editor
}

/// Returns what the server warns of a calendar.
async fn warned(editor: &Client, calendar: &str) -> Option<Value> {
    let system = editor.json(200, "GET /system", None).await;
    let warnings = system["warnings"].as_array().unwrap();
    let found = warnings.iter().find(|it| it["code"] == "calendar_damaged" && it["args"]["calendar"] == calendar);
    found.map(|it| it["args"]["reason"].clone())
}

#[tokio::test]
async fn a_damaged_calendar_goes_on_by_its_version_and_can_be_saved_again() {
    let editor = with_calendars().await;
    editor.behind(ROW).await;
    let view = editor.json(200, "GET /calendars/c1", None).await;
    assert_eq!((&view["problem"]["code"], &view["problem"]["args"]["version"]), (&json!("calendar_older"), &json!(1)));
    assert_eq!(view["entries"], every_day("c1")["entries"]);
    let list = editor.json(200, "GET /calendars", None).await;
    assert_eq!(
        (&list["items"][0]["problem"], &list["items"][1]["problem"]),
        (&view["problem"], &Value::Null),
        "{list}"
    );
    for task in ["GET /tasks/direct", "GET /tasks/through"] {
        let task = editor.json(200, task, None).await;
        assert!(task["schedules"][0]["problem"].is_null() && task["next_slots"][0].is_object(), "{task}");
    }
    assert_eq!(warned(&editor, "c1").await.unwrap()["code"], "calendar_older");
    let taken = editor.json(409, "POST /calendars", Some(every_day("c1"))).await;
    assert_eq!(taken["code"], "name_taken");
    editor.json(200, "POST /calendars/c1/effect", Some(every_day("c1"))).await;
    let mended = editor.json(200, "PUT /calendars/c1", Some(view)).await;
    assert_eq!((&mended["problem"], &mended["version"]), (&Value::Null, &json!(2)), "the same, saved again: {mended}");
    assert_eq!(warned(&editor, "c1").await, None);
}

#[tokio::test]
async fn a_calendar_without_a_readable_version_is_told_and_can_be_saved_or_deleted() {
    let editor = with_calendars().await;
    editor.behind(ROW).await;
    editor.behind(VERSIONS).await;
    let view = editor.json(200, "GET /calendars/c1", None).await;
    assert_eq!(view["problem"]["code"], "calendar_lost", "{view}");
    assert_eq!(view["warnings"], json!([]), "what is unknown leaves nothing unsaid: the problem says it");
    assert_eq!((&view["entries"], &view["used_by"]), (&json!([]), &json!(["direct"])), "{view}");
    let list = editor.json(200, "GET /calendars", None).await;
    assert!(list["items"][0]["problem"].is_object() && list["items"][0]["next_date"].is_null(), "{list}");
    let told = "calendar \"c1\" is damaged: save it again";
    for task in ["direct", "through"] {
        let task = editor.json(200, &format!("GET /tasks/{task}"), None).await;
        assert!(task["schedules"][0]["problem"].as_str().unwrap().contains(told), "{task}");
        editor.json(200, &format!("GET /slots/summary?task={}", task["name"].as_str().unwrap()), None).await;
    }
    assert_eq!(warned(&editor, "c1").await.unwrap()["code"], "calendar_lost");
    for line in ["GET /plan", "GET /plan.ics", "GET /calendars/c1/dates?from=2026-01-01&until=2026-02-01"] {
        assert_eq!(editor.ask(line, None).await.status, 200, "{line}");
    }
    editor.json(200, "POST /calendars/c1/effect", Some(every_day("c1"))).await;
    let used = editor.json(409, "DELETE /calendars/c1", None).await;
    assert_eq!(used["code"], "calendar_in_use");
    editor.json(200, "PUT /calendars/c1", Some(every_day("c1"))).await;
    let mended = editor.json(200, "GET /tasks/through", None).await;
    assert!(mended["schedules"][0]["problem"].is_null(), "{mended}");
    editor.json(201, "POST /calendars", Some(every_day("c3"))).await;
    editor.behind(&ROW.replace("c1", "c3")).await;
    editor.behind(&VERSIONS.replace("c1", "c3")).await;
    editor.json(204, "DELETE /calendars/c3", None).await;
}

#[tokio::test]
async fn a_damaged_maintenance_window_stays_closed() {
    let bench = Bench::at(Clock::manual("2026-05-01T00:00:30Z".parse().unwrap())).await;
    let mut window = every_day("c1");
    window["description"] = json!("");
    window["except"] = json!([]);
    window["maintenance"] = json!({"timezone": "Etc/UTC", "from": "00:00", "to": "24:00", "tags": []});
    let window = serde_json::from_value(window).unwrap();
    bench.app.calendar_create(&Caller::local(), window, false).await.unwrap();
    let schedules = json!([{"kind": "cron", "expression": "* * * * *"}]);
    bench.task(child_task("it", &["exit", "0"], json!({"schedules": schedules}))).await;
    assert_eq!(bench.behind(ROW).await, 1);
    let now = bench.app.clock().now() + TimeDelta::minutes(1);
    bench.set(now);
    let planned = bench.app.schedules_planned(now).await.unwrap();
    assert_eq!(bench.app.slots_book(planned, now).await.unwrap().runs, 0);
    let page = PageRequest::first(9);
    let ledger = bench.app.slot_list(&Caller::local(), None, SlotFilter::default(), &page).await.unwrap();
    assert_eq!(ledger.items.len(), 1);
    let notes = vec![Note::Maintenance { calendar: "c1".into() }];
    assert_eq!(ledger.items[0].reason, Some(Reason::LeftOut { notes }));
}
