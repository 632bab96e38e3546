//! A database that takes no writes: reading goes on, and a wrong password is still a wrong password.

use crate::kit::House;
use chrono::TimeDelta;
use orc_server::app::Caller;
use orc_server::domain::vocabulary::Role;
use serde_json::json;

#[tokio::test]
async fn a_full_disk_fails_no_reading() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let cookie = house.login("ada", &[]).await;
    let (_, token) = house.app.token_create(&Caller::local(), "t".into(), Role::Viewer, None).await.unwrap();
    for (name, event) in [("session", "UPDATE"), ("token", "UPDATE"), ("audit_entry", "INSERT")] {
        let refuse = "SELECT RAISE(ABORT, 'database or disk is full')";
        house.behind(&format!("CREATE TRIGGER full_{name} BEFORE {event} ON {name} BEGIN {refuse}; END")).await;
    }
    house.clock.advance(TimeDelta::minutes(2));
    assert_eq!((house.seen(&cookie).await, house.seen_token(token.expose()).await), (200, 200));
    let wrong = house.ask("POST /session", &[], Some(json!({"name": "ada", "password": "wrong guess"}))).await;
    assert_eq!(wrong.status, 401, "{}", wrong.text);
}
