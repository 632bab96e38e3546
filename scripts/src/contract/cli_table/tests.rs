//! The table made from small documents.

use serde_json::{Value, json};

use super::table;

fn document(paths: Value) -> Value {
    json!({
        "info": {"version": "1.2.3"}, "servers": [{"url": "/api/v1"}], "tags": [{"name": "thing", "description": "Things"}],
        "paths": paths,
        "components": {"schemas": {
            "Thing": {"type": "object", "required": ["name", "how"], "properties": {
                "id": {"type": "string", "readOnly": true},
                "name": {"type": "string", "description": "Name.\n\nMore about it."},
                "how": {"$ref": "#/components/schemas/How", "description": "How."},
                "limits": {"type": "object", "properties": {"most": {"type": ["integer", "null"], "minimum": 1, "default": 5}}},
                "hows": {"type": "array", "items": {"$ref": "#/components/schemas/How"}}
            }},
            "How": {"oneOf": [{"$ref": "#/components/schemas/Fast"}, {"$ref": "#/components/schemas/Slow"}],
                "discriminator": {"propertyName": "kind", "mapping": {
                    "fast": "#/components/schemas/Fast", "slow": "#/components/schemas/Slow"}}},
            "Fast": {"type": "object", "properties": {"kind": {"const": "fast"}, "note": {"type": "string"}}},
            "Slow": {"type": "object", "properties": {
                "kind": {"const": "slow"}, "note": {"type": "string"}, "seconds": {"type": "number", "minimum": 0, "maximum": 60}}},
            "ThingPage": {"type": "object", "properties": {
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/ThingRow"}}, "next_cursor": {"type": ["string", "null"]}}},
            "ThingRow": {"type": "object", "properties": {
                "id": {"type": "string"}, "name": {"type": "string"}, "actions": {"type": "array", "items": {"type": "string"}},
                "last": {"type": "object", "properties": {"state": {"type": "string"}}}}}
        }}
    })
}

fn body(content_type: &str) -> Value {
    json!({"content": {content_type: {"schema": {"$ref": "#/components/schemas/Thing"}}}})
}

#[track_caller]
fn check(text: &str, line: &str) {
    assert!(text.lines().any(|own| own.trim() == line), "`{line}` is not a line of:\n{text}");
}

#[test]
fn a_body_becomes_flat_fields_and_known_unions() {
    let create = json!({"operationId": "thing_create", "summary": "Create.", "x-permission": "define", "requestBody": body("application/json")});
    let text = table(&document(json!({"/things": {"post": create}}))).expect("a table");
    check(&text, r#"id: "thing_create", method: "POST", path: "/things","#);
    check(&text, r#"body: Some(Body { content_type: "application/json", schema: &THING, partial: false }),"#);
    check(&text, r#"Field::required("name", Text, "Name."),"#);
    check(&text, r#"Field::required("how", OneOf(&["fast", "slow"]), "How."),"#);
    check(&text, r#"Field::optional("how.note", Text, ""),"#);
    check(&text, r#"Field::optional("how.seconds", Number(0.0, 60.0), "").of("how", &["slow"]),"#);
    check(&text, r#"Field::optional("limits.most", Integer(1, 9007199254740991), " [default: 5]").or_null(),"#);
    check(&text, r#"Field::optional("hows", List(&Value), ""),"#);
    check(&text, r#"Union { at: "hows.*", kinds: &["fast", "slow"] },"#);
    assert!(!text.contains(r#"optional("id""#), "read-only fields cannot be set");
}

#[test]
fn a_merge_patch_without_fields_takes_those_of_put() {
    let mut patch = body("application/merge-patch+json");
    patch["content"]["application/merge-patch+json"]["schema"] = json!({"type": "object"});
    let item = json!({
        "put": {"operationId": "thing_update", "requestBody": body("application/json")},
        "patch": {"operationId": "thing_patch", "requestBody": patch}
    });
    let text = table(&document(json!({"/things/{thing}": item}))).expect("a table");
    check(
        &text,
        r#"body: Some(Body { content_type: "application/merge-patch+json", schema: &THING, partial: true }),"#,
    );
}

#[test]
fn answers_and_columns_follow_the_schema() {
    let answer =
        |content: Value| json!({"200": {"content": content}, "default": {"$ref": "#/components/responses/Problem"}});
    let page = answer(json!({"application/json": {"schema": {"$ref": "#/components/schemas/ThingPage"}}}));
    let paths = json!({
        "/things": {"get": {"operationId": "thing_list", "responses": page}},
        "/events": {"get": {"operationId": "event_stream", "responses": answer(json!({"text/event-stream": {"schema": {}}}))}},
        "/raw": {"get": {"operationId": "thing_raw", "responses": answer(json!({"application/octet-stream": {}}))}}
    });
    let text = table(&document(paths)).expect("a table");
    for answer in ["List", "Stream", "Bytes"] {
        check(&text, &format!("answer: Answer::{answer},"));
    }
    check(&text, r#"columns: &["name", "last.state"],"#);
    check(&text, r#"more: &["id"],"#);
}

#[test]
fn a_name_used_twice_is_refused_with_its_operation() {
    let parameter = |name: &str, place: &str| json!({"name": name, "in": place, "schema": {"type": "string"}});
    let twice = json!({"operationId": "thing_create", "parameters": [parameter("name", "query")], "requestBody": body("application/json")});
    let error = table(&document(json!({"/things": {"post": twice}}))).expect_err("name is used twice");
    assert!(error.starts_with("thing_create: the name `name`"), "{error}");
    let reserved = json!({"operationId": "thing_list", "parameters": [parameter("format", "query")]});
    let error = table(&document(json!({"/things": {"get": reserved}}))).expect_err("format is the client's");
    assert!(error.starts_with("thing_list: the name `format`"), "{error}");
}
