//! Schedules, their ledger, and their future slots.

use super::tour::Tour;
use crate::kit::House;
use chrono::TimeDelta;
use orc_server::domain::vocabulary::Role;
use serde_json::{Value, json};

async fn with_tasks() -> House {
    let house = House::with(&[]).await;
    let admin = house.admin().await;
    let off = json!({"name": "off", "entries": [{"kind": "date", "date": "2027-01-16"}]});
    admin.json(201, "POST /calendars", Some(off)).await;
    for (name, schedule) in [
        ("nightly", json!({"kind": "cron", "expression": "0 2 * * *", "skip_on": ["off"]})),
        ("hourly", json!({"kind": "interval", "every_seconds": 21_600})),
    ] {
        let run = json!({"kind": "shell", "line": "true"});
        let body = json!({"name": name, "folder": "night", "run": run, "schedules": [schedule]});
        admin.json(201, "POST /tasks", Some(body)).await;
    }
    house
}

#[tokio::test]
async fn schedules_answer_as_before() {
    let house = with_tasks().await;
    let mut tour = Tour::of(house.admin().await);
    let schedule = json!({"kind": "cron", "expression": "30 2 * * *", "timezone": "Europe/Berlin"});
    let preview = json!({"schedule": schedule, "from_at": "2027-03-27T00:00:00Z", "until_at": "2027-03-30T00:00:00Z"});
    tour.ask("POST /schedules/preview", Some(preview)).await;
    tour.ask("POST /schedules/describe", Some(json!({"schedule": schedule}))).await;
    tour.ask("GET /plan?limit=5", None).await;
    tour.ask("GET /plan/days?from=2027-01-15&until=2027-01-17&by_task=true", None).await;
    tour.ask("POST /simulations", Some(json!({"days": 1, "proposals": true}))).await;
    house.clock.advance(TimeDelta::hours(24));
    let now = house.app.clock().now();
    let due = house.app.schedules_planned(now).await.unwrap();
    house.app.slots_book(due, now).await.unwrap();
    tour.ask("GET /slots", None).await;
    tour.ask("GET /slots/summary?task=nightly", None).await;
    feeds(&mut tour).await;
    tour.hold("schedule");
}

/// Feeds belong to people, so a person asks for them.
async fn feeds(tour: &mut Tour) {
    let house = tour.client.house.clone();
    house.add("ada", Role::Viewer).await;
    let cookie = house.login("ada", &[]).await;
    let ask = async |line: &str, body: Option<Value>| house.ask(line, &[("cookie", &cookie)], body).await;
    let nights = json!({"name": "Nights", "folder": "night", "days": 7});
    for (line, body) in [
        ("POST /feeds", Some(nights)),
        ("GET /feeds", None),
        ("POST /feeds/Nights/rotate", None),
        ("DELETE /feeds/Nights", None),
    ] {
        let answer = ask(line, body).await;
        tour.note(line, &answer);
    }
    let line = "GET /plan.ics?days=2&task=nightly";
    let file = ask(line, None).await;
    tour.note(line, &file);
    let etag = file.headers["etag"].to_str().unwrap();
    let again = house.ask(line, &[("cookie", &cookie), ("if-none-match", etag)], None).await;
    tour.note(line, &again);
}
