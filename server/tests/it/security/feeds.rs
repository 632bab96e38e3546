//! Feeds: readable by anyone with the address, by nobody else, and only as long as the address is valid.

use crate::kit::House;
use chrono::TimeDelta;
use icalendar::{Calendar, Component as _};
use orc_server::domain::vocabulary::Role;
use serde_json::{Value, json};

async fn house() -> (House, String) {
    let house = House::with(&[("ada", Role::Editor), ("bob", Role::Viewer), ("root", Role::Admin)]).await;
    let ada = house.login("ada", &[]).await;
    for (name, folder, expression) in
        [("nightly", "backup", "0 2 * * *"), ("hourly", "", "30 * * * *"), ("often", "", "* * * * *")]
    {
        let body = json!({"name": name, "title": format!("Task {name}, really"), "folder": folder,
            "run": {"kind": "command", "program": "true"},
            "schedules": [{"kind": "cron", "expression": expression}]});
        let answer = house.ask("POST /tasks", &[("cookie", &ada)], Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    (house, ada)
}

async fn made(house: &House, cookie: &str, body: Value) -> (String, String) {
    let answer = house.ask("POST /feeds", &[("cookie", cookie)], Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&value["id"]), text(&value["url"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_as_a_file() {
    let (house, ada) = house().await;
    let answer = house.ask("GET /plan.ics?days=2", &[("cookie", &ada)], None).await;
    assert_eq!(
        (answer.status, answer.headers["content-type"].to_str().unwrap()),
        (200, "text/calendar; charset=utf-8")
    );
    let read: Calendar = answer.text.parse().unwrap();
    let count = |title: &str| read.events().filter(|event| event.get_summary() == Some(title)).count();
    assert_eq!((count("Task nightly, really"), count("Task hourly, really"), count("Task often, really")), (2, 48, 0));
    let note = read.events().last().unwrap();
    assert!(note.get_description().unwrap().starts_with("often: "), "{note:?}");
    let etag = answer.headers["etag"].to_str().unwrap().to_owned();
    house.clock.advance(TimeDelta::seconds(1));
    let again = house.ask("GET /plan.ics?days=2", &[("cookie", &ada), ("if-none-match", &etag)], None).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let one = house.ask("GET /plan.ics?days=2&task=nightly", &[("cookie", &ada)], None).await;
    assert_eq!(one.text.matches("BEGIN:VEVENT").count(), 2);
    for (line, status) in [("GET /plan.ics?days=0", 422), ("GET /plan.ics?task=nobody", 404)] {
        assert_eq!(house.ask(line, &[("cookie", &ada)], None).await.status, status, "{line}");
    }
    assert_eq!(house.ask("GET /plan.ics", &[], None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_good_until_it_is_rotated_or_deleted() {
    let (house, ada) = house().await;
    let (id, url) = made(&house, &ada, json!({"name": "Nights", "folder": "backup", "days": 3})).await;
    let answer = house.read(&url).await;
    assert_eq!(answer.status, 200);
    let read: Calendar = answer.text.parse().unwrap();
    assert_eq!((read.get_name(), read.events().count()), (Some("Nights"), 3));
    let listed = house.ask("GET /feeds", &[("cookie", &ada)], None).await;
    assert!(listed.text.contains(&id) && !listed.text.contains(url.trim_end_matches(".ics")), "{}", listed.text);
    let rotated = house.ask(&format!("POST /feeds/{id}/rotate"), &[("cookie", &ada)], None).await;
    let fresh: Value = serde_json::from_str(&rotated.text).unwrap();
    let fresh = fresh["url"].as_str().unwrap();
    assert_eq!((house.read(&url).await.status, house.read(fresh).await.status), (404, 200));
    let deleted = house.ask(&format!("DELETE /feeds/{id}"), &[("cookie", &ada)], None).await;
    assert_eq!((deleted.status, house.read(fresh).await.status), (204, 404));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_computed_once_an_hour_for_all_who_read_it() {
    let (house, ada) = house().await;
    let (_, url) = made(&house, &ada, json!({"name": "All", "days": 1})).await;
    let (first, second) = tokio::join!(house.read(&url), house.read(&url));
    assert_eq!((first.status, &first.text), (200, &second.text));
    let gone = house.ask("DELETE /tasks/nightly", &[("cookie", &ada)], None).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(house.read(&url).await.text, first.text, "nothing was computed again");
    let now = house.ask("GET /plan.ics?days=1", &[("cookie", &ada)], None).await;
    assert!(!now.text.contains("nightly"), "whoever is logged in sees what is: {}", now.text);
    house.clock.advance(TimeDelta::hours(1));
    let later = house.read(&url).await;
    assert!(first.text.contains("nightly") && !later.text.contains("nightly"), "{}", later.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_of_others_cannot_be_touched_and_end_with_their_people() {
    let (house, ada) = house().await;
    let (bob, root) = (house.login("bob", &[]).await, house.login("root", &[]).await);
    let (id, url) = made(&house, &bob, json!({"name": "Mine"})).await;
    for line in [format!("DELETE /feeds/{id}"), format!("POST /feeds/{id}/rotate")] {
        assert_eq!(house.ask(&line, &[("cookie", &ada)], None).await.status, 404, "{line}");
    }
    assert!(!house.ask("GET /feeds", &[("cookie", &ada)], None).await.text.contains(&id));
    assert!(house.ask("GET /feeds", &[("cookie", &root)], None).await.text.contains(&id));
    let people = house.ask("GET /users", &[("cookie", &root)], None).await;
    let people: Value = serde_json::from_str(&people.text).unwrap();
    let who = people["items"].as_array().unwrap().iter().find(|user| user["name"] == "bob").unwrap();
    let line = format!("DELETE /users/{}", who["id"].as_str().unwrap());
    assert_eq!(house.ask(&line, &[("cookie", &root)], None).await.status, 204);
    assert_eq!(house.read(&url).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_slowed_down_and_readers_are_not() {
    let (house, ada) = house().await;
    let (_, url) = made(&house, &ada, json!({"name": "Mine"})).await;
    for _ in 0..20 {
        assert_eq!(house.read(&url).await.status, 200);
    }
    let mut answers = Vec::new();
    for number in 0..7 {
        answers.push(house.read(&format!("/feeds/{number}.ics")).await.status);
    }
    assert_eq!(answers, [404, 404, 404, 404, 404, 429, 429]);
    assert_eq!(house.read("/feeds/").await.status, 200, "the page, not a feed");
}
