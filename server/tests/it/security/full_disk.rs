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
    refuse_writes(&house, &[("session", "UPDATE"), ("token", "UPDATE"), ("audit_entry", "INSERT")]).await;
    house.clock.advance(TimeDelta::minutes(2));
    assert_eq!((house.seen(&cookie).await, house.seen_token(token.expose()).await), (200, 200));
    let wrong = house.ask("POST /session", &[], Some(json!({"name": "ada", "password": "wrong guess"}))).await;
    assert_eq!(wrong.status, 401, "{}", wrong.text);
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
