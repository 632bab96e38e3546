//! `orc task run`, `orc run wait`, `orc run log`: starts a run, waits for it, follows it.
//!
//! A command that waits or follows exits with the result of the run: 0 if the run succeeded, else the exit code of its
//! last attempt, else 1. Deliberately absent: reconnecting, which is in `follow`. Start reading at `task_run`.

mod again;
mod changes;
mod follow;

pub use again::RUN_RERUN;
pub use changes::RUN_CHANGES;

use clap::{Arg, ArgAction, ArgMatches, Command};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Map, Number, Value, json};

use crate::comfort::command::{Comfort, Context};
use crate::connection::client::{Client, Payload, Request};
use crate::failure::{Failure, Outcome};
use crate::flags::{self, switch};
use crate::output::{self, Columns, Format};
use crate::request::{self, values};
use crate::{contract, execute, yaml};

/// `orc task run`.
pub const TASK_RUN: Comfort =
    Comfort { path: &["task", "run"], about: "Run a task now", inherits: true, extend: extend_run, run: task_run };

/// `orc run wait`.
pub const RUN_WAIT: Comfort = Comfort {
    path: &["run", "wait"],
    about: "Wait until a run has ended and exit with its code",
    inherits: false,
    extend: extend_wait,
    run: wait,
};

/// `orc run log`.
pub const RUN_LOG: Comfort = Comfort {
    path: &["run", "log"],
    about: "Print the log of a run, or follow it to the end",
    inherits: true,
    extend: extend_log,
    run: log,
};

fn extend_run(command: Command) -> Command {
    let param = Arg::new("param").short('p').long("param").value_name("NAME=VALUE").action(ArgAction::Append);
    command.mut_arg("params", |arg| arg.hide(true)).args([
        param.help("Value of a param, of the kind that the task declares; may be repeated"),
        switch("wait", "Wait until the run has ended and exit with its code"),
        switch("follow", "Print the log until the run has ended and exit with its code").conflicts_with("wait"),
    ])
}

fn extend_wait(command: Command) -> Command {
    let id = contract::operation(&["run", "view"]).ok().and_then(|view| view.arguments.first());
    let run = Arg::new("run").required(true).value_name("RUN").help("Id of the run");
    let run = match id {
        Some(field) => run.value_parser(move |text: &str| values::read(field, text)),
        None => run,
    };
    command.args([run, flags::format()])
}

fn extend_log(command: Command) -> Command {
    let follow = switch("follow", "Keep printing until the run has ended, then exit with its code");
    command.arg(follow.short('f').conflicts_with_all(["limit_bytes", "stream", "@output"]))
}

fn task_run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = contract::operation(TASK_RUN.path)?;
        let client = context.client()?;
        let mut request = request::request(operation, context.matches)?;
        let given: Vec<&String> = context.matches.get_many::<String>("param").into_iter().flatten().collect();
        if !given.is_empty() {
            let task = request.path.trim_end_matches("/runs").to_owned();
            let task = client.json(Request::new("GET", task)).await?;
            let params = params_of(&task["params"], &given)?;
            if let Some((_, Payload::Json(body))) = &mut request.body {
                let mut all = body["params"].as_object().cloned().unwrap_or_default();
                all.extend(params);
                body["params"] = Value::Object(all);
            }
        }
        let run = client.json(request).await?;
        let id = run["id"].as_str().ok_or_else(|| Failure::Failed("the server answered without a run".into()))?;
        if context.is_set("follow") {
            let run = follow::log(&client, id, Vec::new()).await?;
            return report_end(&run);
        }
        if context.is_set("wait") {
            let run = follow::end(&client, id).await?;
            output::print(&run, &Columns::default(), Format::of(context.matches))?;
            return exit_like(&run);
        }
        output::print(&run, &Columns::default(), Format::of(context.matches))
    }
    .boxed_local()
}

/// Params from `name=value`, each of the kind that the task declares.
fn params_of(declared: &Value, given: &[&String]) -> Outcome<Map<String, Value>> {
    let mut params = Map::new();
    for text in given {
        let (name, value) = values::pair(text).map_err(|error| Failure::Usage(format!("--param {text}: {error}")))?;
        let param = declared.as_array().into_iter().flatten().find(|param| param["name"] == name);
        let kind = param.and_then(|param| param["kind"].as_str()).unwrap_or_default();
        let fault = |what: &str| Failure::Usage(format!("--param {name}: `{value}` is not {what}"));
        let value = match kind {
            "integer" => {
                let other = || value.parse().ok().and_then(Number::from_i128);
                Value::Number(digits(value).or_else(other).ok_or_else(|| fault("a whole number"))?)
            }
            "number" => {
                let other = || value.parse().ok().and_then(Number::from_f64);
                Value::Number(digits(value).or_else(other).ok_or_else(|| fault("a number"))?)
            }
            "boolean" => value.parse::<bool>().map(Value::from).map_err(|_| fault("true or false"))?,
            "json" => yaml::document(value).map_err(|_| fault("JSON"))?,
            _ => json!(value),
        };
        params.insert(name.to_owned(), value);
    }
    Ok(params)
}

/// A number with the digits that are written. Other spellings than those of JSON (`+5`, `.5`, `007`) have none.
fn digits(text: &str) -> Option<Number> {
    serde_json::from_str(text).ok()
}

fn wait(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let id = run_id(context.matches);
        let run = follow::end(&context.client()?, &id).await?;
        output::print(&run, &Columns::default(), Format::of(context.matches))?;
        exit_like(&run)
    }
    .boxed_local()
}

fn run_id(matches: &ArgMatches) -> String {
    matches.get_one::<Value>("run").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn log(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = contract::operation(RUN_LOG.path)?;
        let client: Client = context.client()?;
        if !context.is_set("follow") {
            return execute::execute(&client, operation, context.matches).await;
        }
        let query = request::request(operation, context.matches)?.query;
        let run = follow::log(&client, &run_id(context.matches), query).await?;
        report_end(&run)
    }
    .boxed_local()
}

/// Says how the run ended, then exits like it.
fn report_end(run: &Value) -> Outcome<()> {
    let state = run["state"].as_str().unwrap_or_default().replace('_', " ");
    let seconds = run["duration_seconds"].as_f64().map(|seconds| format!(" after {seconds:.1} s")).unwrap_or_default();
    let given = run["reason"]["text"].as_str();
    let reason = given.map(|reason| format!(": {reason}")).unwrap_or_default();
    output::note(&format!("run {} {state}{seconds}{reason}", run["id"].as_str().unwrap_or_default()));
    exit_like(run)
}

/// The result of the run as the result of this process.
fn exit_like(run: &Value) -> Outcome<()> {
    if run["state"] == "succeeded" {
        return Ok(());
    }
    let last = run["attempts"].as_array().and_then(|attempts| attempts.last());
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
        let params = params_of(&declared, &given.iter().collect::<Vec<_>>()).unwrap();
        let expected = json!({"n": 7, "yes": true, "day": "1", "what": {"a": [1]}, "other": "2"});
        assert_eq!(Value::Object(params), expected);
        let wrong = "n=seven".to_owned();
        assert_eq!(params_of(&declared, &[&wrong]).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn numbers_of_params_keep_their_digits() {
        let declared = json!([{"name": "n", "kind": "integer"}, {"name": "r", "kind": "number"},
            {"name": "j", "kind": "json"}, {"name": "s", "kind": "string"}]);
        for (given, wanted) in [
            ("n=18446744073709551615", "18446744073709551615"),
            ("n=-9223372036854775808", "-9223372036854775808"),
            ("n=1.0", "1.0"),
            ("n=007", "7"),
            ("r=1.50", "1.50"),
            ("r=0.10000000000000000000001", "0.10000000000000000000001"),
            ("r=.5", "0.5"),
            ("j={big: 123456789012345678901234567890}", "{\"big\":123456789012345678901234567890}"),
            ("s=0755", "\"0755\""),
        ] {
            let params = params_of(&declared, &[&given.to_owned()]).unwrap();
            assert_eq!(params.values().next().unwrap().to_string(), wanted, "{given}");
        }
        for wrong in ["n=seven", "n=", "r=NaN", "r=inf"] {
            assert_eq!(params_of(&declared, &[&wrong.to_owned()]).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }

    #[test]
    fn the_exit_code_is_the_runs() {
        let code = |run: Value| exit_like(&run).map_or_else(|failure| failure.exit_code(), |()| 0);
        assert_eq!(code(json!({"state": "succeeded", "attempts": [{"exit_code": 3}]})), 0);
        assert_eq!(code(json!({"state": "failed", "attempts": [{"exit_code": 9}, {"exit_code": 3}]})), 3);
        assert_eq!(code(json!({"state": "failed", "attempts": [{"exit_code": 0}]})), 1);
        assert_eq!(code(json!({"state": "failed", "attempts": [{"exit_code": 3221225786_i64}]})), 1);
        assert_eq!(code(json!({"state": "skipped", "attempts": []})), 1);
    }
}
