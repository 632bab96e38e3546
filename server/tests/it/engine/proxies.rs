//! Tasks of kind `http` behind proxies, and with authorities of their own: a real proxy, a real TLS server.

use super::bench::Bench;
use super::requests::server;
use crate::kit::{House, Proxy};
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use orc_server::domain::model::RunRecord;
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::runs::travel::Travel;
use orc_server::domain::vocabulary::RunState;
use serde_json::{Value, json};
use std::net::SocketAddr;

fn data(name: &str) -> String {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/data").join(name).display().to_string()
}

/// A TLS server whose certificate is for `intranet.test` and is signed by an authority that nobody knows.
async fn secure() -> SocketAddr {
    let _once = rustls::crypto::ring::default_provider().install_default();
    let config = axum_server::tls_rustls::RustlsConfig::from_pem_file(data("http_cert.pem"), data("http_key.pem"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route("/", get(|| async { "all is secret" }));
    let serving = axum_server::from_tcp_rustls(listener, config.await.expect("an identity")).expect("a server");
    tokio::spawn(serving.serve(routes.into_make_service()));
    address
}

fn plain(url: &str) -> SocketAddr {
    url.strip_prefix("http://").expect("an address").parse().expect("an address")
}

/// Runs an http task once. Returns how it ended, and its log.
async fn asks(bench: &Bench, name: &str, url: &str, more: Value) -> (RunRecord, String) {
    let mut run = json!({"kind": "http", "url": url});
    run.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
    bench.task(json!({"name": name, "run": run, "attempt_timeout_seconds": 20})).await;
    let (record, attempts) = bench.ended(bench.start(name).await).await;
    let log = bench.log(attempts.last().expect("an attempt"));
    (record, log)
}

fn code(record: &RunRecord) -> Option<ReasonCode> {
    record.reason.as_ref().map(Reason::code)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_proxy_reaches_what_only_it_knows() {
    let (bench, to) = (Bench::new().await, plain(&server().await));
    let _engine = bench.engine().await;
    let proxy = Proxy::start(&[("intranet.test", to), ("localhost", to)]).await;
    for (scheme, asked) in [("http", "GET http://intranet.test/ok"), ("socks5h", "SOCKS intranet.test:80")] {
        let before = proxy.asked().len();
        let more = json!({"proxy": proxy.url(scheme)});
        let (record, log) = asks(&bench, scheme, "http://intranet.test/ok", more).await;
        assert_eq!(record.state, RunState::Succeeded, "{log}");
        let way = format!("[orc] asks intranet.test through the proxy {} of the task\nHTTP/1.1 200", proxy.url(scheme));
        assert!(log.starts_with(&way) && log.ends_with("all is well"), "{log}");
        assert_eq!(proxy.asked()[before..], [asked.to_owned()]);
    }
    // Such a proxy gets the address that was checked, so it has no name to resolve otherwise.
    let url = format!("http://localhost:{}/ok", to.port());
    let (record, log) = asks(&bench, "socks5", &url, json!({"proxy": proxy.url("socks5")})).await;
    assert_eq!(record.state, RunState::Succeeded, "{log}");
    let asked = proxy.asked().pop().expect("asked");
    assert!(asked == format!("SOCKS 127.0.0.1:{}", to.port()) || asked.starts_with("SOCKS [::1]"), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_setting_of_the_server_counts_unless_the_task_says_otherwise() {
    let to = plain(&server().await);
    let (of_server, of_task) = (Proxy::start(&[("a.test", to)]).await, Proxy::start(&[("a.test", to)]).await);
    let travel = Travel { proxy: Some(of_server.url("http")), no_proxy: vec!["127.0.0.0/8".into()], ca_file: None };
    let bench = Bench::new().await.travelling(travel).await;
    let _engine = bench.engine().await;
    let counts = || (of_server.asked().len(), of_task.asked().len());
    let here = format!("http://{to}/ok");
    let (_, log) = asks(&bench, "default", "http://a.test/ok", json!({})).await;
    assert!(counts() == (1, 0) && log.contains("of the server's setting http_proxy"), "{log}");
    let (_, log) = asks(&bench, "own", "http://a.test/ok", json!({"proxy": of_task.url("http")})).await;
    assert!(counts() == (1, 1) && log.ends_with("all is well"), "{log}");
    let (_, log) = asks(&bench, "around", &here, json!({})).await;
    assert!(counts() == (1, 1) && log.starts_with("[orc] asks 127.0.0.1 directly (no_proxy: 127.0.0.0/8)\n"), "{log}");
    let (_, log) = asks(&bench, "direct", &here, json!({"proxy": "direct"})).await;
    assert!(counts() == (1, 1) && log.starts_with("HTTP/1.1 200"), "{log}");
    let (_, log) =
        asks(&bench, "listed", &here, json!({"proxy": of_task.url("http"), "no_proxy": ["127.0.0.1"]})).await;
    assert!(counts() == (1, 1) && log.contains("(no_proxy: 127.0.0.1)"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_a_file_is_trusted_directly_and_through_a_tunnel() {
    let (bench, to) = (Bench::new().await, secure().await);
    let _engine = bench.engine().await;
    let proxy = Proxy::start(&[("intranet.test", to)]).await;
    let (through, ca_file) = (json!({"proxy": proxy.url("http")}), data("http_ca.pem"));
    let here = format!("https://127.0.0.1:{}/", to.port());
    let (record, _) = asks(&bench, "unknown", &here, json!({})).await;
    assert_eq!((record.state, code(&record)), (RunState::Failed, Some(ReasonCode::RequestFailed)));
    let (record, _) = asks(&bench, "unknown-through", "https://intranet.test/", through.clone()).await;
    assert!(
        matches!(&record.reason, Some(Reason::RequestFailedAtProxy { proxy: at, problem })
            if *at == proxy.url("http") && problem.contains("certificate")),
        "{record:?}"
    );
    let (record, log) = asks(&bench, "known", &here, json!({"ca_file": ca_file})).await;
    assert_eq!(record.state, RunState::Succeeded, "{log}");
    assert!(log.starts_with(&format!("[orc] also trusts 1 authority of {ca_file}\n")), "{log}");
    let both = json!({"proxy": proxy.url("http"), "ca_file": ca_file});
    let (record, log) = asks(&bench, "known-through", "https://intranet.test/", both).await;
    assert!(record.state == RunState::Succeeded && log.ends_with("all is secret"), "{log}");
    assert_eq!(proxy.asked().pop().as_deref(), Some("CONNECT intranet.test:443"));
    let travel = Travel { ca_file: Some(ca_file), ..Travel::default() };
    drop(_engine);
    let bench = Bench::new().await.travelling(travel).await;
    let _engine = bench.engine().await;
    let (record, log) = asks(&bench, "of-the-server", &here, json!({})).await;
    assert_eq!(record.state, RunState::Succeeded, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_authorities_fails_the_run_with_its_line() {
    let (bench, base) = (Bench::new().await, server().await);
    let _engine = bench.engine().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    let good = std::fs::read_to_string(data("http_ca.pem")).expect("there");
    let text = format!("{good}{}", good.replacen("\nM", "\n!", 1));
    std::fs::write(&file, text).expect("written");
    let (record, _) = asks(&bench, "broken", &format!("{base}/ok"), json!({"ca_file": file})).await;
    let lines = good.lines().count() as u64;
    assert!(
        matches!(&record.reason, Some(Reason::CaFileUnusable { path, line, .. })
            if *path == file.display().to_string() && *line == Some(lines + 1)),
        "{record:?}"
    );
    let (record, _) = asks(&bench, "missing", &format!("{base}/ok"), json!({"ca_file": "/nowhere/ca.pem"})).await;
    assert!(matches!(&record.reason, Some(Reason::CaFileUnusable { line: None, .. })), "{record:?}");
}

/// Whoever connects, the machine's own secrets stay closed (server/docs/decisions.md, 36).
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_opens_nothing_that_is_forbidden() {
    let away =
        Router::new().route("/", get(|| async { Redirect::temporary("http://169.254.169.254/latest/meta-data") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let to = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, away).await });
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let proxy = Proxy::start(&[("away.test", to), ("metadata.google.internal", to)]).await;
    for (index, url) in [
        "http://169.254.169.254/latest/meta-data",
        "http://0xa9fea9fe/",
        "http://[::ffff:169.254.169.254]/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://localhost:5000/api/v1/tasks",
        "http://127.0.0.1:5000/api/v1/tasks",
    ]
    .into_iter()
    .enumerate()
    {
        for scheme in ["http", "socks5", "socks5h"] {
            let name = format!("it-{scheme}-{index}");
            let (record, _) = asks(&bench, &name, url, json!({"proxy": proxy.url(scheme)})).await;
            let refused = code(&record) == Some(ReasonCode::RequestRefused);
            // Only a machine in that cloud can resolve this name, and a `socks5` proxy gets no names.
            let unresolved = scheme == "socks5" && code(&record) == Some(ReasonCode::RequestFailedAtProxy);
            let unresolved = unresolved || scheme == "socks5" && code(&record) == Some(ReasonCode::RequestFailed);
            assert!(refused || unresolved && url.contains("google"), "{scheme} {url}: {record:?}");
        }
    }
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    let (record, _) = asks(&bench, "redirected", "http://away.test/", json!({"proxy": proxy.url("http")})).await;
    assert_eq!(code(&record), Some(ReasonCode::RequestRefused), "each redirect is checked: {record:?}");
    assert_eq!(proxy.asked(), ["GET http://away.test/"]);
    let own = json!({"proxy": "http://127.0.0.1:5000"});
    let (record, _) = asks(&bench, "at-orc", "http://away.test/", own).await;
    assert_eq!(code(&record), Some(ReasonCode::RequestRefused), "Orc itself is no proxy: {record:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_with_a_login_at_a_proxy_is_refused_when_it_is_saved() {
    let editor = House::with(&[]).await.editor().await;
    let run = json!({
        "kind": "http", "url": "http://a.test/", "proxy": "http://me:hunter2@proxy:3128", "no_proxy": ["a", "b:80"],
        "ca_file": "ca.pem"
    });
    let answer = editor.ask("POST /tasks", Some(json!({"name": "it", "run": run}))).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    let fields: Vec<String> =
        answer.json()["fields"].as_array().expect("fields").iter().map(|field| field["pointer"].to_string()).collect();
    assert_eq!(fields, [r#""/run/proxy""#, r#""/run/no_proxy/1""#, r#""/run/ca_file""#]);
    assert!(answer.text.contains("credentials") && !answer.text.contains("hunter2"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_there_is_named() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    for (name, proxy) in [("gone", format!("http://{closed}")), ("nameless", "http://proxy.invalid:3128".into())] {
        let (record, _) = asks(&bench, name, "http://a.test/", json!({"proxy": proxy})).await;
        assert!(
            matches!(&record.reason, Some(Reason::RequestFailedAtProxy { proxy: at, .. }) if *at == proxy),
            "{record:?}"
        );
    }
}
