//! Credentials and the vault.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn credentials_answer_as_before() {
    let mut tour = Tour::new().await;
    let login = json!({"name": "shop", "kind": "login", "description": "The shop", "values": {"username": "ada", "password": "correct-canary"}});
    tour.ask("POST /credentials?dry_run=true", Some(login.clone())).await;
    tour.ask("POST /credentials", Some(login)).await;
    let uses = json!([
        {"name": "shop", "inject": {"kind": "env", "variable": "PASSWORD"}},
        {"name": "shop", "field": "username", "inject": {"kind": "stdin"}},
    ]);
    let task = json!({"name": "nightly", "run": {"kind": "shell", "line": "true"}, "credentials": uses});
    tour.client.json(201, "POST /tasks", Some(task)).await;
    tour.ask("GET /credentials", None).await;
    tour.ask("GET /credentials/shop", None).await;
    tour.ask("GET /credentials/shop/usage", None).await;
    tour.ask("PUT /credentials/shop", Some(json!({"name": "shop", "expires_at": "2027-06-01T00:00:00Z"}))).await;
    tour.ask("POST /credentials/shop/rotate", Some(json!({"values": {"username": "ada", "password": "abc"}}))).await;
    tour.client.json(204, "DELETE /tasks/nightly", None).await;
    tour.ask("DELETE /credentials/shop", None).await;
    let export = r#"{"mail": "hush", "DB Password": "hush"}"#;
    tour.ask("POST /credentials/import?dry_run=true", Some(json!({"export": export}))).await;
    tour.ask("POST /credentials/import", Some(json!({"export": export}))).await;
    let passphrase = json!({"passphrase": "a long sentence for the vault"});
    tour.ask("POST /vault/rotate", Some(passphrase.clone())).await;
    tour.ask("POST /vault/unseal", Some(passphrase)).await;
    tour.ask("GET /vault", None).await;
    tour.hold("credential");
}
