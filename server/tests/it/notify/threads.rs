//! Mails about one incident: what they say, and that programs sort them into one thread.

use super::smtp::{Smtp, data};
use crate::engine::bench::Bench;
use serde_json::json;

/// The value of a header of a mail.
fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let line = mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name}: {mail}")).trim()
}

/// A part of a mail that was sent as quoted-printable, without its soft line ends.
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=\n", "")
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_about_one_incident_are_one_thread() {
    let bench = Bench::new().await;
    let admin = bench.admin().await;
    let mut server = Smtp::start("tls", "orc", "correct-canary-9f2");
    let values = json!({"username": "orc", "password": "correct-canary-9f2"});
    admin.json(201, "POST /credentials", Some(json!({"name": "mail", "kind": "smtp", "values": values}))).await;
    let target = json!({"kind": "mail", "host": "localhost", "port": server.port, "security": "tls",
        "ca_file": data("http_ca.pem"), "credential": "mail", "from": "orc@example.org", "to": ["ada@example.org"]});
    admin.json(201, "POST /channels", Some(json!({"name": "ops", "target": target}))).await;
    let rule = json!({"name": "night", "when": ["failed", "recovered"], "who": ["ops"]});
    admin.json(201, "POST /rules", Some(rule)).await;
    let broken = bench.folder.path().join("broken");
    let line = format!("echo 'see <b>this</b>'; test -f '{}' || exit 0; exit 127", broken.display());
    let schedules = json!([{"kind": "cron", "expression": "0 3 1 1 *", "timezone": "UTC"}]);
    let task = json!({"name": "nightly", "run": {"kind": "shell", "line": line}, "schedules": schedules});
    bench.task(task).await;
    let _engine = bench.engine().await;
    bench.ended(bench.start("nightly").await).await;
    std::fs::write(&broken, "").unwrap();
    bench.ended(bench.start("nightly").await).await;
    let mails = tokio::task::spawn_blocking(move || {
        let failed = server.mail();
        std::fs::remove_file(&broken).unwrap();
        (server, failed)
    });
    let (mut server, failed) = mails.await.unwrap();
    bench.ended(bench.start("nightly").await).await;
    let recovered = tokio::task::spawn_blocking(move || server.mail()).await.unwrap();
    let [failed, recovered] = [failed, recovered].map(|mail| mail["text"].as_str().unwrap().to_owned());
    assert_eq!(header(&failed, "Subject"), "nightly failed");
    assert_eq!(header(&recovered, "Subject"), "nightly recovered");
    for name in ["In-Reply-To", "References"] {
        assert_eq!(header(&failed, name), header(&recovered, name));
        assert!(header(&failed, name).starts_with("<incident-"), "{failed}");
    }
    assert_ne!(header(&failed, "Message-ID"), header(&recovered, "Message-ID"));
    assert_eq!(header(&failed, "List-Unsubscribe"), "<https://orc.example.org/incidents/rules>");
    let text = unfolded(&failed);
    for part in [
        "Usually means: a command was not found",
        "Changed since it worked: file ",
        "/broken, from nothing to 0 bytes",
        "-01-01T03:00:00Z",
        "see <b>this</b>",
        "see &lt;b&gt;this&lt;/b&gt;",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!unfolded(&recovered).contains("Usually means"), "{recovered}");
}
