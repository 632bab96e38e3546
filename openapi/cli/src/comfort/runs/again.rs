//! `orc run rerun`: runs again, with some params edited by name; all others stay as they were.

use clap::{Arg, ArgAction, Command};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::{exit_like, follow, params_of, report_end};
use crate::comfort::command::{Comfort, Context};
use crate::connection::client::{Client, Payload, Request};
use crate::failure::{Failure, Outcome};
use crate::flags::switch;
use crate::output::{self, Columns, Format};
use crate::{contract, request};

/// `orc run rerun`.
pub const RUN_RERUN: Comfort = Comfort {
    path: &["run", "rerun"],
    about: "Run a run again: as it was, with edited params, or by the newest version of its task",
    inherits: true,
    extend,
    run,
};

fn extend(command: Command) -> Command {
    let param = Arg::new("param").short('p').long("param").value_name("NAME=VALUE").action(ArgAction::Append);
    command.mut_arg("params", |arg| arg.hide(true)).args([
        param.help("New value of a param; the others keep theirs. May be repeated"),
        switch("wait", "Wait until the new run has ended and exit with its code"),
        switch("follow", "Print the log until the new run has ended and exit with its code").conflicts_with("wait"),
    ])
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = contract::operation(RUN_RERUN.path)?;
        let client = context.client()?;
        let mut request = request::request(operation, context.matches)?;
        let given: Vec<&String> = context.matches.get_many::<String>("param").into_iter().flatten().collect();
        if let (Some((_, Payload::Json(body))), false) = (&mut request.body, given.is_empty()) {
            let old = client.json(Request::new("GET", request.path.trim_end_matches("/rerun"))).await?;
            let declared = declared(&client, &old, body["newest_version"] == true).await?;
            let base = body["params"].as_object().or_else(|| old["params"].as_object());
            let mut params = base.cloned().unwrap_or_default();
            params.extend(params_of(&declared, &given)?);
            body["params"] = json!(params);
        }
        let run = client.json(request).await?;
        let id = run["id"].as_str().ok_or_else(|| Failure::Failed("the server answered without a run".into()))?;
        if context.is_set("follow") {
            return report_end(&follow::log(&client, id, Vec::new()).await?);
        }
        let waits = context.is_set("wait");
        let run = if waits { follow::end(&client, id).await? } else { run };
        output::print(&run, &Columns::default(), Format::of(context.matches))?;
        if waits { exit_like(&run) } else { Ok(()) }
    }
    .boxed_local()
}

/// The params that the version of the new run declares.
async fn declared(client: &Client, old: &Value, newest: bool) -> Outcome<Value> {
    let task = format!("/tasks/{}", old["task"]["id"].as_str().unwrap_or_default());
    if newest {
        return Ok(client.json(Request::new("GET", task)).await?["params"].take());
    }
    let version = client.json(Request::new("GET", format!("{task}/versions/{}", old["task"]["version"]))).await?;
    Ok(version["definition"]["params"].clone())
}
