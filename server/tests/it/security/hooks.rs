//! Webhooks over HTTP: which calls are accepted, which answers they get, and what nobody can read afterwards.

use crate::kit::House;
use orc_server::api::tasks::definition::TaskDefinition;
use orc_server::app::Caller;
use orc_server::domain::reason::ReasonCode;
use orc_server::security::signature::sign;
use serde_json::{Value, json};

async fn webhook(house: &House, name: &str, proof: &str) -> (String, Option<String>) {
    let trigger = json!({"kind": "webhook", "key": "call", "proof": proof});
    let run = json!({"kind": "command", "program": "/bin/true"});
    let overlap = json!({"kind": "allow", "max": 100});
    let body = json!({"name": name, "run": run, "triggers": [trigger], "overlap": overlap});
    let wire: TaskDefinition = serde_json::from_value(body).unwrap();
    house.app.task_create(&Caller::local(), wire.into_domain("UTC"), false).await.unwrap();
    let made = house.app.trigger_rotate(&Caller::local(), name, "call", None).await.unwrap();
    (made.path.expose().to_owned(), made.secret.map(|secret| secret.expose().to_owned()))
}

async fn call(house: &House, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> (u16, Value) {
    let answer = house.ask(&format!("POST ..{path}"), headers, body).await;
    (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn right_calls_get_in_and_wrong_ones_get_one_answer() {
    let house = House::with(&[]).await;
    let (address, _) = webhook(&house, "plain", "secret_url").await;
    let (signed, secret) = webhook(&house, "signed", "signature").await;
    // More simultaneous calls than there are places for wrong guesses.
    let calls = (0..30).map(|_| call(&house, &address, &[], Some(json!({}))));
    for (status, answer) in futures::future::join_all(calls).await {
        assert_eq!(status, 202, "{answer}");
        assert!(answer["run_id"].is_string());
    }
    let (body, at) = (json!({"a": 1}), house.clock.now().timestamp().to_string());
    let secret = orc_server::security::secret::Secret::new(secret.unwrap());
    let signature = sign(&secret, &at, body.to_string().as_bytes());
    let headers = [("x-orc-timestamp", at.as_str()), ("x-orc-signature", signature.as_str())];
    assert_eq!(call(&house, &signed, &headers, Some(body.clone())).await.0, 202);
    let unknown = "/hooks/00000000000000000000000000000000.abc";
    let mut wrong = vec![
        call(&house, &signed, &headers, Some(body)).await,
        call(&house, &signed, &headers, Some(json!({"a": 2}))).await,
        call(&house, unknown, &[], Some(json!({}))).await,
        call(&house, &format!("{address}x"), &[], Some(json!({}))).await,
    ];
    for (status, answer) in &mut wrong {
        assert_eq!(*status, 401, "{answer}");
        answer.as_object_mut().unwrap().remove("request_id");
    }
    assert!(wrong.iter().all(|answer| *answer == wrong[0]), "no hint: {wrong:?}");
    assert_eq!(call(&house, unknown, &[], None).await.0, 401);
    assert_eq!(call(&house, unknown, &[], None).await.0, 429, "who guesses on waits");
    assert_eq!(call(&house, &address, &[], None).await.0, 202, "and holds up nobody who is right");
}

#[tokio::test]
async fn who_got_no_answer_asks_again_with_the_same_proof_and_key() {
    let house = House::with(&[]).await;
    let (signed, secret) = webhook(&house, "signed", "signature").await;
    let (body, at) = (json!({"a": 1}), house.clock.now().timestamp().to_string());
    let secret = orc_server::security::secret::Secret::new(secret.unwrap());
    let signature = sign(&secret, &at, body.to_string().as_bytes());
    let proof = [("x-orc-timestamp", at.as_str()), ("x-orc-signature", signature.as_str())];
    let keyed = [proof[0], proof[1], ("idempotency-key", "one")];
    let (status, first) = call(&house, &signed, &keyed, Some(body.clone())).await;
    assert_eq!(status, 202, "{first}");
    let (status, again) = call(&house, &signed, &keyed, Some(body.clone())).await;
    assert_eq!((status, &again["run_id"]), (202, &first["run_id"]));
    assert_eq!(call(&house, &signed, &proof, Some(body)).await.0, 401, "without the key it is a replay");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_problem_as_elsewhere() {
    let house = House::with(&[]).await;
    let (address, _) = webhook(&house, "plain", "secret_url").await;
    let (status, answer) = call(&house, &address, &[], Some(json!("x".repeat(9 << 20)))).await;
    assert_eq!((status, &answer["code"]), (413, &json!("too_large")));
}

#[tokio::test]
async fn a_lost_seal_key_is_told() {
    let house = House::with(&[]).await;
    webhook(&house, "signed", "signature").await;
    let problem = async || house.app.trigger_list(&Caller::local(), "signed").await.unwrap()[0].problem.clone();
    assert_eq!(problem().await, None);
    std::fs::remove_file(house.folder.path().join("seal.key")).unwrap();
    assert_eq!(problem().await.map(|problem| problem.code()), Some(ReasonCode::SecretUnreadable));
}
