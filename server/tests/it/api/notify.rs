//! Channels.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn channels_answer_as_before() {
    let mut tour = Tour::new().await;
    let body = json!({"name": "ops", "description": "Those on call", "target": {"kind": "ntfy", "topic": "orc", "server": "http://127.0.0.1:1"}});
    tour.ask("POST /channels?dry_run=true", Some(body.clone())).await;
    tour.ask("POST /channels", Some(body.clone())).await;
    tour.ask("GET /channels", None).await;
    tour.ask("GET /channels/ops", None).await;
    tour.ask("POST /channels/ops/test", None).await;
    tour.ask("POST /channels/probe", Some(body)).await;
    let mail =
        json!({"kind": "mail", "host": "smtp.example.org", "from": "orc@example.org", "to": ["ops@example.org"]});
    tour.ask("PUT /channels/ops", Some(json!({"name": "ops", "target": mail}))).await;
    tour.ask("DELETE /channels/ops", None).await;
    tour.hold("channel");
}

#[tokio::test]
async fn deliveries_answer_as_before() {
    let mut tour = Tour::new().await;
    let target = json!({"kind": "ntfy", "topic": "orc", "server": "http://127.0.0.1:1"});
    tour.client.json(201, "POST /channels", Some(json!({"name": "ops", "target": target}))).await;
    tour.client.json(200, "POST /channels/ops/test", None).await;
    let listed = tour.json("GET /deliveries", None).await;
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    tour.ask(&format!("GET /deliveries/{id}"), None).await;
    tour.ask(&format!("POST /deliveries/{id}/retry"), None).await;
    tour.hold("delivery");
}

#[tokio::test]
async fn rules_answer_as_before() {
    let mut tour = Tour::new().await;
    let target = json!({"kind": "ntfy", "topic": "orc", "server": "http://127.0.0.1:1"});
    tour.client.json(201, "POST /channels", Some(json!({"name": "ops", "target": target}))).await;
    let body = json!({"name": "night", "when": ["failed", "recovered"], "who": ["ops"], "what": {"tags": ["night"]},
        "how": {"kind": "digest", "at": "07:30", "timezone": "Europe/Berlin"}});
    tour.ask("POST /rules?dry_run=true", Some(body.clone())).await;
    tour.ask("POST /rules", Some(body)).await;
    tour.ask("GET /rules", None).await;
    tour.ask("GET /rules/night", None).await;
    let task = json!({"name": "nightly", "run": {"kind": "shell", "line": "true"}, "tags": ["night"]});
    tour.client.json(201, "POST /tasks", Some(task)).await;
    tour.ask("GET /tasks/nightly/audience", None).await;
    let quiet = json!({"from": "22:00", "to": "06:00", "timezone": "Europe/Berlin"});
    let body = json!({"name": "night", "when": ["lost"], "who": ["ops"], "quiet_hours": quiet});
    tour.ask("PUT /rules/night", Some(body)).await;
    let body = json!({"name": "night", "when": ["failed"], "who": ["ops"]});
    tour.ask("POST /rules/simulate", Some(body)).await;
    tour.ask("DELETE /rules/night", None).await;
    tour.hold("rule");
}

#[tokio::test]
async fn incidents_answer_as_before() {
    let mut tour = Tour::new().await;
    let task =
        json!({"name": "nightly", "run": {"kind": "shell", "line": "true"}, "overlap": {"kind": "queue_latest"}});
    tour.client.json(201, "POST /tasks", Some(task)).await;
    for _ in 0..3 {
        tour.client.json(201, "POST /tasks/nightly/runs", Some(json!({}))).await;
    }
    assert_eq!(tour.client.house.app.runs_hear().await.expect("heard"), 1);
    let listed = tour.json("GET /incidents?state=open", None).await;
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    tour.ask(&format!("GET /incidents/{id}"), None).await;
    tour.ask(&format!("POST /incidents/{id}/acknowledge"), Some(json!({"note": "I look at it"}))).await;
    tour.ask(&format!("POST /incidents/{id}/snooze"), Some(json!({"minutes": 60}))).await;
    tour.ask(&format!("POST /incidents/{id}/resolve"), None).await;
    tour.hold("incident");
}

#[tokio::test]
async fn silences_answer_as_before() {
    let mut tour = Tour::new().await;
    let body = json!({"what": {"tags": ["etl"]}, "from_at": "2040-01-01T00:00:00Z", "until_at": "2040-01-02T00:00:00Z",
        "reason": "upgrade of the database"});
    let made = tour.json("POST /silences", Some(body)).await;
    let id = made["id"].as_str().unwrap().to_owned();
    tour.ask("GET /silences?state=planned", None).await;
    tour.ask(&format!("GET /silences/{id}"), None).await;
    tour.ask(&format!("POST /silences/{id}/end"), None).await;
    tour.hold("silence");
}
