//! Makes the request of an operation from its row and the command line.

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde_json::{Map, Value, json};

use crate::body;
use crate::client::{Request, segment};
use crate::failure::{Failure, Outcome};
use crate::generated::operations::OPERATIONS;
use crate::table::{Answer, Field, Operation};

/// The request that this command line means.
///
/// # Errors
/// Usage: something is missing or does not fit.
pub fn request(operation: &'static Operation, matches: &ArgMatches) -> Outcome<Request> {
    changing(operation, matches, Value::Object(Map::new()))
}

/// The same, where flags change this body.
///
/// # Errors
/// Usage: something is missing or does not fit.
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

/// Where a whole body is wanted, the command that takes a part of it.
fn advice(operation: &Operation) -> String {
    let partial = operation.method == "PUT";
    let patch = sibling(operation, "PATCH").filter(|_| partial).map(|other| other.id.replace('_', " "));
    patch.map(|command| format!("; to change only some fields: orc {command}")).unwrap_or_default()
}

/// The operation of another method on the same path.
#[must_use]
pub fn sibling(operation: &Operation, method: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|other| other.method == method && other.path == operation.path)
}

/// What is read of the thing whose effect an operation shows.
#[must_use]
pub fn changed_by(operation: &Operation) -> Option<&'static Operation> {
    let path = operation.path.strip_suffix("/effect")?;
    OPERATIONS.iter().find(|other| other.method == "GET" && other.path == path)
}

/// A thing of which nothing but its name is known.
pub fn named(view: &Operation, matches: &ArgMatches) -> Value {
    let name = view.arguments.first().and_then(|field| given(field, matches).pop());
    json!({"name": name})
}

/// The path with its values in place.
pub fn path(operation: &Operation, matches: &ArgMatches) -> Outcome<String> {
    let mut path = operation.path.to_owned();
    for field in operation.arguments {
        let value = given(field, matches).pop().filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| Failure::Usage(format!("{} is empty", field.name.to_uppercase())))?;
        if matches!(value.as_str(), "." | "..") {
            return Err(Failure::Usage(format!("{}: `{value}` is no name", field.name.to_uppercase())));
        }
        path = path.replace(&format!("{{{}}}", field.name), &segment(&value));
    }
    Ok(path)
}

fn given(field: &Field, matches: &ArgMatches) -> Vec<String> {
    if matches.value_source(field.name) != Some(ValueSource::CommandLine) {
        return Vec::new();
    }
    let values = matches.get_many::<Value>(field.name).into_iter().flatten();
    values.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

/// An entity tag is quoted on the wire; people write the version alone.
fn header(field: &Field, value: String) -> String {
    let bare = value != "*" && !value.contains('"');
    if field.name.eq_ignore_ascii_case("If-Match") && bare { format!("\"{value}\"") } else { value }
}
