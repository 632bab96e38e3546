//! Local commands on the data folder: people, copies, checks, with and without a server that holds the folder.

use super::process::{Server, binary, client};
use crate::kit::answered;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

fn local(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = binary();
    command.arg("--data-dir").arg(folder).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

async fn logs_in(url: &str, name: &str, password: &str) -> u16 {
    let body = json!({"name": name, "password": password});
    let request = client().post(format!("{url}/api/v1/session")).header("origin", url).json(&body);
    answered(request).await.status
}

#[tokio::test]
async fn people_are_made_without_a_server_and_through_a_running_one() {
    let folder = tempfile::tempdir().unwrap();
    let made = local(folder.path(), &["user", "create", "anna", "--password-stdin"], "correct horse 1\n");
    assert!(made.status.success(), "{}", said(&made));
    let short = local(folder.path(), &["user", "create", "bert", "--role", "viewer", "--password-stdin"], "short\n");
    assert!(!short.status.success() && said(&short).contains("/password"), "{}", said(&short));
    let server = Server::start(folder.path());
    assert_eq!(logs_in(&server.url, "anna", "correct horse 1").await, 201);
    let changed = local(folder.path(), &["user", "password", "anna", "--password-stdin"], "correct horse 2\n");
    assert!(changed.status.success(), "{}", said(&changed));
    assert_eq!(logs_in(&server.url, "anna", "correct horse 1").await, 401);
    assert_eq!(logs_in(&server.url, "anna", "correct horse 2").await, 201);
    let token = local(folder.path(), &["token", "create", "--name", "ci", "--role", "viewer", "--days", "1"], "");
    assert!(token.status.success(), "{}", said(&token));
    let text = String::from_utf8(token.stdout).unwrap();
    let request = client().get(format!("{}/api/v1/system", server.url)).bearer_auth(text.trim());
    assert_eq!(answered(request).await.status, 200);
    assert!(said(&local(folder.path(), &["user", "list"], "")).contains("anna"));
    let gone = local(folder.path(), &["user", "delete", "nobody"], "");
    assert!(!gone.status.success(), "{}", said(&gone));
}

#[test]
fn a_copy_is_taken_and_put_back_and_rubbish_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let data = folder.path().join("data");
    let run = |arguments: &[&str], stdin: &str| local(&data, arguments, stdin);
    assert!(run(&["migrate"], "").status.success());
    assert!(run(&["user", "create", "anna", "--password-stdin"], "correct horse 1\n").status.success());
    let taken = run(&["backup", copy.to_str().unwrap()], "");
    assert!(taken.status.success(), "{}", said(&taken));
    assert!(run(&["user", "create", "bert", "--password-stdin"], "correct horse 1\n").status.success());
    let rubbish = folder.path().join("rubbish.db");
    std::fs::write(&rubbish, "this is no database").unwrap();
    let refused = run(&["restore", rubbish.to_str().unwrap()], "");
    assert!(!refused.status.success() && said(&refused).contains("nothing was changed"), "{}", said(&refused));
    assert!(said(&run(&["user", "list"], "")).contains("bert"));
    let restored = run(&["restore", copy.to_str().unwrap()], "");
    assert!(restored.status.success(), "{}", said(&restored));
    let people = said(&run(&["user", "list"], ""));
    assert!(people.contains("anna") && !people.contains("bert"), "{people}");
    let checked = run(&["doctor"], "");
    assert!(checked.status.success() && said(&checked).contains("no damage found"), "{}", said(&checked));
}
