//! `orc slot list`: prints the ledger, and for one task also how the ledger compares with what was due.

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::Value;

use crate::comfort::command::{Comfort, Context};
use crate::connection::client::Request;
use crate::failure::Outcome;
use crate::output::{self, Format};
use crate::{contract, execute};

/// `orc slot list`.
pub const SLOT_LIST: Comfort = Comfort {
    path: &["slot", "list"],
    about: "List the ledger: what became of each due instant, newest first; with --task also the totals",
    inherits: true,
    extend: std::convert::identity,
    run,
};

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = contract::operation(SLOT_LIST.path)?;
        let client = context.client()?;
        execute::execute(&client, operation, context.matches).await?;
        let value = |name: &str| context.matches.get_one::<Value>(name).cloned();
        let (Some(task), Format::Table) = (value("task"), Format::of(context.matches)) else { return Ok(()) };
        let mut request = Request::new("GET", "/slots/summary");
        for (name, value) in [("task", Some(task)), ("from_at", value("from_at")), ("until_at", value("until_at"))] {
            if let Some(text) = value.as_ref().and_then(Value::as_str) {
                request = request.with(name, text);
            }
        }
        output::write(&totals(&client.json(request).await?))
    }
    .boxed_local()
}

/// The totals in one line, followed by a line for each figure that does not add up.
fn totals(summary: &Value) -> String {
    let count = |name: &str| summary[name].as_u64().unwrap_or_default();
    let day = |name: &str| summary[name].as_str().unwrap_or_default().chars().take(16).collect::<String>();
    let parts = ["expected", "ran", "skipped", "missed", "pending"].map(|name| format!("{} {name}", count(name)));
    let period = format!("{}Z to {}Z", day("from_at").replace('T', " "), day("until_at").replace('T', " "));
    let mut text = format!("\n{period}: {}\n", parts.join(", "));
    let wrong = ["unaccounted", "surplus"].map(|name| (name, count(name)));
    for (name, count) in wrong.iter().filter(|(_, count)| *count > 0) {
        text.push_str(&format!("{count} {name}: the ledger does not agree with the schedules\n"));
    }
    text
}
