//! The router of a server in this process, asked with the local token.

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use futures::StreamExt;
use orc_server::api::core::state::{ApiSettings, ApiState};
use orc_server::api::router;
use orc_server::app::{App, AppSettings};
use orc_server::clock::Clock;
use orc_server::store::{DatabaseConfig, Store};
use serde_json::Value;
use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const TOKEN: &str = "orc_local_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A server without a socket and without an engine.
pub struct Within {
    pub app: App,
    pub stop: CancellationToken,
    router: Router,
    _folder: tempfile::TempDir,
}

/// An answer, read.
pub struct Answer {
    pub status: u16,
    body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl Within {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_path_buf();
        let database = DatabaseConfig { url: None, data_dir: data_dir.clone(), readers: 2 };
        let store = Store::open(&database).await.unwrap();
        let settings =
            AppSettings { node: "test".into(), timezone: "UTC".into(), data_dir, run_limit: 4, file_roots: Vec::new() };
        let app = App::new(store, Clock::system(), settings);
        let setting =
            |name: &str, value: &str| (name.to_owned(), value.to_owned(), "default".to_owned(), String::new());
        let settings = ApiSettings {
            local_token: Some(TOKEN.into()),
            shown: vec![setting("listen", "127.0.0.1:5000")],
            ..ApiSettings::default()
        };
        let stop = CancellationToken::new();
        let router = router::router(ApiState::new(app.clone(), router::contract(), settings, stop.clone()));
        Self { app, stop, router, _folder: folder }
    }

    async fn response(&self, method: &str, path: &str, header: Option<&str>, body: &str) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {TOKEN}"))
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        if let Some(id) = header {
            request = request.header("last-event-id", id);
        }
        self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
    }

    pub async fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let response = self.response(method, path, None, body).await;
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    /// Opens a stream of events.
    pub async fn events(&self, path: &str, last_event_id: Option<&str>) -> Events {
        let response = self.response("GET", path, last_event_id, "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Events { body: response.into_body().into_data_stream(), read: String::new() }
    }
}

/// An open stream of events.
pub struct Events {
    body: BodyDataStream,
    read: String,
}

/// One event.
#[derive(Debug)]
pub struct Event {
    pub id: String,
    pub event: String,
    pub data: Value,
}

impl Events {
    pub async fn next(&mut self) -> Event {
        while !self.read.contains("\n\n") {
            let part = self.body.next().await.expect("the stream goes on").unwrap();
            self.read.push_str(std::str::from_utf8(&part).unwrap());
        }
        let (one, rest) = self.read.split_once("\n\n").unwrap();
        let field = |name: &str| {
            let found = one.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            found.unwrap_or_default().to_owned()
        };
        let event =
            Event { id: field("id"), event: field("event"), data: serde_json::from_str(&field("data")).unwrap() };
        self.read = rest.to_owned();
        event
    }

    /// Reads to the end; true when it ends well.
    pub async fn ended(mut self) -> bool {
        while let Some(part) = self.body.next().await {
            if part.is_err() {
                return false;
            }
        }
        true
    }
}
