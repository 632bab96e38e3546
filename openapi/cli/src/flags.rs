//! Turns rows of the table into flags and positional arguments, with their help texts.
//!
//! This module knows the shapes of the table and of single values, but no command: `tree` and the commands written by
//! hand both build on it. Flags of the client itself, such as `--format`, have ids that begin with `@`, so that no
//! field of the contract can take their name.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, ValueHint};
use serde_json::Value;

use crate::request::values;
use crate::table::{Answer, Field, Kind, Operation, Schema};

/// Flags that choose the server and the token. A command that has its own flag of that name keeps it.
pub fn connection(taken: &[String]) -> Vec<Arg> {
    let url = Arg::new("@url").long("url").value_name("URL").value_hint(ValueHint::Url);
    let token = Arg::new("@token").long("token").value_name("TOKEN");
    let all = [url.help("Address of the server"), token.help("API token to send")];
    let free = |arg: &Arg| !taken.iter().any(|name| arg.get_long() == Some(name));
    all.into_iter().filter(free).map(|arg| arg.help_heading("Connection")).collect()
}

/// Every argument and flag of a generated command.
pub fn of_operation(operation: &'static Operation) -> Vec<Arg> {
    let mut all: Vec<Arg> = operation.arguments.iter().map(positional).collect();
    all.extend(operation.query.iter().chain(operation.headers).map(|field| flag(field).required(field.required)));
    if let Some(body) = &operation.body {
        let help = "Body: a YAML or JSON file, `-` for stdin; flags override it";
        let file = Arg::new("@file").short('f').long("file").value_name("FILE").value_hint(ValueHint::FilePath);
        all.push(file.help(help));
        all.extend(body.schema.fields.iter().map(|field| body_flag(body.schema, field).help_heading("Body")));
    }
    all.extend(of_answer(operation));
    all
}

/// The flag of a field of the body; if the field is a list of unions, the help names the kinds.
fn body_flag(schema: &Schema, field: &'static Field) -> Arg {
    let elements = format!("{}.*", field.name);
    match schema.unions.iter().find(|union| union.at == elements) {
        Some(union) => flag(field).help(format!("{} [kinds: {}]", help(field), union.kinds.join(", "))),
        None => flag(field),
    }
}

/// Flags that decide how the answer is printed.
fn of_answer(operation: &Operation) -> Vec<Arg> {
    match operation.answer {
        Answer::Empty | Answer::Stream => Vec::new(),
        Answer::Bytes => vec![output()],
        Answer::Value => vec![format()],
        Answer::List => {
            let columns = Arg::new("@columns").long("columns").value_name("A,B").value_delimiter(',');
            let mut all =
                vec![format(), columns.help("Columns of tables and CSV: names of fields, with dots for nested ones")];
            if operation.query.iter().any(|field| field.name == "cursor") {
                let every = Arg::new("@all").long("all").action(ArgAction::SetTrue);
                all.push(every.help("Fetch every page").conflicts_with("cursor"));
            }
            all
        }
    }
}

/// `-o table|json|yaml|csv|name`.
#[must_use]
pub fn format() -> Arg {
    let parser = PossibleValuesParser::new(["table", "json", "yaml", "csv", "name"]);
    let format = Arg::new("@format").short('o').long("format").alias("output").value_name("FORMAT");
    format.value_parser(parser).default_value("table").help("How to print the answer")
}

/// `-o FILE`, for answers that are bytes.
#[must_use]
pub fn output() -> Arg {
    let output = Arg::new("@output").short('o').long("output").value_name("FILE").value_hint(ValueHint::FilePath);
    output.help("Write to this file instead of stdout")
}

/// A flag without a value.
#[must_use]
pub fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn positional(field: &'static Field) -> Arg {
    let name = field.name.to_uppercase();
    Arg::new(field.name).value_name(name).help(help(field)).required(field.required).value_parser(parser(field))
}

/// The flag of a field. The name of the field itself, with underscores, works too.
#[must_use]
pub fn flag(field: &'static Field) -> Arg {
    let flag = field.flag();
    let underscored = field.name.to_lowercase();
    let mut arg = Arg::new(field.name).long(flag.clone()).help(help(field));
    if underscored != flag {
        arg = arg.alias(underscored);
    }
    arg = match field.kind {
        Kind::Choice(words) | Kind::Union(words) => {
            let null = field.nullable.then_some("null");
            arg.value_parser(Words { field, words: PossibleValuesParser::new(words.iter().copied().chain(null)) })
        }
        _ => arg.value_parser(parser(field)),
    };
    if matches!(field.kind, Kind::Boolean) {
        arg = arg.num_args(0..=1).require_equals(true).default_missing_value("true");
    }
    let Shape { value_name, is_number, is_repeated } = shape(field.kind);
    let action = if is_repeated { ArgAction::Append } else { ArgAction::Set };
    // A secret may begin with a hyphen, as a private key does. Refusing it would print it.
    let hyphens = is_number || is_repeated || matches!(field.kind, Kind::Secret);
    arg.value_name(value_name).action(action).allow_negative_numbers(is_number).allow_hyphen_values(hyphens)
}

/// Accepts one of some words. For a union it also accepts the complete union, written as YAML.
#[derive(Clone)]
struct Words {
    field: &'static Field,
    words: PossibleValuesParser,
}

impl TypedValueParser for Words {
    type Value = Value;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, text: &OsStr) -> Result<Value, clap::Error> {
        let whole = matches!(self.field.kind, Kind::Union(_)) && text.to_string_lossy().trim_start().starts_with('{');
        if !whole {
            self.words.parse_ref(command, arg, text)?;
        }
        parser(self.field).parse_ref(command, arg, text)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.words.possible_values()
    }
}

fn parser(field: &'static Field) -> impl TypedValueParser<Value = Value> {
    move |text: &str| values::read(field, text)
}

/// What a flag looks like in the help.
struct Shape {
    value_name: &'static str,
    is_number: bool,
    is_repeated: bool,
}

fn shape(kind: Kind) -> Shape {
    let one = |value_name| Shape { value_name, is_number: false, is_repeated: false };
    match kind {
        Kind::Text => one("TEXT"),
        Kind::Choice(_) => one("WORD"),
        Kind::Union(_) => one("KIND"),
        Kind::Document | Kind::Bytes => one("@FILE"),
        Kind::Secret => one("SECRET"),
        Kind::Uuid => one("ID"),
        Kind::Instant => one("INSTANT"),
        Kind::Boolean => one("BOOL"),
        Kind::Integer(..) | Kind::Number(..) => Shape { is_number: true, ..one("N") },
        Kind::List(inner) => Shape { is_repeated: true, ..shape(*inner) },
        Kind::Texts | Kind::Values => Shape { is_repeated: true, ..one("KEY=VALUE") },
        Kind::Value => one("YAML"),
    }
}

/// The description in the contract, then what the table adds: bounds, secrets from stdin, the kinds that have the
/// field.
fn help(field: &Field) -> String {
    let mut text = field.help.to_owned();
    let kind = if let Kind::List(inner) = field.kind { *inner } else { field.kind };
    if let Some(range) = values::range(kind) {
        text = format!("{text} ({range})");
    }
    if let Kind::Secret = field.kind {
        text = format!("{text} (`-` reads stdin)");
    }
    let (union, kinds) = field.only;
    if kinds.is_empty() {
        return text;
    }
    format!("{text} [only with --{} {}]", union.replace('_', "-"), kinds.join(" or "))
}
