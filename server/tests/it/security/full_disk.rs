//! A database that refuses writes: reading continues, and a wrong password is still a wrong password.

use crate::kit::House;
use axum::response::IntoResponse as _;
use chrono::TimeDelta;
use orc_server::api::core::error::ApiError;
use orc_server::app::{Caller, Error};
use orc_server::domain::vocabulary::Role;
use orc_server::store::StoreError;
use serde_json::json;

#[tokio::test]
async fn a_full_disk_fails_no_reading() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let cookie = house.login("ada", &[]).await;
    let (_, token) = house.app.token_create(&Caller::local(), "t".into(), Role::Viewer.into(), None).await.unwrap();
    refuse_writes(&house, &[("session", "UPDATE"), ("token", "UPDATE"), ("audit_entry", "INSERT")]).await;
    house.clock.advance(TimeDelta::minutes(2));
    assert_eq!((house.seen(&cookie).await, house.seen_token(token.expose()).await), (200, 200));
    let wrong = house.ask("POST /session", &[], Some(json!({"name": "ada", "password": "wrong guess"}))).await;
    assert_eq!(wrong.status, 401, "{}", wrong.text);
    let hook = house.ask("POST ../hooks/00000000000000000000000000000000.abc", &[], Some(json!({}))).await;
    assert_eq!(hook.status, 401, "{}", hook.text);
}

#[tokio::test]
async fn a_login_that_finds_no_space_says_so() {
    let answer = ApiError::from(Error::from(StoreError::Full)).into_response();
    assert_eq!(answer.status(), 507);
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["code"], "disk_full");
    assert_eq!(problem["detail"], "the disk is full: nothing was saved; free some space and try again");
}

/// Makes the database refuse writes to some tables, as it does when the disk is full.
async fn refuse_writes(house: &House, tables: &[(&str, &str)]) {
    let body = if house.on_postgres() {
        let raise = "BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END";
        house
            .behind(&format!(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS '{}'",
                raise.replace('\'', "''")
            ))
            .await;
        "FOR EACH ROW EXECUTE FUNCTION refuse()"
    } else {
        "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    };
    for (table, event) in tables {
        house.behind(&format!("CREATE TRIGGER full_{table} BEFORE {event} ON {table} {body}")).await;
    }
}
