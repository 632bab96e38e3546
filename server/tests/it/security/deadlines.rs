//! Whatever hangs is ended: bodies that do not arrive, and streams whose reader may no longer read.

use crate::kit::{HERE, House};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use futures::StreamExt as _;
use orc_server::api::core::state::ApiSettings;
use orc_server::app::Caller;
use orc_server::domain::vocabulary::Role;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

/// Far more than any stream needs. Only a fault reaches it.
const PATIENCE: Duration = Duration::from_secs(20);

fn request(method: &str, path: &str, body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = request.header("content-type", "application/json");
    request.extension(ConnectInfo(SocketAddr::from((HERE, 9)))).body(body).unwrap()
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let deadline = Some(Duration::from_millis(50));
    let house = House::new(ApiSettings { deadline, ..ApiSettings::default() }).await;
    for path in ["/api/v1/session", "/api/v1/setup", "/hooks/00000000000000000000000000000000.abc"] {
        let silent = Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>());
        let answer = tokio::time::timeout(PATIENCE, house.raw(request("POST", path, silent))).await;
        let answer = answer.unwrap_or_else(|_| panic!("{path} waits for ever"));
        assert_eq!(answer.status(), 408, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn streams_end_when_their_token_is_revoked() {
    let house = House::with(&[]).await;
    let local = Caller::local();
    let (record, text) = house.app.token_create(&local, "t".into(), Role::Editor.into(), None).await.unwrap();
    let bearer = format!("Bearer {}", text.expose());
    let task = json!({"name": "t", "run": {"kind": "command", "program": "true"}});
    house.ask("POST /tasks", &[("authorization", &bearer)], Some(task)).await;
    let run = house.ask("POST /tasks/t/runs", &[("authorization", &bearer)], Some(json!({}))).await;
    let run: Value = serde_json::from_str(&run.text).unwrap();
    let paths = ["/api/v1/events".to_owned(), format!("/api/v1/runs/{}/log/stream", run["id"].as_str().unwrap())];
    let mut streams = Vec::new();
    for path in paths {
        let mut request = request("GET", &path, Body::empty());
        request.headers_mut().insert("authorization", bearer.parse().unwrap());
        let answer = house.raw(request).await;
        assert_eq!(answer.status(), 200, "{path}");
        streams.push((path, answer.into_body().into_data_stream()));
    }
    house.app.token_revoke(&local, record.id).await.unwrap();
    for (path, stream) in streams {
        let ended = tokio::time::timeout(PATIENCE, stream.for_each(async |_| ())).await;
        assert!(ended.is_ok(), "{path} goes on");
    }
}
