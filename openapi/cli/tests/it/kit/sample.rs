//! Makes values that fit the schemas of the published contract.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// The published contract.
pub static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

/// The id used wherever the contract wants one.
pub const ID: &str = "0190b8a4-6a70-7000-8000-000000000001";

/// The properties that a sample has.
#[derive(Clone, Copy, PartialEq)]
pub enum Extent {
    /// Only the required ones, as in a small request.
    Required,
    /// All of them, as in an answer.
    All,
}

/// A value that fits this schema.
pub fn sample(schema: &Value, extent: Extent) -> Value {
    if let Some(at) = schema["$ref"].as_str() {
        return sample(CONTRACT.pointer(at.trim_start_matches('#')).unwrap(), extent);
    }
    if let Some(variants) = schema["oneOf"].as_array() {
        return sample(variants.iter().find(|variant| variant["type"] != "null").unwrap(), extent);
    }
    for known in [&schema["const"], &schema["enum"][0], &schema["example"]] {
        if !known.is_null() {
            return known.clone();
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema["minimum"].as_f64().map_or(json!(1), |low| json!(low.max(1.0) as i64)),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => json!(ID),
            Some("date-time") => json!("2026-12-01T02:00:00Z"),
            _ => json!("sample-text"),
        },
        Some("array") => json!([sample(&schema["items"], extent)]),
        _ => Value::Object(object(schema, extent)),
    }
}

fn object(schema: &Value, extent: Extent) -> Map<String, Value> {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|own| own == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let wanted = properties.filter(|(name, _)| extent == Extent::All || required(name));
    wanted.map(|(name, property)| (name.clone(), sample(property, extent))).collect()
}

/// Every operation: its id, method in capitals, path, and description in the contract.
pub fn operations() -> impl Iterator<Item = (&'static str, String, &'static str, &'static Value)> {
    let paths = CONTRACT["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| {
        item.as_object().unwrap().iter().filter(|(_, operation)| operation["operationId"].is_string()).map(
            move |(method, operation)| {
                (operation["operationId"].as_str().unwrap(), method.to_uppercase(), path.as_str(), operation)
            },
        )
    })
}

/// The content type and the schema of a body or an answer.
pub fn content(holder: &'static Value) -> Option<(&'static str, &'static Value)> {
    holder["content"]
        .as_object()
        .and_then(|all| all.iter().next())
        .map(|(name, media)| (name.as_str(), &media["schema"]))
}
