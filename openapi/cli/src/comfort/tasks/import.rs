//! `crontab -l | orc task import`: shows the tasks that a crontab makes; with `--yes` saves them.
//!
//! All lines are saved or none. Lines that cannot become tasks are named with their place, and make the command fail.

use clap::{Arg, ArgAction, Command, ValueHint};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::{Comfort, Context};
use crate::client::Request;
use crate::failure::{Failure, Outcome};
use crate::output::{self, Columns, Format};
use crate::{body, commands};

/// `orc task import`.
pub const IMPORT: Comfort = Comfort {
    path: &["task", "import"],
    about: "Make tasks of a crontab, all lines or none",
    keeps: false,
    extend,
    run,
};

fn extend(command: Command) -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let text = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let file = Arg::new("file").short('f').long("file").value_name("FILE").default_value("-");
    command.args([
        file.value_hint(ValueHint::FilePath).help("The crontab, `-` for stdin"),
        switch("yes").help("Save the tasks; without it they are only shown"),
        switch("dry-run").conflicts_with("yes").help("Only show the tasks (the default)"),
        text("form", "FORM")
            .value_parser(["user", "system"])
            .help("Whether a user stands after each schedule [default: guessed]"),
        text("timezone", "ZONE").help("Zone of lines without CRON_TZ [default: the server's]"),
        text("folder", "FOLDER").help("Folder of the tasks"),
        text("prefix", "PREFIX").help("Put in front of each task's name"),
        switch("disabled").help("Save the tasks disabled"),
        commands::format(),
    ])
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let file = context.text("file").map_or("-", String::as_str);
        let given = |name: &str| context.text(name).cloned();
        let body = json!({
            "kind": "crontab",
            "text": body::read(file)?,
            "form": given("form"),
            "timezone": given("timezone"),
            "folder": given("folder").unwrap_or_default(),
            "prefix": given("prefix").unwrap_or_default(),
            "enabled": !context.is_set("disabled"),
        });
        let request = Request::new("POST", "/tasks/import").with("dry_run", !context.is_set("yes")).json(body);
        let answer = context.client()?.json(request).await?;
        match Format::of(context.matches) {
            Format::Table => output::write(&preview(&answer))?,
            format => {
                let shown = ["line", "definition.name", "words", "warnings"].map(str::to_owned).to_vec();
                output::print(&answer, &Columns { shown, more: Vec::new() }, format)?;
            }
        }
        let problems: Vec<String> = items(&answer, "problems").map(|problem| placed(file, problem)).collect();
        if problems.is_empty() || answer["saved"] == true { Ok(()) } else { Err(Failure::Failed(problems.join("\n"))) }
    }
    .boxed_local()
}

fn items<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value[member].as_array().into_iter().flatten()
}

fn placed(file: &str, problem: &Value) -> String {
    let file = if file == "-" { "line " } else { &format!("{file}:") };
    let position = problem["position"].as_u64().map(|position| format!(":{position}")).unwrap_or_default();
    format!("{file}{}{position}: {}", problem["line"], problem["message"].as_str().unwrap_or_default())
}

/// The tasks, each with words, next slots and warnings, and what comes next.
fn preview(answer: &Value) -> String {
    let mut text = String::new();
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for item in items(answer, "tasks") {
        let words: Vec<String> = items(item, "words").map(text_of).collect();
        let name = text_of(&item["definition"]["name"]);
        text.push_str(&format!("{:>5}  {name}  {}\n", item["line"], words.join("; ")));
        let next: Vec<String> =
            items(item, "next_slots").take(3).map(|slot| text_of(&slot["scheduled_local"])).collect();
        if !next.is_empty() {
            text.push_str(&format!("       next: {}\n", next.join(", ")));
        }
        for warning in items(item, "warnings").map(text_of) {
            text.push_str(&format!("       note: {warning}\n"));
        }
    }
    for note in items(answer, "notes").map(text_of) {
        text.push_str(&format!("note: {note}\n"));
    }
    let made = items(answer, "tasks").filter(|item| item["skipped"] != true).count();
    let all = items(answer, "tasks").count();
    let problems = items(answer, "problems").count();
    text.push_str(&match (answer["saved"] == true, problems) {
        (true, _) => format!("{made} saved, {} left out\n", all - made),
        (false, 0) if made == 0 => "nothing to save\n".to_owned(),
        (false, 0) => format!("{made} would be saved, {} left out; nothing is saved without --yes\n", all - made),
        (false, _) => format!("nothing is saved: {problems} of the lines cannot become tasks\n"),
    });
    text
}
