//! Builds the tree of commands: the operation `task_version_list` is `orc task version list`.
//!
//! Only commands whose words appear on the command line get their flags; every other command is a name with one
//! sentence. Starting the program therefore takes the same time however many operations the contract has. The
//! commands written by hand (`comfort/`) are mounted at their path, beside a generated one or instead of it.

use clap::Command;

use crate::comfort::{COMFORTS, Comfort};
use crate::flags;
use crate::generated::operations::{OPERATIONS, TAGS, VERSION};
use crate::table::Operation;

const EXIT_CODES: &str = "\
Server and token: --url and --token, else ORC_URL and ORC_TOKEN, else what `orc login` stored, else the server on this machine.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed, 5 conflict, 6 server unreachable.";

/// Which commands are built with all their flags.
pub enum Scope {
    /// Those whose words are on the command line.
    Words(Vec<String>),
    /// Every command.
    All,
}

impl Scope {
    fn covers(&self, name: &str) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|word| word == name),
            Self::All => true,
        }
    }
}

/// One word of a command's path, and what is at that path.
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

    /// The node at this path. Missing nodes on the way are added.
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

/// The whole command `orc`, with flags where the scope asks for them.
#[must_use]
pub fn root(scope: &Scope) -> Command {
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
        .args(flags::connection(&[]));
    root.subcommands(tree.children.iter().map(|child| command(child, scope, "")))
}

/// The whole command with every flag of every command, for completion scripts.
#[must_use]
pub fn whole() -> Command {
    root(&Scope::All)
}

fn command(node: &Node, scope: &Scope, above: &str) -> Command {
    let path = if above.is_empty() { node.name.to_owned() } else { format!("{above} {}", node.name) };
    let mut command = Command::new(node.name).about(about(node, &path)).disable_help_subcommand(true);
    if !scope.covers(node.name) {
        return command;
    }
    if let Some(operation) = node.operation.filter(|_| node.comfort.is_none_or(|comfort| comfort.inherits)) {
        command = command.args(flags::of_operation(operation));
        command = command.after_help(format!("Needs the permission `{}`.", operation.permission));
    }
    if let Some(comfort) = node.comfort {
        command = (comfort.extend)(command);
    }
    if node.operation.is_some() || node.comfort.is_some() {
        let taken: Vec<String> = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
        command = command.args(flags::connection(&taken));
        if !node.children.is_empty() {
            command = command.args_conflicts_with_subcommands(true).subcommand_negates_reqs(true);
        }
    } else {
        command = command.subcommand_required(true).arg_required_else_help(true);
    }
    command.subcommands(node.children.iter().map(|child| self::command(child, scope, &path)))
}

/// The one sentence about a command: its own, or else that of the tag, that of its only child, or the names of its
/// children.
fn about(node: &Node, path: &str) -> String {
    let comfort = node.comfort.map(|comfort| comfort.about);
    let generated = node.operation.map(|operation| operation.summary);
    let tag = TAGS.iter().find(|(name, _)| *name == path).map(|(_, about)| *about);
    let only = || node.children.first().filter(|_| node.children.len() == 1).map(|child| about(child, path));
    let text = comfort.or(generated).or(tag).map(str::to_owned).or_else(only);
    let children = || node.children.iter().map(|child| child.name).collect::<Vec<_>>().join(", ");
    text.unwrap_or_else(|| format!("Commands: {}", children())).trim_end_matches('.').to_owned()
}
