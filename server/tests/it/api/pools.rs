//! Pools.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn pools_answer_as_before() {
    let mut tour = Tour::new().await;
    let pool = json!({"name": "db", "description": "The database", "capacity": 2});
    tour.ask("POST /pools?dry_run=true", Some(pool.clone())).await;
    tour.ask("POST /pools", Some(pool)).await;
    let task = json!({"name": "nightly", "run": {"kind": "shell", "line": "true"}, "pool": "db", "pool_weight": 2});
    tour.client.json(201, "POST /tasks", Some(task)).await;
    tour.client.json(201, "POST /tasks/nightly/runs", Some(json!({}))).await;
    tour.ask("GET /pools/db", None).await;
    tour.ask("GET /pools", None).await;
    tour.ask("PUT /pools/db", Some(json!({"name": "db", "capacity": 5}))).await;
    tour.client.json(201, "POST /pools", Some(json!({"name": "gone", "capacity": 1}))).await;
    tour.ask("DELETE /pools/gone", None).await;
    tour.hold("pool");
}
