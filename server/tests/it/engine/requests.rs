//! Tasks of kind `http`, against a real server on this machine.

use super::bench::Bench;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::vocabulary::RunState;
use serde_json::{Value, json};

pub(super) async fn server() -> String {
    let routes = Router::new()
        .route("/ok", get(|| async { "all is well" }))
        .route("/sick", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "come back later") }))
        .route("/hang", get(std::future::pending::<&'static str>))
        .route("/away", get(|| async { Redirect::temporary("http://169.254.169.254/latest/meta-data") }))
        .route("/there", get(|| async { Redirect::temporary("/ok") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_become_outcomes_and_logs() {
    let (bench, base) = (Bench::new().await, server().await);
    let _engine = bench.engine().await;
    let cases: [(&str, &str, Value, RunState, Option<ReasonCode>); 8] = [
        ("ok", "/ok", json!({}), RunState::Succeeded, None),
        ("text", "/ok", json!({"body_contains": "is well"}), RunState::Succeeded, None),
        ("notext", "/ok", json!({"body_contains": "is ill"}), RunState::Failed, Some(ReasonCode::TextMissing)),
        ("sick", "/sick", json!({}), RunState::Failed, Some(ReasonCode::UnexpectedStatus)),
        ("sick-fine", "/sick", json!({"expected_codes": [503]}), RunState::Succeeded, None),
        ("there", "/there", json!({}), RunState::Succeeded, None),
        ("away", "/away", json!({}), RunState::Failed, Some(ReasonCode::RequestRefused)),
        ("hang", "/hang", json!({}), RunState::TimedOut, Some(ReasonCode::AttemptTimedOut)),
    ];
    for (name, path, more, state, code) in cases {
        let mut run = json!({"kind": "http", "url": format!("{base}{path}")});
        run.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let limit = if name == "hang" { json!(0.3) } else { json!(20) };
        bench.task(json!({"name": name, "run": run, "attempt_timeout_seconds": limit})).await;
        let (record, attempts) = bench.ended(bench.start(name).await).await;
        assert_eq!((record.state, record.reason.as_ref().map(Reason::code)), (state, code), "{name}: {record:?}");
        if name == "ok" {
            let log = bench.log(&attempts[0]);
            assert!(log.starts_with("HTTP/1.1 200 OK\n") && log.ends_with("\n\nall is well"), "{log}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_addresses_are_not_tried_again_and_cancel_works() {
    let (bench, base) = (Bench::new().await, server().await);
    let _engine = bench.engine().await;
    let retry = json!({"max_attempts": 4, "delay_seconds": 0.01});
    let own = json!({"kind": "http", "url": "http://localhost:5000/api/v1/tasks"});
    bench.task(json!({"name": "own", "run": own, "retry": retry})).await;
    let (record, attempts) = bench.ended(bench.start("own").await).await;
    assert_eq!((record.state, attempts.len()), (RunState::Failed, 1), "{:?}", record.reason);
    bench.task(json!({"name": "hang", "run": {"kind": "http", "url": format!("{base}/hang")}})).await;
    let run = bench.start("hang").await;
    bench.until(run, |record, _| record.state == RunState::Running).await;
    bench.app.run_cancel(&orc_server::app::Caller::local(), run).await.expect("told");
    assert_eq!(bench.ended(run).await.0.state, RunState::Cancelled);
}
