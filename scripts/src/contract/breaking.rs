//! Changes that would break a client of a released contract.
//!
//! A release may add operations, optional arguments and properties of answers. It may not remove or rename anything,
//! require more than before, or change a type.

use super::lint::{operations, resolved};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Changes in `new` that would break clients of `old`.
pub fn faults(old: &Value, new: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let now: BTreeMap<_, _> = operations(new).collect();
    let mut asked = BTreeSet::new();
    for (place, before) in operations(old) {
        let Some(after) = now.get(&place) else {
            faults.push(format!("{place} is gone"));
            continue;
        };
        if before["operationId"] != after["operationId"] {
            faults.push(format!("{place} is no longer called {}", before["operationId"]));
        }
        arguments(&place, before, after, &mut faults);
        for status in before["responses"].as_object().into_iter().flatten().map(|(status, _)| status) {
            if after["responses"].get(status).is_none() {
                faults.push(format!("{place} no longer answers {status}"));
            }
        }
        reach(old, &before["requestBody"], &mut asked);
    }
    for (name, before) in old["components"]["schemas"].as_object().into_iter().flatten() {
        match new["components"]["schemas"].get(name) {
            None => faults.push(format!("schema {name} is gone")),
            Some(after) => schema(name, before, after, asked.contains(name), &mut faults),
        }
    }
    faults
}

fn arguments(place: &str, before: &Value, after: &Value, faults: &mut Vec<String>) {
    let list = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
    let (old, new) = (list(before), list(after));
    for parameter in &old {
        if !new.iter().any(|other| other["name"] == parameter["name"] && other["in"] == parameter["in"]) {
            faults.push(format!("{place} lost its argument {}", parameter["name"]));
        }
    }
    for parameter in new.iter().filter(|parameter| parameter["required"] == true) {
        let was = old.iter().any(|other| other["name"] == parameter["name"] && other["required"] == true);
        if !was {
            faults.push(format!("{place} now demands the argument {}", parameter["name"]));
        }
    }
}

fn schema(name: &str, before: &Value, after: &Value, asked: bool, faults: &mut Vec<String>) {
    for (key, old) in before["properties"].as_object().into_iter().flatten() {
        match after["properties"].get(key) {
            None => faults.push(format!("schema {name} lost `{key}`")),
            Some(new) if new["type"] != old["type"] || new["$ref"] != old["$ref"] || new["format"] != old["format"] => {
                faults.push(format!("schema {name}: `{key}` changed its type"));
            }
            Some(_) => {}
        }
    }
    let values = |schema: &Value| schema["enum"].as_array().cloned().unwrap_or_default();
    for value in values(before).iter().filter(|value| !values(after).contains(value)) {
        faults.push(format!("schema {name} lost the value {value}"));
    }
    let required = |schema: &Value| schema["required"].as_array().cloned().unwrap_or_default();
    for key in required(after).iter().filter(|key| asked && !required(before).contains(key)) {
        faults.push(format!("schema {name} now demands {key}"));
    }
}

/// Collects the names of the schemas that a value refers to, directly or not.
fn reach(document: &Value, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let name =
                map.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/components/schemas/"));
            if let Some(name) = name.filter(|name| found.insert((*name).to_owned())) {
                let _ = name;
                reach(document, resolved(document, value), found);
            }
            map.values().for_each(|part| reach(document, part, found));
        }
        Value::Array(list) => list.iter().for_each(|part| reach(document, part, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contract() -> Value {
        json!({"paths": {"/tasks": {"post": {"operationId": "task_create",
            "parameters": [{"name": "dry_run", "in": "query", "required": false}],
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Task"}}}},
            "responses": {"201": {}, "default": {}}}}},
        "components": {"schemas": {"Task": {"required": ["name"], "properties": {
            "name": {"type": "string"}, "kind": {"$ref": "#/components/schemas/Kind"}}}, "Kind": {"enum": ["a", "b"]}}}})
    }

    fn broken(change: impl FnOnce(&mut Value)) -> usize {
        let mut new = contract();
        change(&mut new);
        faults(&contract(), &new).len()
    }

    #[test]
    fn additions_are_welcome_and_losses_are_not() {
        assert_eq!(broken(|_| {}), 0);
        assert_eq!(
            broken(|new| new["components"]["schemas"]["Task"]["properties"]["title"] = json!({"type": "string"})),
            0
        );
        assert_eq!(broken(|new| new["paths"]["/runs"] = json!({"get": {"operationId": "run_list"}})), 0);
        assert_eq!(broken(|new| new["paths"] = json!({})), 1);
        assert_eq!(broken(|new| new["paths"]["/tasks"]["post"]["operationId"] = "task_make".into()), 1);
        assert_eq!(broken(|new| new["paths"]["/tasks"]["post"]["parameters"] = json!([])), 1);
        assert_eq!(broken(|new| new["paths"]["/tasks"]["post"]["parameters"][0]["required"] = true.into()), 1);
        assert_eq!(broken(|new| new["paths"]["/tasks"]["post"]["responses"] = json!({"default": {}})), 1);
        assert_eq!(broken(|new| new["components"]["schemas"]["Task"]["required"] = json!(["name", "kind"])), 1);
        assert_eq!(
            broken(|new| new["components"]["schemas"]["Task"]["properties"]["name"]["type"] = "integer".into()),
            1
        );
        assert_eq!(broken(|new| new["components"]["schemas"]["Kind"]["enum"] = json!(["a"])), 1);
    }
}
