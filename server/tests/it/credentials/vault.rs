//! The vault: its key file, its passphrase, its keys.

use super::HUSH;
use crate::kit::House;
use serde_json::{Value, json};
use std::path::PathBuf;

const PASSPHRASE: &str = "a long sentence for the vault";

async fn with_credential() -> House {
    let house = House::new(Default::default()).await;
    let body = json!({"name": "shop", "kind": "generic", "value": HUSH});
    house.admin().await.json(201, "POST /credentials", Some(body)).await;
    house
}

async fn state(house: &House) -> (Value, Value) {
    let vault = house.admin().await.json(200, "GET /vault", None).await;
    (vault["state"].clone(), vault["problem"]["code"].clone())
}

async fn key_file(house: &House) -> PathBuf {
    let vault = house.admin().await.json(200, "GET /vault", None).await;
    vault["key_file"].as_str().expect("a key file").into()
}

#[tokio::test]
async fn the_key_file_is_made_with_the_first_credential_and_no_dry_run() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let body = json!({"name": "shop", "kind": "generic", "value": HUSH});
    admin.json(200, "POST /credentials?dry_run=true", Some(body)).await;
    assert_eq!(admin.json(200, "GET /vault", None).await["key_kind"], Value::Null);
    assert!(!house.folder.path().join("keys").exists());
    let house = with_credential().await;
    assert!(key_file(&house).await.exists());
    assert_eq!(state(&house).await.0, "open");
    let house = house.restarted().await;
    assert_eq!(state(&house).await.0, "open");
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = with_credential().await;
    let file = key_file(&house).await;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let house = house.restarted().await;
    assert_eq!(state(&house).await, (json!("unusable"), json!("vault_key_unusable")));
    let refused = house.admin().await.json(409, "POST /credentials/shop/rotate", Some(json!({"value": "x"}))).await;
    assert!(refused["detail"].as_str().unwrap().contains("chmod 600"), "{refused}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(state(&house).await.0, "open", "a mended key file is used without a restart");
    std::fs::remove_file(&file).unwrap();
    let house = house.restarted().await;
    assert_eq!(state(&house).await, (json!("unusable"), json!("vault_key_unusable")));
}

#[tokio::test]
async fn another_key_does_not_open_the_vault() {
    let house = with_credential().await;
    let file = key_file(&house).await;
    let (text, other) = (std::fs::read_to_string(&file).unwrap(), "0".repeat(64));
    assert_ne!(text.trim(), other);
    std::fs::write(&file, other).unwrap();
    let house = house.restarted().await;
    assert_eq!(state(&house).await, (json!("unusable"), json!("vault_key_wrong")));
    std::fs::write(&file, text).unwrap();
    assert_eq!(state(&house).await.0, "open");
}

#[tokio::test]
async fn a_passphrase_seals_the_vault_at_each_start() {
    let house = with_credential().await;
    let old = key_file(&house).await;
    let admin = house.admin().await;
    admin.json(422, "POST /vault/rotate", Some(json!({"passphrase": "short"}))).await;
    house.editor().await.json(403, "POST /vault/rotate", Some(json!({"passphrase": PASSPHRASE}))).await;
    let vault = admin.json(200, "POST /vault/rotate", Some(json!({"passphrase": PASSPHRASE}))).await;
    assert_eq!((&vault["state"], &vault["key_kind"]), (&json!("open"), &json!("passphrase")));
    assert!(old.exists(), "backups need the old key");
    let house = house.restarted().await;
    assert_eq!(state(&house).await, (json!("sealed"), json!("vault_sealed")));
    let admin = house.admin().await;
    let system = admin.json(200, "GET /system", None).await;
    assert_eq!(system["warnings"][0]["code"], "vault_sealed", "{system}");
    let sealed = admin.json(409, "POST /credentials/shop/rotate", Some(json!({"value": "x"}))).await;
    assert_eq!(sealed["code"], "vault_sealed");
    let wrong = admin.json(422, "POST /vault/unseal", Some(json!({"passphrase": "another sentence"}))).await;
    assert_eq!(wrong["fields"][0]["pointer"], "/passphrase");
    let vault = admin.json(200, "POST /vault/unseal", Some(json!({"passphrase": PASSPHRASE}))).await;
    assert_eq!(vault["state"], "open");
    // Back to a key file, which needs nobody at the next start.
    let vault = admin.json(200, "POST /vault/rotate", Some(json!({}))).await;
    assert_eq!(vault["key_kind"], "file");
    let house = house.restarted().await;
    assert_eq!(state(&house).await.0, "open");
    // A rename seals the value anew, which proves that it still opens after all these keys.
    let renamed = json!({"name": "shop-db"});
    house.admin().await.json(200, "PUT /credentials/shop", Some(renamed)).await;
}

#[tokio::test]
async fn a_lost_key_is_replaced_and_each_credential_gets_a_new_value() {
    let house = with_credential().await;
    let forget = || Some(json!({"forget_values": true}));
    let refused = house.admin().await.json(422, "POST /vault/rotate", forget()).await;
    assert_eq!(refused["fields"][0]["pointer"], "/forget_values", "nothing is lost yet");
    std::fs::remove_file(key_file(&house).await).unwrap();
    let house = house.restarted().await;
    let admin = house.admin().await;
    admin.json(409, "POST /vault/rotate", Some(json!({}))).await;
    assert_eq!(admin.json(200, "POST /vault/rotate", forget()).await["state"], "open");
    let damaged = admin.json(409, "PUT /credentials/shop", Some(json!({"name": "renamed"}))).await;
    assert_eq!(damaged["code"], "credential_damaged");
    admin.json(200, "POST /credentials/shop/rotate", Some(json!({"value": HUSH}))).await;
    admin.json(200, "PUT /credentials/shop", Some(json!({"name": "renamed"}))).await;
    // The same with a passphrase that nobody remembers.
    admin.json(422, "POST /vault/rotate", Some(json!({"passphrase": " ".repeat(12)}))).await;
    admin.json(200, "POST /vault/rotate", Some(json!({"passphrase": PASSPHRASE}))).await;
    let house = house.restarted().await;
    assert_eq!(house.admin().await.json(200, "POST /vault/rotate", forget()).await["state"], "open");
}

#[tokio::test]
async fn a_value_from_an_older_version_does_not_open() {
    let house = with_credential().await;
    let admin = house.admin().await;
    admin.json(200, "POST /credentials/shop/rotate", Some(json!({"value": "newer"}))).await;
    // As if somebody put the old row back, but kept the count of versions.
    assert_eq!(house.behind("UPDATE credential SET value_version = 1").await, 1);
    let refused = admin.json(409, "PUT /credentials/shop", Some(json!({"name": "renamed"}))).await;
    assert_eq!(refused["code"], "credential_damaged");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_entered_while_the_key_changes_still_open() {
    let house = with_credential().await;
    let admin = house.admin().await;
    let enter = async |number: usize| {
        let body = json!({"name": format!("c{number}"), "kind": "generic", "value": HUSH});
        admin.ask("POST /credentials", Some(body)).await.status
    };
    let change = async || admin.ask("POST /vault/rotate", Some(json!({}))).await.status;
    let entered = futures::future::join_all((0..40).map(enter));
    let (entered, ..) = tokio::join!(entered, change(), change());
    assert!(entered.iter().all(|status| matches!(status, 201 | 409)), "{entered:?}");
    let house = house.restarted().await;
    let admin = house.admin().await;
    for (number, _) in entered.iter().enumerate().filter(|(_, status)| **status == 201) {
        // A rename opens the value and seals it anew.
        admin.json(200, &format!("PUT /credentials/c{number}"), Some(json!({"name": format!("d{number}")}))).await;
    }
}
