//! Makes the table of operations of the command line client from the published contract.
//!
//! There is one row per operation (see `openapi/cli/src/table.rs` for the shapes) and one constant per request body.
//! The text is complete and stable: the same document gives the same bytes. A contract that cannot become commands (a
//! name used twice in one operation, a reserved flag) is an error that names the operation. Start reading at
//! [`table`].

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

mod columns;
mod fields;
#[cfg(test)]
mod tests;
mod texts;

use self::fields::Field;
use self::texts::TextPlace;

/// Flags that the client itself adds to commands.
const RESERVED: [&str; 7] = ["all", "columns", "file", "format", "help", "output", "quiet"];

const HEADER: &str = "\
//! Table of operations of the command line client.
//!
//! GENERATED from openapi/openapi.json by `cargo xtask contract`: never edit.

use crate::table::Kind::{Boolean, Bytes, Choice, Document, Instant, Integer, List, Number, Secret, Text, Texts, Union as OneOf, Uuid, Value, Values};
use crate::table::{Answer, Body, Field, Operation, Schema, TextPlace, Union};
";

/// The full text of `openapi/cli/src/generated/operations.rs` for this document.
///
/// # Errors
/// Says which operation cannot become a command, and why.
pub fn table(document: &Value) -> Result<String, String> {
    let mut writer = Writer { document, bodies: BTreeMap::new(), rows: String::new() };
    let paths = document["paths"].as_object().ok_or("the document has no paths")?;
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation.get("operationId").is_some() {
                writer.row(path, method, item, operation)?;
            }
        }
    }
    Ok(writer.finish())
}

struct Writer<'d> {
    document: &'d Value,
    bodies: BTreeMap<String, String>,
    rows: String,
}

impl Writer<'_> {
    fn finish(self) -> String {
        let mut text = String::from(HEADER);
        let base = self.document["servers"][0]["url"].as_str().unwrap_or_default();
        let version = self.document["info"]["version"].as_str().unwrap_or_default();
        let _ = write!(text, "\n/// Where the paths of the contract begin.\npub const BASE: &str = {base:?};\n");
        let _ = write!(text, "\n/// Version of the contract.\npub const VERSION: &str = {version:?};\n");
        let _ = write!(text, "\n/// Every tag with its description.\npub const TAGS: &[(&str, &str)] = &[\n");
        for tag in self.document["tags"].as_array().into_iter().flatten() {
            let _ = writeln!(text, "    ({}, {}),", quoted(&tag["name"]), quoted(&tag["description"]));
        }
        let _ = write!(text, "];\n\n/// Every operation.\npub static OPERATIONS: &[Operation] = &[\n{}];\n", self.rows);
        for body in self.bodies.values() {
            let _ = write!(text, "\n{body}");
        }
        text
    }

    fn row(&mut self, path: &str, method: &str, item: &Value, operation: &Value) -> Result<(), String> {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let [arguments, query, headers] = ["path", "query", "header"].map(|place| self.parameters(operation, place));
        let headers: Vec<Field> =
            headers.into_iter().filter(|header| !query.iter().any(|q| q.flag() == header.flag())).collect();
        let body = self.body(item, method, operation);
        let names = [&arguments, &query, &headers, &body.fields].into_iter().flatten();
        unique(id, names)?;
        let (answer, schema) = self.answer(operation);
        let rows = &mut self.rows;
        let _ = writeln!(rows, "    Operation {{");
        let _ = writeln!(rows, "        id: {id:?}, method: {:?}, path: {path:?},", method.to_uppercase());
        let _ = writeln!(rows, "        permission: {},", quoted(&operation["x-permission"]));
        let _ = writeln!(rows, "        summary: {},", quoted(&operation["summary"]));
        for (name, fields) in [("arguments", &arguments), ("query", &query), ("headers", &headers)] {
            if !fields.is_empty() {
                let _ = writeln!(rows, "        {name}: {},", list(fields, "        "));
            }
        }
        if let Some(text) = body.text {
            let _ = writeln!(rows, "        body: Some({text}),");
        }
        let _ = writeln!(rows, "        answer: Answer::{answer},");
        if let Some(schema) = schema.filter(|_| answer == "List") {
            let columns = columns::columns(self.document, id, schema);
            let _ = writeln!(rows, "        columns: &{:?},", columns.shown);
            let _ = writeln!(rows, "        more: &{:?},", columns.more);
        }
        let _ = writeln!(rows, "        ..Operation::EMPTY");
        let _ = writeln!(rows, "    }},");
        Ok(())
    }

    fn parameters(&self, operation: &Value, place: &str) -> Vec<Field> {
        let all = operation["parameters"].as_array().into_iter().flatten();
        all.map(|parameter| fields::resolve(self.document, parameter))
            .filter(|parameter| parameter["in"] == place)
            .map(|parameter| fields::parameter(self.document, parameter))
            .collect()
    }

    /// The shape of a successful answer, and its schema if it is JSON.
    fn answer<'o>(&self, operation: &'o Value) -> (&'static str, Option<&'o Value>) {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let good = responses.filter(|(status, _)| status.starts_with('2')).find_map(|(_, response)| content(response));
        let Some((content_type, media)) = good else {
            return ("Empty", None);
        };
        match content_type.as_str() {
            "text/event-stream" => ("Stream", None),
            // JSON without a stated shape (the contract itself) is passed on as it arrives.
            json if json.contains("json") && media["schema"].as_object().is_some_and(|schema| !schema.is_empty()) => {
                let items = &fields::resolve(self.document, &media["schema"])["properties"]["items"];
                (if items["type"] == "array" { "List" } else { "Value" }, Some(&media["schema"]))
            }
            _ => ("Bytes", None),
        }
    }

    fn body(&mut self, item: &Value, method: &str, operation: &Value) -> RowBody {
        let Some((content_type, media)) = content(&operation["requestBody"]) else {
            return RowBody { text: None, fields: Vec::new() };
        };
        let partial = content_type.contains("merge-patch");
        let own = &media["schema"];
        let bare = fields::resolve(self.document, own).get("properties").is_none();
        let put = content(&item["put"]["requestBody"]).map(|(_, media)| &media["schema"]);
        let schema = put.filter(|_| partial && bare && method == "patch").unwrap_or(own);
        let name = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()).map(constant);
        let name = name.unwrap_or_else(|| constant(operation["operationId"].as_str().unwrap_or_default()));
        let fields = if content_type.contains("json") { fields::body(self.document, schema) } else { Vec::new() };
        if !self.bodies.contains_key(&name) {
            let unions = fields::unions(self.document, schema);
            let text = schema_text(&name, &fields, &unions, &texts::texts(self.document, schema));
            self.bodies.insert(name.clone(), text);
        }
        let text = format!("Body {{ content_type: {content_type:?}, schema: &{name}, partial: {partial} }}");
        RowBody { text: Some(text), fields }
    }
}

struct RowBody {
    text: Option<String>,
    fields: Vec<Field>,
}

fn schema_text(name: &str, fields: &[Field], unions: &[(String, Vec<String>)], texts: &[TextPlace]) -> String {
    let unions: Vec<String> =
        unions.iter().map(|(at, kinds)| format!("Union {{ at: {at:?}, kinds: &{kinds:?} }}")).collect();
    let texts: Vec<String> = texts.iter().map(TextPlace::text).collect();
    let fields = list(fields, "    ");
    let (unions, texts) = (rows(&unions, "    "), rows(&texts, "    "));
    format!(
        "static {name}: Schema = Schema {{\n    fields: {fields},\n    unions: {unions},\n    texts: {texts},\n}};\n"
    )
}

fn list(fields: &[Field], indent: &str) -> String {
    rows(&fields.iter().map(Field::text).collect::<Vec<_>>(), indent)
}

/// A list with one expression a line.
fn rows(expressions: &[String], indent: &str) -> String {
    if expressions.is_empty() {
        return "&[]".into();
    }
    let rows: String = expressions.iter().map(|expression| format!("{indent}    {expression},\n")).collect();
    format!("&[\n{rows}{indent}]")
}

/// Content type and media object of a body or answer; JSON first.
fn content(holder: &Value) -> Option<(&String, &Value)> {
    let content: &Map<String, Value> = holder["content"].as_object()?;
    content.iter().find(|(name, _)| name.contains("json")).or_else(|| content.iter().next())
}

fn unique<'f>(id: &str, fields: impl Iterator<Item = &'f Field>) -> Result<(), String> {
    let mut seen: Vec<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
    for field in fields {
        let flag = field.flag();
        if seen.contains(&flag) {
            return Err(format!("{id}: the name `{flag}` is used twice, or is a flag of the client itself"));
        }
        seen.push(flag);
    }
    Ok(())
}

/// `TaskDefinition` -> `TASK_DEFINITION`.
fn constant(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            text.push('_');
        }
        text.extend(letter.to_uppercase());
    }
    text
}

fn quoted(value: &Value) -> String {
    format!("{:?}", fields::line(value.as_str().unwrap_or_default()))
}
