//! Finds the places of a request body that take only text, so that the client can take numbers there as they are written.
//!
//! Words of a closed list are left out: a number is never one of them.

use super::fields::{type_of, variants, without_null, words};
use serde_json::Value;

/// Deepest nesting that is looked at.
const DEPTH: usize = 12;

/// A place that takes only text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextPlace {
    at: String,
    /// Path of the union that the place belongs to; empty: none.
    of: String,
    /// The kinds of the union that have the place.
    kinds: Vec<String>,
    nullable: bool,
}

impl TextPlace {
    /// The place as an expression.
    pub fn text(&self) -> String {
        let Self { at, of, kinds, nullable } = self;
        format!("TextPlace {{ at: {at:?}, of: {of:?}, kinds: &{kinds:?}, nullable: {nullable} }}")
    }
}

/// Every place of a body that takes only text. `*` is any element of a list, `{}` any value of a mapping.
pub fn texts(document: &Value, schema: &Value) -> Vec<TextPlace> {
    let mut found = Vec::new();
    walk(document, schema, &Place { at: String::new(), of: String::new(), kind: None, depth: 0 }, &mut found);
    found
}

#[derive(Clone)]
struct Place {
    at: String,
    of: String,
    kind: Option<String>,
    depth: usize,
}

impl Place {
    fn inner(&self, name: &str) -> Self {
        let at = if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) };
        Self { at, depth: self.depth + 1, ..self.clone() }
    }
}

fn walk(document: &Value, schema: &Value, place: &Place, found: &mut Vec<TextPlace>) {
    if schema["readOnly"] == true || place.depth > DEPTH {
        return;
    }
    let (schema, nullable) = without_null(document, schema);
    if let Some(variants) = variants(document, schema) {
        for (kind, variant) in variants {
            let inner = Place { of: place.at.clone(), kind: Some(kind), depth: place.depth + 1, ..place.clone() };
            walk(document, variant, &inner, found);
        }
        return;
    }
    if type_of(schema) == "string" && words(schema).is_empty() && schema.get("const").is_none() {
        add(place, nullable, found);
    }
    if schema["items"].is_object() {
        walk(document, &schema["items"], &place.inner("*"), found);
    }
    if schema["additionalProperties"].is_object() {
        walk(document, &schema["additionalProperties"], &place.inner("{}"), found);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        walk(document, property, &place.inner(name), found);
    }
}

/// Adds a place. Kinds of one union that have the same place share it.
fn add(place: &Place, nullable: bool, found: &mut Vec<TextPlace>) {
    let same =
        found.iter_mut().find(|known| known.at == place.at && known.of == place.of && known.nullable == nullable);
    match (same, &place.kind) {
        (Some(known), Some(kind)) if !known.kinds.contains(kind) => known.kinds.push(kind.clone()),
        (Some(_), _) => {}
        (None, kind) => found.push(TextPlace {
            at: place.at.clone(),
            of: place.of.clone(),
            kinds: kind.iter().cloned().collect(),
            nullable,
        }),
    }
}
