//! Every operation of the contract is a command, and its help says what the contract says.

use serde_json::Value;

use crate::kit::golden;
use crate::kit::orc::Orc;
use crate::kit::sample::{Extent, ID, content, operations, sample};
use crate::kit::stub::Stub;

/// The command line of an operation with everything that is required. The body comes from `body.json`.
fn arguments(id: &str, operation: &'static Value) -> Vec<String> {
    let mut line: Vec<String> = id.split('_').map(str::to_owned).collect();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let value = match parameter["schema"]["type"].as_str() {
            Some("integer") => "3".to_owned(),
            _ if parameter["schema"]["format"] == "uuid" => ID.to_owned(),
            _ if parameter["schema"]["format"] == "date" => "2026-12-01".to_owned(),
            _ if parameter["schema"]["format"] == "date-time" => "2026-12-01T02:00:00Z".to_owned(),
            _ => "some-name".to_owned(),
        };
        if parameter["in"] == "path" {
            line.push(value);
        } else if parameter["in"] == "query" && parameter["required"] == true {
            let name = parameter["name"].as_str().unwrap().replace('_', "-");
            line.extend([format!("--{name}"), value]);
        }
    }
    if content(&operation["requestBody"]).is_some() {
        line.extend(["-f", "body.json"].map(str::to_owned));
    }
    line
}

#[test]
fn every_operation_is_a_command() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    for (id, _, _, operation) in operations() {
        let mut body =
            content(&operation["requestBody"]).map(|(_, schema)| sample(schema, Extent::Required)).unwrap_or_default();
        if id == "task_apply" {
            body = body["tasks"].take();
        }
        orc.file("body.json", &body.to_string());
        let line = arguments(id, operation);
        let ran = orc.args(&line.iter().map(String::as_str).collect::<Vec<_>>(), "").ok();
        assert_eq!(stub.last().operation, id, "{line:?}");
        assert_eq!(stub.last().header("authorization"), Some("Bearer orc_test_secret"));
        let answered = operation["responses"].as_object().unwrap().values().any(|answer| content(answer).is_some());
        assert_eq!(!ran.stdout.is_empty(), answered, "{id} prints its answer: {ran:?}");
    }
}

#[test]
fn every_operation_has_help() {
    let orc = Orc::alone();
    for (id, _, _, operation) in operations() {
        let line = format!("{} --help", id.replace('_', " "));
        let help = orc.run(&line).ok().stdout;
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let shown = if parameter["in"] == "path" {
                format!("<{}>", name.to_uppercase())
            } else {
                format!("--{}", name.replace('_', "-").to_lowercase())
            };
            assert!(help.contains(&shown), "{line} does not show {shown}");
        }
    }
}

#[test]
fn help_is_as_it_was() {
    let orc = Orc::alone();
    golden::check("help/orc", &orc.run("--help").ok().stdout);
    for line in [
        "task",
        "task list",
        "task create",
        "task patch",
        "task apply",
        "task run",
        "run log",
        "run wait",
        "schedule preview",
        "login",
        "api",
    ] {
        golden::check(&format!("help/{}", line.replace(' ', "_")), &orc.run(&format!("{line} --help")).ok().stdout);
    }
}

#[test]
fn completion_scripts_know_the_commands() {
    let orc = Orc::alone();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = orc.run(&format!("completion {shell}")).ok().stdout;
        assert!(script.contains("dry-run") && script.contains("version"), "{shell}");
    }
}
