//! `crontab -l | orc task import`: shows the tasks that a crontab would become, and saves them with `--yes`.
//!
//! The server saves all lines or none. A line that cannot become a task is reported with its place, and the command
//! fails.

use clap::{Arg, Command, ValueHint};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::comfort::command::{Comfort, Context};
use crate::connection::client::Request;
use crate::failure::{Failure, Outcome};
use crate::flags::{self, switch};
use crate::output::{self, Columns, Format};
use crate::request::input;

/// `orc task import`.
pub const IMPORT: Comfort = Comfort {
    path: &["task", "import"],
    about: "Turn the lines of a crontab into tasks; all are saved or none",
    inherits: false,
    extend,
    run,
};

fn extend(command: Command) -> Command {
    let text = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let file = Arg::new("file").short('f').long("file").value_name("FILE").default_value("-");
    command.args([
        file.value_hint(ValueHint::FilePath).help("The crontab; `-` is stdin"),
        switch("yes", "Save the tasks; without it they are only shown"),
        switch("dry-run", "Only show the tasks (the default)").conflicts_with("yes"),
        text("form", "FORM")
            .value_parser(["user", "system"])
            .help("`system` if each line names a user after the schedule, as in /etc/crontab [default: guessed from the lines]"),
        text("encoding", "NAME").help("Encoding of the file if it is not UTF-8, such as windows-1252 [default: found out]"),
        text("timezone", "ZONE").help("Time zone of lines without CRON_TZ [default: the server's]"),
        text("folder", "FOLDER").help("Folder for the new tasks"),
        text("prefix", "PREFIX").help("Prefix for the name of each task"),
        switch("disabled", "Save the tasks disabled, so that nothing starts them yet"),
        flags::format(),
    ])
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let file = context.text("file").map_or("-", String::as_str);
        let given = |name: &str| context.text(name).cloned();
        let (field, text) = match input::plain(input::bytes(file)?) {
            Ok(text) if given("encoding").is_none() => ("text", text),
            Ok(text) => ("text_base64", input::base64(text.as_bytes())),
            Err(bytes) => ("text_base64", input::base64(&bytes)),
        };
        let mut body = json!({
            "kind": "crontab",
            "form": given("form"),
            "timezone": given("timezone"),
            "folder": given("folder").unwrap_or_default(),
            "prefix": given("prefix").unwrap_or_default(),
            "enabled": !context.is_set("disabled"),
        });
        body[field] = json!(text);
        if let Some(encoding) = given("encoding") {
            body["encoding"] = json!(encoding);
        }
        let request = Request::new("POST", "/tasks/import").with("dry_run", !context.is_set("yes")).json(body);
        let answer = context.client()?.json(request).await?;
        match Format::of(context.matches) {
            Format::Table => output::write(&preview(&answer))?,
            format => {
                let shown = ["line", "definition.name", "words", "warnings"].map(str::to_owned).to_vec();
                output::print(&answer, &Columns { shown, more: Vec::new() }, format)?;
            }
        }
        let problems: Vec<String> = items(&answer, "problems").map(|problem| with_place(file, problem)).collect();
        if problems.is_empty() || answer["saved"] == true { Ok(()) } else { Err(Failure::Failed(problems.join("\n"))) }
    }
    .boxed_local()
}

fn items<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value[member].as_array().into_iter().flatten()
}

/// A problem of the crontab with its place: `crontab:4:3: ...`, or `line 4:3: ...` for stdin.
fn with_place(file: &str, problem: &Value) -> String {
    let file = if file == "-" { "line " } else { &format!("{file}:") };
    let position = problem["position"].as_u64().map(|position| format!(":{position}")).unwrap_or_default();
    format!("{file}{}{position}: {}", problem["line"], problem["message"].as_str().unwrap_or_default())
}

/// The tasks, each with its schedules in words, the next slots and notes; then what was saved, or how to save.
fn preview(answer: &Value) -> String {
    let mut text = String::new();
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let said = |note: &Value| output::text("", note);
    for item in items(answer, "tasks") {
        let words: Vec<String> = items(item, "words").map(text_of).collect();
        let name = text_of(&item["definition"]["name"]);
        text.push_str(&format!("{:>5}  {name}  {}\n", item["line"], words.join("; ")));
        let next: Vec<String> =
            items(item, "next_slots").take(3).map(|slot| text_of(&slot["scheduled_local"])).collect();
        if !next.is_empty() {
            text.push_str(&format!("       next: {}\n", next.join(", ")));
        }
        for warning in items(item, "warnings").map(said) {
            text.push_str(&format!("       note: {warning}\n"));
        }
    }
    for note in items(answer, "notes").map(said) {
        text.push_str(&format!("note: {note}\n"));
    }
    let new = items(answer, "tasks").filter(|item| item["skipped"] != true).count();
    let all = items(answer, "tasks").count();
    let problems = items(answer, "problems").count();
    text.push_str(&match (answer["saved"] == true, problems) {
        (true, _) => format!("Saved {}{}.\n", tasks(new), left_out(all - new)),
        (false, 0) if new == 0 => "There is no task to save.\n".to_owned(),
        (false, 0) => format!("Would save {}{}. Add --yes to save.\n", tasks(new), left_out(all - new)),
        (false, 1) => "Nothing was saved, because 1 line cannot become a task.\n".to_owned(),
        (false, _) => format!("Nothing was saved, because {problems} lines cannot become tasks.\n"),
    });
    text
}

fn tasks(count: usize) -> String {
    if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") }
}

fn left_out(count: usize) -> String {
    if count == 0 { String::new() } else { format!(", {count} left out") }
}
