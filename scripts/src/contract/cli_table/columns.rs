//! Chooses the columns of a command's table from the schema of its answer.
//!
//! Every property with one value is a column. An object is represented by its most telling property (`task.name`,
//! `trigger.kind`). The table shows the eight most telling columns, best first, because a narrow terminal has no room
//! for the last ones. CSV has all columns. The weights know words of the contract, but no operation.

use serde_json::Value;

use super::fields::{resolve, type_of, without_null};

/// Maximum number of columns in a table.
const MOST: usize = 8;

/// Weight of properties that tables never show.
const HIDDEN: usize = 9;

/// Properties that can represent an object, best first.
const TELLING: [&str; 5] = ["name", "state", "kind", "bytes", "text"];

/// Columns of an answer, as dotted paths.
#[derive(Debug, Default, PartialEq)]
pub struct Columns {
    /// Shown in tables.
    pub shown: Vec<String>,
    /// Only in CSV.
    pub more: Vec<String>,
}

/// Columns of the list that this operation returns.
pub fn columns(document: &Value, id: &str, schema: &Value) -> Columns {
    let schema = resolve(document, &resolve(document, schema)["properties"]["items"]["items"]);
    let called = ["name", "key"].iter().any(|name| schema["properties"][*name].is_object());
    let named = called && !needs_id(document, id);
    let mut all: Vec<(usize, String)> = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(path) = column(document, name, property) {
            let weight = if name == "id" && named { HIDDEN } else { weight(name) };
            all.push((weight, path));
        }
    }
    all.sort_by_key(|(weight, _)| *weight);
    let mut columns = Columns::default();
    for (weight, path) in all {
        let room = columns.shown.len() < MOST && weight < HIDDEN;
        if room { columns.shown.push(path) } else { columns.more.push(path) }
    }
    columns
}

/// Whether the paths of this operation's noun accept only the id, so that people need to see it.
fn needs_id(document: &Value, id: &str) -> bool {
    let noun = id.split('_').next().unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let mut parameters = operations.flat_map(|(_, operation)| operation["parameters"].as_array().into_iter().flatten());
    parameters.any(|parameter| {
        parameter["in"] == "path" && parameter["name"] == noun && parameter["schema"]["format"] == "uuid"
    })
}

fn column(document: &Value, name: &str, property: &Value) -> Option<String> {
    let (schema, _) = without_null(document, property);
    match type_of(schema) {
        "string" | "integer" | "number" | "boolean" => Some(name.to_owned()),
        "array" => {
            let (items, _) = without_null(document, &schema["items"]);
            let has = |property: &str| items["properties"][property].is_object();
            let says = type_of(items) == "string" || has("words") || has("code") && has("text");
            (says && name != "actions").then(|| name.to_owned())
        }
        "object" => {
            let inner = TELLING.iter().find(|inner| schema["properties"][**inner].is_object())?;
            Some(format!("{name}.{inner}"))
        }
        _ => None,
    }
}

/// How little a property says in a table; 0 says most.
fn weight(name: &str) -> usize {
    match name {
        "id" | "name" | "key" | "task" | "number" => 0,
        "state" | "outcome" | "role" | "enabled" | "trigger" | "kind" | "change" | "ok" | "action" | "actor" => 1,
        "started_at" | "scheduled_local" | "next_slot_at" | "last_run" | "at" | "value" | "words" | "target" => 2,
        "count" | "duration_seconds" | "capacity" | "used" | "waiting_count" | "reason" | "detail" | "schedules"
        | "error" | "source" | "next_date" | "problem" | "url" | "skipped" | "notes" | "running_since_at"
        | "suspicious" => 3,
        "version" | "created_at" | "scheduled_for" | "tags" | "folder" | "expires_at" | "last_at" | "last_summary"
        | "used_by" | "entry_count" => 4,
        name if name.ends_with("_id") || name == "hash" => HIDDEN,
        _ => 6,
    }
}
