//! The stream of events: greeting, resuming, gaps; and the figures.

use super::settled;
use orc_server::app::core::events::{Change, RING};
use orc_server::domain::ids::TaskId;
use orc_server::domain::model::{AuditFilter, PageRequest};
use orc_server::domain::vocabulary::SystemPart;
use serde_json::json;

fn hold() -> Change {
    Change::System { what: SystemPart::Hold }
}

fn task(name: &str) -> Change {
    Change::Task { id: TaskId::generate(), name: name.to_owned(), version: Some(1) }
}

#[tokio::test]
async fn who_comes_back_gets_what_was_missed_by_header_or_by_query() {
    let server = settled().await;
    let mut first = server.events("/events", None).await;
    let greeting = first.next().await;
    assert_eq!(greeting.event, "hello");
    server.house.app.events().publish(task("one"));
    let one = first.next().await;
    assert_eq!(
        (one.event.as_str(), one.data["task"].as_str(), one.data["kind"].as_str()),
        ("task.changed", Some("one"), Some("task.changed"))
    );
    drop(first);
    server.house.app.events().publish(task("two"));
    server.house.app.events().publish(task("three"));
    let by_query = format!("/events?last_event_id={}", one.id);
    for (path, header) in [("/events", Some(one.id.as_str())), (by_query.as_str(), None)] {
        let mut back = server.events(path, header).await;
        assert_eq!(back.next().await.event, "hello");
        let names = [back.next().await, back.next().await].map(|event| event.data["task"].clone());
        assert_eq!(names, ["two", "three"]);
    }
    let mut from_greeting = server.events("/events", Some(&greeting.id)).await;
    assert_eq!(from_greeting.next().await.event, "hello");
    assert_eq!(from_greeting.next().await.data["task"], "one", "the greeting's id is a place to come back to");
}

#[tokio::test]
async fn lost_events_are_said_to_be_lost() {
    let server = settled().await;
    let mut restarted = server.events("/events", Some("1-1")).await;
    assert_eq!(restarted.next().await.event, "hello");
    let gap = restarted.next().await;
    assert_eq!((gap.event.as_str(), gap.data["reason"].as_str()), ("gap", Some("restart")));

    let mut slow = server.events("/events", None).await;
    (0..=RING).for_each(|_| server.house.app.events().publish(hold()));
    assert_eq!(slow.next().await.event, "hello");
    let gap = slow.next().await;
    assert_eq!((gap.event.as_str(), gap.data["reason"].as_str()), ("gap", Some("overrun")));
    server.house.app.events().publish(task("after"));
    assert_eq!(slow.next().await.data["task"], "after", "a slow reader goes on after the gap");
}

#[tokio::test]
async fn streams_are_counted_bounded_and_end_with_the_server() {
    let server = settled().await;
    let mut open = Vec::new();
    for _ in 0..orc_server::api::core::state::STREAMS_MAX {
        open.push(server.events("/events", None).await);
    }
    let refused = server.ask("GET /events", None).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("too_many_streams")));
    assert!(server.ask("GET /metrics", None).await.text.contains("\norc_event_streams 256\n"));
    open.truncate(1);
    let mut last = open.pop().unwrap();
    assert_eq!(last.next().await.event, "hello");
    assert!(server.ask("GET /metrics", None).await.text.contains("\norc_event_streams 1\n"));
    server.house.stop.cancel();
    assert!(last.ended().await);
}

#[tokio::test]
async fn the_hold_is_seen_everywhere_and_written_down() {
    let server = settled().await;
    let mut events = server.events("/events", None).await;
    assert_eq!(events.next().await.event, "hello");
    let held = server.ask("POST /system/hold", Some(json!({"reason": "moving house"}))).await;
    assert_eq!(
        (held.status, held.json()["reason"].as_str(), held.json()["by"].as_str()),
        (200, Some("moving house"), Some("admin"))
    );
    assert_eq!(events.next().await.data["what"], "hold");
    assert_eq!(server.json(200, "GET /system", None).await["hold"]["reason"], "moving house");
    assert!(server.ask("GET /metrics", None).await.text.contains("\norc_held 1"));
    assert_eq!(server.ask("DELETE /system/hold", None).await.status, 204);
    assert_eq!(server.ask("DELETE /system/hold", None).await.status, 204, "releasing twice is no fault");
    assert!(server.json(200, "GET /system", None).await["hold"].is_null());
    let page = PageRequest::first(2);
    let entries = server.house.app.store().audit_list(&AuditFilter::default(), &page).await.unwrap();
    let actions: Vec<String> = entries.items.into_iter().map(|record| record.entry.action).collect();
    assert_eq!(actions, ["system_release", "system_hold"]);
    for body in [json!({"reason": ""}), json!({}), json!({"reason": "x", "colour": 1}), json!([])] {
        server.json(422, "POST /system/hold", Some(body)).await;
    }
}

#[tokio::test]
async fn the_system_shows_version_database_disk_settings_and_figures() {
    let server = settled().await;
    let system = server.json(200, "GET /system", None).await;
    assert_eq!(system["version"], env!("CARGO_PKG_VERSION"));
    let kind = if server.house.on_postgres() { "postgres" } else { "sqlite" };
    assert_eq!(system["database"]["kind"], kind);
    assert!(system["database"]["size_bytes"].as_u64().unwrap() > 0);
    assert!(system["disk"]["total_bytes"].as_u64().unwrap() > 0);
    let settings = server.json(200, "GET /system/settings", None).await;
    assert_eq!((&settings["items"][0]["name"], &settings["items"][0]["source"]), (&"listen".into(), &"default".into()));
    server.house.app.events().publish(Change::Slot {
        task_id: TaskId::generate(),
        task: "t".into(),
        outcome: orc_server::domain::vocabulary::SlotOutcome::Missed,
    });
    let figures = server.ask("GET /metrics", None).await.text;
    for line in [
        "# TYPE orc_http_requests_total counter",
        "orc_http_requests_total{route=\"/api/v1/system\",method=\"GET\",status=\"200\"} 1",
        "orc_open_runs{state=\"running\"} 0",
        "orc_slots_total{outcome=\"missed\"} 1",
        "orc_panics_total ",
    ] {
        assert!(figures.contains(line), "{line} is missing in:\n{figures}");
    }
    let database = figures.lines().find_map(|line| line.strip_prefix("orc_database_bytes ")).unwrap();
    assert!(database.parse::<f64>().unwrap() > 0.0);
}
