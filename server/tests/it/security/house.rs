//! A server without a socket, with a clock that stands still, asked from any address.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use chrono::DateTime;
use orc_server::api::core::state::{ApiSettings, ApiState};
use orc_server::api::router;
use orc_server::app::{App, AppSettings, Caller};
use orc_server::clock::Clock;
use orc_server::domain::vocabulary::Role;
use orc_server::security::secret::Secret;
use orc_server::store::{DatabaseConfig, Store};
use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse battery";
pub const HERE: [u8; 4] = [127, 0, 0, 1];

pub struct House {
    pub app: App,
    pub clock: Clock,
    pub folder: tempfile::TempDir,
    router: Router,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl House {
    pub async fn new(settings: ApiSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_path_buf();
        let database = DatabaseConfig { url: None, data_dir: data_dir.clone(), readers: 2 };
        let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let own =
            AppSettings { node: "here".into(), timezone: "UTC".into(), data_dir, run_limit: 2, file_roots: Vec::new() };
        let app = App::new(Store::open(&database).await.unwrap(), clock.clone(), own);
        let state =
            ApiState::new(app.clone(), router::contract(), settings, tokio_util::sync::CancellationToken::new());
        Self { app, clock, folder, router: router::router(state) }
    }

    /// Also makes these people, all with the same password.
    pub async fn with(people: &[(&str, Role)]) -> Self {
        let house = Self::new(ApiSettings::default()).await;
        for (name, role) in people {
            house.add(name, *role).await;
        }
        house
    }

    pub async fn add(&self, name: &str, role: Role) {
        self.app.user_create(&Caller::local(), name.into(), role, Secret::new(PASSWORD)).await.unwrap();
    }

    /// Asks from an address, with a header line each.
    pub async fn ask_from(&self, peer: [u8; 4], line: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let uri = path.strip_prefix("..").map_or_else(|| format!("/api/v1{path}"), str::to_owned);
        let mut request = Request::builder().method(method).uri(uri).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.extension(ConnectInfo(SocketAddr::from((peer, 9))));
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = self.router.clone().oneshot(request.body(Body::from(text)).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Does something to the database behind the server's back; answers how many rows it changed.
    pub async fn behind(&self, sql: &str) -> u64 {
        let url = format!("sqlite:{}", self.folder.path().join("orc.db").display());
        let raw = sea_orm::Database::connect(url).await.unwrap();
        let changed = raw.execute_unprepared(sql).await.unwrap().rows_affected();
        raw.close().await.unwrap();
        changed
    }

    /// Sends a request as it is; the answer's body is not read.
    pub async fn raw(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn ask(&self, line: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        self.ask_from(HERE, line, headers, body).await
    }

    /// Reads a path outside of the operations, as nobody.
    pub async fn read(&self, path: &str) -> Answer {
        self.ask_from(HERE, &format!("GET ..{path}"), &[], None).await
    }

    /// Logs in and tells the cookie as a browser sends it back.
    pub async fn login(&self, name: &str, headers: &[(&str, &str)]) -> String {
        let body = serde_json::json!({"name": name, "password": PASSWORD});
        let answer = self.ask("POST /session", headers, Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    /// Status of the answer to "who am I" for a cookie.
    pub async fn seen(&self, cookie: &str) -> u16 {
        self.ask("GET /session", &[("cookie", cookie)], None).await.status
    }

    pub async fn seen_token(&self, token: &str) -> u16 {
        self.ask("GET /session", &[("authorization", &format!("Bearer {token}"))], None).await.status
    }
}

/// A house, and somebody in it who may define tasks.
pub struct Editor {
    pub house: House,
    token: String,
}

impl Editor {
    pub async fn new() -> Self {
        let house = House::new(ApiSettings::default()).await;
        let token = house.app.token_create(&Caller::local(), "editor".into(), Role::Editor, None).await.unwrap().1;
        Self { token: format!("Bearer {}", token.expose()), house }
    }

    pub async fn ask(&self, line: &str, body: Option<Value>) -> Answer {
        self.house.ask(line, &[("authorization", &self.token)], body).await
    }

    /// Asks for what must be answered with this status, and reads the answer.
    pub async fn json(&self, status: u16, line: &str, body: Option<Value>) -> Value {
        let answer = self.ask(line, body).await;
        assert_eq!(answer.status, status, "{line}: {}", answer.text);
        if answer.text.is_empty() { Value::Null } else { serde_json::from_str(&answer.text).unwrap() }
    }

    pub async fn behind(&self, sql: &str) -> u64 {
        self.house.behind(sql).await
    }
}
