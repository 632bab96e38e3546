//! `orc task run`, `orc run wait`, `orc run log`: start, wait, follow.
//!
//! Who waits or follows gets the run's result as the exit code: 0 if it succeeded, else the exit code
//! of its last attempt, else 1.

use clap::{Arg, ArgAction, ArgMatches, Command};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Map, Value, json};

use super::{Comfort, Context, follow};
use crate::body::Payload;
use crate::client::{Client, Request};
use crate::failure::{Failure, Outcome};
use crate::output::{self, Columns, Format};
use crate::{commands, execute, request, values};

/// `orc task run`.
pub const TASK_RUN: Comfort =
    Comfort { path: &["task", "run"], about: "Run a task now", keeps: true, extend: extend_run, run: task_run };

/// `orc run wait`.
pub const RUN_WAIT: Comfort = Comfort {
    path: &["run", "wait"],
    about: "Wait until a run has ended; the exit code is the run's",
    keeps: false,
    extend: extend_wait,
    run: wait,
};

/// `orc run log`.
pub const RUN_LOG: Comfort = Comfort {
    path: &["run", "log"],
    about: "Print the log of a run, or follow it",
    keeps: true,
    extend: extend_log,
    run: log,
};

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn extend_run(command: Command) -> Command {
    let param = Arg::new("param").short('p').long("param").value_name("NAME=VALUE").action(ArgAction::Append);
    command.mut_arg("params", |arg| arg.hide(true)).args([
        param.help("Value of a param, read as the kind that the task declares; may be repeated"),
        switch("wait", "Wait for the end; the exit code is the run's"),
        switch("follow", "Print the log until the end; the exit code is the run's").conflicts_with("wait"),
    ])
}

fn extend_wait(command: Command) -> Command {
    let id = commands::operation(&["run", "view"]).and_then(|view| view.arguments.first());
    let run = Arg::new("run").required(true).value_name("RUN").help("Id of the run");
    let run = match id {
        Some(field) => run.value_parser(move |text: &str| values::read(field, text)),
        None => run,
    };
    command.args([run, commands::format()])
}

fn extend_log(command: Command) -> Command {
    let follow = switch("follow", "Print what comes until the run has ended; the exit code is the run's");
    command.arg(follow.short('f').conflicts_with_all(["limit_bytes", "stream", "@output"]))
}

fn task_run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = commands::operation(&["task", "run"]).ok_or_else(gone)?;
        let client = context.client()?;
        let mut request = request::request(operation, context.matches)?;
        let given: Vec<&String> = context.matches.get_many::<String>("param").into_iter().flatten().collect();
        if !given.is_empty() {
            let task = request.path.trim_end_matches("/runs").to_owned();
            let task = client.json(Request::new("GET", task)).await?;
            let params = typed(&task["params"], &given)?;
            if let Some((_, Payload::Json(body))) = &mut request.body {
                let mut all = body["params"].as_object().cloned().unwrap_or_default();
                all.extend(params);
                body["params"] = Value::Object(all);
            }
        }
        let run = client.json(request).await?;
        let id = run["id"].as_str().ok_or_else(|| Failure::Failed("the server started nothing".into()))?;
        if context.is_set("follow") {
            let detail = follow::log(&client, id, Vec::new()).await?;
            return told(&detail);
        }
        if context.is_set("wait") {
            let detail = follow::end(&client, id).await?;
            output::print(&detail["run"], &Columns::default(), Format::of(context.matches))?;
            return ended(&detail);
        }
        output::print(&run, &Columns::default(), Format::of(context.matches))
    }
    .boxed_local()
}

fn gone() -> Failure {
    Failure::Failed("the contract has no such operation any more".into())
}

/// Params from `name=value`, as the kinds that the task declares.
fn typed(declared: &Value, given: &[&String]) -> Outcome<Map<String, Value>> {
    let mut params = Map::new();
    for text in given {
        let (name, value) = values::pair(text).map_err(|error| Failure::Usage(format!("--param {text}: {error}")))?;
        let param = declared.as_array().into_iter().flatten().find(|param| param["name"] == name);
        let kind = param.and_then(|param| param["kind"].as_str()).unwrap_or_default();
        let fault = |what: &str| Failure::Usage(format!("--param {name}: `{value}` is not {what}"));
        let value = match kind {
            "integer" => value.parse::<i64>().map(Value::from).map_err(|_| fault("a whole number"))?,
            "number" => {
                let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
                json!(number.ok_or_else(|| fault("a number"))?)
            }
            "boolean" => value.parse::<bool>().map(Value::from).map_err(|_| fault("true or false"))?,
            "json" => values::document(value).map_err(|_| fault("JSON"))?,
            _ => json!(value),
        };
        params.insert(name.to_owned(), value);
    }
    Ok(params)
}

fn wait(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let id = run_id(context.matches);
        let detail = follow::end(&context.client()?, &id).await?;
        output::print(&detail["run"], &Columns::default(), Format::of(context.matches))?;
        ended(&detail)
    }
    .boxed_local()
}

fn run_id(matches: &ArgMatches) -> String {
    matches.get_one::<Value>("run").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn log(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = commands::operation(&["run", "log"]).ok_or_else(gone)?;
        let client: Client = context.client()?;
        if !context.is_set("follow") {
            return execute::execute(&client, operation, context.matches).await;
        }
        let query = request::request(operation, context.matches)?.query;
        let detail = follow::log(&client, &run_id(context.matches), query).await?;
        told(&detail)
    }
    .boxed_local()
}

/// Says how a followed run ended, and ends like it.
fn told(detail: &Value) -> Outcome<()> {
    let run = &detail["run"];
    let state = run["state"].as_str().unwrap_or_default().replace('_', " ");
    let seconds = run["duration_seconds"].as_f64().map(|seconds| format!(" after {seconds:.1} s")).unwrap_or_default();
    let reason = run["reason"].as_str().filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    output::note(&format!("run {} {state}{seconds}{reason}", run["id"].as_str().unwrap_or_default()));
    ended(detail)
}

/// The run's result as the result of this process.
fn ended(detail: &Value) -> Outcome<()> {
    if detail["run"]["state"] == "succeeded" {
        return Ok(());
    }
    let last = detail["attempts"].as_array().and_then(|attempts| attempts.last());
    let code = last.and_then(|attempt| attempt["exit_code"].as_i64()).and_then(|code| u8::try_from(code).ok());
    Err(Failure::Exit(code.filter(|code| *code != 0).unwrap_or(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_are_read_as_declared() {
        let declared = json!([{"name": "n", "kind": "integer"}, {"name": "yes", "kind": "boolean"},
            {"name": "day", "kind": "choice"}, {"name": "what", "kind": "json"}]);
        let given = ["n=7", "yes=true", "day=1", "what={\"a\": [1]}", "other=2"].map(str::to_owned);
        let params = typed(&declared, &given.iter().collect::<Vec<_>>()).unwrap();
        let expected = json!({"n": 7, "yes": true, "day": "1", "what": {"a": [1]}, "other": "2"});
        assert_eq!(Value::Object(params), expected);
        let wrong = "n=seven".to_owned();
        assert_eq!(typed(&declared, &[&wrong]).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn the_exit_code_is_the_runs() {
        let code = |detail: Value| ended(&detail).map_or_else(|failure| failure.exit_code(), |()| 0);
        assert_eq!(code(json!({"run": {"state": "succeeded"}, "attempts": [{"exit_code": 3}]})), 0);
        assert_eq!(code(json!({"run": {"state": "failed"}, "attempts": [{"exit_code": 9}, {"exit_code": 3}]})), 3);
        assert_eq!(code(json!({"run": {"state": "failed"}, "attempts": [{"exit_code": 0}]})), 1);
        assert_eq!(code(json!({"run": {"state": "failed"}, "attempts": [{"exit_code": 3221225786_i64}]})), 1);
        assert_eq!(code(json!({"run": {"state": "skipped"}, "attempts": []})), 1);
    }
}
