//! The audit log.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn the_audit_log_answers_as_before() {
    let mut tour = Tour::new().await;
    let task = json!({"name": "nightly", "run": {"kind": "shell", "line": "true"}});
    tour.client.json(201, "POST /tasks", Some(task)).await;
    tour.client.json(200, "PATCH /tasks/nightly", Some(json!({"title": "Nightly"}))).await;
    tour.client.json(204, "DELETE /tasks/nightly", None).await;
    tour.client.json(200, "POST /system/hold", Some(json!({"reason": "moving house"}))).await;
    tour.ask("GET /audit", None).await;
    tour.ask("GET /audit?action=task_delete", None).await;
    tour.ask("GET /audit/verification", None).await;
    tour.hold("audit");
}
