//! Checks request bodies against the published document.
//!
//! The macros document bounds, patterns and lengths, serde enforces none of them: here the document itself is the
//! check, so that what is documented is what is enforced, with a JSON pointer for every fault.

use super::document;
use super::words::words;
use crate::domain::tasks::Problem;
use chrono::{DateTime, FixedOffset, NaiveDate};
use jsonschema::{Draft, ValidationOptions, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Most faults reported for one body.
const FAULTS_MAX: usize = 50;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::new(&document::document()));

struct Schemas {
    validators: HashMap<String, Validator>,
    read_only: HashMap<String, Vec<String>>,
}

impl Schemas {
    fn new(document: &Value) -> Self {
        let mut schemas = document["components"]["schemas"].clone();
        let read_only =
            schemas.as_object().into_iter().flatten().map(|(name, s)| (name.clone(), read_only(s))).collect();
        checkable(&mut schemas);
        let mut validators = HashMap::new();
        for operation in document["paths"].as_object().into_iter().flat_map(|paths| paths.values()) {
            for operation in operation.as_object().into_iter().flat_map(|item| item.values()) {
                let content = operation["requestBody"]["content"].as_object();
                for reference in content.into_iter().flatten().filter_map(|(_, media)| media["schema"]["$ref"].as_str())
                {
                    let name = reference.rsplit('/').next().unwrap_or_default();
                    let schema = json!({"$ref": reference, "components": {"schemas": schemas}});
                    let validator = options().build(&schema);
                    validators.insert(name.to_owned(), validator.expect("the published document is a valid schema"));
                }
            }
        }
        Self { validators, read_only }
    }
}

/// Formats are what serde will accept: it says less about what is wrong, and nothing about where in a union.
fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_format("date", |text: &str| text.parse::<NaiveDate>().is_ok())
        .with_format("date-time", |text: &str| text.parse::<DateTime<FixedOffset>>().is_ok())
        .with_format("uuid", |text: &str| uuid::Uuid::try_parse(text).is_ok())
        .should_validate_formats(true)
}

fn read_only(schema: &Value) -> Vec<String> {
    let properties = schema["properties"].as_object();
    let marked = properties.into_iter().flatten().filter(|(_, property)| property["readOnly"] == true);
    marked.map(|(name, _)| name.clone()).collect()
}

/// Turns tagged unions into conditions, so that a fault is reported inside the variant that was meant.
pub fn checkable(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(condition) = tagged_condition(map) {
                map.remove("oneOf");
                map.remove("discriminator");
                map.extend(condition);
            } else if let Some(other) = nullable_condition(map) {
                map.remove("oneOf");
                map.extend(other);
            }
            map.values_mut().for_each(checkable);
        }
        Value::Array(list) => list.iter_mut().for_each(checkable),
        _ => {}
    }
}

fn tagged_condition(map: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mapping = map.get("discriminator")?.get("mapping")?.as_object()?;
    let kinds: Vec<&String> = mapping.keys().collect();
    let branches: Vec<Value> = mapping
        .iter()
        .map(|(kind, reference)| {
            let condition = json!({"required": ["kind"], "properties": {"kind": {"const": kind}}});
            json!({"if": condition, "then": {"$ref": reference}})
        })
        .collect();
    let condition = json!({
        "type": "object", "required": ["kind"], "properties": {"kind": {"enum": kinds}}, "allOf": branches
    });
    condition.as_object().cloned()
}

fn nullable_condition(map: &Map<String, Value>) -> Option<Map<String, Value>> {
    let members = map.get("oneOf")?.as_array()?;
    let is_null = |member: &&Value| member["type"] == "null";
    let other = members.iter().find(|member| !is_null(member)).filter(|_| members.iter().any(|m| is_null(&m)))?;
    let condition = json!({"if": {"type": "null"}, "else": other});
    condition.as_object().cloned()
}

/// Removes what is read only (accepted and ignored, so that what was read can be written back).
pub fn strip_read_only(name: &str, body: &mut Value) {
    strip(&SCHEMAS, name, body);
    let schedules = body.get_mut("schedules").and_then(Value::as_array_mut);
    for schedule in schedules.into_iter().flatten() {
        strip(&SCHEMAS, "ScheduleCron", schedule);
    }
    let tasks = (name == "TaskApply").then(|| body.get_mut("tasks").and_then(Value::as_array_mut)).flatten();
    tasks.into_iter().flatten().for_each(|task| strip_read_only("TaskDefinition", task));
}

fn strip(schemas: &Schemas, name: &str, body: &mut Value) {
    // What is defined by a `TaskDefinition` is read as a `Task`.
    let read_as = name.strip_suffix("Definition").unwrap_or(name);
    if let Some(map) = body.as_object_mut() {
        for field in schemas.read_only.get(read_as).into_iter().flatten() {
            map.remove(field);
        }
    }
}

/// Every fault of a body against the schema of that name; empty if it fits.
pub fn faults(name: &str, body: &Value) -> Vec<Problem> {
    let Some(validator) = SCHEMAS.validators.get(name) else {
        return vec![Problem::at("", format!("no schema of the document is named {name}"))];
    };
    let mut found: Vec<Problem> = validator.iter_errors(body).take(FAULTS_MAX).flat_map(|e| problems(&e)).collect();
    found.dedup();
    found
}

fn problems(error: &jsonschema::ValidationError<'_>) -> Vec<Problem> {
    let at = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| Problem::at(format!("{at}/{}", escape(name)), "unknown field; check its spelling or remove it"))
            .collect(),
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![Problem::at(format!("{at}/{}", escape(name)), "is required")]
        }
        _ => vec![Problem::at(at, words(error))],
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
