//! `orc task apply -f tasks.yaml`: creates and updates tasks until the server has what the files say.
//!
//! A file holds one task, a list of tasks, an export (`tasks:` with a list), or several documents of these. Unions may
//! be written as a bare word (`overlap: skip`). The server saves all tasks or none; with `--dry-run` it saves none.

use clap::{Arg, ArgAction, Command, ValueHint};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::comfort::command::{Comfort, Context};
use crate::connection::client::Request;
use crate::contract;
use crate::failure::{Failure, Outcome, Problem};
use crate::flags::{self, switch};
use crate::output::{self, Columns, Format};
use crate::request::{input, unions};
use crate::table::Schema;
use crate::yaml::{self, Node};

/// `orc task apply`.
pub const APPLY: Comfort = Comfort {
    path: &["task", "apply"],
    about: "Create and update tasks from files; all are saved or none",
    inherits: false,
    extend,
    run,
};

fn extend(command: Command) -> Command {
    let file = Arg::new("file").short('f').long("file").value_name("FILE").action(ArgAction::Append);
    command.args([
        file.required(true).value_hint(ValueHint::FilePath).help("YAML or JSON file, `-` for stdin; may be repeated"),
        switch("dry-run", "Show what would change and save nothing"),
        Arg::new("owner").long("owner").value_name("NAME").help("Name under which these tasks are kept"),
        switch("prune", "Delete the tasks last applied with the same --owner that are no longer in the files")
            .requires("owner"),
        switch("yes", "Confirm that --prune may delete more than 10 tasks, or more than 20 % of all"),
        flags::format(),
    ])
}

/// A task of a file, with its place: the file, and the number of the document.
struct Part {
    definition: Value,
    place: String,
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let mut parts = Vec::new();
        for file in context.matches.get_many::<String>("file").into_iter().flatten() {
            parts.extend(read(file)?);
        }
        let tasks: Vec<&Value> = parts.iter().map(|part| &part.definition).collect();
        let mut body = json!({"tasks": tasks, "prune": context.is_set("prune"), "yes": context.is_set("yes")});
        if let Some(owner) = context.text("owner") {
            body["owner"] = json!(owner);
        }
        let request = Request::new("POST", "/tasks/apply").with("dry_run", context.is_set("dry-run")).json(body);
        let answer = context.client()?.json(request).await.map_err(|failure| with_place(failure, &parts))?;
        let format = Format::of(context.matches);
        if format == Format::Table {
            return output::write(&changes(&answer));
        }
        let columns = Columns { shown: vec!["name".into(), "change".into()], more: Vec::new() };
        output::print(&answer, &columns, format)
    }
    .boxed_local()
}

fn schema() -> Option<&'static Schema> {
    let create = contract::operation(&["task", "create"]).ok()?;
    create.body.as_ref().map(|body| body.schema)
}

fn read(file: &str) -> Outcome<Vec<Part>> {
    let fault = |what: String| Failure::Usage(format!("{file}: {what}"));
    let documents = yaml::nodes(&input::text(file)?).map_err(fault)?;
    let several = documents.len() > 1;
    let mut parts = Vec::new();
    for (index, document) in documents.into_iter().enumerate() {
        let place = if several { format!("{file}, document {}", index + 1) } else { file.to_owned() };
        for node in definitions(document).map_err(|error| Failure::Usage(format!("{place}: {error}")))? {
            let mut definition = yaml::settled(node, schema());
            if !definition.is_object() {
                return Err(Failure::Usage(format!("{place}: a task must be a mapping of fields")));
            }
            if let Some(schema) = schema() {
                let expanded = unions::expand(schema, &mut definition);
                expanded.map_err(|error| Failure::Usage(format!("{place}: {}{error}", label(&definition))))?;
            }
            parts.push(Part { definition, place: place.clone() });
        }
    }
    if parts.is_empty() {
        return Err(fault("there is no task in it".into()));
    }
    Ok(parts)
}

/// The definitions of a document. A mapping with the field `tasks` is an export, because no task has such a field.
fn definitions(document: Node) -> Result<Vec<Node>, String> {
    match document {
        Node::List(definitions) => Ok(definitions),
        Node::Map(fields) if fields.iter().any(|(name, _)| name == "tasks") => {
            let other = fields.iter().find(|(name, _)| name != "tasks").map(|(name, _)| name.clone());
            match (other, fields.into_iter().next()) {
                (Some(other), _) => {
                    Err(format!("`{other}` cannot stand beside `tasks`; owner, prune and yes are given as flags"))
                }
                (None, Some((_, Node::List(definitions)))) => Ok(definitions),
                _ => Err("`tasks` must be a list of tasks".into()),
            }
        }
        one => Ok(vec![one]),
    }
}

/// "task backup: ", as the beginning of a message; empty if the definition has no name.
fn label(definition: &Value) -> String {
    definition["name"].as_str().map(|name| format!("task {name}: ")).unwrap_or_default()
}

/// The same failure, with the file and the task in the place of `/tasks/1`.
fn with_place(failure: Failure, parts: &[Part]) -> Failure {
    let Failure::Problem(problem) = failure else { return failure };
    let fields = problem.fields.into_iter().map(|(pointer, message)| {
        let part = pointer.strip_prefix("/tasks/").and_then(|rest| {
            let (index, inner) = rest.split_once('/').unwrap_or((rest, ""));
            Some((parts.get(index.parse::<usize>().ok()?)?, inner))
        });
        match part {
            Some((part, inner)) => (format!("{}: {}/{inner}", part.place, label(&part.definition)), message),
            None => (pointer, message),
        }
    });
    Failure::Problem(Box::new(Problem { fields: fields.collect(), ..*problem }))
}

/// What changed, one line for each task, then the counts.
fn changes(answer: &Value) -> String {
    let style = output::Style::of_stdout();
    let mut text = String::new();
    let mut counts = [("created", 0), ("updated", 0), ("unchanged", 0), ("deleted", 0)];
    for item in answer["items"].as_array().into_iter().flatten() {
        let change = item["change"].as_str().unwrap_or_default();
        counts.iter_mut().filter(|(name, _)| *name == change).for_each(|(_, count)| *count += 1);
        text.push_str(&format!(
            "{} {}\n",
            style.state(&format!("{change:<9}"), change),
            item["name"].as_str().unwrap_or_default()
        ));
        for mend in item["mended"].as_array().into_iter().flatten() {
            text.push_str(&format!("            mended: {}\n", mend.as_str().unwrap_or_default().replace('_', " ")));
        }
        if change == "updated" {
            for difference in item["differences"].as_array().into_iter().flatten() {
                let pointer = difference["pointer"].as_str().unwrap_or_default();
                text.push_str(&format!("            {pointer}: {} -> {}\n", difference["before"], difference["after"]));
            }
        }
    }
    let sum: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let saved = if answer["dry_run"] == true { " (dry run: nothing was saved)" } else { "" };
    text + &sum.join(", ") + saved + "\n"
}
