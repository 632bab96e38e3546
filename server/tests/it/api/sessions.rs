//! Set-up, login, and the caller's own password.

use super::tour::Tour;
use crate::kit::{House, PASSWORD};
use serde_json::{Value, json};

#[tokio::test]
async fn sessions_answer_as_before() {
    let house = House::with(&[]).await;
    let token = house.app.setup_prepare().await.unwrap().expect("set-up is needed");
    let mut tour = Tour::of(house.nobody());
    tour.ask("GET /setup", None).await;
    let first = json!({"token": token.expose(), "name": "ada", "password": PASSWORD});
    tour.ask("POST /setup", Some(first)).await;
    tour.ask("GET /setup", None).await;
    tour.ask("POST /session", Some(json!({"name": "ada", "password": PASSWORD}))).await;
    let cookie = house.login("ada", &[]).await;
    let passwords = json!({"current_password": PASSWORD, "new_password": "another long sentence"});
    let lines: [(&str, Option<Value>); 3] =
        [("GET /session", None), ("PUT /session/password", Some(passwords)), ("DELETE /session", None)];
    for (line, body) in lines {
        let answer = house.ask(line, &[("cookie", &cookie)], body).await;
        tour.note(line, &answer);
    }
    tour.hold("session");
}
