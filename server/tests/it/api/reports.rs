//! Reports.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn reports_answer_as_before() {
    let mut tour = Tour::new().await;
    let target = json!({"kind": "ntfy", "topic": "orc", "server": "http://127.0.0.1:1"});
    tour.client.json(201, "POST /channels", Some(json!({"name": "ops", "target": target}))).await;
    let body = json!({"name": "morning", "who": ["ops"], "period": {"kind": "weekly", "weekday": "monday"},
        "at": "07:30", "timezone": "Europe/Berlin", "what": {"folders": ["shop"]}});
    tour.ask("POST /reports?dry_run=true", Some(body.clone())).await;
    tour.ask("POST /reports", Some(body.clone())).await;
    tour.ask("GET /reports", None).await;
    tour.ask("GET /reports/morning", None).await;
    let body =
        json!({"name": "morning", "who": ["ops"], "period": {"kind": "monthly", "day": "last"}, "when_empty": "skip"});
    tour.ask("PUT /reports/morning", Some(body.clone())).await;
    tour.ask("POST /reports/morning/send?date=2027-01-01", None).await;
    for (line, body) in [
        ("POST /reports/preview", Some(body)),
        ("GET /reports/morning/contents", None),
        ("GET /reports/morning/html", None),
        ("GET /reports/morning/csv", None),
    ] {
        // Sizes of the disk and the database are in all of them.
        let status = tour.client.ask(line, body).await.status;
        tour.note_status(line, status);
    }
    tour.ask("DELETE /reports/morning", None).await;
    tour.hold("report");
}
