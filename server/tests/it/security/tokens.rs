//! Tokens are distinguished by their id, and what a token creates ends with it.

use crate::kit::House;
use orc_server::app::Caller;
use orc_server::domain::vocabulary::Role;
use serde_json::{Value, json};

async fn deploy(house: &House) -> String {
    let made = house.app.token_create(&Caller::local(), "deploy".into(), Role::Editor.into(), None).await;
    format!("Bearer {}", made.unwrap().1.expose())
}

#[tokio::test]
async fn two_tokens_of_one_name_share_no_keys_and_no_audit() {
    let house = House::with(&[]).await;
    let tokens = [deploy(&house).await, deploy(&house).await];
    let mut runs = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        if number == 0 {
            let task = json!({"name": "t", "run": {"kind": "command", "program": "true"},
                "overlap": {"kind": "allow", "max": 100}});
            let made = house.ask("POST /tasks", &[("authorization", token)], Some(task)).await;
            assert_eq!(made.status, 201, "{}", made.text);
        }
        for _ in 0..2 {
            let headers = [("authorization", token.as_str()), ("idempotency-key", "same")];
            let run = house.ask("POST /tasks/t/runs", &headers, Some(json!({}))).await;
            let run: Value = serde_json::from_str(&run.text).unwrap();
            runs.push(run["id"].as_str().unwrap_or_else(|| panic!("{run}")).to_owned());
        }
    }
    assert!(runs[0] == runs[1] && runs[2] == runs[3] && runs[0] != runs[2], "{runs:?}");
    let root = house.app.token_create(&Caller::local(), "root".into(), Role::Admin.into(), None).await.unwrap().1;
    let root = format!("Bearer {}", root.expose());
    let listed = house.ask("GET /audit?actor=deploy", &[("authorization", &root)], None).await;
    let listed: Value = serde_json::from_str(&listed.text).unwrap();
    let mut ids: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|entry| &entry["detail"]["token_id"]).collect();
    assert!(ids.iter().all(|id| id.is_string()), "{listed}");
    ids.dedup();
    assert_eq!(ids.len(), 2, "{listed}");
}

#[tokio::test]
async fn an_expiring_token_makes_none_that_outlives_it() {
    let house = House::with(&[]).await;
    let short = house.app.token_create(&Caller::local(), "short".into(), Role::Editor.into(), Some(5)).await.unwrap().1;
    let bearer = format!("Bearer {}", short.expose());
    for (days, status) in [(Value::Null, 422), (json!(6), 422), (json!(5), 201), (json!(1), 201)] {
        let body = json!({"name": "child", "role": "editor", "expires_days": days});
        let made = house.ask("POST /tokens", &[("authorization", &bearer)], Some(body)).await;
        assert_eq!(made.status, status, "{days}: {}", made.text);
    }
}
