//! Checks request bodies against the published document.
//!
//! The macros document bounds, patterns and lengths, but serde enforces none of them. Here the document itself is the
//! check: whatever is documented is enforced, with a JSON pointer for every fault.

use super::words::words;
use crate::domain::core::problem::Problem;
use crate::domain::names::NameRule;
use crate::domain::runs::numbers::whole;
use chrono::{DateTime, FixedOffset, NaiveDate};
use jsonschema::{Draft, ValidationOptions, Validator, error::ValidationErrorKind};
use serde_json::{Map, Number, Value, json};
use std::collections::HashMap;

/// Maximum number of faults reported for one body.
const FAULTS_MAX: usize = 50;

/// The schemas of the document, prepared to check bodies.
#[derive(Debug)]
pub struct Schemas {
    validators: HashMap<String, Validator>,
    published: Value,
}

impl Schemas {
    /// Prepares a check for each schema that is the body of an operation.
    pub fn new(document: &Value) -> Self {
        let published = document["components"]["schemas"].clone();
        let mut schemas = published.clone();
        checkable(&mut schemas);
        let mut validators = HashMap::new();
        for operation in document["paths"].as_object().into_iter().flat_map(|paths| paths.values()) {
            for operation in operation.as_object().into_iter().flat_map(|item| item.values()) {
                let content = operation["requestBody"]["content"].as_object();
                for reference in content.into_iter().flatten().filter_map(|(_, media)| media["schema"]["$ref"].as_str())
                {
                    let schema = json!({"$ref": reference, "components": {"schemas": schemas}});
                    let validator = options().build(&schema);
                    let validator = validator.expect("the published document is a valid schema");
                    validators.insert(name_of(reference).to_owned(), validator);
                }
            }
        }
        Self { validators, published }
    }

    /// Removes read-only fields from a body of the schema `name`, at every depth.
    pub fn strip_read_only(&self, name: &str, body: &mut Value) {
        // A `TaskDefinition` in a body is read as a `Task`.
        let read_as = name.strip_suffix("Definition").unwrap_or(name);
        if let Some(map) = body.as_object_mut() {
            let properties = self.published[read_as]["properties"].as_object();
            let marked = properties.into_iter().flatten().filter(|(_, property)| property["readOnly"] == true);
            marked.for_each(|(field, _)| drop(map.remove(field)));
        }
        self.strip(&self.published[name], body);
    }

    fn strip(&self, schema: &Value, body: &mut Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.strip_read_only(name_of(reference), body);
        }
        match body {
            Value::Array(items) => items.iter_mut().for_each(|item| self.strip(&schema["items"], item)),
            Value::Object(map) => {
                let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
                if let Some(variant) = schema["discriminator"]["mapping"][kind].as_str() {
                    return self.strip_read_only(name_of(variant), body);
                }
                for (name, value) in &mut *map {
                    self.strip(&schema["properties"][name.as_str()], value);
                }
                let others = schema["oneOf"].as_array().filter(|_| schema["discriminator"].is_null());
                others.into_iter().flatten().for_each(|member| self.strip(member, body));
            }
            _ => {}
        }
    }

    /// Gives each typed number of a body the one spelling that the types of the server take.
    pub fn settle_numbers(&self, name: &str, body: &mut Value) {
        self.settle(&self.published[name], body);
    }

    fn settle(&self, schema: &Value, body: &mut Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.settle(&self.published[name_of(reference)], body);
        }
        match body {
            Value::Number(number) if schema["x-exact"] != true && takes_numbers(&schema["type"]) => {
                if let Some(settled) = settled(number) {
                    *number = settled;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.settle(&schema["items"], item)),
            Value::Object(map) => {
                let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
                if let Some(variant) = schema["discriminator"]["mapping"][kind].as_str() {
                    return self.settle(&self.published[name_of(variant)], body);
                }
                for (name, value) in &mut *map {
                    self.settle(&schema["properties"][name.as_str()], value);
                }
            }
            _ => {}
        }
        let others = schema["oneOf"].as_array().filter(|_| schema["discriminator"].is_null());
        others.into_iter().flatten().for_each(|member| self.settle(member, body));
    }

    /// Every fault of a body against the schema of that name; empty if it fits.
    pub fn faults(&self, name: &str, body: &Value) -> Vec<Problem> {
        let Some(validator) = self.validators.get(name) else {
            return vec![Problem::at("", format!("no schema of the document is named {name}"))];
        };
        let mut found: Vec<Problem> =
            validator.iter_errors(body).take(FAULTS_MAX).flat_map(|error| problems(&error)).collect();
        found.dedup();
        found
    }
}

fn takes_numbers(types: &Value) -> bool {
    let numeric = |kind: &Value| matches!(kind.as_str(), Some("integer" | "number"));
    numeric(types) || types.as_array().is_some_and(|types| types.iter().any(numeric))
}

/// The number as an integer if it is one, else as the nearest binary floating point number.
fn settled(number: &Number) -> Option<Number> {
    whole(number).ok().or_else(|| Number::from_f64(number.as_f64()?))
}

/// The name of the schema that a reference points to.
fn name_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// Formats accept what serde accepts. They are checked here because serde explains less, and does not say where in a
/// union the fault is.
fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_format("date", |text: &str| text.parse::<NaiveDate>().is_ok())
        .with_format("date-time", |text: &str| text.parse::<DateTime<FixedOffset>>().is_ok())
        .with_format("uuid", |text: &str| uuid::Uuid::try_parse(text).is_ok())
        .should_validate_formats(true)
}

/// Turns tagged unions into conditions, so that a fault is reported inside the intended variant. The pattern of a name
/// says its length too, so a name that is too long is one fault, not two.
pub fn checkable(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("pattern").and_then(Value::as_str).is_some_and(|it| NameRule::with_pattern(it).is_some()) {
                map.retain(|key, _| !matches!(key.as_str(), "minLength" | "maxLength"));
            }
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
