//! Flattens parameters and request bodies of the contract into fields: one flag each.
//!
//! Nested objects become dotted names. A union becomes a field for the kind plus the fields of all variants, each
//! with the kinds that have it. Lists of scalars become repeatable flags. Lists of anything else become values
//! written as JSON or YAML. Read-only properties are left out, because they cannot be set.

use serde_json::Value;

/// Deepest nesting that becomes dotted flags.
const DEPTH: usize = 8;

/// Largest whole number that every JSON program represents exactly.
const EXACT: i64 = 9_007_199_254_740_991;

/// One flag in the making. The texts are Rust source.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name on the wire, dotted.
    pub name: String,
    kind: String,
    required: bool,
    nullable: bool,
    only: Option<(String, Vec<String>)>,
    help: String,
}

impl Field {
    /// Name of the flag.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-").to_lowercase()
    }

    /// The field as an expression.
    pub fn text(&self) -> String {
        let how = if self.required { "required" } else { "optional" };
        let null = if self.nullable { ".or_null()" } else { "" };
        let only = self.only.as_ref().map(|(at, kinds)| format!(".of({at:?}, &{kinds:?})")).unwrap_or_default();
        format!("Field::{how}({:?}, {}, {:?}){null}{only}", self.name, self.kind, self.help)
    }
}

/// Position of a property while a body is walked.
#[derive(Clone)]
struct Place {
    name: String,
    required: bool,
    only: Option<(String, Vec<String>)>,
    depth: usize,
}

/// The schema behind a `$ref`, or the value itself.
pub fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let mut value = value;
    while let Some(at) = value["$ref"].as_str() {
        let Some(found) = document.pointer(at.trim_start_matches('#')) else { return value };
        value = found;
    }
    value
}

/// A schema without `null`: the rest, and whether `null` was allowed.
pub fn without_null<'d>(document: &'d Value, schema: &'d Value) -> (&'d Value, bool) {
    let whole = resolve(document, schema);
    if let Some(variants) = whole["oneOf"].as_array().or_else(|| whole["anyOf"].as_array()) {
        let others: Vec<&Value> = variants.iter().filter(|variant| variant["type"] != "null").collect();
        if others.len() == 1 && others.len() < variants.len() {
            return (resolve(document, others[0]), true);
        }
    }
    let null = whole["type"].as_array().is_some_and(|types| types.iter().any(|name| name == "null"));
    (whole, null)
}

/// The description of a property. That of a property that may be null stands at what it is otherwise.
fn described(property: &Value) -> &Value {
    let members = property["oneOf"].as_array().into_iter().flatten();
    let of_member = members.map(|member| &member["description"]).find(|text| text.is_string());
    of_member.filter(|_| property["description"].is_null()).unwrap_or(&property["description"])
}

/// The type of a schema, ignoring `null`; empty if any value is allowed.
pub fn type_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(name) => name,
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or_default(),
        _ => "",
    }
}

/// First paragraph of a description, in one line.
pub fn line(text: &str) -> String {
    text.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A path, query or header parameter.
pub fn parameter(document: &Value, parameter: &Value) -> Field {
    let (schema, null) = without_null(document, &parameter["schema"]);
    let in_header = parameter["in"] == "header";
    Field {
        name: parameter["name"].as_str().unwrap_or_default().to_owned(),
        kind: kind(document, schema),
        required: parameter["required"] == true,
        nullable: null && !in_header,
        only: None,
        help: help(&[&parameter["description"], &schema["description"]], &[&parameter["schema"], schema]),
    }
}

/// All fields of a request body, flattened.
pub fn body(document: &Value, schema: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    let place = Place { name: String::new(), required: true, only: None, depth: 0 };
    properties(document, resolve(document, schema), &place, &mut fields);
    fields
}

fn properties(document: &Value, schema: &Value, place: &Place, fields: &mut Vec<Field>) {
    let required = schema["required"].as_array();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if property["readOnly"] == true {
            continue;
        }
        let needed = required.is_some_and(|names| names.iter().any(|needed| needed == name));
        let full = if place.name.is_empty() { name.clone() } else { format!("{}.{name}", place.name) };
        let inner = Place { name: full, required: place.required && needed, ..place.clone() };
        one(document, property, &Place { depth: place.depth + 1, ..inner }, fields);
    }
}

fn one(document: &Value, property: &Value, place: &Place, fields: &mut Vec<Field>) {
    let (schema, null) = without_null(document, property);
    let mut text = help(&[described(property), &schema["description"]], &[property, schema]);
    if schema["pattern"].is_string() && described(property) != described(schema) {
        text = format!("{text} {}", line(schema["description"].as_str().unwrap_or_default()));
    }
    if let Some(variants) = variants(document, schema) {
        let kinds: Vec<String> = variants.iter().map(|(kind, _)| kind.clone()).collect();
        fields.push(field(place, format!("OneOf(&{kinds:?})"), null, text));
        for (kind, variant) in variants {
            let inner =
                Place { required: false, only: Some((place.name.clone(), vec![kind.clone()])), ..place.clone() };
            let mut found = Vec::new();
            properties(document, variant, &inner, &mut found);
            found.retain(|field| field.name != format!("{}.kind", place.name));
            found.into_iter().for_each(|field| merge(fields, field, kinds.len()));
        }
        return;
    }
    let nested = type_of(schema) == "object" && schema["properties"].is_object();
    if nested && place.depth < DEPTH {
        properties(document, schema, place, fields);
    } else {
        fields.push(field(place, kind(document, schema), null, text));
    }
}

fn field(place: &Place, kind: String, nullable: bool, help: String) -> Field {
    Field { name: place.name.clone(), kind, required: place.required, nullable, only: place.only.clone(), help }
}

/// Adds a field of a variant. If another variant has the same field, both share one flag.
fn merge(fields: &mut Vec<Field>, field: Field, variant_count: usize) {
    let Some(known) = fields.iter_mut().find(|known| known.name == field.name) else {
        fields.push(field);
        return;
    };
    if known.kind != field.kind {
        known.kind = "Value".into();
    }
    if let (Some((_, kinds)), Some((at, more))) = (&mut known.only, field.only) {
        // A union within a union appears again with each variant of the outer one.
        let more: Vec<String> = more.into_iter().filter(|kind| !kinds.contains(kind)).collect();
        kinds.extend(more.into_iter().filter(|_| known.name.starts_with(&at)));
        if kinds.len() == variant_count {
            known.only = None;
        }
    }
}

/// Kinds and schemas of a union's variants, if it is a union tagged by `kind`.
pub fn variants<'d>(document: &'d Value, schema: &'d Value) -> Option<Vec<(String, &'d Value)>> {
    if schema["discriminator"]["propertyName"] != "kind" {
        return None;
    }
    let mapping = schema["discriminator"]["mapping"].as_object()?;
    let of = |at: &'d Value| document.pointer(at.as_str()?.trim_start_matches('#'));
    mapping.iter().map(|(kind, at)| Some((kind.clone(), of(at)?))).collect()
}

/// Every place in a body that holds a union, with its kinds. Lists are written as `*`.
pub fn unions(document: &Value, schema: &Value) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    union_walk(document, schema, "", &mut found, 0);
    found
}

fn union_walk(document: &Value, schema: &Value, at: &str, found: &mut Vec<(String, Vec<String>)>, depth: usize) {
    let (schema, _) = without_null(document, schema);
    if depth > DEPTH || schema["readOnly"] == true {
        return;
    }
    if let Some(variants) = variants(document, schema) {
        found.push((at.to_owned(), variants.iter().map(|(kind, _)| kind.clone()).collect()));
        variants.iter().for_each(|(_, variant)| union_walk(document, variant, at, found, depth + 1));
    }
    if schema["items"].is_object() {
        union_walk(document, &schema["items"], &join(at, "*"), found, depth + 1);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let before = found.len();
        union_walk(document, property, &join(at, name), found, depth + 1);
        let fresh: Vec<_> = found.drain(before..).collect();
        fresh.into_iter().for_each(|union| {
            if !found.contains(&union) {
                found.push(union);
            }
        });
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// The allowed words of an `enum`, or of a `oneOf` of constants.
pub fn words(schema: &Value) -> Vec<&str> {
    let each = |key: &str| schema[key].as_array().into_iter().flatten();
    let constants = each("oneOf").filter_map(|one| one["const"].as_str().or_else(|| one["enum"][0].as_str()));
    each("enum").filter_map(Value::as_str).chain(constants).collect()
}

fn kind(document: &Value, schema: &Value) -> String {
    let words = words(schema);
    if !words.is_empty() {
        return format!("Choice(&{words:?})");
    }
    match type_of(schema) {
        "boolean" => "Boolean".into(),
        "integer" => {
            let bound = |key: &str, otherwise: i64| schema[key].as_i64().unwrap_or(otherwise);
            format!("Integer({}, {})", bound("minimum", -EXACT), bound("maximum", EXACT))
        }
        "number" => {
            let bound = |key: &str| schema[key].as_f64().map(|bound| format!("{bound:?}"));
            let low = bound("minimum").unwrap_or_else(|| "f64::MIN".into());
            format!("Number({low}, {})", bound("maximum").unwrap_or_else(|| "f64::MAX".into()))
        }
        "string" => match schema["format"].as_str() {
            Some("uuid") => "Uuid".into(),
            Some("date-time") => "Instant".into(),
            Some("password") => "Secret".into(),
            _ if schema["writeOnly"] == true => "Secret".into(),
            _ if schema["contentMediaType"].is_string() => "Document".into(),
            _ if schema["contentEncoding"] == "base64" => "Bytes".into(),
            _ => "Text".into(),
        },
        "array" => {
            let (items, _) = without_null(document, &schema["items"]);
            format!("List(&{})", kind(document, items))
        }
        "object" if type_of(&schema["additionalProperties"]) == "string" => "Texts".into(),
        "object" if schema["properties"].is_null() => "Values".into(),
        _ => "Value".into(),
    }
}

fn help(descriptions: &[&Value], schemas: &[&Value]) -> String {
    let text = descriptions.iter().find_map(|text| text.as_str()).map(line).unwrap_or_default();
    let default = schemas.iter().map(|schema| &schema["default"]).find(|default| !default.is_null());
    match default {
        None | Some(Value::Bool(false)) => text,
        Some(Value::String(word)) if word.is_empty() => text,
        Some(Value::Array(values)) if values.is_empty() => text,
        Some(Value::String(word)) => format!("{text} [default: {word}]"),
        Some(other) => format!("{text} [default: {other}]"),
    }
}
