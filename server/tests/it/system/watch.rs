//! `orc-server watch`: a second machine tells by its own channel when a server is silent, once, and when it is back.

use super::process::{Server, binary, outcome};
use crate::notify::services::Double;
use crate::notify::smtp::Smtp;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::Ordering;

const HUSH: &str = "correct-canary-9f2";

/// A look at a server. Returns its exit code and what it said.
fn look(url: &str, folder: &Path) -> (Option<i32>, String) {
    let mut command = binary();
    command.args(["watch", url, "--once", "--silent-minutes", "0"]);
    outcome(command.arg("--channel").arg(folder.join("channel.json")).arg("--state").arg(folder.join("state.json")))
}

fn channel(folder: &Path, file: &Value) {
    std::fs::write(folder.join("channel.json"), file.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_told_once_and_so_is_its_end() {
    let (folder, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let double = Double::start().await;
    let target = json!({"kind": "webhook", "url": "${credential.hook}"});
    channel(aside.path(), &json!({"target": target, "credentials": {"hook": format!("{}/{HUSH}", double.url)}}));
    let server = Server::start(folder.path());
    let url = server.url.clone();
    assert_eq!(look(&url, aside.path()).0, Some(0));
    server.signal(Signal::KILL);
    server.ended();
    double.refusing.store(true, Ordering::Relaxed);
    let (code, said) = look(&url, aside.path());
    assert_eq!((code, double.count()), (Some(5), 1), "{said}");
    assert!(said.contains("could not be sent") && !said.contains(HUSH), "{said}");
    double.refusing.store(false, Ordering::Relaxed);
    assert_eq!((look(&url, aside.path()).0, double.count()), (Some(1), 2), "what was not told is told");
    let told = double.last().body.to_string();
    assert!(told.contains(&format!("Orc at {url} is silent")), "{told}");
    assert_eq!((look(&url, aside.path()).0, double.count()), (Some(1), 2), "once is enough");
    let server = Server::start(folder.path());
    assert_eq!((look(&server.url, aside.path()).0, double.count()), (Some(0), 3));
    let told = double.last().body.to_string();
    assert!(told.contains("answers again"), "{told}");
    assert_eq!((look(&server.url, aside.path()).0, double.count()), (Some(0), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_by_mail_too() {
    let aside = tempfile::tempdir().unwrap();
    let mut smtp = Smtp::start("plain", "ada", HUSH);
    let target = json!({"kind": "mail", "host": "127.0.0.1", "port": smtp.port, "security": "none", "credential": "smtp",
        "from": "watch@example.org", "to": ["ada@example.org"]});
    channel(aside.path(), &json!({"target": target, "credentials": {"smtp": {"username": "ada", "password": HUSH}}}));
    let (code, said) = look("http://127.0.0.1:9", aside.path());
    assert_eq!(code, Some(1), "{said}");
    assert!(smtp.mail().to_string().contains("is silent"));
}

#[test]
fn what_is_wrong_with_its_files_is_said() {
    let aside = tempfile::tempdir().unwrap();
    for (file, word) in [
        (json!({"target": {"kind": "slack", "credential": "chat"}}), "no value for \\\"chat\\\""),
        (json!({"target": {"kind": "command", "program": "/bin/true"}}), "kind command"),
        (json!({"target": {"kind": "pigeon"}}), "is not the file of a channel"),
        (json!({"target": {"kind": "webhook", "url": "ftp://example.org"}}), "/target/url"),
    ] {
        channel(aside.path(), &file);
        let (code, said) = look("http://127.0.0.1:9", aside.path());
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(&word.replace('\\', "")), "{said}");
    }
    let (code, said) = look("orc.example.org", aside.path());
    assert!(code == Some(2) && said.contains("is not the address"), "{said}");
}
