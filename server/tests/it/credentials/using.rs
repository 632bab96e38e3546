//! Runs that use credentials, with real processes.

use super::HUSH;
use crate::engine::bench::Bench;
use axum::Router;
use axum::http::HeaderMap;
use axum::response::Redirect;
use axum::routing::{any, post};
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::vocabulary::RunState;
use serde_json::{Value, json};

async fn credential(bench: &Bench, body: Value) {
    bench.admin().await.json(201, "POST /credentials", Some(body)).await;
}

fn shop() -> Value {
    json!({"name": "shop", "kind": "login", "values": {"username": "ada", "password": HUSH}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_gets_its_values_and_no_log_shows_them() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    credential(&bench, shop()).await;
    let line = "test \"$DB_PASSWORD\" = \"$(cat)\" && test \"$DB_PASSWORD\" = \"$(cat \"$FILE\")\" || exit 7; \
                ls -l \"$FILE\"; echo \"$DB_USER:$DB_PASSWORD\"; echo \"$DB_PASSWORD\" | base64; \
                printf '{\"seen\": \"%s\"}' \"$DB_PASSWORD\" > \"$ORC_RESULT_FILE\"; echo \"$FILE\"";
    let uses = json!([
        {"name": "shop", "inject": {"kind": "env", "variable": "DB_PASSWORD"}},
        {"name": "shop", "field": "username", "inject": {"kind": "env", "variable": "DB_USER"}},
        {"name": "shop", "inject": {"kind": "file", "variable": "FILE"}},
        {"name": "shop", "inject": {"kind": "stdin"}},
    ]);
    bench.task(json!({"name": "it", "run": {"kind": "shell", "line": line}, "credentials": uses})).await;
    let run = bench.start("it").await;
    let (record, attempts) = bench.ended(run).await;
    let log = bench.log(&attempts[0]);
    assert_eq!(record.state, RunState::Succeeded, "{:?} {log}", record.reason);
    assert!(log.contains("-rw-------") && log.contains("ada:***"), "{log}");
    assert!(!log.contains(HUSH), "{log}");
    assert_eq!(record.result, Some(json!({"seen": "***"})));
    let file = log.lines().last().unwrap_or_default();
    assert!(!std::path::Path::new(file).exists(), "{file}");
    let admin = bench.admin().await;
    let shown = admin.json(200, &format!("GET /runs/{run}"), None).await;
    assert_eq!(shown["attempts"][0]["credentials"], json!([{"name": "shop", "value_version": 1}]));
    let used = admin.json(200, "GET /credentials/shop", None).await;
    assert_eq!(used["last_used_by"], "it");
    let audit = admin.json(200, "GET /audit?action=credential_use", None).await;
    assert_eq!(audit["items"][0]["target"], "shop", "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_credential_is_missing_fails_by_name_before_it_starts() {
    let bench = Bench::new().await;
    credential(&bench, shop()).await;
    let uses = json!([{"name": "shop", "inject": {"kind": "stdin"}}]);
    let retry = json!({"max_attempts": 5, "delay_seconds": 0.01});
    bench
        .task(json!({"name": "it", "run": {"kind": "shell", "line": "true"}, "credentials": uses, "retry": retry}))
        .await;
    let run = bench.start("it").await;
    assert_eq!(bench.behind("DELETE FROM credential").await, 1);
    let _engine = bench.engine().await;
    let (record, attempts) = bench.ended(run).await;
    let reason = record.reason.expect("a reason");
    assert_eq!((record.state, reason.code()), (RunState::Failed, ReasonCode::CredentialMissing));
    assert!(reason.words().contains("\"shop\""), "{reason}");
    assert_eq!((attempts.len(), attempts[0].pid), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_wait_for_a_sealed_vault_and_take_the_newest_value() {
    let bench = Bench::new().await;
    credential(&bench, shop()).await;
    let uses = json!([{"name": "shop", "inject": {"kind": "env", "variable": "IT"}}]);
    let line = "test \"$IT\" = newest-value";
    bench.task(json!({"name": "needs", "run": {"kind": "shell", "line": line}, "credentials": uses})).await;
    bench.task(json!({"name": "other", "run": {"kind": "shell", "line": "true"}})).await;
    let passphrase = json!({"passphrase": "a long sentence for the vault"});
    bench.admin().await.json(200, "POST /vault/rotate", Some(passphrase.clone())).await;
    let bench = bench.restarted().await;
    bench.app.vault_prepare().await.expect("looked at");
    let _engine = bench.engine().await;
    let (needs, other) = (bench.start("needs").await, bench.start("other").await);
    assert_eq!(bench.ended(other).await.0.state, RunState::Succeeded, "it needs no credential");
    let admin = bench.admin().await;
    let waiting = admin.json(200, &format!("GET /runs/{needs}"), None).await;
    assert_eq!(
        (&waiting["state"], &waiting["waiting_on"][0]["reason"]["code"]),
        (&json!("queued"), &json!("vault_sealed"))
    );
    let listed = admin.json(200, "GET /runs?task=needs", None).await;
    assert_eq!(listed["items"][0]["waiting_on"][0]["reason"]["code"], "vault_sealed");
    admin.json(200, "POST /vault/unseal", Some(passphrase)).await;
    // The run may have started with the old value; the one below waits for the pool meanwhile.
    bench.ended(needs).await;
    admin.json(201, "POST /pools", Some(json!({"name": "slow", "capacity": 0}))).await;
    let task =
        json!({"name": "late", "run": {"kind": "shell", "line": line}, "credentials": uses_of(), "pool": "slow"});
    bench.task(task).await;
    let late = bench.start("late").await;
    let values = json!({"values": {"username": "ada", "password": "newest-value"}});
    admin.json(200, "POST /credentials/shop/rotate", Some(values)).await;
    admin.json(200, "PUT /pools/slow", Some(json!({"name": "slow", "capacity": 1}))).await;
    let (record, attempts) = bench.ended(late).await;
    assert_eq!(record.state, RunState::Succeeded, "{:?}", record.reason);
    assert_eq!(attempts[0].credentials[0].value_version, 2);
}

fn uses_of() -> Value {
    json!([{"name": "shop", "inject": {"kind": "env", "variable": "IT"}}])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_task_sends_values_in_its_request_and_hides_them_in_its_log() {
    let echo = async |headers: HeaderMap, body: String| {
        let key = headers.get("x-key").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        format!("key={key} body={body}")
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/{*path}", post(echo))).await });
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let value = "quote\"and-more-9f2";
    credential(&bench, json!({"name": "api", "kind": "token", "value": value})).await;
    let expected = "body={\"token\":\"quote\\\"and-more-9f2\"}";
    let run = json!({
        "kind": "http", "method": "POST", "url": format!("http://{address}/x?key=${{credential.api}}"),
        "headers": {"X-Key": "${credential.api}", "Content-Type": "application/json"},
        "body": "{\"token\":\"${credential.api}\"}", "body_contains": expected,
    });
    bench.task(json!({"name": "it", "run": run})).await;
    let (record, attempts) = bench.ended(bench.start("it").await).await;
    let log = bench.log(&attempts[0]);
    assert_eq!(record.state, RunState::Succeeded, "{:?} {log}", record.reason);
    assert!(log.contains("key=*** body={\"token\":\"***\"}"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_another_server_does_not_carry_values() {
    let shown = async |headers: HeaderMap, body: String| {
        let given = ["x-key", "x-plain"].map(|name| headers.get(name).is_some_and(|value| !value.is_empty()));
        format!("key={} plain={} body={body}", given[0], given[1])
    };
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let there = format!("http://{}/there", other.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(other, Router::new().route("/there", any(shown))).await });
    let first = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = first.local_addr().expect("an address");
    let moved = async move || Redirect::temporary(&there);
    tokio::spawn(async move { axum::serve(first, Router::new().route("/here", any(moved))).await });
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    credential(&bench, json!({"name": "api", "kind": "token", "value": HUSH})).await;
    let headers = json!({"X-Key": "Key ${credential.api}", "X-Plain": "yes"});
    let run = json!({"kind": "http", "url": format!("http://{here}/here"), "headers": headers, "body_contains": "key=false plain=true"});
    bench.task(json!({"name": "header", "run": run})).await;
    let (record, attempts) = bench.ended(bench.start("header").await).await;
    assert_eq!(record.state, RunState::Succeeded, "{:?} {}", record.reason, bench.log(&attempts[0]));
    let run = json!({"kind": "http", "method": "POST", "url": format!("http://{here}/here"), "body": "key=${credential.api}"});
    bench.task(json!({"name": "body", "run": run})).await;
    let (record, attempts) = bench.ended(bench.start("body").await).await;
    let code = record.reason.as_ref().map(Reason::code);
    assert_eq!(
        (record.state, code),
        (RunState::Failed, Some(ReasonCode::RequestRefused)),
        "{}",
        bench.log(&attempts[0])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_param_that_holds_a_value_is_refused_before_anything_is_stored() {
    let bench = Bench::new().await;
    credential(&bench, shop()).await;
    let params = json!([{"kind": "string", "name": "key"}, {"kind": "string", "name": "user"}]);
    let run = json!({"kind": "shell", "line": "true"});
    bench.task(json!({"name": "it", "run": run, "params": params, "credentials": uses_of()})).await;
    let admin = bench.admin().await;
    let given = json!({"params": {"key": format!("--password={HUSH}"), "user": "ada"}});
    let refused = admin.json(422, "POST /tasks/it/runs", Some(given)).await;
    assert_eq!(refused["fields"][0]["pointer"], "/params/key", "{refused}");
    assert!(!refused.to_string().contains(HUSH), "{refused}");
    let runs = admin.json(200, "GET /runs", None).await;
    assert_eq!(runs["items"], json!([]), "nothing was stored");
    let fine = json!({"params": {"key": "other", "user": "ada"}});
    admin.json(201, "POST /tasks/it/runs", Some(fine)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_param_that_turns_out_to_hold_a_value_is_masked_and_the_run_fails() {
    let bench = Bench::new().await;
    credential(&bench, shop()).await;
    let params = json!([{"kind": "string", "name": "key"}]);
    let run = json!({"kind": "shell", "line": "true"});
    bench.task(json!({"name": "it", "run": run, "params": params, "credentials": uses_of()})).await;
    let admin = bench.admin().await;
    let next = "the-value-of-tomorrow";
    let made = admin.json(201, "POST /tasks/it/runs", Some(json!({"params": {"key": next}}))).await;
    let values = json!({"values": {"username": "ada", "password": next}});
    admin.json(200, "POST /credentials/shop/rotate", Some(values)).await;
    let _engine = bench.engine().await;
    let id = made["id"].as_str().expect("an id").parse().expect("an id");
    let (record, attempts) = bench.ended(id).await;
    let reason = record.reason.expect("a reason");
    assert_eq!((record.state, reason.code()), (RunState::Failed, ReasonCode::ParamHoldsCredential));
    assert_eq!((attempts.len(), attempts[0].pid), (1, None), "nothing was started");
    assert_eq!(record.params["key"], "***");
    let again = admin.json(409, &format!("POST /runs/{id}/rerun"), Some(json!({}))).await;
    assert_eq!(again["code"], "params_masked", "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_only_run_tasks_does_not_bring_back_a_credential_that_an_editor_took_away() {
    let bench = Bench::new().await;
    credential(&bench, shop()).await;
    let (admin, operator) = (bench.admin().await, bench.actor(orc_server::domain::vocabulary::Role::Operator).await);
    let run = json!({"kind": "shell", "line": "true"});
    let overlap = json!({"kind": "allow", "max": 9});
    let with = json!({"name": "it", "run": run, "overlap": overlap, "credentials": uses_of()});
    bench.task(with).await;
    let old = bench.start("it").await;
    {
        let _engine = bench.engine().await;
        bench.ended(old).await;
    }
    let again = format!("POST /runs/{old}/rerun");
    operator.json(201, &again, Some(json!({}))).await;
    admin.json(200, "PUT /tasks/it", Some(json!({"name": "it", "run": run, "overlap": overlap}))).await;
    operator.json(403, &again, Some(json!({}))).await;
    operator.json(201, &again, Some(json!({"newest_version": true}))).await;
    admin.json(201, &again, Some(json!({}))).await;
}
