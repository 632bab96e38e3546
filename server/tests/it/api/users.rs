//! People.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn people_answer_as_before() {
    let mut tour = Tour::new().await;
    let ada = json!({"name": "ada", "role": "editor", "password": "correct horse battery"});
    let id = tour.json("POST /users", Some(ada)).await["id"].as_str().unwrap().to_owned();
    tour.ask(&format!("GET /users/{id}"), None).await;
    tour.ask("PATCH /users/ada", Some(json!({"role": "viewer", "disabled": true}))).await;
    tour.ask("GET /users", None).await;
    tour.ask("DELETE /users/ada", None).await;
    tour.hold("user");
}
