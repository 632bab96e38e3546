//! A server without a socket, asked from any address.

use super::contract::{self, Question};
use super::{Answer, Events, database};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use chrono::DateTime;
use orc_server::api::core::PREFIX;
use orc_server::api::core::state::{ApiSettings, ApiState};
use orc_server::api::router;
use orc_server::app::{App, AppSettings, Caller};
use orc_server::clock::Clock;
use orc_server::domain::core::limits::Abilities;
use orc_server::domain::model::Rights;
use orc_server::domain::model::Surroundings;
use orc_server::domain::runs::travel::Travel;
use orc_server::domain::vocabulary::Role;
use orc_server::domain::vocabulary::{LimitKind, LimitMeans};
use orc_server::security::secret::Secret;
use orc_server::store::{DatabaseConfig, Store};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse battery";
pub const HERE: [u8; 4] = [127, 0, 0, 1];

/// Settings that a test may choose for its server.
#[derive(Clone)]
pub struct Setup {
    pub clock: Clock,
    pub api: ApiSettings,
    /// Folders that file triggers may look into; empty: all.
    pub file_roots: Vec<PathBuf>,
    /// What processes find around them.
    pub surroundings: Surroundings,
    /// How requests of http tasks travel.
    pub travel: Travel,
    /// How long sending one notification may take.
    pub send_within: Duration,
    /// Number of days within which a backup must have been made; none: nobody asks for one.
    pub backup_within_days: Option<u32>,
}

impl Default for Setup {
    /// A clock that stands still on 2027-01-15 at 08:00.
    fn default() -> Self {
        let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let environment = std::env::vars().filter(|(name, _)| name == "PATH" || name == "HOME").collect();
        let surroundings = Surroundings { umask: 0o022, environment, abilities: modest(), ..Surroundings::default() };
        let send_within = Duration::from_secs(20);
        let (api, travel) = (ApiSettings::default(), Travel::default());
        let backup_within_days = None;
        Self { clock, api, file_roots: Vec::new(), surroundings, travel, send_within, backup_within_days }
    }
}

/// What a server can do that is not root and has no cgroup, on whatever machine the tests run.
fn modest() -> Abilities {
    let process = [LimitKind::OpenFiles, LimitKind::Niceness].map(|kind| (kind, LimitMeans::Process));
    let watched = [LimitKind::Memory, LimitKind::Processes].map(|kind| (kind, LimitMeans::Watched));
    let limits = process.into_iter().chain(watched).collect();
    Abilities { account: Some("orc".to_owned()), limits, open_files_max: Some(4096), ..Abilities::default() }
}

/// An application with its own data folder, and the router in front of it. Clones are the same server.
#[derive(Clone)]
pub struct House {
    pub app: App,
    pub clock: Clock,
    pub folder: Arc<tempfile::TempDir>,
    /// Cancelled when the server must stop.
    pub stop: CancellationToken,
    pub(super) tokens: Arc<[OnceCell<String>; Role::ALL.len()]>,
    database: DatabaseConfig,
    setup: Setup,
    router: Arc<OnceLock<Router>>,
}

impl House {
    pub async fn new(api: ApiSettings) -> Self {
        Self::open(Setup { api, ..Setup::default() }).await
    }

    /// On a clock of the test's choice.
    pub async fn at(clock: Clock) -> Self {
        Self::open(Setup { clock, ..Setup::default() }).await
    }

    /// Also creates these users, all with the same password.
    pub async fn with(people: &[(&str, Role)]) -> Self {
        let house = Self::open(Setup::default()).await;
        for (name, role) in people {
            house.add(name, *role).await;
        }
        house
    }

    pub async fn open(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = database::fresh(folder.path()).await;
        let (app, clock) = (app(&database, &setup).await, setup.clock.clone());
        let (folder, stop) = (Arc::new(folder), CancellationToken::new());
        Self { app, clock, folder, stop, tokens: Arc::default(), database, setup, router: Arc::default() }
    }

    /// Opens the same data folder again, as a server that starts.
    pub async fn restarted(self) -> Self {
        let setup = self.setup.clone();
        self.reopened(setup).await
    }

    /// Opens the same data folder again, with other settings.
    pub async fn reopened(self, setup: Setup) -> Self {
        self.app.store().close().await;
        let app = app(&self.database, &setup).await;
        Self { app, clock: setup.clock.clone(), setup, router: Arc::default(), ..self }
    }

    /// The settings with which this server was opened.
    pub fn setup(&self) -> Setup {
        self.setup.clone()
    }

    pub async fn add(&self, name: &str, role: Role) {
        self.app
            .user_create(&Caller::local(), name.into(), Rights::of_role(role), Secret::new(PASSWORD))
            .await
            .expect("a user");
    }

    /// Whether the database is PostgreSQL.
    pub fn on_postgres(&self) -> bool {
        self.database.url.is_some()
    }

    /// Changes the database behind the server's back. Returns the number of changed rows.
    pub async fn behind(&self, sql: &str) -> u64 {
        database::behind(&self.database, sql).await
    }

    /// Sends a request unchanged. The answer is not checked, so this also works for bodies that do not end.
    pub async fn raw(&self, request: Request<Body>) -> Response<Body> {
        let made = || {
            router::router(ApiState::new(
                self.app.clone(),
                router::contract(),
                self.setup.api.clone(),
                self.stop.clone(),
            ))
        };
        let router = self.router.get_or_init(made).clone();
        router.oneshot(request).await.expect("the router always answers")
    }

    /// Sends a request unchanged, and checks the answer against the contract.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let question = Question::of(&request);
        let answer = Answer::read(self.raw(request).await).await;
        contract::hold(&question, &answer);
        answer
    }

    /// Sends a request from an address. The line is `GET /tasks` for an operation and `GET ../healthz` for any other
    /// path.
    pub async fn ask_from(&self, peer: [u8; 4], line: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        self.send(request(peer, line, headers, body)).await
    }

    pub async fn ask(&self, line: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        self.ask_from(HERE, line, headers, body).await
    }

    /// Reads a path that is not an operation, without a login.
    pub async fn read(&self, path: &str) -> Answer {
        self.ask(&format!("GET ..{path}"), &[], None).await
    }

    /// Opens a stream of an operation.
    pub async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> Events {
        let request = request(HERE, &format!("GET {path}"), headers, None);
        let question = Question::of(&request);
        Events::new(question, self.raw(request).await).await
    }

    /// Logs in and returns the cookie as a browser sends it back.
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

pub fn request(peer: [u8; 4], line: &str, headers: &[(&str, &str)], body: Option<Value>) -> Request<Body> {
    let (method, path) = line.split_once(' ').expect("METHOD /path");
    let uri = path.strip_prefix("..").map_or_else(|| format!("{PREFIX}{path}"), str::to_owned);
    let mut request = Request::builder().method(method).uri(uri);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let text = body.map(|body| body.to_string()).unwrap_or_default();
    let request = request.extension(ConnectInfo(SocketAddr::from((peer, 9))));
    request.body(Body::from(text)).expect("a request")
}

async fn app(database: &DatabaseConfig, setup: &Setup) -> App {
    // What the server does when it starts.
    let _installed_once = rustls::crypto::ring::default_provider().install_default();
    let store = Store::open(database).await.expect("a database");
    let settings = AppSettings {
        node: "here".into(),
        timezone: "UTC".into(),
        data_dir: database.data_dir.clone(),
        run_limit: 8,
        probe_limit: 8,
        file_roots: setup.file_roots.clone(),
        surroundings: setup.surroundings.clone(),
        travel: setup.travel.clone(),
        send_within: setup.send_within,
        backup_within_days: setup.backup_within_days,
        public_url: Some("https://orc.example.org/".into()),
    };
    App::new(store, setup.clock.clone(), settings)
}
