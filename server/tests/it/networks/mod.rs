//! Network profiles, over HTTP, with real servers on this machine.

#[cfg(target_os = "linux")]
pub mod wireguard;

use crate::kit::House;
use axum::Router;
use axum::routing::get;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use orc_server::domain::vocabulary::Role;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A server that can send requests.
async fn house() -> House {
    let _installed_once = rustls::crypto::ring::default_provider().install_default();
    House::new(Default::default()).await
}

/// What is seen of rules that are not saved: whether the profile holds, and the rules.
async fn tried(house: &House, rules: Value) -> (bool, Vec<Value>) {
    let sight = house.editor().await.json(200, "POST /network-probes", Some(json!({"rules": rules}))).await;
    (sight["holds"].as_bool().unwrap(), sight["rules"].as_array().unwrap().clone())
}

fn said(rule: &Value) -> (bool, &str, &str) {
    (rule["met"].as_bool().unwrap(), rule["seen"]["code"].as_str().unwrap(), rule["seen"]["text"].as_str().unwrap())
}

#[tokio::test]
async fn ports_are_connected_to() {
    let house = house().await;
    let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = open.local_addr().unwrap().port();
    let rule = |port: u16| json!({"kind": "tcp", "host": "127.0.0.1", "port": port});
    let (holds, rules) = tried(&house, json!([rule(port)])).await;
    let (met, code, text) = said(&rules[0]);
    assert!(holds && met && code == "connected", "{text}");
    assert!(text.starts_with(&format!("127.0.0.1:{port} accepts connections")), "{text}");
    drop(open);
    let (holds, rules) = tried(&house, json!([rule(port)])).await;
    let (met, code, text) = said(&rules[0]);
    assert!(!holds && !met && code == "not_connected", "{text}");
    assert_eq!(text, format!("127.0.0.1:{port} does not accept connections: Connection refused"));
}

#[tokio::test]
async fn addresses_must_answer_with_a_status_that_counts() {
    let house = house().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/health", listener.local_addr().unwrap());
    let closed = get(|| async { axum::http::StatusCode::UNAUTHORIZED });
    tokio::spawn(axum::serve(listener, Router::new().route("/health", closed)).into_future());
    let rule = |codes: Value| json!({"kind": "http", "url": url, "expected_codes": codes});
    let (holds, rules) = tried(&house, json!([rule(json!([])), rule(json!([401]))])).await;
    assert!(!holds);
    assert_eq!(said(&rules[0]), (false, "answered_otherwise", &*format!("{url} answers 401, expected 200 to 299")));
    assert_eq!(said(&rules[1]).1, "answered");
}

#[tokio::test]
async fn a_server_that_says_nothing_costs_no_more_than_its_time() {
    let house = house().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let (holds, rules) = tried(&house, json!([{"kind": "http", "url": url, "timeout_seconds": 0.2}])).await;
    assert!(!holds);
    assert_eq!(said(&rules[0]), (false, "too_slow", &*format!("{url} does not answer within 0.2 s")));
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = silent.local_addr().unwrap().to_string();
    let rule = json!({"kind": "dns", "host": "intranet.example", "server": server, "timeout_seconds": 0.2});
    let (_, rules) = tried(&house, json!([rule])).await;
    assert_eq!(said(&rules[0]).2, "intranet.example does not answer within 0.2 s");
}

#[tokio::test]
async fn what_is_forbidden_to_tasks_is_forbidden_to_probes() {
    let house = house().await;
    house.app.listens_on(5999);
    for rule in [
        json!({"kind": "tcp", "host": "169.254.169.254", "port": 80}),
        json!({"kind": "tcp", "host": "127.0.0.1", "port": 5999}),
        json!({"kind": "http", "url": "http://169.254.169.254/latest/meta-data"}),
        json!({"kind": "http", "url": "http://localhost:5999/"}),
        json!({"kind": "dns", "host": "intranet.example", "server": "169.254.169.254"}),
    ] {
        let (holds, rules) = tried(&house, json!([rule])).await;
        let (met, code, text) = said(&rules[0]);
        assert!(!holds && !met && code == "forbidden" && text.contains("is refused"), "{rule}: {code} {text}");
    }
}

#[tokio::test]
async fn names_resolve_as_the_machine_resolves_them() {
    let house = house().await;
    let (holds, rules) = tried(
        &house,
        json!([
            {"kind": "dns", "host": "localhost"},
            {"kind": "dns", "host": "localhost", "address": "10.0.0.0/8"},
            {"kind": "dns", "host": "nowhere.invalid"},
        ]),
    )
    .await;
    let codes: Vec<_> = rules.iter().map(|rule| said(rule).1).collect();
    assert!(!holds && codes[..2] == ["resolved", "resolved_elsewhere"], "{rules:?}");
    assert!(["unresolved", "too_slow"].contains(&codes[2]), "{rules:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_is_said_at_its_place() {
    let editor = house().await.editor().await;
    let rules = json!([
        {"kind": "interface", "address": "10.0.0.0/99"},
        {"kind": "tcp", "host": "http://x/", "port": 80},
    ]);
    for (door, body) in [
        ("POST /networks", json!({"name": "office", "rules": rules})),
        ("POST /networks?dry_run=true", json!({"name": "office", "rules": rules})),
        ("POST /network-probes", json!({"rules": rules})),
    ] {
        let refused = editor.json(422, door, Some(body)).await;
        let fields = refused["fields"].as_array().unwrap();
        let places: Vec<_> = fields.iter().map(|field| field["pointer"].as_str().unwrap()).collect();
        assert_eq!(places, ["/rules/0/address", "/rules/1/host"], "{door}: {refused}");
    }
    let wrong = json!({"name": "office", "rules": [{"kind": "ping", "host": "x"}]});
    let refused = editor.json(422, "POST /networks", Some(wrong)).await;
    assert_eq!(refused["fields"][0]["pointer"], "/rules/0/kind", "{refused}");
    let wrong = json!({"name": "office", "rules": [{"kind": "tcp", "host": "x", "port": 80, "prot": 1}]});
    let refused = editor.json(422, "POST /networks", Some(wrong)).await;
    assert_eq!(refused["fields"][0]["pointer"], "/rules/0/prot", "{refused}");
}

#[tokio::test]
async fn a_change_is_based_on_a_version_and_renames() {
    let editor = house().await.editor().await;
    let profile = |name: &str| json!({"name": name, "rules": [{"kind": "interface", "interface": "lo"}]});
    editor.json(201, "POST /networks", Some(profile("office"))).await;
    let renamed = editor.json(200, "PUT /networks/office", Some(profile("hq"))).await;
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("hq"), &json!(2)));
    editor.json(404, "GET /networks/office", None).await;
    let stale = editor.ask_with("DELETE /networks/hq", &[("if-match", "\"1\"")]).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    assert_eq!(
        (stale.json()["current_version"].clone(), &stale.headers["etag"]),
        (json!(2), &"\"2\"".parse().unwrap())
    );
    let unchanged = editor.json(200, "PUT /networks/hq", Some(profile("hq"))).await;
    assert_eq!(unchanged["version"], 2);
    editor.json(204, "DELETE /networks/hq", None).await;
    editor.json(404, "POST /networks/hq/probe", None).await;
}

#[tokio::test]
async fn a_profile_that_tasks_need_is_neither_deleted_nor_renamed() {
    let editor = house().await.editor().await;
    let profile = |name: &str| json!({"name": name, "rules": [{"kind": "interface", "interface": "lo"}]});
    for name in ["a_b", "a-b"] {
        editor.json(201, "POST /networks", Some(profile(name))).await;
    }
    let run = json!({"kind": "shell", "line": "true"});
    let vpn = json!([{"kind": "vpn", "network": "a-b"}]);
    editor.json(201, "POST /tasks", Some(json!({"name": "report", "run": run, "dependencies": vpn}))).await;
    assert_eq!(editor.json(200, "GET /networks/a-b", None).await["used_by"], json!(["report"]));
    let listed = editor.json(200, "GET /networks", None).await;
    assert_eq!((&listed["items"][0]["used_by"], &listed["items"][1]["used_by"]), (&json!(["report"]), &json!([])));
    let detail = |verb: &str| {
        format!("network profile \"a-b\" cannot be {verb}, it is needed by task \"report\"; change these first")
    };
    for (line, body, verb) in
        [("DELETE /networks/a-b", None, "deleted"), ("PUT /networks/a-b", Some(profile("c")), "renamed")]
    {
        let refused = editor.json(409, line, body).await;
        assert_eq!((&refused["code"], &refused["detail"]), (&json!("network_in_use"), &json!(detail(verb))));
    }
    editor.json(204, "DELETE /networks/a_b", None).await;
    editor.json(204, "DELETE /tasks/report", None).await;
    editor.json(204, "DELETE /networks/a-b", None).await;
}

#[tokio::test]
async fn operators_probe_what_is_saved_and_editors_what_they_write() {
    let house = house().await;
    let profile = json!({"name": "self", "rules": [{"kind": "interface", "interface": "lo"}]});
    house.editor().await.json(201, "POST /networks", Some(profile)).await;
    let (viewer, operator) = (house.actor(Role::Viewer).await, house.actor(Role::Operator).await);
    viewer.json(200, "GET /networks/self", None).await;
    viewer.json(403, "POST /networks/self/probe", None).await;
    assert_eq!(operator.json(200, "POST /networks/self/probe", None).await["holds"], true);
    let rules = json!({"rules": [{"kind": "tcp", "host": "127.0.0.1", "port": 22}]});
    operator.json(403, "POST /network-probes", Some(rules)).await;
    let survey = viewer.json(200, "GET /network-interfaces", None).await;
    let interfaces = survey["interfaces"].as_array().unwrap();
    assert!(interfaces.iter().any(|one| one["interface"] == "lo" && one["kind"] == "loopback"), "{survey}");
}

#[tokio::test(flavor = "multi_thread")]
async fn few_probes_happen_at_once_and_the_rest_is_refused() {
    let house = house().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let editor = house.editor().await;
    let rules = json!({"rules": [{"kind": "http", "url": url, "timeout_seconds": 10}]});
    let mut asked: FuturesUnordered<_> =
        (0..20).map(|_| editor.ask("POST /network-probes", Some(rules.clone()))).collect();
    for _ in 0..12 {
        let refused = asked.next().await.unwrap();
        assert_eq!(refused.status, 503, "{}", refused.text);
        assert!(refused.headers.contains_key("retry-after"));
    }
    // The eight that look hang on this server until it is gone.
    drop(silent);
    while let Some(looked) = asked.next().await {
        assert_eq!((looked.status, looked.json()["holds"].clone()), (200, json!(false)), "{}", looked.text);
    }
    let quick = json!({"rules": [{"kind": "interface", "interface": "lo"}]});
    assert_eq!(editor.json(200, "POST /network-probes", Some(quick)).await["holds"], true);
}
