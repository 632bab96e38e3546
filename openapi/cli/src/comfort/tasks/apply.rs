//! `orc task apply -f tasks.yaml`: makes the server's tasks what the files say.
//!
//! A file holds one task, a list of tasks, `tasks:` with a list (an export), or many documents of these. Bare words stand for unions
//! (`overlap: skip`). All or none is saved; with `--dry-run` none is.

use clap::{Arg, ArgAction, Command, ValueHint};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::{Comfort, Context};
use crate::client::Request;
use crate::commands;
use crate::failure::{Failure, Outcome, Problem};
use crate::output::{self, Columns, Format};
use crate::table::Schema;
use crate::{body, unions, values};

/// `orc task apply`.
pub const APPLY: Comfort = Comfort {
    path: &["task", "apply"],
    about: "Create and update tasks from files, all or none",
    keeps: false,
    extend,
    run,
};

fn extend(command: Command) -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let file = Arg::new("file").short('f').long("file").value_name("FILE").action(ArgAction::Append);
    command.args([
        file.required(true)
            .value_hint(ValueHint::FilePath)
            .help("File with YAML or JSON, `-` for stdin; may be repeated"),
        switch("dry-run").help("Show what would change, save nothing"),
        Arg::new("owner").long("owner").value_name("NAME").help("Name of whoever keeps these definitions"),
        switch("prune")
            .requires("owner")
            .help("Delete tasks last applied by the same owner and no longer in the files"),
        switch("yes").help("Confirm a prune of more than 10 tasks or 20 %"),
        commands::format(),
    ])
}

/// A task of a file, and where it stands.
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
        let answer = context.client()?.json(request).await.map_err(|failure| placed(failure, &parts))?;
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
    let create = commands::operation(&["task", "create"])?;
    create.body.as_ref().map(|body| body.schema)
}

fn read(file: &str) -> Outcome<Vec<Part>> {
    let fault = |what: String| Failure::Usage(format!("{file}: {what}"));
    let documents = values::documents(&body::read(file)?).map_err(fault)?;
    let several = documents.len() > 1;
    let mut parts = Vec::new();
    for (index, document) in documents.into_iter().enumerate() {
        let place = if several { format!("{file}, document {}", index + 1) } else { file.to_owned() };
        for mut definition in definitions(document).map_err(|error| Failure::Usage(format!("{place}: {error}")))? {
            if !definition.is_object() {
                return Err(Failure::Usage(format!("{place}: a task is a mapping of fields")));
            }
            if let Some(schema) = schema() {
                let expanded = unions::expand(schema, &mut definition);
                expanded.map_err(|error| Failure::Usage(format!("{place}: {}{error}", called(&definition))))?;
            }
            parts.push(Part { definition, place: place.clone() });
        }
    }
    if parts.is_empty() {
        return Err(fault("holds no task".into()));
    }
    Ok(parts)
}

/// The definitions of a document; no task has a field `tasks`.
fn definitions(document: Value) -> Result<Vec<Value>, String> {
    match document {
        Value::Array(definitions) => Ok(definitions),
        Value::Object(mut fields) if fields.contains_key("tasks") => {
            match (fields.remove("tasks"), fields.keys().next()) {
                (Some(Value::Array(definitions)), None) => Ok(definitions),
                (_, Some(other)) => {
                    Err(format!("`{other}` cannot stand beside `tasks`; owner, prune and yes are flags"))
                }
                _ => Err("`tasks` is a list of tasks".into()),
            }
        }
        one => Ok(vec![one]),
    }
}

fn called(definition: &Value) -> String {
    definition["name"].as_str().map(|name| format!("task {name}: ")).unwrap_or_default()
}

/// The same failure, saying which task of which file a pointer means.
fn placed(failure: Failure, parts: &[Part]) -> Failure {
    let Failure::Problem(problem) = failure else { return failure };
    let fields = problem.fields.into_iter().map(|(pointer, message)| {
        let part = pointer.strip_prefix("/tasks/").and_then(|rest| {
            let (index, inner) = rest.split_once('/').unwrap_or((rest, ""));
            Some((parts.get(index.parse::<usize>().ok()?)?, inner))
        });
        match part {
            Some((part, inner)) => (format!("{}: {}/{inner}", part.place, called(&part.definition)), message),
            None => (pointer, message),
        }
    });
    Failure::Problem(Box::new(Problem { fields: fields.collect(), ..*problem }))
}

/// What changed, task by task, and the sum.
fn changes(answer: &Value) -> String {
    let looks = output::Looks::of_stdout();
    let mut text = String::new();
    let mut counts = [("created", 0), ("updated", 0), ("unchanged", 0), ("deleted", 0)];
    for item in answer["items"].as_array().into_iter().flatten() {
        let change = item["change"].as_str().unwrap_or_default();
        counts.iter_mut().filter(|(name, _)| *name == change).for_each(|(_, count)| *count += 1);
        text.push_str(&format!(
            "{} {}\n",
            looks.state(&format!("{change:<9}"), change),
            item["name"].as_str().unwrap_or_default()
        ));
        if change == "updated" {
            for difference in item["differences"].as_array().into_iter().flatten() {
                let pointer = difference["pointer"].as_str().unwrap_or_default();
                text.push_str(&format!("            {pointer}: {} -> {}\n", difference["before"], difference["after"]));
            }
        }
    }
    let sum: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let saved = if answer["dry_run"] == true { " (dry run: nothing is saved)" } else { "" };
    text + &sum.join(", ") + saved + "\n"
}
