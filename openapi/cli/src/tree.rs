//! Turns the table into a tree of commands: `task_version_list` is `orc task version list`.
//!
//! Only commands whose words appear on the command line get their flags; the others are names with
//! one sentence. So starting costs the same however many operations the contract has. Commands
//! written by hand are mounted by path beside or over the generated ones.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, ValueHint};
use serde_json::Value;

use crate::comfort::{COMFORTS, Comfort};
use crate::generated::operations::{OPERATIONS, TAGS, VERSION};
use crate::table::{Answer, Field, Kind, Operation, Schema};
use crate::values;

/// Which commands are built with all their flags.
pub enum Wanted {
    /// Those whose words are on the command line.
    Words(Vec<String>),
    /// All of them.
    All,
}

impl Wanted {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|word| word == name),
            Self::All => true,
        }
    }
}

/// One word of a command's path.
struct Node {
    name: &'static str,
    operation: Option<&'static Operation>,
    comfort: Option<&'static Comfort>,
    children: Vec<Node>,
}

impl Node {
    fn new(name: &'static str) -> Self {
        Self { name, operation: None, comfort: None, children: Vec::new() }
    }

    fn at(&mut self, path: impl Iterator<Item = &'static str>) -> &mut Node {
        let mut node = self;
        for name in path {
            let known = node.children.iter().position(|child| child.name == name);
            let index = known.unwrap_or_else(|| {
                node.children.push(Node::new(name));
                node.children.len() - 1
            });
            node = &mut node.children[index];
        }
        node
    }
}

/// The whole command, with flags where they are wanted.
#[must_use]
pub fn root(wanted: &Wanted) -> Command {
    let mut tree = Node::new("orc");
    for operation in OPERATIONS {
        tree.at(operation.id.split('_')).operation = Some(operation);
    }
    for comfort in COMFORTS {
        tree.at(comfort.path.iter().copied()).comfort = Some(comfort);
    }
    let root = Command::new("orc")
        .version(format!("{} (contract {VERSION})", env!("CARGO_PKG_VERSION")))
        .about("Command line client of Orc, the task orchestrator")
        .after_help(EXIT_CODES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .args(connection(&[]));
    root.subcommands(tree.children.iter().map(|child| command(child, wanted, "")))
}

/// The generated operation at this path.
#[must_use]
pub fn operation(path: &[&str]) -> Option<&'static Operation> {
    let id = path.join("_");
    OPERATIONS.iter().find(|operation| operation.id == id)
}

const EXIT_CODES: &str = "\
Server and token: --url and --token, else ORC_URL and ORC_TOKEN, else what `orc login` stored, else the server on this machine.
Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 conflict, 6 unreachable.";

fn command(node: &Node, wanted: &Wanted, above: &str) -> Command {
    let path = if above.is_empty() { node.name.to_owned() } else { format!("{above} {}", node.name) };
    let mut command = Command::new(node.name).about(about(node, &path)).disable_help_subcommand(true);
    if !wanted.has(node.name) {
        return command;
    }
    if let Some(operation) = node.operation.filter(|_| node.comfort.is_none_or(|comfort| comfort.keeps)) {
        command = command.args(arguments(operation));
        command = command.after_help(format!("Needs the permission `{}`.", operation.permission));
    }
    if let Some(comfort) = node.comfort {
        command = (comfort.extend)(command);
    }
    if node.operation.is_some() || node.comfort.is_some() {
        let taken: Vec<String> = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
        command = command.args(connection(&taken));
        if !node.children.is_empty() {
            command = command.args_conflicts_with_subcommands(true).subcommand_negates_reqs(true);
        }
    } else {
        command = command.subcommand_required(true).arg_required_else_help(true);
    }
    command.subcommands(node.children.iter().map(|child| self::command(child, wanted, &path)))
}

fn about(node: &Node, path: &str) -> String {
    let comfort = node.comfort.map(|comfort| comfort.about);
    let generated = node.operation.map(|operation| operation.summary);
    let tag = TAGS.iter().find(|(name, _)| *name == path).map(|(_, about)| *about);
    let only = || node.children.first().filter(|_| node.children.len() == 1).map(|child| about(child, path));
    let text = comfort.or(generated).or(tag).map(str::to_owned).or_else(only);
    let children = || node.children.iter().map(|child| child.name).collect::<Vec<_>>().join(", ");
    text.unwrap_or_else(|| format!("Commands: {}", children())).trim_end_matches('.').to_owned()
}

/// Flags that say which server and as whom; left out where the command has flags of that name.
fn connection(taken: &[String]) -> Vec<Arg> {
    let url = Arg::new("@url").long("url").value_name("URL").value_hint(ValueHint::Url);
    let token = Arg::new("@token").long("token").value_name("TOKEN");
    let all = [url.help("Server to talk to"), token.help("API token to use")];
    let free = |arg: &Arg| !taken.iter().any(|name| arg.get_long() == Some(name));
    all.into_iter().filter(free).map(|arg| arg.help_heading("Connection")).collect()
}

fn arguments(operation: &'static Operation) -> Vec<Arg> {
    let mut all: Vec<Arg> = operation.arguments.iter().map(positional).collect();
    all.extend(operation.query.iter().chain(operation.headers).map(|field| flag(field).required(field.required)));
    if let Some(body) = &operation.body {
        let help = "Body: a file with YAML or JSON, `-` for stdin; flags override it";
        let file = Arg::new("@file").short('f').long("file").value_name("FILE").value_hint(ValueHint::FilePath);
        all.push(file.help(help));
        all.extend(body.schema.fields.iter().map(|field| body_flag(body.schema, field).help_heading("Body")));
    }
    all.extend(outputs(operation));
    all
}

/// The flag of a body's field; of a list of unions it says what kinds there are.
fn body_flag(schema: &Schema, field: &'static Field) -> Arg {
    let elements = format!("{}.*", field.name);
    match schema.unions.iter().find(|union| union.at == elements) {
        Some(union) => flag(field).help(format!("{} [kinds: {}]", help(field), union.kinds.join(", "))),
        None => flag(field),
    }
}

/// Flags that shape what is printed.
fn outputs(operation: &Operation) -> Vec<Arg> {
    match operation.answer {
        Answer::Empty | Answer::Stream => Vec::new(),
        Answer::Bytes => {
            let file = Arg::new("@output").short('o').long("output").value_name("FILE").value_hint(ValueHint::FilePath);
            vec![file.help("Write to this file instead of stdout")]
        }
        Answer::Value => vec![format()],
        Answer::List => {
            let columns = Arg::new("@columns").long("columns").value_name("A,B").value_delimiter(',');
            let mut all = vec![format(), columns.help("Columns of tables and CSV, as dotted names of fields")];
            if operation.query.iter().any(|field| field.name == "cursor") {
                let every = Arg::new("@all").long("all").action(ArgAction::SetTrue);
                all.push(every.help("Walk all pages").conflicts_with("cursor"));
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
    format.value_parser(parser).default_value("table").help("How the answer is printed")
}

fn positional(field: &'static Field) -> Arg {
    let name = field.name.to_uppercase();
    Arg::new(field.name).value_name(name).help(help(field)).required(field.required).value_parser(parser(field))
}

/// The flag of a field.
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
    let (name, number, repeated) = shape(field.kind);
    if matches!(field.kind, Kind::Boolean) {
        arg = arg.num_args(0..=1).require_equals(true).default_missing_value("true");
    }
    let hyphens = number || repeated;
    let action = if repeated { ArgAction::Append } else { ArgAction::Set };
    arg.value_name(name).action(action).allow_negative_numbers(number).allow_hyphen_values(hyphens)
}

/// One of some words; for a union also the whole of it, as YAML.
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

/// Name of the value, whether it is a number, whether the flag may be repeated.
fn shape(kind: Kind) -> (&'static str, bool, bool) {
    match kind {
        Kind::Text | Kind::Choice(_) | Kind::Union(_) => ("TEXT", false, false),
        Kind::Document => ("@FILE", false, false),
        Kind::Secret => ("SECRET", false, false),
        Kind::Uuid => ("ID", false, false),
        Kind::Instant => ("INSTANT", false, false),
        Kind::Boolean => ("BOOL", false, false),
        Kind::Integer(..) | Kind::Number(..) => ("N", true, false),
        Kind::List(inner) => {
            let (name, number, _) = shape(*inner);
            (name, number, true)
        }
        Kind::Texts | Kind::Values => ("KEY=VALUE", false, true),
        Kind::Value => ("YAML", false, false),
    }
}

fn help(field: &Field) -> String {
    let mut text = field.help.to_owned();
    let bounds = match field.kind {
        Kind::List(inner) => values::bounds(*inner),
        kind => values::bounds(kind),
    };
    if bounds.contains("from") || bounds.contains("least") {
        text = format!("{text} ({bounds})");
    }
    if let Kind::Secret = field.kind {
        text = format!("{text} (`-`: a line of stdin)");
    }
    let (_, kinds) = field.only;
    if kinds.is_empty() { text } else { format!("{text} [only: {}]", kinds.join(", ")) }
}
