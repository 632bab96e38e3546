//! Prints answers: tables for people; JSON, YAML, CSV and names for programs.
//!
//! Deliberately absent: operations. The value and the columns in the row of the table decide what is shown. Start
//! reading at `print`.

mod cells;
mod csv;
mod details;
mod style;
mod table;

use std::io::{ErrorKind, Write as _};

use clap::ArgMatches;
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::yaml;

pub use cells::text;
pub use style::{Columns, Style, colours_allowed};

/// The form in which an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table, or one value field by field, for people.
    Table,
    /// The answer as it came, indented.
    Json,
    /// The same as YAML.
    Yaml,
    /// Rows for spreadsheets (RFC 4180).
    Csv,
    /// One name or id on each line, as other commands accept it.
    Name,
}

impl Format {
    /// The format that a command line asks for; a table, if the command has no such flag.
    #[must_use]
    pub fn of(matches: &ArgMatches) -> Self {
        match matches.try_get_one::<String>("@format").ok().flatten().map(String::as_str) {
            Some("json") => Self::Json,
            Some("yaml") => Self::Yaml,
            Some("csv") => Self::Csv,
            Some("name") => Self::Name,
            _ => Self::Table,
        }
    }
}

/// Prints an answer: as a list if it has `items` and columns, else as one value.
pub fn print(value: &Value, columns: &Columns, format: Format) -> Outcome<()> {
    write(&render(value, columns, format, Style::of_stdout())?)
}

fn render(value: &Value, columns: &Columns, format: Format, style: Style) -> Outcome<String> {
    let items = value["items"].as_array().filter(|_| !columns.shown.is_empty());
    Ok(match (format, items) {
        (Format::Json, _) => format!("{value:#}\n"),
        (Format::Yaml, _) => with_newline(yaml::text(value).map_err(|error| Failure::failed("YAML", error))?),
        (Format::Table, Some(items)) => table::render(items, &columns.shown, style, ""),
        (Format::Table, None) => details::render(value, style),
        (Format::Csv, Some(items)) => csv::list(items, columns),
        (Format::Csv, None) => csv::one(value),
        // If the id is the first column, other commands expect the id.
        (Format::Name, Some(items)) if columns.shown[0] == "id" => ids(items),
        (Format::Name, Some(items)) => items.iter().map(|item| format!("{}\n", name(item))).collect(),
        (Format::Name, None) => format!("{}\n", name(value)),
    })
}

fn with_newline(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn ids(items: &[Value]) -> String {
    items.iter().map(|item| format!("{}\n", cells::text("id", &item["id"]))).collect()
}

/// What other commands accept for a thing: its name or key, or else its id, or else the same of its first nested
/// object.
fn name(value: &Value) -> String {
    let direct = ["name", "key", "id", "task", "number", "version"].iter().find_map(|key| match &value[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let first = || value.as_object().and_then(|fields| fields.values().find(|inner| inner.is_object()));
    direct.or_else(|| first().map(name)).unwrap_or_default()
}

/// Rows as a table for people, with these columns.
#[must_use]
pub fn table(rows: &[Value], columns: &[&str]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    table::render(rows, &columns, Style::of_stdout(), "")
}

/// Writes to stdout. If the reader has gone away (`| head`), the process ends quietly.
pub fn write(text: &str) -> Outcome<()> {
    write_bytes(text.as_bytes())
}

/// Writes bytes to stdout, as `write` does.
pub fn write_bytes(bytes: &[u8]) -> Outcome<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::Exit(0)),
        Err(error) => Err(Failure::failed("stdout", error)),
    }
}

/// Writes text to stderr, without adding a newline.
pub fn write_error(text: &str) -> Outcome<()> {
    std::io::stderr().write_all(text.as_bytes()).map_err(|error| Failure::failed("stderr", error))
}

/// Writes a remark for people to stderr, so that stdout holds nothing but the answer.
pub fn note(text: &str) {
    let _a_remark_may_be_lost = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_of_a_list_are_what_commands_take() {
        let list = json!({"items": [{"id": "7", "name": "a"}]});
        let style = Style { colour: false, width: None };
        let shown = |columns: [&str; 2]| Columns { shown: columns.map(str::to_owned).to_vec(), more: Vec::new() };
        assert_eq!(render(&list, &shown(["name", "days"]), Format::Name, style).unwrap(), "a\n");
        assert_eq!(render(&list, &shown(["id", "name"]), Format::Name, style).unwrap(), "7\n");
    }

    #[test]
    fn names_are_found_within() {
        assert_eq!(name(&json!({"id": "1", "name": "a"})), "a");
        assert_eq!(name(&json!({"task": {"id": "7"}, "attempts": []})), "7");
        assert_eq!(name(&json!({"secret": "x"})), "");
    }
}
