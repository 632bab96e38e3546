//! Makes the request of an operation from its row of the table and the command line.
//!
//! `body` puts the body together from a file and flags, `values` and `unions` read and check single values.
//! Deliberately absent: sending. Start reading at `request`.

pub mod body;
mod dependencies;
pub mod input;
pub mod unions;
pub mod values;

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde_json::{Map, Value, json};

use crate::connection::client::{Request, segment};
use crate::contract;
use crate::failure::{Failure, Outcome};
use crate::table::{Answer, Field, Operation};

/// The request that a command line asks for.
///
/// # Errors
/// Usage, if something is missing or does not fit.
pub fn request(operation: &'static Operation, matches: &ArgMatches) -> Outcome<Request> {
    changing(operation, matches, Value::Object(Map::new()))
}

/// The request of a command line whose flags change the body `start`.
///
/// # Errors
/// Usage, if something is missing or does not fit.
pub fn changing(operation: &'static Operation, matches: &ArgMatches, start: Value) -> Outcome<Request> {
    let mut request = Request::new(operation.method, path(operation, matches)?);
    for field in operation.query {
        request.query.extend(given(field, matches).into_iter().map(|value| (field.name.to_owned(), value)));
    }
    for field in operation.headers {
        let values = given(field, matches).into_iter();
        request.headers.extend(values.map(|value| (field.name.to_owned(), header(field, value))));
    }
    if let Some(body) = &operation.body {
        request.body = Some((body.content_type, body::assemble(body, matches, start, &advice(operation))?));
    }
    request.stream = matches!(operation.answer, Answer::Stream | Answer::Bytes);
    Ok(request)
}

/// Names the command that takes only some fields, if the operation wants all of them; else empty.
fn advice(operation: &Operation) -> String {
    if operation.method != "PUT" {
        return String::new();
    }
    let patch = contract::sibling(operation, "PATCH").map(|other| other.id.replace('_', " "));
    patch.map(|command| format!("; to change only some fields, use `orc {command}`")).unwrap_or_default()
}

/// A body that holds nothing but the name from the path.
pub fn named_in_path(view: &Operation, matches: &ArgMatches) -> Value {
    let name = view.arguments.first().and_then(|field| given(field, matches).pop());
    json!({"name": name})
}

/// The path of an operation, with values filled in and encoded.
///
/// # Errors
/// Usage, if a value is empty, or would lead to another path.
pub fn path(operation: &Operation, matches: &ArgMatches) -> Outcome<String> {
    let mut path = operation.path.to_owned();
    for field in operation.arguments {
        let value = given(field, matches).pop().filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| Failure::Usage(format!("{} must not be empty", field.name.to_uppercase())))?;
        if matches!(value.as_str(), "." | "..") {
            return Err(Failure::Usage(format!("{}: `{value}` is not a name", field.name.to_uppercase())));
        }
        path = path.replace(&format!("{{{}}}", field.name), &segment(&value));
    }
    Ok(path)
}

/// The values of a field on the command line, as text; defaults do not count.
fn given(field: &Field, matches: &ArgMatches) -> Vec<String> {
    if matches.value_source(field.name) != Some(ValueSource::CommandLine) {
        return Vec::new();
    }
    let values = matches.get_many::<Value>(field.name).into_iter().flatten();
    values.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

/// The value of a header. An entity tag is quoted on the wire, but people write the version alone.
fn header(field: &Field, value: String) -> String {
    let bare = value != "*" && !value.contains('"');
    if field.name.eq_ignore_ascii_case("If-Match") && bare { format!("\"{value}\"") } else { value }
}
