//! What a task's process finds around it, whatever started the server: the list is whole.

use super::process::{Server, binary};
use crate::engine::bench::program;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Prints the umask and the whole environment.
const LOOK: &str = "umask; env -0 | sort -z | tr '\\0' '\\n'";

/// Starts a server the way a person would not expect: by a shell that changes things before.
fn server(folder: &Path, before: &str, environment: &[(&str, &str)]) -> Server {
    let inner = binary();
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("{before}; exec \"$0\" \"$@\"")).arg(inner.get_program()).env_clear();
    command.env("ORC_RUNNER", program("orc-runner")).envs(environment.iter().copied());
    Server::start_as(command, folder, &[])
}

/// Runs a task and gives what it printed.
pub(super) async fn printed(server: &Server, name: &str, run: Value, more: Value) -> String {
    let mut body = json!({"name": name, "run": run});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let post = |path: String, body: Value| async move {
        let answer = server.request(reqwest::Method::POST, &path).json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, 201, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    post("/api/v1/tasks".to_owned(), body).await;
    let made = post(format!("/api/v1/tasks/{name}/runs"), json!({})).await;
    let id = made["id"].as_str().unwrap();
    // The stream ends with the run.
    server.get(&format!("/api/v1/runs/{id}/log/stream")).send().await.unwrap().text().await.unwrap();
    server.get(&format!("/api/v1/runs/{id}/log")).send().await.unwrap().text().await.unwrap()
}

fn shell(line: &str) -> Value {
    json!({"kind": "shell", "line": line})
}

/// Name, value.
fn variables(text: &str) -> Vec<(&str, &str)> {
    text.lines().filter_map(|line| line.split_once('=')).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_is_the_accounts_whatever_the_server_had() {
    let account = orc_runner::account().unwrap();
    for (before, environment) in [
        ("true", vec![]),
        (
            "umask 077; trap '' HUP PIPE",
            vec![("HOME", "/nowhere"), ("USER", "x"), ("PATH", "/bin"), ("SECRET", "1"), ("SHELL", "/bin/zsh")],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = server(folder.path(), before, &environment);
        let text = printed(&server, "look", shell(LOOK), json!({"environment": {"OWN": "yes"}})).await;
        assert!(text.starts_with("0022\n"), "{text}");
        let seen = variables(&text);
        for (name, value) in [
            ("HOME", account.home.as_str()),
            ("USER", &account.name),
            ("LOGNAME", &account.name),
            ("SHELL", "/bin/sh"),
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("OWN", "yes"),
            ("ORC_TASK", "look"),
        ] {
            assert_eq!(seen.iter().find(|(seen, _)| *seen == name).map(|(_, value)| *value), Some(value), "{name}");
        }
        let known = |name: &str| {
            let account = ["HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "LANGUAGE", "PWD", "OWN", "_"];
            account.contains(&name) || name.starts_with("ORC_") || name.starts_with("LC_")
        };
        let strange: Vec<_> = seen.iter().filter(|(name, _)| !known(name)).collect();
        assert!(strange.is_empty(), "{strange:?}");
        assert!(seen.iter().any(|(name, value)| *name == "LANG" && !value.is_empty()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_umask_is_the_tasks_or_the_servers_and_orcs_own_files_stay_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), "umask 022", &[("ORC_TASK_UMASK", "002"), ("ORC_TASK_PATH", "/usr/bin:/bin")]);
    let line = "umask; d=$(mktemp -d); mkdir $d/u; touch $d/f; stat -c %a $d/u $d/f; rm -r $d; echo $PATH";
    assert_eq!(printed(&server, "servers", shell(line), json!({})).await, "0002\n775\n664\n/usr/bin:/bin\n");
    let own = printed(&server, "own", shell(line), json!({"umask": "027"})).await;
    assert_eq!(own, "0027\n750\n640\n/usr/bin:/bin\n");
    let home =
        printed(&server, "home", shell("cd && pwd && git config --global --list >/dev/null; echo $?"), json!({})).await;
    assert!(home.starts_with(&orc_runner::account().unwrap().home), "{home}");
    let logs = std::fs::read_dir(folder.path().join("runs")).unwrap().flatten();
    assert!(logs.map(|log| log.metadata().unwrap().permissions().mode() & 0o077).all(|rights| rights == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_with_line_ends_of_windows_runs_and_saving_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), "true", &[]);
    for (name, text, wanted) in [
        ("crlf", "if true; then\r\n  echo yes\r\nfi\r\n", "yes\n"),
        ("blank", "\u{feff}#!/bin/bash\r\n\r\ncd /tmp\r\npwd\r\n", "/tmp\n"),
    ] {
        let run = json!({"kind": "script", "interpreter": "bash", "text": text});
        let dry = json!({"name": name, "run": run});
        let dry = server.request(reqwest::Method::POST, "/api/v1/tasks?dry_run=true").json(&dry).send().await.unwrap();
        let told: Value = dry.json().await.unwrap();
        assert!(told["mended"].as_array().unwrap().contains(&json!("line_ends")), "{told}");
        assert_eq!(printed(&server, name, run, json!({})).await, wanted, "{name}");
    }
    assert_eq!(printed(&server, "line", shell("cd /tmp\r\npwd\r"), json!({})).await, "/tmp\n");
    let named = json!({"kind": "shell", "line": "echo $SHELL", "shell": "/bin/bash"});
    assert_eq!(printed(&server, "named", named, json!({})).await, "/bin/bash\n");
}
