//! What was read can be written back, and faults are reported with their place.

use crate::kit::{Client, House};
use serde_json::{Value, json};

async fn with_things() -> Client {
    let editor = House::with(&[]).await.editor().await;
    let run = json!({"kind": "shell", "line": "true"});
    let entries = json!([{"kind": "date", "date": "2026-12-24"}]);
    editor.json(201, "POST /pools", Some(json!({"name": "it", "capacity": 2}))).await;
    editor.json(201, "POST /calendars", Some(json!({"name": "it", "entries": entries}))).await;
    let schedules = json!([{"kind": "cron", "expression": "0 2 * * *", "skip_on": ["it"]}]);
    let task = json!({"name": "it", "run": run, "pool": "it", "schedules": schedules});
    editor.json(201, "POST /tasks", Some(task)).await;
    editor
}

#[tokio::test]
async fn what_was_read_can_be_written_back() {
    let editor = with_things().await;
    for place in ["/tasks/it", "/calendars/it", "/pools/it"] {
        let read = editor.json(200, &format!("GET {place}"), None).await;
        let written = editor.json(200, &format!("PUT {place}"), Some(read.clone())).await;
        assert_eq!(written, read, "nothing changed");
        let mut unknown = read;
        unknown["colour"] = json!("red");
        let refused = editor.json(422, &format!("PUT {place}"), Some(unknown)).await;
        assert_eq!(refused["fields"][0]["pointer"], "/colour", "{refused}");
    }
    for place in ["/tasks/it", "/calendars/it"] {
        let read = editor.json(200, &format!("GET {place}"), None).await;
        editor.json(200, &format!("POST {place}/effect"), Some(read)).await;
    }
    let made = editor.json(201, "POST /calendars", Some(copied(&editor, "/calendars/it").await)).await;
    assert_eq!(made["used_by"], json!([]), "what is read only was ignored");
}

async fn copied(editor: &Client, place: &str) -> Value {
    let mut copy = editor.json(200, &format!("GET {place}"), None).await;
    copy["name"] = json!("copy");
    copy
}

#[tokio::test]
async fn a_date_that_is_none_is_told_where_it_stands() {
    let editor = with_things().await;
    let put = async |entry: Value| {
        let body = json!({"name": "it", "entries": [{"kind": "weekdays", "weekdays": ["monday"]}, entry]});
        let refused = editor.json(422, "PUT /calendars/it", Some(body)).await;
        let field = refused["fields"][0].clone();
        (field["pointer"].as_str().unwrap().to_owned(), field["message"].as_str().unwrap().to_owned())
    };
    let told = |pointer: &str, message: &str| (pointer.to_owned(), message.to_owned());
    let february = "2026-02-30 is not a date: February 2026 has 28 days";
    let date = |date: &str| json!({"kind": "date", "date": date});
    assert_eq!(put(date("2026-02-30")).await, told("/entries/1/date", february));
    assert_eq!(
        put(date("2026-13-01")).await,
        told("/entries/1/date", "2026-13-01 is not a date: there is no month 13")
    );
    assert_eq!(put(date("soon")).await, told("/entries/1/date", "is not a date: write it as 2026-12-31"));
    let until = json!({"kind": "date", "date": "2026-02-01", "until": "2026-02-30"});
    assert_eq!(put(until).await, told("/entries/1/until", february));
    let rrule = json!({"kind": "rrule", "rule": "FREQ=DAILY", "dtstart": "2026-02-30"});
    assert_eq!(put(rrule).await, told("/entries/1/dtstart", february));
    let schedules = json!([{"kind": "cron", "expression": "0 2 * * *", "start_at": "tomorrow"}]);
    let refused = editor.json(422, "PATCH /tasks/it", Some(json!({"schedules": schedules}))).await;
    assert_eq!(refused["fields"][0]["pointer"], "/schedules/0/start_at", "{refused}");
}

#[tokio::test]
async fn a_circle_made_by_an_update_is_spelled_out() {
    let editor = with_things().await;
    let of = |name: &str, other: &str| json!({"name": name, "entries": [{"kind": "calendar", "name": other}]});
    editor.json(201, "POST /calendars", Some(of("outer", "it"))).await;
    let refused = editor.json(422, "PUT /calendars/it", Some(of("it", "outer"))).await;
    let message = refused["fields"][0]["message"].as_str().unwrap();
    assert!(message.contains("it -> outer -> it"), "{message}");
    editor.json(201, "POST /calendars", Some(json!({"name": "zone"}))).await;
    editor.json(200, "PUT /calendars/outer", Some(of("outer", "zone"))).await;
    let refused = editor.json(422, "PUT /calendars/zone", Some(of("zone", "outer"))).await;
    let message = refused["fields"][0]["message"].as_str().unwrap();
    assert!(message.contains("outer -> zone -> outer"), "{message}");
}

#[tokio::test]
async fn a_feed_is_found_by_its_name() {
    let editor = with_things().await;
    editor.house.add("ada", orc_server::domain::vocabulary::Role::Editor).await;
    let ada = editor.house.login("ada", &[]).await;
    let ask = async |line: &str, body: Option<Value>| editor.house.ask(line, &[("cookie", &ada)], body).await;
    let named = |name: &str| Some(json!({"name": name}));
    assert_eq!(ask("POST /feeds", named("My nights")).await.status, 201);
    assert_eq!(ask("POST /feeds/My%20nights/rotate", None).await.status, 200);
    assert_eq!(ask("POST /feeds", named("My nights")).await.status, 201);
    let both = ask("DELETE /feeds/My%20nights", None).await;
    assert!(both.status == 409 && both.text.contains("2 feeds are called"), "{}", both.text);
    assert_eq!(ask("POST /feeds", named("Other")).await.status, 201);
    assert_eq!(ask("DELETE /feeds/Other", None).await.status, 204);
    assert_eq!(ask("DELETE /feeds/Other", None).await.status, 404);
}
