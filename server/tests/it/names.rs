//! Names: every definition refers to the one rule of the contract, and every door refuses a bad name in the same words.

use crate::kit::House;
use orc_server::api::router::contract;
use orc_server::domain::names::NameRule;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Properties called `name` in bodies that are no names by which things are found, each with what it is.
const OTHER: [(&str, &str); 4] = [
    ("CalendarEntryCalendar", "a reference to a calendar, which must exist"),
    ("FeedDefinition", "a title in calendar programs"),
    ("SessionCreate", "what somebody who is not logged in claims"),
    ("TokenCreate", "a title that says what the token is for"),
];

/// The names of all schemas that a value refers to, directly or through others.
fn referred(value: &Value, schemas: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            if let Some(name) = name.filter(|name| found.insert((*name).to_owned())) {
                referred(&schemas[name], schemas, found);
            }
            map.values().for_each(|inner| referred(inner, schemas, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| referred(inner, schemas, found)),
        _ => {}
    }
}

#[test]
fn every_name_of_a_definition_follows_a_rule_of_the_contract() {
    let document = contract().document();
    let schemas = &document["components"]["schemas"];
    let rules: BTreeSet<String> = NameRule::ALL.iter().map(NameRule::pattern).collect();
    let mut bodies = BTreeSet::new();
    for operation in document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
    {
        referred(&operation["requestBody"], schemas, &mut bodies);
    }
    let (mut checked, mut other) = (BTreeSet::new(), BTreeSet::new());
    for body in &bodies {
        let property = &schemas[body]["properties"]["name"];
        if property.is_null() {
            continue;
        }
        let rule = property["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        match rule.map(|rule| &schemas[rule]["pattern"]) {
            Some(Value::String(pattern)) if rules.contains(pattern) => checked.insert(body.as_str()),
            _ => other.insert(body.as_str()),
        };
    }
    assert_eq!(other, OTHER.map(|(body, _)| body).into(), "names that refer to no rule of `api::contract::names`");
    for body in ["TaskDefinition", "TaskClone", "CalendarDefinition", "CalendarImport", "PoolDefinition", "UserCreate"]
    {
        assert!(checked.contains(body), "{body} of {checked:?}");
    }
    let mut written = BTreeSet::new();
    for (name, schema) in schemas.as_object().unwrap() {
        let properties = schema["properties"].as_object().into_iter().flatten();
        written.extend(
            properties.filter(|(_, it)| it["pattern"].as_str().is_some_and(|it| rules.contains(it))).map(|_| name),
        );
    }
    assert!(written.is_empty(), "these write a rule's pattern again: {written:?}");
}

#[tokio::test]
async fn every_door_refuses_a_bad_name_in_the_same_words() {
    let editor = House::with(&[]).await.editor().await;
    let run = json!({"kind": "shell", "line": "true"});
    let task = |name: &str| json!({"name": name, "run": run});
    editor.json(201, "POST /tasks", Some(task("model"))).await;
    let long = "a".repeat(101);
    let calendar =
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261224\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n";
    for (name, expected) in [
        ("Not Good", NameRule::NAME.words()),
        (long.as_str(), NameRule::NAME.words()),
        ("", "must not be empty".to_owned()),
        ("bulk", "\"bulk\" is reserved; choose another".to_owned()),
        ("018f3b1c-0000-7000-8000-000000000000", "must not look like an id (UUID)".to_owned()),
    ] {
        for (door, body, pointer) in [
            ("POST /tasks", task(name), "/name"),
            ("PUT /tasks/model", task(name), "/name"),
            ("PATCH /tasks/model", json!({"name": name}), "/name"),
            ("POST /tasks/model/clone", json!({"name": name}), "/name"),
            ("POST /tasks/apply", json!({"tasks": [task(name)]}), "/tasks/0/name"),
            ("POST /calendars", json!({"name": name}), "/name"),
            ("POST /calendars/import", json!({"name": name, "ics": calendar}), "/name"),
            ("POST /pools", json!({"name": name, "capacity": 1}), "/name"),
            ("POST /networks", json!({"name": name, "rules": [{"kind": "interface"}]}), "/name"),
        ] {
            let refused = editor.json(422, door, Some(body)).await;
            assert_eq!(refused["fields"], json!([{"pointer": pointer, "message": expected}]), "{door} {name}");
        }
    }
    let import = json!({"kind": "crontab", "text": "0 2 * * * true", "prefix": "-"});
    let refused = editor.json(422, "POST /tasks/import", Some(import)).await;
    assert_eq!(refused["fields"], json!([{"pointer": "/prefix", "message": NameRule::PREFIX.words()}]));
}

#[tokio::test]
async fn a_taken_name_is_said_with_what_has_it() {
    let admin = House::with(&[]).await.admin().await;
    let run = json!({"kind": "shell", "line": "true"});
    for name in ["one", "two"] {
        admin.json(201, "POST /tasks", Some(json!({"name": name, "run": run}))).await;
        admin.json(201, "POST /calendars", Some(json!({"name": name}))).await;
        admin.json(201, "POST /pools", Some(json!({"name": name, "capacity": 1}))).await;
        admin.json(201, "POST /networks", Some(json!({"name": name, "rules": [{"kind": "interface"}]}))).await;
        let target = json!({"kind": "ntfy", "topic": "orc", "server": "http://127.0.0.1:1"});
        admin.json(201, "POST /channels", Some(json!({"name": name, "target": target}))).await;
        admin.json(201, "POST /reports", Some(json!({"name": name, "who": [name]}))).await;
    }
    let user = json!({"name": "two", "password": "correct horse battery", "role": "viewer"});
    admin.json(201, "POST /users", Some(user.clone())).await;
    for (door, body, kind) in [
        ("POST /tasks", json!({"name": "two", "run": run}), "task"),
        ("PUT /tasks/one", json!({"name": "two", "run": run}), "task"),
        ("POST /tasks/one/clone", json!({"name": "two"}), "task"),
        ("POST /calendars", json!({"name": "two"}), "calendar"),
        ("PUT /calendars/one", json!({"name": "two"}), "calendar"),
        ("POST /pools", json!({"name": "two", "capacity": 1}), "pool"),
        ("PUT /pools/one", json!({"name": "two", "capacity": 1}), "pool"),
        ("POST /networks", json!({"name": "two", "rules": [{"kind": "interface"}]}), "network profile"),
        ("PUT /networks/one", json!({"name": "two", "rules": [{"kind": "interface"}]}), "network profile"),
        ("POST /reports", json!({"name": "two", "who": ["one"]}), "report"),
        ("PUT /reports/one", json!({"name": "two", "who": ["one"]}), "report"),
        ("POST /users", user, "user"),
    ] {
        let refused = admin.json(409, door, Some(body)).await;
        let detail = format!("there is a {kind} \"two\" already; choose another name");
        assert_eq!((&refused["code"], &refused["detail"]), (&json!("name_taken"), &json!(detail)), "{door}");
    }
}
