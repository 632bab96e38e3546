//! The tasks under which the server is killed, and what was requested.

use serde_json::{Value, json};
use std::path::Path;

/// Number of tasks that fire every second.
pub const TASKS: usize = 5;

/// What was requested of the server, and when.
pub struct Asked {
    /// Ids of the runs that the server acknowledged.
    pub runs: Vec<String>,
    /// Number of requests that died with the server, which may or may not have carried them out.
    pub unanswered: usize,
}

/// Name of one of the tasks.
pub fn task_name(number: usize) -> String {
    format!("chaos-{number}")
}

/// A task that fires every second.
pub fn task(number: usize, witness: &Path) -> Value {
    let more = json!({
        "schedules": [{"kind": "cron", "expression": "* * * * * *", "catch_up": {"kind": "latest"}}],
        "overlap": {"kind": "allow", "max": 50},
        "retry": {"max_attempts": 3, "delay_seconds": 0, "retry_on": ["lost"]},
    });
    script(&task_name(number), witness, &format!("0.{number}"), &more)
}

/// A task that notes its beginning and end, and sleeps for some seconds in between.
pub fn script(name: &str, witness: &Path, seconds: &str, more: &Value) -> Value {
    let note =
        |what: &str| format!("printf '%s %s {what}\\n' \"$ORC_RUN_ID\" \"$ORC_ATTEMPT\" >> '{}'", witness.display());
    let (start, end) = (note("start"), note("end"));
    let line = format!("{start}; sleep {seconds}; echo done; {end}");
    let mut body = json!({"name": name, "run": {"kind": "shell", "line": line}});
    for (key, value) in more.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}
