//! The published document: what the macros collect, and what they cannot express.
//!
//! One pass over the finished document names the variants of tagged unions, adds discriminators, the problem answer,
//! security and the server's prefix, and limits integers to what JSON programs can represent.

use super::flat::flatten;
use crate::api::core::PREFIX;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use utoipa::openapi::OpenApi;

/// Completes what the macros collected. Returns the document as JSON, ready to publish.
pub fn document(mut api: OpenApi) -> Value {
    api.info.title = "Orc".into();
    api.info.version = env!("CARGO_PKG_VERSION").into();
    api.info.description = Some(INTRODUCTION.into());
    let mut document = serde_json::to_value(&api).expect("the document is plain data");
    finish(&mut document);
    document
}

/// The document as text, as it is checked in and served.
pub fn text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("JSON values can be written");
    text.push('\n');
    text
}

const INTRODUCTION: &str = "Orc runs tasks: by schedule, by hand, by program. \
Lists are keyset pages (`limit`, `cursor`). Errors are RFC 9457 problems. Times are RFC 3339 in UTC, durations are in \
seconds. Every operation states its permission as `x-permission`: public, own, read, run, define or admin.";

fn finish(document: &mut Value) {
    let root = document.as_object_mut().expect("a document is an object");
    root.get_mut("info").and_then(Value::as_object_mut).map(|info| {
        info.remove("license");
        info.remove("contact");
        info.insert("license".into(), json!({"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"}))
    });
    root.insert("servers".into(), json!([{"url": PREFIX}]));
    root.insert("security".into(), json!([{"bearer": []}, {"session": []}]));
    root.insert("tags".into(), tags());
    let components = root.entry("components").or_insert_with(|| json!({}));
    let schemas = components["schemas"].as_object_mut().expect("there are schemas");
    schemas.insert("Problem".into(), problem_schema());
    schemas.insert("ProblemField".into(), problem_field_schema());
    flatten(schemas);
    name_union_variants(schemas);
    schemas.values_mut().for_each(simplify);
    components["responses"] = json!({"Problem": {
        "description": "What went wrong (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    }});
    components["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API token: orc_<id>_<secret>"},
        "session": {"type": "apiKey", "in": "cookie", "name": "orc_session", "description": "The session cookie, set by login"}
    });
    for (_, item) in root["paths"].as_object_mut().expect("there are paths") {
        for (_, operation) in item.as_object_mut().expect("a path is an object") {
            finish_operation(operation);
        }
    }
    require_answer_fields(root);
    mark_read_only(root);
}

fn finish_operation(operation: &mut Value) {
    simplify(operation);
    let responses = operation["responses"].as_object_mut().expect("an operation has answers");
    responses.insert("default".into(), json!({"$ref": "#/components/responses/Problem"}));
    if operation["x-permission"] == "public" {
        operation["security"] = json!([]);
    }
}

fn tags() -> Value {
    json!([
        {"name": "task", "description": "Definitions of what to run"},
        {"name": "schedule", "description": "When tasks become due, and what became of each slot"},
        {"name": "calendar", "description": "Named sets of dates to run on or to skip, and maintenance windows"},
        {"name": "channel", "description": "Ways by which notifications leave Orc"},
        {"name": "delivery", "description": "What was sent by which channel, and what became of it"},
        {"name": "rule", "description": "Who is told what, about which tasks, and when"},
        {"name": "incident", "description": "What is or was wrong with tasks"},
        {"name": "report", "description": "What happened in a day, a week or a month, told to channels"},
        {"name": "silence", "description": "When nobody is told about some tasks"},
        {"name": "pool", "description": "Named limits on how many runs there are at once"},
        {"name": "credential", "description": "Named secrets that tasks use, and the vault that seals them"},
        {"name": "network", "description": "Network profiles: named facts about the network that tasks can need"},
        {"name": "run", "description": "Runs of tasks, with their attempts and logs"},
        {"name": "user", "description": "People who may log in"},
        {"name": "token", "description": "Keys for programs"},
        {"name": "session", "description": "Set-up, login and your own password"},
        {"name": "audit", "description": "Who did what"},
        {"name": "system", "description": "The server itself"}
    ])
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "request_id", "fields"],
        "properties": {
            "type": {"type": "string", "description": "URI that names the kind of problem."},
            "title": {"type": "string", "description": "The kind of problem in words."},
            "status": {"type": "integer", "description": "HTTP status code."},
            "detail": {"type": "string", "description": "What happened, to which thing, and what to do about it."},
            "code": {"type": "string", "description": "The kind of problem, for programs.", "example": "invalid"},
            "request_id": {"type": "string", "description": "Id of the request in the server's log."},
            "fields": {"type": "array", "description": "What is wrong with each field.",
                "items": {"$ref": "#/components/schemas/ProblemField"}},
            "current_version": {"type": "integer", "minimum": 0, "description": "The version now, if the change was based on another one (412). Only there then."}
        }
    })
}

fn problem_field_schema() -> Value {
    json!({
        "type": "object",
        "description": "What is wrong with one field.",
        "required": ["pointer", "message"],
        "properties": {
            "pointer": {"type": "string", "description": "JSON pointer into the body, or the name of a query parameter after '?'."},
            "message": {"type": "string", "description": "What is wrong and what to do about it."}
        }
    })
}

/// Gives every variant of a union tagged by `kind` its own flat schema with a name, and gives the union a
/// discriminator.
fn name_union_variants(schemas: &mut Map<String, Value>) {
    let unions: Vec<String> = schemas.iter().filter(|(_, s)| is_tagged(s)).map(|(name, _)| name.clone()).collect();
    for union in unions {
        let variants = schemas[&union]["oneOf"].as_array().cloned().unwrap_or_default();
        let mut mapping = Map::new();
        let mut refs = Vec::new();
        for variant in variants {
            let (kind, base) = split_variant(&variant);
            let name = base.clone().unwrap_or_else(|| format!("{union}{}", pascal(&kind)));
            let mut schema =
                base.and_then(|base| schemas.get(&base).cloned()).unwrap_or_else(|| json!({"type": "object"}));
            if let Some(text) = variant.get("description") {
                schema["description"] = text.clone();
            }
            let own = schema.as_object_mut().expect("a schema is an object");
            let mut properties = Map::new();
            let described =
                json!({"type": "string", "const": kind, "enum": [kind], "description": "Name of this kind."});
            properties.insert("kind".into(), described);
            properties.extend(own.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
            own.insert("properties".into(), Value::Object(properties));
            let mut required = vec![json!("kind")];
            required.extend(own.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
            required.dedup();
            own.insert("required".into(), Value::Array(required));
            own.insert("additionalProperties".into(), json!(false));
            mapping.insert(kind, json!(format!("#/components/schemas/{name}")));
            refs.push(json!({"$ref": format!("#/components/schemas/{name}")}));
            schemas.insert(name, schema);
        }
        let description = schemas[&union].get("description").cloned().unwrap_or_default();
        schemas.insert(
            union,
            json!({"description": description, "oneOf": refs, "discriminator": {"propertyName": "kind", "mapping": mapping}}),
        );
    }
}

fn is_tagged(schema: &Value) -> bool {
    let Some(variants) = schema["oneOf"].as_array() else { return false };
    !variants.is_empty() && variants.iter().all(|variant| !split_variant(variant).0.is_empty())
}

/// Returns the tag of a variant, and the name of the schema it wraps, if any.
fn split_variant(variant: &Value) -> (String, Option<String>) {
    let tag = |schema: &Value| schema["properties"]["kind"]["enum"][0].as_str().map(str::to_owned);
    if let Some(kind) = tag(variant) {
        return (kind, None);
    }
    let parts = variant["allOf"].as_array().cloned().unwrap_or_default();
    let kind = parts.iter().find_map(tag).unwrap_or_default();
    let base = parts.iter().find_map(|part| part["$ref"].as_str()?.rsplit('/').next().map(str::to_owned));
    (kind, base)
}

fn pascal(word: &str) -> String {
    word.split(['_', '.']).map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

/// Corrects what the macros write awkwardly, at every depth: integer formats, and `oneOf` with one real member.
fn simplify(value: &mut Value) {
    if let Some(map) = value.as_object_mut() {
        if matches!(map.get("format").and_then(Value::as_str), Some("int64" | "int32" | "double" | "float")) {
            bound_integer(map);
        }
        if map.get("items").is_some_and(|items| items.get("description").is_some()) && map.contains_key("$ref") {
            map.remove("items");
        }
        map.values_mut().for_each(simplify);
    } else if let Some(list) = value.as_array_mut() {
        list.iter_mut().for_each(simplify);
    }
}

fn bound_integer(map: &mut Map<String, Value>) {
    let format = map.remove("format");
    // Clients that read numbers as floating point keep the others exact.
    let wide = format.as_ref().and_then(Value::as_str) == Some("int64") && !map.contains_key("x-exact");
    if wide && !map.contains_key("maximum") {
        map.insert("maximum".into(), json!(9_007_199_254_740_991_i64));
    }
    if wide && !map.contains_key("minimum") {
        map.insert("minimum".into(), json!(-9_007_199_254_740_991_i64));
    }
}

/// Marks all fields as required in every schema that no request uses, because answers but problems always contain all their
/// fields.
fn require_answer_fields(root: &mut Map<String, Value>) {
    let mut requested = BTreeSet::new();
    for operation in root["paths"].as_object().into_iter().flat_map(|paths| paths.values()).flat_map(operations) {
        collect_refs(&operation["requestBody"], &root["components"]["schemas"], &mut requested);
    }
    let schemas = root["components"]["schemas"].as_object_mut().expect("there are schemas");
    for (_, schema) in schemas.iter_mut().filter(|(name, _)| !requested.contains(*name) && *name != "Problem") {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { continue };
        let all: Vec<Value> = properties.keys().map(|key| json!(key)).collect();
        schema["required"] = Value::Array(all);
    }
}

/// Marks fields that a thing has and its definition lacks as read only, because the macros lose that mark on lists. A
/// thing is what a PUT replaces: a `TaskDefinition` in the body of a PUT is read as a `Task`.
fn mark_read_only(root: &mut Map<String, Value>) {
    let items = root["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    let bodies =
        items.filter_map(|item| item["put"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str());
    let names = bodies.filter_map(|reference| reference.rsplit('/').next()?.strip_suffix("Definition"));
    let things: BTreeSet<String> = names.map(str::to_owned).collect();
    let schemas = root["components"]["schemas"].as_object_mut().expect("there are schemas");
    for thing in things {
        let defined = schemas[&format!("{thing}Definition")]["properties"].as_object().cloned().unwrap_or_default();
        let properties = schemas.get_mut(&thing).and_then(|schema| schema["properties"].as_object_mut());
        for (name, property) in properties.into_iter().flatten() {
            if !defined.contains_key(name) {
                property["readOnly"] = json!(true);
            }
        }
    }
}

fn operations(item: &Value) -> impl Iterator<Item = &Value> {
    item.as_object().into_iter().flat_map(|item| item.values())
}

fn collect_refs(value: &Value, schemas: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
                && found.insert(name.to_owned())
            {
                collect_refs(&schemas[name], schemas, found);
            }
            map.values().for_each(|inner| collect_refs(inner, schemas, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| collect_refs(inner, schemas, found)),
        _ => {}
    }
}
