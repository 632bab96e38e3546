//! `orc run changes`: what differs between a run and the last one that worked, as two tables and the ends of both logs.

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::comfort::command::{Comfort, Context};
use crate::failure::Outcome;
use crate::output::{self, Columns, Format};
use crate::{contract, request};

/// `orc run changes`.
pub const RUN_CHANGES: Comfort = Comfort {
    path: &["run", "changes"],
    about: "Show what changed since the task last worked: a run beside the newest one before it that succeeded",
    inherits: true,
    extend: std::convert::identity,
    run,
};

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = contract::operation(RUN_CHANGES.path)?;
        let request = request::request(operation, context.matches)?;
        let compared = context.client()?.json(request).await?;
        match Format::of(context.matches) {
            Format::Table => output::write(&text(&compared)),
            format => output::print(&compared, &Columns::default(), format),
        }
    }
    .boxed_local()
}

fn text(compared: &Value) -> String {
    let (run, before) = (&compared["run"], &compared["before"]);
    let list = |name: &str| compared[name].as_array().cloned().unwrap_or_default();
    let mut out = String::new();
    if !before.is_null() {
        out.push_str(&output::table(&ends(before, run), &["what", "before", "now"]));
        out.push('\n');
        out.push_str(&match list("changes") {
            changes if changes.is_empty() => "Nothing else differs.\n".to_owned(),
            changes => output::table(&changes, &["part", "name", "before", "after"]),
        });
    }
    for problem in list("problems") {
        out.push_str(&format!("{}\n", output::text("", &problem)));
    }
    for (title, side) in [("The log before ended with", before), ("The log now ends with", run)] {
        let lines: Vec<&str> = side["log_tail"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !lines.is_empty() {
            out.push_str(&format!("\n{title}\n  {}\n", lines.join("\n  ")));
        }
    }
    out
}

/// How both runs ended, a row for each fact that one of them has.
fn ends(before: &Value, run: &Value) -> Vec<Value> {
    let facts = [
        ("run", "id"),
        ("created", "created_at"),
        ("state", "state"),
        ("reason", "reason"),
        ("exit code", "exit_code"),
        ("signal", "signal"),
        ("duration", "duration_seconds"),
        ("attempts", "attempt_count"),
        ("version", "version"),
        ("result", "result"),
    ];
    let shown = |name: &str, value: &Value| output::text(name, value);
    let row = |what: &str, before: String, now: String| json!({"what": what, "before": before, "now": now});
    let rows = facts.iter().filter(|(_, name)| !(before[*name].is_null() && run[*name].is_null()));
    let rows = rows.map(|(what, name)| row(what, shown(name, &before[*name]), shown(name, &run[*name])));
    let log = |side: &Value| shown("bytes", &side["log"]["bytes"]);
    rows.chain([row("log", log(before), log(run))]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(state: &str, tail: &[&str]) -> Value {
        json!({"id": "r", "state": state, "created_at": "2026-12-01T02:00:00Z", "duration_seconds": 2.0, "version": 3,
            "log": {"bytes": 4096}, "log_tail": tail})
    }

    #[test]
    fn both_runs_stand_beside_each_other() {
        let changes = json!([{"part": "definition", "name": "/run/line", "before": "true", "after": "false"}]);
        let compared = json!({"run": side("failed", &["sorry"]), "before": side("succeeded", &[]), "changes": changes});
        let text = text(&compared);
        for part in
            ["state     succeeded             failed", "log       4 KB", "/run/line  true", "ends with\n  sorry\n"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn without_an_earlier_run_the_reason_is_shown() {
        let problems = json!([{"code": "never_worked", "args": {}, "text": "no earlier run succeeded"}]);
        let compared = json!({"run": side("failed", &[]), "before": null, "changes": [], "problems": problems});
        assert_eq!(text(&compared), "no earlier run succeeded\n");
    }
}
