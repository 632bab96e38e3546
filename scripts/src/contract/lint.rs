//! Conventions that every operation and schema of the contract follows.

use serde_json::Value;
use std::collections::BTreeSet;

const TAGS: &[&str] = &[
    "task",
    "schedule",
    "calendar",
    "pool",
    "credential",
    "network",
    "channel",
    "delivery",
    "rule",
    "incident",
    "report",
    "silence",
    "run",
    "user",
    "token",
    "session",
    "audit",
    "system",
];
const NOUNS: &[&str] = &[
    "task",
    "trigger",
    "schedule",
    "slot",
    "plan",
    "simulation",
    "feed",
    "calendar",
    "pool",
    "credential",
    "vault",
    "network",
    "channel",
    "delivery",
    "rule",
    "incident",
    "report",
    "silence",
    "link",
    "run",
    "backfill",
    "user",
    "token",
    "session",
    "setup",
    "audit",
    "system",
    "clock",
    "event",
];
const PERMISSIONS: [&str; 8] =
    ["public", "own", "read", "run", "define", "credentials:use", "credentials:write", "admin"];

/// Everything that breaks a convention, one sentence each.
pub fn faults(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for (place, operation) in operations(document) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        if !ids.insert(id) {
            faults.push(format!("{place}: its operationId is used twice"));
        }
        names(&place, operation, &mut faults);
        answers(document, &place, operation, &mut faults);
        arguments(document, &place, operation, &mut faults);
    }
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let only_tag =
            schema["properties"].as_object().is_some_and(|keys| keys.len() == 1 && keys.contains_key("kind"));
        if !only_tag && !is_described(schema) {
            faults.push(format!("schema {name}: no description"));
        }
        properties(name, schema, &mut faults);
    }
    faults
}

/// All operations as `(METHOD path, operation)`.
pub fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten().filter(|(_, value)| value["operationId"].is_string());
        methods.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    })
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// Whether the schema has a description, itself or (an optional reference) in one of its alternatives.
fn is_described(schema: &Value) -> bool {
    let mut alternatives = schema["oneOf"].as_array().into_iter().flatten();
    is_text(&schema["description"]) || alternatives.any(|one| is_text(&one["description"]))
}

fn names(place: &str, operation: &Value, faults: &mut Vec<String>) {
    let mut fault = |message: String| faults.push(format!("{place}: {message}"));
    let id = operation["operationId"].as_str().unwrap_or_default();
    let plain = id.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    let noun = id.split_once('_').map(|(noun, _)| noun).unwrap_or_default();
    if !plain || !NOUNS.contains(&noun) {
        fault(format!("operationId `{id}` is not noun_verb with a noun of {}", NOUNS.join(", ")));
    }
    let tags: Vec<_> = operation["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if tags.len() != 1 || !TAGS.contains(&tags[0]) {
        fault(format!("its tags are {tags:?}, it needs exactly one of {}", TAGS.join(", ")));
    }
    if !is_text(&operation["summary"]) {
        fault("no summary".to_owned());
    }
    let permission = operation["x-permission"].as_str().unwrap_or_default();
    if !PERMISSIONS.contains(&permission) {
        fault(format!("x-permission `{permission}` is not one of {}", PERMISSIONS.join(", ")));
    }
    let open = operation["security"].as_array().is_some_and(Vec::is_empty);
    if open != (permission == "public") {
        fault("security and x-permission contradict each other".to_owned());
    }
}

fn answers(document: &Value, place: &str, operation: &Value, faults: &mut Vec<String>) {
    let mut fault = |message: &str| faults.push(format!("{place}: {message}"));
    if operation["responses"]["default"]["$ref"] != "#/components/responses/Problem" {
        fault("the default answer is not the problem");
    }
    let id = operation["operationId"].as_str().unwrap_or_default();
    if !id.ends_with("_list") {
        return;
    }
    let parameters: Vec<_> = parameters(operation).map(|parameter| parameter["name"].as_str()).collect();
    if !parameters.contains(&Some("limit")) || !parameters.contains(&Some("cursor")) {
        fault("a list has `limit` and `cursor`");
    }
    let page = resolved(document, &operation["responses"]["200"]["content"]["application/json"]["schema"]);
    if page["properties"]["items"].is_null() || page["properties"]["next_cursor"].is_null() {
        fault("a list answers `items` and `next_cursor`");
    }
}

fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"].as_array().into_iter().flatten()
}

/// The schema that a `$ref` names, or the schema itself.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

/// Names of parameters and of the body's properties are flags of one command, so each may appear only once.
fn arguments(document: &Value, place: &str, operation: &Value, faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    let body = resolved(document, &operation["requestBody"]["content"]["application/json"]["schema"]);
    let writable =
        body["properties"].as_object().into_iter().flatten().filter(|(_, schema)| schema["readOnly"] != true);
    let flags = parameters(operation).filter_map(|parameter| parameter["name"].as_str());
    for name in flags.chain(writable.map(|(name, _)| name.as_str())) {
        if !seen.insert(name) {
            faults.push(format!("{place}: the argument `{name}` stands twice"));
        }
        if name.contains(['[', ']']) {
            faults.push(format!("{place}: the argument `{name}` has brackets in its name"));
        }
    }
    for parameter in parameters(operation).filter(|parameter| !is_text(&parameter["description"])) {
        faults.push(format!("{place}: the argument {} has no description", parameter["name"]));
    }
}

fn properties(name: &str, schema: &Value, faults: &mut Vec<String>) {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    for part in parts.chain(std::iter::once(schema)) {
        for (key, property) in part["properties"].as_object().into_iter().flatten() {
            let place = format!("schema {name}.{key}");
            property_faults(&place, key, property, faults);
        }
    }
}

fn property_faults(place: &str, key: &str, property: &Value, faults: &mut Vec<String>) {
    let is_tag = property.get("const").is_some() || property["enum"].as_array().is_some_and(|one| one.len() == 1);
    if !is_tag && !is_described(property) {
        faults.push(format!("{place}: no description"));
    }
    if property.get("properties").is_some() || property["items"].get("properties").is_some() {
        faults.push(format!("{place}: an object inside an object needs a name of its own"));
    }
    if property["format"] == "int64" {
        faults.push(format!("{place}: int64 is more than JSON programs can hold"));
    }
    let is_instant = property["format"] == "date-time";
    let is_named = ["at", "_at", "_for", "_until"].iter().any(|end| key.ends_with(end));
    if key.ends_with("_at") && !is_instant || is_instant && !is_named {
        faults.push(format!("{place}: instants, and only they, are named *_at"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(operation: Value) -> Value {
        json!({"paths": {"/tasks": {"get": operation}}, "components": {"schemas": {
            "Page": {"description": "A page.", "properties": {
                "items": {"type": "array", "description": "Items."}, "next_cursor": {"description": "More."}}}}}})
    }

    fn good() -> Value {
        json!({"operationId": "task_list", "tags": ["task"], "summary": "List.", "x-permission": "read",
            "parameters": [{"name": "limit", "description": "Most."}, {"name": "cursor", "description": "On."}],
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}},
                "default": {"$ref": "#/components/responses/Problem"}}})
    }

    fn broken(change: impl FnOnce(&mut Value)) -> usize {
        let mut operation = good();
        change(&mut operation);
        faults(&document(operation)).len()
    }

    #[test]
    fn each_habit_is_held() {
        assert_eq!(faults(&document(good())), [""; 0]);
        assert_eq!(broken(|one| one["operationId"] = "listTasks".into()), 1);
        assert_eq!(broken(|one| one["tags"] = json!(["other"])), 1);
        assert_eq!(broken(|one| one["summary"] = Value::Null), 1);
        assert_eq!(broken(|one| one["x-permission"] = "public".into()), 1);
        assert_eq!(broken(|one| one["security"] = json!([])), 1);
        assert_eq!(broken(|one| one["responses"]["default"] = Value::Null), 1);
        assert_eq!(broken(|one| one["parameters"][0] = json!({"name": "cursor"})), 3);
        assert_eq!(broken(|one| one["responses"]["200"] = Value::Null), 1);
    }

    #[test]
    fn schemas_are_named_and_described() {
        let mut document = document(good());
        document["components"]["schemas"]["Page"]["properties"]["x"] = json!({"properties": {}});
        assert_eq!(faults(&document).len(), 2);
        document["components"]["schemas"]["Page"]["properties"] = json!({"items": {"description": "x"},
            "next_cursor": {"description": "x"}, "started": {"description": "x", "format": "date-time"}});
        assert_eq!(faults(&document).len(), 1);
    }
}
