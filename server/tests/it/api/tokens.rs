//! Tokens.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn tokens_answer_as_before() {
    let mut tour = Tour::new().await;
    let deploy = json!({"name": "deploy", "role": "operator", "expires_days": 30});
    let id = tour.json("POST /tokens", Some(deploy)).await["id"].as_str().unwrap().to_owned();
    tour.ask("GET /tokens", None).await;
    tour.ask(&format!("DELETE /tokens/{id}"), None).await;
    tour.hold("token");
}
