//! `orc attention`: what is wrong now, each with its newest log lines and with what to do next.

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::Value;

use crate::comfort::command::{Comfort, Context};
use crate::connection::client::{Client, Request};
use crate::failure::Outcome;
use crate::flags;
use crate::output::{self, Columns, Format};

/// `orc attention`.
pub const ATTENTION: Comfort = Comfort {
    path: &["attention"],
    about: "Show what is wrong now: incidents that are not over, newest first, with the last lines of each log",
    inherits: false,
    extend: |command| command.arg(flags::format()),
    run,
};

/// Number of last lines of a log that are shown.
const LINES: usize = 5;

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let client = context.client()?;
        let request = Request::new("GET", "/incidents").with("state", "open,acknowledged").with("limit", "100");
        let found = client.json(request).await?;
        let format = Format::of(context.matches);
        if format != Format::Table {
            return output::print(&found, &Columns::default(), format);
        }
        let incidents = found["items"].as_array().cloned().unwrap_or_default();
        if incidents.is_empty() {
            return output::write("Nothing is wrong.\n");
        }
        for incident in &incidents {
            output::write(&text(incident, &last_lines(&client, incident).await))?;
        }
        if !found["next_cursor"].is_null() {
            output::write("There are more: orc incident list --state open,acknowledged --all\n")?;
        }
        Ok(())
    }
    .boxed_local()
}

/// The last lines of the newest run's log. A log that cannot be read has none: what is wrong is shown all the same.
async fn last_lines(client: &Client, incident: &Value) -> Vec<String> {
    let Some(run) = incident["last_run"].as_str() else { return Vec::new() };
    let Ok(compared) = client.json(Request::new("GET", format!("/runs/{run}/changes"))).await else {
        return Vec::new();
    };
    let all = compared["run"]["log_tail"].as_array().cloned().unwrap_or_default();
    let last = all.iter().skip(all.len().saturating_sub(LINES));
    last.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(incident: &Value, lines: &[String]) -> String {
    let field = |name: &str| incident[name].as_str().unwrap_or_default();
    let reason = output::text("", &incident["reason"]);
    let since = field("opened_at").chars().take(16).collect::<String>().replace('T', " ");
    let runs = match incident["run_count"].as_u64().unwrap_or_default() {
        0 => String::new(),
        1 => "1 run ".to_owned(),
        count => format!("{count} runs "),
    };
    let about = if field("task").is_empty() { format!("server, {}", field("part")) } else { field("task").to_owned() };
    let care = match field("acknowledged_by") {
        "" => "nobody takes care of it".to_owned(),
        by if field("note").is_empty() => format!("{by} takes care of it"),
        by => format!("{by} takes care of it: {}", field("note")),
    };
    let mut text = format!("{about}: {}, {runs}since {since}Z, {care}\n", field("kind"));
    if !reason.is_empty() && reason != "-" {
        text.push_str(&format!("  {reason}\n"));
    }
    for line in lines {
        text.push_str(&format!("  | {line}\n"));
    }
    if field("acknowledged_by").is_empty() {
        text.push_str(&format!("  orc incident acknowledge {}\n", field("id")));
    }
    text
}
