//! A database that refuses writes: reading continues, and a wrong password is still a wrong password.

use crate::kit::{House, PASSWORD};
use axum::response::IntoResponse as _;
use chrono::TimeDelta;
use orc_server::api::core::error::ApiError;
use orc_server::api::tasks::definition::TaskDefinition;
use orc_server::app::{Caller, Error};
use orc_server::domain::vocabulary::Role;
use orc_server::store::{StoreError, Tx};
use sea_orm::ConnectionTrait as _;
use serde_json::{Map, json};

#[tokio::test]
async fn a_full_disk_fails_no_reading() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let cookie = house.login("ada", &[]).await;
    let (_, token) = house.app.token_create(&Caller::local(), "t".into(), Role::Viewer, None).await.unwrap();
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

/// Who is logged in reads on. Everybody who wants to change something is told that the disk is full, and what to do.
#[tokio::test]
async fn a_full_disk_is_named() {
    let house = House::with(&[("ada", Role::Operator)]).await;
    let cookie = house.login("ada", &[]).await;
    let body = json!({"name": "it", "run": {"kind": "command", "program": "true"}});
    let wire: TaskDefinition = serde_json::from_value(body).unwrap();
    house.app.task_create(&Caller::local(), wire.into_domain("UTC"), false).await.unwrap();
    let run = house.app.run_create(&Caller::local(), "it", Map::new(), None).await.unwrap().id;
    fill(&house).await;
    let right = json!({"name": "ada", "password": PASSWORD});
    let full = loop {
        // Some more may fit into pages that are there.
        let login = house.ask("POST /session", &[], Some(right.clone())).await;
        if login.status != 201 && login.status != 200 {
            break login;
        }
    };
    let is_told = |status: u16, text: &str| {
        let problem: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!((status, problem["code"].as_str()), (507, Some("disk_full")), "{text}");
        assert!(problem["detail"].as_str().unwrap().contains("the disk is full"), "{text}");
    };
    is_told(full.status, &full.text);
    for line in ["GET /session", "GET /tasks", "GET /runs", &format!("GET /runs/{run}"), "GET /system"] {
        let read = house.ask(line, &[("cookie", &cookie)], None).await;
        assert_eq!(read.status, 200, "{line}: {}", read.text);
    }
    let cancelled = house.ask(&format!("POST /runs/{run}/cancel"), &[("cookie", &cookie)], None).await;
    if cancelled.status != 200 {
        is_told(cancelled.status, &cancelled.text);
    }
}

/// Leaves the database no space to grow.
async fn fill(house: &House) {
    if house.on_postgres() {
        return refuse_writes(house, &[("session", "INSERT"), ("run", "UPDATE")]).await;
    }
    let stop_growing = async |tx: &Tx| -> Result<(), StoreError> {
        tx.execute_unprepared("PRAGMA max_page_count = 1").await.map(drop).map_err(StoreError::from)
    };
    house.app.store().write(stop_growing).await.unwrap();
    for number in 0.. {
        let some = async move |tx: &Tx| tx.setting_put(&format!("filling {number}"), &json!("x".repeat(3_000))).await;
        if house.app.store().write(some).await.is_err() {
            break;
        }
    }
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
