//! Login and logout: what is stored, what is sent, what is revoked.

use serde_json::{Value, json};

use crate::kit::orc::Orc;
use crate::kit::sample::ID;
use crate::kit::stub::{Reply, Seen, Stub, problem, reply};

fn stored(orc: &Orc) -> Option<Value> {
    let text = std::fs::read_to_string(orc.home.path().join(".config/orc/logins.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn session(seen: &Seen) -> Option<Reply> {
    let session = json!({"name": "anna", "role": "editor", "permissions": [], "via": "user", "expires_at": null});
    match (seen.operation, seen.body["password"].as_str()) {
        ("session_create", Some("right")) => {
            let mut reply = reply(201, "application/json", session.to_string())?;
            reply.headers.push(("set-cookie", "orc_session=abc; Path=/; HttpOnly".into()));
            Some(reply)
        }
        ("session_create", _) => problem(401, "Login failed", "Name or password is wrong.", json!([])),
        ("token_create", _) => {
            let token = json!({"id": ID, "name": "x", "role": "editor", "secret": "orc_new_secret"});
            reply(201, "application/json", token.to_string())
        }
        _ => None,
    }
}

#[test]
fn login_keeps_a_token_and_logout_revokes_it() {
    let stub = Stub::start(session);
    let orc = Orc::alone();
    let ran = orc.args(&["login", &stub.url], "anna\nright\n").ok();
    assert!(ran.stderr.contains("Logged in to") && ran.stderr.contains("as anna (editor)"), "{}", ran.stderr);
    let seen = stub.seen();
    let names: Vec<_> = seen.iter().map(|seen| seen.operation).collect();
    assert_eq!(names, ["session_create", "token_create", "session_delete"]);
    assert!(seen[1..].iter().all(|seen| seen.header("cookie") == Some("orc_session=abc")));
    assert!(seen.iter().all(|seen| seen.header("origin") == Some(stub.url.as_str())));
    assert_eq!(seen[1].body["role"], "editor");
    assert_eq!(stored(&orc).unwrap()["profiles"]["default"]["token"], "orc_new_secret");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = orc.home.path().join(".config/orc/logins.json");
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    orc.run("task list").ok();
    assert_eq!(stub.last().header("authorization"), Some("Bearer orc_new_secret"));
    orc.run("logout").ok();
    assert_eq!((stub.last().operation, stub.last().path), ("token_revoke", format!("/tokens/{ID}")));
    assert_eq!(stored(&orc), None);
}

#[test]
fn a_failed_login_keeps_nothing() {
    let stub = Stub::start(session);
    let orc = Orc::alone();
    let ran = orc.args(&["login", &stub.url, "--name", "anna"], "wrong\n").code(4);
    assert!(ran.stderr.contains("Name or password is wrong."), "{}", ran.stderr);
    assert_eq!(stored(&orc), None);
}

#[test]
fn a_token_can_be_kept_without_a_password() {
    let stub = Stub::start(|_| None);
    let orc = Orc::alone();
    orc.run(&format!("login {} --token orc_given", stub.url)).ok();
    assert_eq!(stub.last().operation, "session_view");
    assert_eq!(stub.last().header("authorization"), Some("Bearer orc_given"));
    assert_eq!(stored(&orc).unwrap()["profiles"]["default"]["token"], "orc_given");
}
