//! Reports: when they are sent, to whom, what they say, and that a crash neither loses nor doubles one.

mod mails;
mod sending;

use crate::kit::{Client, House};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

async fn channel(admin: &Client, name: &str) {
    let target = json!({"kind": "webhook", "url": "http://127.0.0.1:1"});
    admin.json(201, "POST /channels", Some(json!({"name": name, "target": target}))).await;
}

async fn report(admin: &Client, name: &str, more: Value) -> Value {
    let mut body = json!({"name": name, "who": ["ops"]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.json(201, "POST /reports", Some(body)).await
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_place() {
    let admin = House::new(Default::default()).await.admin().await;
    channel(&admin, "ops").await;
    for (more, pointer) in [
        (json!({"name": "two words"}), "/name"),
        (json!({"who": []}), "/who"),
        (json!({"who": ["ops", "nobody"]}), "/who/1"),
        (json!({"who": ["ops", "ops"]}), "/who/1"),
        (json!({"period": {"kind": "hourly"}}), "/period/kind"),
        (json!({"period": {"kind": "weekly"}}), "/period/weekday"),
        (json!({"period": {"kind": "weekly", "weekday": "mon"}}), "/period/weekday"),
        (json!({"period": {"kind": "monthly", "day": "32"}}), "/period/day"),
        (json!({"at": "24:00"}), "/at"),
        (json!({"timezone": "Europe/Bern"}), "/timezone"),
        (json!({"what": {"tasks": [""]}}), "/what/tasks/0"),
        (json!({"when_empty": "maybe"}), "/when_empty"),
        (json!({"attach": "pdf"}), "/attach"),
    ] {
        let mut body = json!({"name": "morning", "who": ["ops"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        for line in ["POST /reports", "POST /reports?dry_run=true", "POST /reports/preview"] {
            let refused = admin.json(422, line, Some(body.clone())).await;
            assert_eq!(refused["fields"][0]["pointer"], pointer, "{line} {body}: {refused}");
        }
    }
    assert_eq!(admin.json(200, "GET /reports", None).await["items"], json!([]));
    report(&admin, "morning", json!({})).await;
    let refused = admin.json(422, "GET /reports/morning/contents?date=2027-02-01", None).await;
    assert_eq!(refused["fields"][0]["pointer"], "?date", "{refused}");
    let refused = admin.json(422, "GET /reports/morning/html?definition={", None).await;
    assert_eq!(refused["fields"][0]["pointer"], "?definition", "{refused}");
}

#[tokio::test]
async fn a_channel_that_gets_a_report_stays_and_may_get_another_name() {
    let admin = House::new(Default::default()).await.admin().await;
    channel(&admin, "ops").await;
    report(&admin, "morning", json!({})).await;
    let refused = admin.json(409, "DELETE /channels/ops", None).await;
    assert_eq!(refused["code"], "channel_in_use");
    assert!(refused["detail"].as_str().unwrap().contains("\"morning\""), "{refused}");
    let target = json!({"kind": "webhook", "url": "http://127.0.0.1:1"});
    admin.json(200, "PUT /channels/ops", Some(json!({"name": "night-shift", "target": target}))).await;
    let seen = admin.json(200, "GET /reports/morning", None).await;
    assert_eq!((&seen["who"], &seen["version"]), (&json!(["night-shift"]), &json!(1)));
    admin.json(204, "DELETE /reports/morning", None).await;
    admin.json(204, "DELETE /channels/night-shift", None).await;
}

#[tokio::test]
async fn whoever_may_only_read_changes_and_sends_nothing() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    channel(&admin, "ops").await;
    report(&admin, "morning", json!({})).await;
    let viewer = house.actor(orc_server::domain::vocabulary::Role::Viewer).await;
    viewer.json(200, "GET /reports/morning/contents", None).await;
    let body = json!({"name": "evening", "who": ["ops"]});
    viewer.json(403, "POST /reports", Some(body.clone())).await;
    viewer.json(403, "PUT /reports/morning", Some(body)).await;
    viewer.json(403, "POST /reports/morning/send", None).await;
    viewer.json(403, "DELETE /reports/morning", None).await;
    assert_eq!(admin.json(200, "GET /deliveries", None).await["items"], json!([]));
}

#[tokio::test]
async fn the_page_of_a_report_may_be_framed_by_orc_and_runs_no_script() {
    let admin = House::new(Default::default()).await.admin().await;
    channel(&admin, "ops").await;
    let evil = "</p><script>alert(1)</script>\"'&";
    report(&admin, "morning", json!({"description": evil})).await;
    let page = admin.ask("GET /reports/morning/html", None).await;
    assert_eq!((page.status, page.media_type()), (200, "text/html"));
    assert!(page.text.contains("&lt;script&gt;alert(1)") && !page.text.contains("<script"), "{}", page.text);
    let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'self'", "sandbox"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("script"), "{policy}");
    assert_eq!(header("x-frame-options"), "SAMEORIGIN");
    // A definition that is not saved is shown in the same way.
    let definition = json!({"name": "evening", "who": ["ops"], "timezone": "Europe/Berlin"}).to_string();
    let definition: String = form_urlencoded::byte_serialize(definition.as_bytes()).collect();
    let page = admin.ask(&format!("GET /reports/new-one/html?definition={definition}"), None).await;
    assert!(page.status == 200 && page.text.contains("evening, Thu 14 Jan 2027"), "{}", page.text);
    let csv = admin.ask("GET /reports/morning/csv?date=2027-01-10", None).await;
    assert_eq!(csv.media_type(), "text/csv");
    assert!(csv.text.contains("\r\nreport,morning,from_at,2027-01-10T00:00:00Z\r\n"), "{}", csv.text);
}
