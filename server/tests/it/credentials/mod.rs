//! Credentials and the vault, over HTTP.

mod import;
mod using;
mod vault;

use crate::kit::{Client, House};
use orc_server::domain::model::Rights;
use orc_server::domain::vocabulary::{Grant, Role};
use serde_json::{Value, json};

/// A value that must never come out again.
pub const HUSH: &str = "correct-canary-9f2";

/// A program whose token has a role and these rights.
pub async fn granted(house: &House, role: Role, grants: &[Grant]) -> Client {
    let rights = Rights { role, grants: grants.iter().copied().collect() };
    house.client_with(rights).await
}

fn generic(name: &str) -> Value {
    json!({"name": name, "kind": "generic", "description": "For the shop", "value": HUSH})
}

fn using(name: &str, credential: &str) -> Value {
    json!({
        "name": name, "run": {"kind": "shell", "line": "true"},
        "credentials": [{"name": credential, "inject": {"kind": "env", "variable": "SECRET"}}],
    })
}

#[tokio::test]
async fn values_go_in_and_never_out() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let made = admin.json(201, "POST /credentials", Some(generic("shop"))).await;
    assert_eq!((&made["fields"], &made["value_version"], &made["version"]), (&json!(["value"]), &json!(1), &json!(1)));
    let rotated = admin.json(200, "POST /credentials/shop/rotate", Some(json!({"value": HUSH}))).await;
    assert_eq!((&rotated["value_version"], &rotated["version"]), (&json!(2), &json!(2)));
    admin.json(201, "POST /tasks", Some(using("nightly", "shop"))).await;
    let mut said = String::new();
    for path in [
        "GET /credentials",
        "GET /credentials/shop",
        "GET /credentials/shop/usage",
        "GET /vault",
        "GET /tasks/nightly",
        "GET /tasks/nightly/versions",
        "GET /tasks/export",
        "GET /audit",
    ] {
        said += &admin.json(200, path, None).await.to_string();
    }
    assert!(said.contains("shop") && !said.contains(HUSH), "{said}");
    let usage = admin.json(200, "GET /credentials/shop/usage", None).await;
    assert_eq!(usage["tasks"][0]["task"], "nightly");
    for entry in std::fs::read_dir(house.folder.path()).unwrap().filter_map(Result::ok) {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        assert!(!bytes.windows(HUSH.len()).any(|window| window == HUSH.as_bytes()), "{}", entry.path().display());
    }
}

#[tokio::test]
async fn a_refused_number_in_an_address_says_what_to_write() {
    let house = House::new(Default::default()).await;
    for number in ["-1", "x", "99999999999999999999"] {
        let refused = house.admin().await.json(422, &format!("GET /credentials?limit={number}"), None).await;
        assert!(refused["fields"][0]["message"].as_str().unwrap().starts_with("must be a whole number"), "{refused}");
    }
}

#[tokio::test]
async fn a_refused_value_is_not_repeated() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    for body in [
        json!({"name": "a", "kind": "generic", "value": format!("{HUSH}\0")}),
        json!({"name": "a", "kind": "ssh_key", "value": HUSH}),
        json!({"name": "a", "kind": "login", "value": HUSH}),
        json!({"name": "a", "kind": "login", "values": {"username": "ada", "password": HUSH, "pin": HUSH}}),
        json!({"name": "a", "kind": "login", "values": {"username": "ada"}}),
        json!({"name": "a", "kind": "smtp", "values": {"username": "ada", "password": HUSH, "port": HUSH}}),
        json!({"name": "A", "kind": "generic", "value": HUSH}),
        json!({"name": "a", "kind": "generic", "value": [HUSH]}),
        json!({"name": "a", "kind": "generic", "value": HUSH, "expires_at": HUSH}),
    ] {
        let refused = admin.json(422, "POST /credentials", Some(body)).await;
        assert!(!refused["fields"].as_array().unwrap().is_empty(), "{refused}");
        // A wrong time is no secret, so it may be named.
        if refused["fields"][0]["pointer"] != "/expires_at" {
            assert!(!refused.to_string().contains(HUSH), "{refused}");
        }
    }
    let short =
        admin.json(201, "POST /credentials", Some(json!({"name": "pin", "kind": "generic", "value": "123"}))).await;
    assert_eq!(short["warnings"][0]["code"], "secret_too_short");
}

#[tokio::test]
async fn only_those_with_the_right_change_and_use_credentials() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    admin.json(201, "POST /credentials", Some(generic("shop"))).await;
    let editor = house.editor().await;
    editor.json(403, "POST /credentials", Some(generic("other"))).await;
    editor.json(403, "POST /credentials/shop/rotate", Some(json!({"value": HUSH}))).await;
    let refused = editor.json(403, "POST /tasks", Some(using("mine", "shop"))).await;
    assert!(refused["detail"].as_str().unwrap().contains("credentials:use"), "{refused}");
    let user = granted(&house, Role::Editor, &[Grant::CredentialsUse]).await;
    user.json(201, "POST /tasks", Some(using("mine", "shop"))).await;
    user.json(403, "DELETE /credentials/shop", None).await;
    // Whoever may not use the credential cannot change what the task does with it, but may move and switch the task.
    let mut other = using("mine", "shop");
    other["run"]["line"] = json!("echo $SECRET");
    editor.json(403, "PUT /tasks/mine", Some(other)).await;
    editor.json(403, "PUT /tasks/mine", Some(json!({"name": "mine", "run": {"kind": "shell", "line": "true"}}))).await;
    editor.json(200, "POST /tasks/mine/disable", None).await;
    let writer = granted(&house, Role::Editor, &[Grant::CredentialsWrite]).await;
    writer.json(200, "POST /credentials/shop/rotate", Some(json!({"value": "another value"}))).await;
    let in_use = writer.json(409, "DELETE /credentials/shop", None).await;
    assert_eq!(in_use["code"], "credential_in_use");
    admin.json(204, "DELETE /tasks/mine", None).await;
    writer.json(204, "DELETE /credentials/shop", None).await;
}

#[tokio::test]
async fn rights_are_given_and_taken() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let ada = json!({"name": "ada", "role": "editor", "password": crate::kit::PASSWORD});
    let made = admin.json(201, "POST /users", Some(ada)).await;
    assert_eq!(made["grants"], json!([]));
    let given = admin.json(200, "PATCH /users/ada", Some(json!({"grants": ["credentials:use"]}))).await;
    assert_eq!(given["grants"], json!(["credentials:use"]));
    let user = granted(&house, Role::Editor, &[Grant::CredentialsUse]).await;
    let token = json!({"name": "ci", "role": "editor", "grants": ["credentials:use"]});
    assert_eq!(user.json(201, "POST /tokens", Some(token)).await["grants"], json!(["credentials:use"]));
    let more = json!({"name": "ci", "role": "editor", "grants": ["credentials:write"]});
    let refused = user.json(422, "POST /tokens", Some(more)).await;
    assert_eq!(refused["fields"][0]["pointer"], "/grants");
}

#[tokio::test]
async fn a_task_names_credentials_that_exist_and_keeps_them_off_command_lines() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let login = json!({"name": "db", "kind": "login", "values": {"username": "ada", "password": HUSH}});
    admin.json(201, "POST /credentials", Some(login)).await;
    let refused = async |task: Value, pointer: &str| {
        let answer = admin.json(422, "POST /tasks", Some(task.clone())).await;
        assert_eq!(answer["fields"][0]["pointer"], pointer, "{task}: {answer}");
        let dry = admin.json(422, "POST /tasks?dry_run=true", Some(task)).await;
        assert_eq!(dry["fields"], answer["fields"]);
    };
    refused(using("it", "nothing"), "/credentials/0/name").await;
    let mut pin = using("it", "db");
    pin["credentials"][0]["field"] = json!("pin");
    refused(pin, "/credentials/0/name").await;
    let mut own = using("it", "db");
    own["credentials"][0]["inject"]["variable"] = json!("ORC_SECRET");
    refused(own, "/credentials/0/inject").await;
    let mut twice = using("it", "db");
    twice["environment"] = json!({"SECRET": "x"});
    refused(twice, "/credentials/0/inject").await;
    let argument =
        json!({"name": "it", "run": {"kind": "command", "program": "psql", "arguments": ["-p", "${credential.db}"]}});
    refused(argument, "/run/arguments/1").await;
    refused(json!({"name": "it", "run": {"kind": "shell", "line": "psql -p ${credential.db}"}}), "/run/line").await;
    let mut http = using("it", "db");
    http["run"] = json!({"kind": "http", "url": "http://shop.example"});
    refused(http, "/credentials").await;
    let missing = json!({"name": "it", "run": {"kind": "http", "url": "http://shop.example", "headers": {"X-Key": "${credential.no}"}}});
    refused(missing, "/run/headers/X-Key").await;
    let request = |more: Value| {
        let mut run = json!({"kind": "http", "url": "http://shop.example"});
        run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "it", "run": run})
    };
    refused(request(json!({"url": "http://shop.example/${credential.db"})), "/run/url").await;
    refused(request(json!({"headers": {"${credential.db}": "x"}})), "/run/headers/${credential.db}").await;
    let dotted = admin.json(422, "POST /tasks", Some(request(json!({"body": "${credential.db.username}"})))).await;
    assert!(dotted["fields"][0]["message"].as_str().unwrap().contains("${credential.db:username}"), "{dotted}");
    let folder =
        json!({"name": "it", "run": {"kind": "shell", "line": "id"}, "working_directory": "/srv/${credential.db}"});
    refused(folder, "/working_directory").await;
    // One secret may be given as the value of a kind with several.
    let beside = json!({"name": "db2", "kind": "login", "values": {"username": "ada"}, "value": HUSH});
    assert_eq!(admin.json(201, "POST /credentials", Some(beside)).await["fields"], json!(["password", "username"]));
    let double = json!({"name": "db3", "kind": "login", "values": {"username": "ada", "password": "x"}, "value": HUSH});
    assert_eq!(admin.json(422, "POST /credentials", Some(double)).await["fields"][0]["pointer"], "/value");
    let fine = json!({"name": "it", "run": {"kind": "http", "url": "http://${credential.db:username}:${credential.db}@shop.example"}});
    admin.json(201, "POST /tasks", Some(fine)).await;
}
