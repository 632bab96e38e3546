//! Makes the body of a request: first the file, then the flags on top of it, then the checks.
//!
//! What the table knows is checked here, before anything is sent: missing fields, words of unions, and flags that do
//! not fit the kind of their union. The server judges everything else.

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde_json::{Map, Value, json};

use super::{input, unions, values};
use crate::connection::client::Payload;
use crate::failure::{Failure, Outcome};
use crate::table::{Body, Field, Kind, Schema};
use crate::{ask, yaml};

/// Whether the body comes from flags alone: there is no file, and at least one flag.
pub fn by_flags(body: &Body, matches: &ArgMatches) -> bool {
    let given = |field: &Field| matches.value_source(field.name) == Some(ValueSource::CommandLine);
    body.content_type.contains("json")
        && matches.get_one::<String>("@file").is_none()
        && body.schema.fields.iter().any(given)
}

/// The part of an answer that can be sent back: the fields that the body has too.
pub fn fields_of(schema: &Schema, answer: &Value) -> Value {
    let top = |field: &Field| field.name.split('.').next().unwrap_or_default();
    let known = |name: &str| schema.fields.iter().any(|field| top(field) == name);
    let fields = answer.as_object().into_iter().flatten().filter(|(name, _)| known(name));
    Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The body from the file and the flags of a command. Without a file, the flags change `start`. If required fields
/// are missing, `advice` ends the message.
///
/// # Errors
/// Usage, if the file cannot be read, does not fit the operation, or leaves out a required field.
pub fn assemble(body: &Body, matches: &ArgMatches, start: Value, advice: &str) -> Outcome<Payload> {
    let file = matches.get_one::<String>("@file");
    if !body.content_type.contains("json") {
        let file = file.ok_or_else(|| {
            Failure::Usage("the body is missing; pass it with -f FILE, or with -f - from stdin".into())
        })?;
        return input::bytes(file).map(Payload::Bytes);
    }
    let mut value = match file {
        Some(file) => {
            let read = yaml::body(&input::text(file)?, body.schema);
            read.map_err(|error| Failure::Usage(format!("{file}: {error}")))?
        }
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
        match (field.kind, flag_value(field, matches)) {
            (Kind::Document, Value::Object(bytes)) => set_bytes(&mut value, field, body.schema, bytes)?,
            (_, flag) => set(&mut value, field, flag),
        }
    }
    unions::expand(body.schema, &mut value).map_err(Failure::Usage)?;
    given.iter().try_for_each(|field| check_kind(field, &value))?;
    if !body.partial {
        fill_secrets(body.schema, &mut value)?;
        check_required(body.schema, &value, advice)?;
    }
    Ok(Payload::Json(value))
}

fn flag_value(field: &Field, matches: &ArgMatches) -> Value {
    let all: Vec<Value> = matches.get_many::<Value>(field.name).into_iter().flatten().cloned().collect();
    match field.kind {
        Kind::List(_) if all == [Value::Null] => Value::Null,
        // Each use of the flag gives one element, or a whole list.
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
    // Expand a union at once, so that the flags of its fields find an object.
    if let (Kind::Union(_), Value::String(kind)) = (field.kind, &*place) {
        *place = Value::Object(Map::from_iter([("kind".to_owned(), Value::String(kind.clone()))]));
    }
}

/// Puts the bytes of a file into the field beside that of its text.
fn set_bytes(value: &mut Value, field: &Field, schema: &Schema, mut bytes: Map<String, Value>) -> Outcome<()> {
    let name = format!("{}_base64", field.name);
    let beside = schema.fields.iter().find(|other| other.name == name);
    let beside = beside
        .ok_or_else(|| Failure::Usage(format!("--{}: the file is not UTF-8 text: save it as UTF-8", field.flag())))?;
    set(value, beside, bytes.remove(values::BASE64).unwrap_or_default());
    Ok(())
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

/// Reads the secrets given as `-` from stdin, and asks for required ones that are missing if there is a person to ask.
/// A single secret is all of stdin without the last line end, because keys have several lines; of several, each is a
/// line.
fn fill_secrets(schema: &Schema, body: &mut Value) -> Outcome<()> {
    let secrets = || schema.fields.iter().filter(|field| matches!(field.kind, Kind::Secret));
    let from_stdin = |body: &Value, field: &Field| find(body, field.name).is_some_and(|value| value == "-");
    let alone = secrets().filter(|field| from_stdin(body, field)).count() == 1;
    for field in secrets() {
        let asked = find(body, field.name).is_none() && field.required && ask::possible();
        if !asked && !from_stdin(body, field) {
            continue;
        }
        let secret = if alone && !ask::possible() {
            let text = input::text("-")?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            text.strip_suffix('\r').unwrap_or(text).to_owned()
        } else {
            ask::secret(&format!("{}: ", field.name.replace('_', " ")))?
        };
        set(body, field, Value::String(secret));
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
    let it = if missing.len() == 1 { "it as a flag" } else { "them as flags" };
    let missing = missing.join(", ");
    Err(Failure::Usage(format!("missing: {missing}; pass {it}, or in the file given with -f{advice}")))
}
