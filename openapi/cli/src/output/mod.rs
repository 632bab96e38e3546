//! Prints answers: tables for people, JSON, YAML, CSV and names for programs.
//!
//! Nothing here knows an operation: what is shown follows from the row's columns and the value.

mod cells;
mod csv;
mod details;
mod table;

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use clap::ArgMatches;
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::values;

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// The answer as it came.
    Json,
    /// The same as YAML.
    Yaml,
    /// Rows for spreadsheets.
    Csv,
    /// Names or ids, one a line.
    Name,
}

/// Columns to show: of tables, and those only CSV has.
#[derive(Debug, Default, Clone)]
pub struct Columns {
    /// In tables.
    pub shown: Vec<String>,
    /// In CSV after those.
    pub more: Vec<String>,
}

/// Looks of what is printed on this stdout.
#[derive(Debug, Clone, Copy)]
pub struct Looks {
    /// Whether colours are wanted.
    pub colour: bool,
    /// Width to fit in, where there is a terminal.
    pub width: Option<usize>,
}

impl Looks {
    /// What stdout can show.
    #[must_use]
    pub fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let width = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let width = width.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
        Self { colour: terminal && colours_allowed(), width: width.filter(|_| terminal) }
    }
}

impl Looks {
    /// Text in the colour of a state.
    #[must_use]
    pub fn state(&self, text: &str, state: &str) -> String {
        let code = cells::colour(state).filter(|_| self.colour);
        code.map_or_else(|| text.to_owned(), |code| cells::paint(text, code))
    }
}

/// Whether the environment allows colours (`NO_COLOR`, `TERM=dumb`).
#[must_use]
pub fn colours_allowed() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

impl Format {
    /// The format that a command line asks for.
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

/// Prints an answer of one value, or of a list where it has columns.
pub fn print(value: &Value, columns: &Columns, format: Format) -> Outcome<()> {
    write(&render(value, columns, format, Looks::of_stdout())?)
}

fn render(value: &Value, columns: &Columns, format: Format, looks: Looks) -> Outcome<String> {
    let items = value["items"].as_array().filter(|_| !columns.shown.is_empty());
    Ok(match (format, items) {
        (Format::Json, _) => format!("{value:#}\n"),
        (Format::Yaml, _) => ended(values::yaml(value).map_err(|error| Failure::failed("YAML", error))?),
        (Format::Table, Some(items)) => table::render(items, &columns.shown, looks, ""),
        (Format::Table, None) => details::render(value, looks),
        (Format::Csv, Some(items)) => csv::list(items, columns),
        (Format::Csv, None) => csv::one(value),
        // Where the id stands first, commands take nothing else.
        (Format::Name, Some(items)) if columns.shown[0] == "id" => ids(items),
        (Format::Name, Some(items)) => items.iter().map(|item| format!("{}\n", name(item))).collect(),
        (Format::Name, None) => format!("{}\n", name(value)),
    })
}

fn ended(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn ids(items: &[Value]) -> String {
    items.iter().map(|item| format!("{}\n", cells::text("id", &item["id"]))).collect()
}

/// What a program would call a thing: its name or key, else its id, else that of its first part.
fn name(value: &Value) -> String {
    let own = ["name", "key", "id", "task", "number", "version"].iter().find_map(|key| match &value[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let first = || value.as_object().and_then(|fields| fields.values().find(|inner| inner.is_object()));
    own.or_else(|| first().map(name)).unwrap_or_default()
}

/// Writes to stdout; a reader that went away (`| head`) ends the process quietly.
pub fn write(text: &str) -> Outcome<()> {
    write_bytes(text.as_bytes())
}

/// Writes bytes to stdout.
pub fn write_bytes(bytes: &[u8]) -> Outcome<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::Exit(0)),
        Err(error) => Err(Failure::failed("stdout", error)),
    }
}

/// Writes text to stderr as it is.
pub fn write_error(text: &str) -> Outcome<()> {
    std::io::stderr().write_all(text.as_bytes()).map_err(|error| Failure::failed("stderr", error))
}

/// Writes a remark for the person at the terminal to stderr.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_of_a_list_are_what_commands_take() {
        let list = json!({"items": [{"id": "7", "name": "a"}]});
        let looks = Looks { colour: false, width: None };
        let shown = |columns: [&str; 2]| Columns { shown: columns.map(str::to_owned).to_vec(), more: Vec::new() };
        assert_eq!(render(&list, &shown(["name", "days"]), Format::Name, looks).unwrap(), "a\n");
        assert_eq!(render(&list, &shown(["id", "name"]), Format::Name, looks).unwrap(), "7\n");
    }

    #[test]
    fn names_are_found_within() {
        assert_eq!(name(&json!({"id": "1", "name": "a"})), "a");
        assert_eq!(name(&json!({"run": {"id": "7"}, "attempts": []})), "7");
        assert_eq!(name(&json!({"secret": "x"})), "");
    }
}
