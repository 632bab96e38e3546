//! Runs schemathesis against the server: nothing undocumented, and no 5xx.
//!
//! Everything is on hold meanwhile, so that no invented command line is ever executed. This is a smoke test; the
//! boundary dictionaries in `server/tests/it` are more precise.

use super::count::Count;
use super::machine;
use super::session::Session;
use crate::command::{self, Answer};
use crate::live::{Scratch, Server};
use serde_json::json;
use std::process::Command;

/// Streams never end. Release would start invented commands. Without token or password the remaining requests would
/// all get 401.
const EXCLUDED: [&str; 6] =
    ["run_log_stream", "event_stream", "system_release", "token_revoke", "session_delete", "session_password_update"];
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// The step.
pub fn run(session: &mut Session) -> Answer<Count> {
    let program = machine::schemathesis(&session.place)?;
    let scratch = Scratch::new("fuzz")?;
    let mut server = Server::prepare(&session.place, "debug", scratch.path())?;
    server.start()?;
    let mut client = server.client();
    client.post("/system/hold", &json!({"reason": "schemathesis"}))?;
    for name in ["one", "two"] {
        client.post("/tasks", &json!({"name": name, "run": {"kind": "command", "program": "true"}}))?;
        client.post(&format!("/tasks/{name}/runs"), &json!({}))?;
    }
    let address = server.address;
    let mut command = Command::new(program);
    command.current_dir(scratch.path()).args(["run", &format!("http://{address}/api/v1/openapi.json")]);
    command.args([
        "--url",
        &format!("http://{address}/api/v1"),
        "-H",
        &format!("Authorization: Bearer {}", server.token),
    ]);
    for name in EXCLUDED {
        command.args(["--exclude-operation-id", name]);
    }
    let examples = if session.full { "100" } else { "10" };
    command.args(["--max-examples", examples, "--phases", "examples,coverage,fuzzing", "--checks", CHECKS]);
    command.args(["--seed", "1", "--generation-database", "none", "--no-color"]).env("NO_COLOR", "1");
    let ran = command::run(&mut command)?;
    let mut count = count(&ran.text);
    if server.log().contains(": panic place=") {
        println!("the server's log has a panic:\n{}", server.log());
        count.failed += 1;
    }
    Ok(count.and(ran.ok))
}

/// One test per operation that was tried. Failures are operations with a fault.
fn count(text: &str) -> Count {
    let number = |line: &str| line.split_whitespace().find_map(|word| word.parse::<usize>().ok()).unwrap_or(0);
    let tested = text.lines().map(str::trim).filter(|line| line.starts_with("Tested: ")).map(number).sum::<usize>();
    let faulty = text.lines().filter(|line| line.starts_with("____") && line.ends_with("____")).count();
    Count { passed: tested.saturating_sub(faulty), failed: faulty.min(tested) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted() {
        let text = "___________ GET /tasks ____________\n\nAPI Operations:\n  Selected: 44/50\n  Tested: 44\n";
        assert_eq!(count(text), Count { passed: 43, failed: 1 });
    }
}
