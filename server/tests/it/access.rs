//! Who may do what: every operation of the document against every kind of caller.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use orc_server::api::core::PREFIX;
use orc_server::api::core::state::{ApiSettings, ApiState};
use orc_server::api::router;
use orc_server::app::{App, AppSettings, Caller};
use orc_server::clock::Clock;
use orc_server::domain::vocabulary::{Permission, Role};
use orc_server::store::{DatabaseConfig, Store};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tower::ServiceExt;

struct House {
    app: App,
    router: Router,
    _folder: tempfile::TempDir,
}

async fn house() -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().to_path_buf();
    let store = Store::open(&DatabaseConfig { url: None, data_dir: data_dir.clone(), readers: 2 }).await;
    let settings =
        AppSettings { node: "here".into(), timezone: "UTC".into(), data_dir, run_limit: 2, file_roots: Vec::new() };
    let app = App::new(store.expect("a database"), Clock::system(), settings);
    let state = ApiState::new(
        app.clone(),
        router::contract(),
        ApiSettings::default(),
        tokio_util::sync::CancellationToken::new(),
    );
    House { app, router: router::router(state), _folder: folder }
}

impl House {
    async fn token(&self, role: Role) -> String {
        let made = self.app.token_create(&Caller::local(), role.to_string(), role, None).await.expect("a token");
        made.1.expose().to_owned()
    }

    async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = self.router.clone().oneshot(request.body(Body::from(text)).expect("a request")).await;
        let answer = answer.expect("the router always answers");
        let kind = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        (answer.status(), kind.to_owned())
    }
}

/// Method, path with things that do not exist, permission, and whether there is a body, of every operation.
fn operations() -> Vec<(String, String, String, bool)> {
    let document = router::contract().document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let mut path = format!("{PREFIX}{path}");
            for (name, value) in [
                ("{task}", "none"),
                ("{user}", "none"),
                ("{calendar}", "none"),
                ("{pool}", "none"),
                ("{trigger}", "none"),
                ("{backfill}", "018f3b1c-0000-7000-8000-000000000000"),
                ("{feed}", "018f3b1c-0000-7000-8000-000000000000"),
                ("{run}", "018f3b1c-0000-7000-8000-000000000000"),
                ("{token}", "018f3b1c-0000-7000-8000-000000000000"),
                ("{version}", "1"),
            ] {
                path = path.replace(name, value);
            }
            assert!(!path.contains('{'), "{path}: say what stands for this");
            let permission = operation["x-permission"].as_str().expect("every operation states its permission");
            let body = operation.get("requestBody").is_some();
            all.push((method.to_ascii_uppercase(), path, permission.to_owned(), body));
        }
    }
    all
}

#[tokio::test]
async fn every_operation_against_every_kind_of_caller() {
    let house = house().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((*role, house.token(*role).await));
    }
    let mut checked = 0;
    for (method, path, permission, body) in operations() {
        let body = body.then(|| json!({"unknown": 1}));
        let (status, kind) = house.ask(&method, &path, None, body.clone()).await;
        if permission == "public" {
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path} is public");
        } else {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path} by nobody");
            assert_eq!(kind, "application/problem+json", "{method} {path} by nobody");
        }
        let (status, _) = house.ask(&method, &path, Some("orc_rubbish"), body.clone()).await;
        assert!(permission == "public" || status == StatusCode::UNAUTHORIZED, "{method} {path} by a wrong token");
        for (role, token) in &tokens {
            let (status, _) = house.ask(&method, &path, Some(token), body.clone()).await;
            let least = permission.parse::<Permission>().map_or(Role::Viewer, Permission::least_role);
            let refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            assert_eq!(refused, *role < least, "{method} {path} by {role}: {status}");
            assert!(!status.is_server_error(), "{method} {path} by {role}: {status}");
            checked += 1;
        }
    }
    assert_eq!(checked, operations().len() * Role::ALL.len());
}

#[tokio::test]
async fn public_are_exactly_these() {
    let mut public: Vec<_> = operations()
        .into_iter()
        .filter(|(.., permission, _)| permission == "public")
        .map(|(method, path, ..)| format!("{method} {path}"))
        .collect();
    public.sort();
    assert_eq!(public, ["GET /api/v1/setup", "POST /api/v1/session", "POST /api/v1/setup"]);
}

#[tokio::test]
async fn what_the_document_does_not_know_is_refused() {
    assert_eq!(router::contract().access("/api/v1/tasks/{task}/secret", &Method::GET), None);
    let house = house().await;
    let admin = house.token(Role::Admin).await;
    for path in [
        "/api/v1/nothing",
        "/api/v1/tasks/health",
        "/api/v1/tasks/readyz",
        "/api/v1/tasks/..%2fhealthz",
        "/api/v1/tasks/%2e%2e%2fhealthz",
        "/api/v1//tasks",
        "/api/v1/healthz",
        "/swagger-ui/index.html",
    ] {
        let (status, _) = house.ask("GET", path, None, None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} by nobody");
    }
    let (status, kind) = house.ask("GET", "/api/v1/nothing", Some(&admin), None).await;
    assert_eq!((status, kind.as_str()), (StatusCode::NOT_FOUND, "application/problem+json"));
    let (status, kind) = house.ask("PATCH", "/api/v1/runs", Some(&admin), None).await;
    assert_eq!((status, kind.as_str()), (StatusCode::METHOD_NOT_ALLOWED, "application/problem+json"));
}

#[tokio::test]
async fn foreign_hosts_and_pages_are_refused() {
    let house = house().await;
    let token = house.token(Role::Admin).await;
    let ask = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        house.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer").status()
    };
    assert_eq!(ask("GET", "/api/v1/tasks", &[("host", "evil.example")]).await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(ask("GET", "/api/v1/tasks", &[("host", "localhost:5000")]).await, StatusCode::OK);
    let foreign: [&[(&str, &str)]; 4] = [
        &[("host", "localhost"), ("origin", "http://evil.example")],
        &[("host", "localhost"), ("origin", "null")],
        &[("host", "localhost"), ("sec-fetch-site", "cross-site")],
        &[("host", "localhost:5000"), ("origin", "http://localhost:6000")],
    ];
    for headers in foreign {
        assert_eq!(ask("POST", "/api/v1/tasks/none/enable", headers).await, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(ask("GET", "/api/v1/events", headers).await, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let own = [("host", "localhost:5000"), ("origin", "http://localhost:5000"), ("sec-fetch-site", "same-origin")];
    assert_eq!(ask("POST", "/api/v1/tasks/none/enable", &own).await, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_administrator_however_many_ask_at_once() {
    let house = house().await;
    let token = house.app.setup_prepare().await.expect("prepared").expect("needed");
    let body =
        |name: usize| json!({"token": token.expose(), "name": format!("user{name}"), "password": "a long sentence"});
    let asked = (0..30).map(|name| house.ask("POST", "/api/v1/setup", None, Some(body(name))));
    let answers = futures::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == StatusCode::CREATED).count(), 1, "{answers:?}");
    let users = house.app.user_list(&Caller::local(), &orc_server::domain::model::PageRequest::first(50)).await;
    assert_eq!(users.expect("users").items.len(), 1);
    let (status, _) = house.ask("POST", "/api/v1/setup", None, Some(body(99))).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "set-up is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_secrets_stay_out_of_the_audit_log() {
    let house = house().await;
    let local = Caller::local();
    let password = "correct horse battery";
    let secret = orc_server::security::secret::Secret::new(password);
    house.app.user_create(&local, "ada".into(), Role::Viewer, secret).await.expect("a user");
    let mut seen = Vec::new();
    for _ in 0..8 {
        let body = json!({"name": "ada", "password": "wrong guess"});
        seen.push(house.ask("POST", "/api/v1/session", None, Some(body)).await.0);
    }
    assert_eq!(seen[0], StatusCode::UNAUTHORIZED);
    assert_eq!(seen[7], StatusCode::TOO_MANY_REQUESTS);
    let token = house.token(Role::Editor).await;
    let (all, first) =
        (orc_server::domain::model::AuditFilter::default(), orc_server::domain::model::PageRequest::first(200));
    let page = house.app.audit_list(&local, &all, &first);
    let text = format!("{:?}", page.await.expect("the audit log"));
    assert!(!text.contains(password) && !text.contains("wrong guess") && !text.contains(&token), "{text}");
    assert!(text.contains("session_refuse") && text.contains("user_create"));
    let verdict = house.app.audit_verify(&local).await.expect("verified");
    assert_eq!(verdict.broken_at, None);
}

#[tokio::test]
async fn bad_bodies_get_problems_and_change_nothing() {
    let house = house().await;
    let admin = house.token(Role::Admin).await;
    let send = async |kind: &str, text: String| {
        let request = Request::builder().method("POST").uri("/api/v1/tasks").header("host", "localhost");
        let request = request.header("authorization", format!("Bearer {admin}")).header("content-type", kind);
        let answer = house.router.clone().oneshot(request.body(Body::from(text)).expect("a request")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        answer.status()
    };
    let json = "application/json";
    assert_eq!(send(json, "{".into()).await, StatusCode::BAD_REQUEST);
    assert_eq!(send(json, "[".repeat(100_000)).await, StatusCode::BAD_REQUEST);
    assert_eq!(send(json, format!("\"{}\"", "x".repeat(2 * 1024 * 1024))).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send("text/plain", "{}".into()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let run = json!({"kind": "shell", "line": "true"});
    for body in [
        json!(null),
        json!([]),
        json!({"name": "ok"}),
        json!({"name": "NOT ok", "run": run}),
        json!({"name": "ok", "run": run, "nmae": 1}),
        json!({"name": "ok", "run": {"kind": "shell", "line": "a\u{0}b"}}),
        json!({"name": "ok", "run": run, "schedules": [{"kind": "cron", "expression": "61 * * * *"}]}),
        json!({"name": "ok", "run": run, "schedules": [{"kind": "cron", "expression": "* * * * *", "timezone": "Mars/Base"}]}),
        json!({"name": "ok", "run": run, "grace_seconds": -1}),
        json!({"name": "bulk", "run": run}),
    ] {
        assert_eq!(send(json, body.to_string()).await, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    let (status, _) = house.ask("GET", "/api/v1/tasks?cursor=rubbish", Some(&admin), None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = house.ask("GET", "/api/v1/tasks?limit=0", Some(&admin), None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (all, first) =
        (orc_server::domain::model::TaskFilter::default(), orc_server::domain::model::PageRequest::first(9));
    let tasks = house.app.task_list(&Caller::local(), &all, orc_server::domain::model::TaskSort::Name, &first).await;
    assert_eq!(tasks.expect("a list").items.len(), 0);
}

/// What a person wrote wrong in a schedule is named with its place, and with what to write instead.
#[tokio::test]
async fn faults_of_schedules_say_what_to_write() {
    let house = house().await;
    let admin = house.token(Role::Admin).await;
    let check = async |schedule: Value, pointer: &str, says: &str| {
        let body = json!({"name": "it", "run": {"kind": "shell", "line": "true"}, "schedules": [schedule]});
        let request = Request::builder().method("POST").uri("/api/v1/tasks").header("host", "localhost");
        let request =
            request.header("authorization", format!("Bearer {admin}")).header("content-type", "application/json");
        let answer = house.router.clone().oneshot(request.body(Body::from(body.to_string())).expect("a request")).await;
        let bytes = axum::body::to_bytes(answer.expect("an answer").into_body(), 100_000).await.expect("a body");
        let problem: Value = serde_json::from_slice(&bytes).expect("JSON");
        let field = &problem["fields"][0];
        assert_eq!(field["pointer"], format!("/schedules/0{pointer}"), "{problem}");
        assert!(field["message"].as_str().is_some_and(|message| message.contains(says)), "{problem}");
    };
    check(json!({"kind": "once", "at": "tomorrow"}), "/at", "write an instant (2026-12-01T02:00:00Z)").await;
    let daily = json!({"kind": "cron", "expression": "@daily", "timezone": ""});
    check(daily, "/timezone", "leave it out for the server's zone").await;
    let window = json!({"from": "8", "to": "9", "weekdays": []});
    check(json!({"kind": "interval", "every_seconds": 60, "window": window}), "/window/from", "write it from 00:00")
        .await;
    let days = json!({"kind": "every_weeks", "weekdays": ["mon"]});
    let week = "write \"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"";
    check(json!({"kind": "calendar_rule", "days": days, "times": ["09:00"]}), "/days/weekdays/0", week).await;
    let both = json!({"kind": "rrule", "rule": "FREQ=DAILY;COUNT=2;UNTIL=20990101", "dtstart": "2026-01-01T09:00"});
    check(both, "/rule", "COUNT and UNTIL exclude each other (at character 20)").await;
}

#[tokio::test]
async fn a_refused_password_is_not_repeated() {
    let house = house().await;
    let admin = house.token(Role::Admin).await;
    let body = json!({"name": "ada", "role": "viewer", "password": "sh0rt-1"}).to_string();
    let request = Request::builder().method("POST").uri("/api/v1/users").header("host", "localhost");
    let request = request.header("authorization", format!("Bearer {admin}")).header("content-type", "application/json");
    let answer =
        house.router.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("/password") && !text.contains("sh0rt-1"), "{text}");
}
