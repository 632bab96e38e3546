//! Channels: what is refused, what arrives, and that no secret is said.

mod beacon;
mod deliveries;
mod incidents;
mod lateness;
mod lateness_days;
mod mails;
mod sending;
mod server;
pub mod services;
mod silences;
mod slowness;
pub mod smtp;
mod threads;

use crate::kit::{Client, House};
use serde_json::{Value, json};

/// A value that must never come out again.
const HUSH: &str = "correct-canary-9f2";

async fn admin() -> (House, Client) {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    (house, admin)
}

async fn credential(admin: &Client, name: &str, value: &str) {
    let body = json!({"name": name, "kind": "token", "value": value});
    admin.json(201, "POST /credentials", Some(body)).await;
}

fn said(test: &Value) -> String {
    test["conversation"].to_string()
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_place() {
    let (_house, admin) = admin().await;
    let mail = |more: Value| {
        let mut target =
            json!({"kind": "mail", "host": "smtp.example.org", "from": "orc@example.org", "to": ["a@example.org"]});
        target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        target
    };
    let hook = |more: Value| {
        let mut target = json!({"kind": "webhook", "url": "https://example.org/hook"});
        target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        target
    };
    let command = |more: Value| {
        let mut target = json!({"kind": "command", "program": "/bin/true"});
        target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        target
    };
    for (target, pointer, word) in [
        (mail(json!({"to": ["a@example.org", "nobody"]})), "/target/to/1", "\"nobody\" is not a mail address"),
        (mail(json!({"to": []})), "/target/to", ""),
        (mail(json!({"from": "Orc"})), "/target/from", "is not a mail address"),
        (mail(json!({"security": "none"})), "/target/security", "starttls"),
        (mail(json!({"port": 0})), "/target/port", ""),
        (mail(json!({"host": "smtp.example.org/x"})), "/target/host", "smtp.example.org"),
        (mail(json!({"credential": "gone"})), "/target/credential", "there is no credential \"gone\""),
        (mail(json!({"pasword": "x"})), "/target/pasword", ""),
        (hook(json!({"url": "ftp://example.org"})), "/target/url", "https://"),
        (hook(json!({"url": "https://ada:pw@example.org"})), "/target/url", "${credential.NAME}"),
        (hook(json!({"headers": {"a b": "x"}})), "/target/headers/a b", "header"),
        (hook(json!({"body": "{\"text\": \"${subjct}\"}"})), "/target/body", "${subject}"),
        (hook(json!({"body": "{\"text\": ${subject}}"})), "/target/body", "must be JSON; line 1"),
        (hook(json!({"signed_by": "gone"})), "/target/signed_by", "gone"),
        (json!({"kind": "ntfy", "topic": "", "server": "https://ntfy.sh"}), "/target/topic", ""),
        (json!({"kind": "ntfy", "topic": "my topic", "server": "https://ntfy.sh"}), "/target/topic", "letters"),
        (json!({"kind": "ntfy", "topic": "x", "server": "ntfy.sh"}), "/target/server", "https://ntfy.sh"),
        (json!({"kind": "carrier_pigeon"}), "/target/kind", "mail"),
        (mail(json!({"mails_per_hour": 0})), "/target/mails_per_hour", "at least 1"),
        (command(json!({"program": " "})), "/target/program", "empty"),
        (command(json!({"arguments": ["${credential.token}"]})), "/target/arguments/0", "visible to every user"),
        (command(json!({"arguments": ["a", "${subjct}"]})), "/target/arguments/1", "${subject}"),
        (command(json!({"shell": true})), "/target/shell", ""),
    ] {
        let body = json!({"name": "ops", "target": target});
        for line in ["POST /channels", "POST /channels?dry_run=true", "POST /channels/probe"] {
            let refused = admin.json(422, line, Some(body.clone())).await;
            let field = &refused["fields"][0];
            assert_eq!(field["pointer"], pointer, "{line} {body}: {refused}");
            assert!(refused.to_string().replace("\\\"", "\"").contains(word), "{line} {body}: {refused}");
        }
    }
    assert_eq!(admin.json(200, "GET /channels", None).await["items"], json!([]));
}

#[tokio::test]
async fn only_who_may_use_credentials_says_where_they_go() {
    let (house, admin) = admin().await;
    credential(&admin, "hook", "https://hooks.example/abc").await;
    let editor = house.editor().await;
    let secret = json!({"name": "chat", "target": {"kind": "slack", "credential": "hook"}});
    editor.json(403, "POST /channels", Some(secret.clone())).await;
    editor.json(403, "POST /channels/probe", Some(secret.clone())).await;
    let open = json!({"name": "open", "target": {"kind": "ntfy", "topic": "orc"}});
    editor.json(201, "POST /channels", Some(open)).await;
    admin.json(201, "POST /channels", Some(secret)).await;
    let elsewhere = json!({"name": "chat", "target": {"kind": "ntfy", "topic": "orc"}});
    editor.json(403, "PUT /channels/chat", Some(elsewhere)).await;
    let off = json!({"name": "chat", "enabled": false, "target": {"kind": "slack", "credential": "hook"}});
    editor.json(200, "PUT /channels/chat", Some(off)).await;
    let usage = admin.json(200, "GET /credentials/hook/usage", None).await;
    assert_eq!(usage["channels"], json!(["chat"]));
    let refused = admin.json(409, "DELETE /credentials/hook", None).await;
    assert!(refused["detail"].as_str().unwrap().contains("channel \"chat\""), "{refused}");
    admin.json(204, "DELETE /channels/chat", None).await;
    admin.json(204, "DELETE /credentials/hook", None).await;
}
