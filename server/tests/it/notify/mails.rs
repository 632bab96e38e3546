//! Mail through a real SMTP server, with encryption and login.

use super::smtp::{Smtp, data};
use super::{HUSH, admin, said};
use crate::kit::{Client, House, Setup};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

fn channel(server: &Smtp, security: &str, more: Value) -> Value {
    let mut target = json!({
        "kind": "mail", "host": "localhost", "port": server.port, "security": security, "ca_file": data("http_ca.pem"),
        "credential": "mail", "from": "Örc <orc@example.org>", "reply_to": "ops@example.org",
        "to": ["ada@example.org", "Bob <bob@example.org>"],
    });
    target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"name": "ops", "target": target})
}

async fn login(admin: &Client, password: &str) {
    let values = json!({"username": "orc", "password": password});
    admin.json(201, "POST /credentials", Some(json!({"name": "mail", "kind": "smtp", "values": values}))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_arrives_encrypted_and_logged_in() {
    for security in ["starttls", "tls"] {
        let (_house, admin) = admin().await;
        let mut server = Smtp::start(security, "orc", HUSH);
        login(&admin, HUSH).await;
        admin.json(201, "POST /channels", Some(channel(&server, security, json!({})))).await;
        assert_eq!(admin.json(200, "GET /channels/ops", None).await["health"], "unproven");
        let test = admin.json(200, "POST /channels/ops/test", None).await;
        assert_eq!((&test["accepted"], &test["problem"]), (&json!(true), &Value::Null), "{security}: {test}");
        assert!(said(&test).contains("logs in as orc") && said(&test).contains("taken as 1234"), "{test}");
        assert!(!test.to_string().contains(HUSH), "{test}");
        let mail = server.mail();
        assert_eq!((&mail["encrypted"], &mail["user"]), (&json!(true), &json!("orc")), "{mail}");
        assert_eq!(mail["to"], json!(["ada@example.org", "bob@example.org"]));
        let text = mail["text"].as_str().unwrap();
        for part in [
            "Subject: Test of the channel ops",
            "Reply-To: ops@example.org",
            "Auto-Submitted: auto-generated",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "Message-ID: <",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let channel = admin.json(200, "GET /channels/ops", None).await;
        assert_eq!(
            (&channel["health"], &channel["refused_count"], &channel["version"]),
            (&json!("working"), &json!(0), &json!(1))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_and_counted_until_the_right_one_works() {
    let (_house, admin) = admin().await;
    let mut server = Smtp::start("starttls", "orc", "right-sentence");
    login(&admin, HUSH).await;
    admin.json(201, "POST /channels", Some(channel(&server, "starttls", json!({})))).await;
    for count in [1, 2] {
        let test = admin.json(200, "POST /channels/ops/test", None).await;
        assert_eq!(test["accepted"], false);
        assert!(test["problem"]["text"].as_str().unwrap().contains("535"), "{test}");
        assert!(!test.to_string().contains(HUSH), "{test}");
        let channel = admin.json(200, "GET /channels/ops", None).await;
        assert_eq!((&channel["health"], &channel["refused_count"]), (&json!("failing"), &json!(count)));
        assert_eq!(channel["problem"], test["problem"]);
    }
    let values = json!({"values": {"username": "orc", "password": "right-sentence"}});
    admin.json(200, "POST /credentials/mail/rotate", Some(values)).await;
    assert_eq!(admin.json(200, "POST /channels/ops/test", None).await["accepted"], true);
    server.mail();
    let channel = admin.json(200, "GET /channels/ops", None).await;
    assert_eq!(
        (&channel["health"], &channel["refused_count"], &channel["problem"]),
        (&json!("working"), &json!(0), &Value::Null)
    );
    // A channel that leads elsewhere has proved nothing yet.
    let elsewhere = self::channel(&server, "starttls", json!({"to": ["eve@example.org"]}));
    let changed = admin.json(200, "PUT /channels/ops", Some(elsewhere)).await;
    assert_eq!((&changed["health"], &changed["accepted_at"]), (&json!("unproven"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refused_recipient_is_named_and_the_others_get_the_mail() {
    let (_house, admin) = admin().await;
    let mut server = Smtp::start("tls", "orc", HUSH);
    login(&admin, HUSH).await;
    let to = json!({"to": ["refused@example.org", "ada@example.org"]});
    let test = admin.json(200, "POST /channels/probe", Some(channel(&server, "tls", to))).await;
    assert_eq!(test["accepted"], false);
    let problem = test["problem"]["text"].as_str().unwrap();
    assert!(problem.contains("refused@example.org") && problem.contains("no such mailbox"), "{test}");
    assert_eq!(server.mail()["to"], json!(["ada@example.org"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_to_a_server_that_is_not_the_right_one() {
    let (_house, admin) = admin().await;
    login(&admin, HUSH).await;
    let server = Smtp::start("tls", "orc", HUSH);
    let check = async |body: Value, word: &str| {
        let test = admin.json(200, "POST /channels/probe", Some(body)).await;
        let problem = test["problem"]["text"].as_str().unwrap_or_default().to_owned();
        assert!(test["accepted"] == false && problem.contains(word), "{word}: {test}");
        assert!(!said(&test).contains("logs in"), "{test}");
    };
    check(channel(&server, "tls", json!({"ca_file": null})), "certificate").await;
    check(channel(&server, "tls", json!({"ca_file": "/nowhere.pem"})), "/nowhere.pem").await;
    let elsewhere = Smtp::at("127.0.0.2", "tls", "orc", HUSH);
    check(channel(&elsewhere, "tls", json!({"host": "127.0.0.2"})), "certificate").await;
    check(channel(&server, "tls", json!({"host": "169.254.169.254"})), "link-local").await;
    let plain = Smtp::start("plain", "orc", HUSH);
    check(channel(&plain, "starttls", json!({})), "offers no encryption").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_given_up_and_the_last_step_is_told() {
    let house = House::open(Setup { send_within: Duration::from_millis(300), ..Setup::default() }).await;
    let admin = house.admin().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = json!({
        "kind": "mail", "host": "127.0.0.1", "port": silent.local_addr().unwrap().port(), "security": "none",
        "from": "orc@example.org", "to": ["ada@example.org"],
    });
    let test = admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await;
    let problem = test["problem"]["text"].as_str().unwrap();
    assert!(problem.contains("no end within 0.3 s; the last step was: connects to 127.0.0.1"), "{test}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_cut_off() {
    let (_house, admin) = admin().await;
    let flood = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = flood.local_addr().unwrap().port();
    let sent = tokio::spawn(async move {
        let (mut socket, _) = flood.accept().await.unwrap();
        let (mut sent, piece) = (0, [b'x'; 65_536]);
        // A reader without a limit would take all of it.
        while sent < 1 << 28 && socket.write_all(&piece).await.is_ok() {
            sent += piece.len();
        }
        sent
    });
    let target = json!({
        "kind": "mail", "host": "127.0.0.1", "port": port, "security": "none",
        "from": "orc@example.org", "to": ["ada@example.org"],
    });
    let test = admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await;
    assert!(test["problem"]["text"].as_str().unwrap().contains("more than"), "{test}");
    assert!(sent.await.unwrap() < 1 << 26);
}
