//! Puts a request body together: the file first, then flags over it, then checks.
//!
//! What the table knows is checked here, before anything is sent: missing fields, words of unions,
//! flags that do not go with the kind of a union. Everything else is the server's to judge.

use std::io::Read as _;

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Outcome};
use crate::table::{Body, Field, Kind, Schema};
use crate::{ask, unions, values};

/// What is sent as a body.
#[derive(Debug)]
pub enum Payload {
    /// JSON.
    Json(Value),
    /// Bytes as they are.
    Bytes(Vec<u8>),
}

/// Whether flags alone make the body.
pub fn by_flags(body: &Body, matches: &ArgMatches) -> bool {
    let given = |field: &Field| matches.value_source(field.name) == Some(ValueSource::CommandLine);
    body.content_type.contains("json")
        && matches.get_one::<String>("@file").is_none()
        && body.schema.fields.iter().any(given)
}

/// The fields of a body that this value, as it is shown, has.
pub fn fields_of(schema: &Schema, shown: &Value) -> Value {
    let top = |field: &Field| field.name.split('.').next().unwrap_or_default();
    let known = |name: &str| schema.fields.iter().any(|field| top(field) == name);
    let fields = shown.as_object().into_iter().flatten().filter(|(name, _)| known(name));
    Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The body that file and flags of a command make; without a file, flags change `start`.
/// `advice` follows the complaint about what is missing.
///
/// # Errors
/// Usage: the file cannot be read or is not what the operation takes, or something is missing.
pub fn assemble(body: &Body, matches: &ArgMatches, start: Value, advice: &str) -> Outcome<Payload> {
    let file = matches.get_one::<String>("@file");
    if !body.content_type.contains("json") {
        let file = file.ok_or_else(|| Failure::Usage("the body is missing: give it by -f FILE or -f -".into()))?;
        return read_bytes(file).map(Payload::Bytes);
    }
    let mut value = match file {
        Some(file) => values::document(&read(file)?).map_err(|error| Failure::Usage(format!("{file}: {error}")))?,
        None => start,
    };
    unions::expand(body.schema, &mut value).map_err(Failure::Usage)?;
    if !value.is_object() {
        return Err(Failure::Usage("the body must be a mapping of fields".into()));
    }
    let given: Vec<&'static Field> = body
        .schema
        .fields
        .iter()
        .filter(|field| matches.value_source(field.name) == Some(ValueSource::CommandLine))
        .collect();
    for field in &given {
        set(&mut value, field, flag_value(field, matches));
    }
    unions::expand(body.schema, &mut value).map_err(Failure::Usage)?;
    given.iter().try_for_each(|field| check_kind(field, &value))?;
    if !body.partial {
        fill_secrets(body.schema, &mut value)?;
        check_required(body.schema, &value, advice)?;
    }
    Ok(Payload::Json(value))
}

/// Text of a file, or of stdin for `-`.
pub fn read(file: &str) -> Outcome<String> {
    String::from_utf8(read_bytes(file)?).map_err(|_| Failure::Usage(format!("{file}: is not UTF-8 text")))
}

fn read_bytes(file: &str) -> Outcome<Vec<u8>> {
    let read = || match file {
        "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        }
        _ => std::fs::read(file),
    };
    read().map_err(|error| Failure::Usage(format!("{file}: cannot be read: {error}")))
}

fn flag_value(field: &Field, matches: &ArgMatches) -> Value {
    let all: Vec<Value> = matches.get_many::<Value>(field.name).into_iter().flatten().cloned().collect();
    match field.kind {
        Kind::List(_) if all == [Value::Null] => Value::Null,
        // The list itself, or one of its elements each time.
        Kind::List(Kind::Value) => Value::Array(all.into_iter().flat_map(elements).collect()),
        Kind::List(_) => Value::Array(all),
        Kind::Texts | Kind::Values => {
            Value::Object(all.into_iter().filter_map(|pair| pair.as_object().cloned()).flatten().collect())
        }
        _ => all.into_iter().next().unwrap_or_default(),
    }
}

fn elements(value: Value) -> Vec<Value> {
    match value {
        Value::Array(elements) => elements,
        one => vec![one],
    }
}

fn set(body: &mut Value, field: &Field, value: Value) {
    let mut place = body;
    for name in field.name.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[name];
    }
    match (field.kind, value) {
        (Kind::Union(_), Value::String(kind)) if place["kind"] == kind.as_str() => {}
        (Kind::Texts | Kind::Values, Value::Object(more)) if place.is_object() => {
            place.as_object_mut().into_iter().for_each(|map| map.extend(more.clone()));
        }
        (_, value) => *place = value,
    }
    // A union is expanded at once, so that flags of its fields find an object.
    if let (Kind::Union(_), Value::String(kind)) = (field.kind, &*place) {
        *place = Value::Object(Map::from_iter([("kind".to_owned(), Value::String(kind.clone()))]));
    }
}

fn find<'v>(body: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(body, |value, name| value.get(name))
}

fn check_kind(field: &Field, body: &Value) -> Outcome<()> {
    let (at, kinds) = field.only;
    let Some(kind) = find(body, at).and_then(|union| union["kind"].as_str()) else { return Ok(()) };
    if kinds.is_empty() || kinds.contains(&kind) {
        return Ok(());
    }
    let at = at.replace('_', "-");
    let right: Vec<String> = kinds.iter().map(|kind| format!("--{at} {kind}")).collect();
    Err(Failure::Usage(format!("--{} goes with {}, not with --{at} {kind}", field.flag(), right.join(" or "))))
}

/// Asks for secrets that are missing where somebody can answer, and reads those given as `-`.
fn fill_secrets(schema: &Schema, body: &mut Value) -> Outcome<()> {
    for field in schema.fields.iter().filter(|field| matches!(field.kind, Kind::Secret)) {
        let given = find(body, field.name);
        let line = given.is_some_and(|value| value == "-");
        if line || given.is_none() && field.required && ask::possible() {
            let secret = ask::secret(&format!("{}: ", field.name.replace('_', " ")))?;
            set(body, field, Value::String(secret));
        }
    }
    Ok(())
}

fn check_required(schema: &Schema, body: &Value, advice: &str) -> Outcome<()> {
    let missing: Vec<String> = schema
        .fields
        .iter()
        .filter(|field| field.required && find(body, field.name).is_none())
        .map(|field| format!("--{}", field.flag()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(format!("missing: {} (by flag, or in the body by -f FILE){advice}", missing.join(", "))))
}
