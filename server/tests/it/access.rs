//! Who may do what: every operation of the document against every kind of caller.

use crate::kit::House;
use axum::http::Method;
use orc_server::api::router::contract;
use orc_server::app::Caller;
use orc_server::domain::model::Rights;
use orc_server::domain::model::{Cursor, Tie};
use orc_server::domain::vocabulary::{Grant, Permission, Role};
use serde_json::{Value, json};

/// Method, path with things that do not exist, permission, and whether there is a body, of every operation.
fn operations() -> Vec<(String, String, String, bool)> {
    let document = contract().document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let mut path = path.clone();
            for (name, value) in [
                ("{task}", "none"),
                ("{user}", "none"),
                ("{calendar}", "none"),
                ("{pool}", "none"),
                ("{credential}", "none"),
                ("{network}", "none"),
                ("{report}", "none"),
                ("{channel}", "none"),
                ("{delivery}", "018f3b1c-0000-7000-8000-000000000000"),
                ("{rule}", "none"),
                ("{incident}", "018f3b1c-0000-7000-8000-000000000000"),
                ("{link}", "none"),
                ("{silence}", "018f3b1c-0000-7000-8000-000000000000"),
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
    let house = House::with(&[]).await;
    let wrong = [("authorization", "Bearer orc_rubbish")];
    let mut checked = 0;
    for (method, path, permission, body) in operations() {
        let line = format!("{method} {path}");
        let body = body.then(|| json!({"unknown": 1}));
        let answer = house.nobody().ask(&line, body.clone()).await;
        if permission == "public" {
            assert_ne!(answer.status, 401, "{line} is public");
        } else {
            assert_eq!(answer.status, 401, "{line} by nobody");
        }
        let answer = house.ask(&line, &wrong, body.clone()).await;
        assert!(permission == "public" || answer.status == 401, "{line} by a wrong token");
        for role in Role::ALL {
            let status = house.actor(*role).await.ask(&line, body.clone()).await.status;
            let permission = permission.parse::<Permission>().unwrap_or(Permission::Read);
            let may = Rights::of_role(*role).include(permission);
            assert_eq!(matches!(status, 401 | 403), !may, "{line} by {role}: {status}");
            assert!(status < 500, "{line} by {role}: {status}");
            checked += 1;
        }
    }
    assert_eq!(checked, operations().len() * Role::ALL.len());
}

#[tokio::test]
async fn a_grant_opens_its_operations_and_no_others() {
    let house = House::with(&[]).await;
    let with = async |role: Role, grants: &[Grant]| {
        house.client_with(Rights { role, grants: grants.iter().copied().collect() }).await
    };
    let (writer, user) =
        (with(Role::Editor, &[Grant::CredentialsWrite]).await, with(Role::Editor, &[Grant::CredentialsUse]).await);
    let too_low = with(Role::Operator, Grant::ALL).await;
    let mut opened = 0;
    for (method, path, permission, body) in operations() {
        let Ok(permission) = permission.parse::<Permission>() else { continue };
        let line = format!("{method} {path}");
        let body = body.then(|| json!({"unknown": 1}));
        for (client, role, grant) in [
            (&writer, Role::Editor, Grant::CredentialsWrite),
            (&user, Role::Editor, Grant::CredentialsUse),
            (&too_low, Role::Operator, Grant::CredentialsWrite),
        ] {
            let status = client.ask(&line, body.clone()).await.status;
            let may = role >= permission.least_role() && permission.grant().is_none_or(|needed| needed == grant);
            assert_eq!(status != 403, may, "{line} by {role} with {grant}: {status}");
            opened += usize::from(may && permission.grant().is_some());
        }
    }
    assert!(opened >= 4, "{opened}");
}

#[tokio::test]
async fn public_are_exactly_these() {
    let mut public: Vec<_> = operations()
        .into_iter()
        .filter(|(.., permission, _)| permission == "public")
        .map(|(method, path, ..)| format!("{method} {path}"))
        .collect();
    public.sort();
    assert_eq!(public, ["GET /links/none", "GET /setup", "POST /links/none", "POST /session", "POST /setup"]);
}

/// All routes that are not operations are in one file (tidy checks that), so the lines of that file are complete.
#[tokio::test]
async fn routes_that_are_no_operations_open_to_nobody_but_these() {
    let source = include_str!("../../src/api/pages/spa.rs");
    let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once("\", "));
    let house = House::with(&[]).await;
    let mut found = Vec::new();
    for (path, method) in routes {
        let method = if method.contains("post(") { "POST" } else { "GET" };
        let path = path.replace(['{', '*', '}'], "");
        let answer = house.ask(&format!("{method} ..{path}"), &[], None).await;
        found.push((format!("{method} {path}"), answer.status));
    }
    let expected = [
        ("GET /healthz", 200),
        ("GET /readyz", 200),
        // Whoever knows the secret address gets in.
        ("GET /feeds/file", 404),
        ("POST /hooks/address", 401),
        ("POST /hooks/address/said", 401),
        // A redirect to the address with the slash.
        ("GET /swagger-ui", 303),
        ("GET /swagger-ui/", 401),
        ("GET /swagger-ui/file", 401),
    ];
    assert_eq!(found, expected.map(|(line, status)| (line.to_owned(), status)));
}

#[tokio::test]
async fn what_the_document_does_not_know_is_refused() {
    assert_eq!(contract().access("/api/v1/tasks/{task}/secret", &Method::GET), None);
    let admin = House::with(&[]).await.admin().await;
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
        assert_eq!(admin.house.read(path).await.status, 401, "{path} by nobody");
    }
    admin.json(404, "GET /nothing", None).await;
    admin.json(405, "PATCH /runs", None).await;
}

#[tokio::test]
async fn foreign_hosts_and_pages_are_refused() {
    let admin = House::with(&[]).await.admin().await;
    let ask = async |line: &str, headers: &[(&str, &str)]| admin.ask_with(line, headers).await.status;
    assert_eq!(ask("GET /tasks", &[("host", "evil.example")]).await, 421);
    assert_eq!(ask("GET /tasks", &[("host", "localhost:5000")]).await, 200);
    let foreign: [&[(&str, &str)]; 4] = [
        &[("host", "localhost"), ("origin", "http://evil.example")],
        &[("host", "localhost"), ("origin", "null")],
        &[("host", "localhost"), ("sec-fetch-site", "cross-site")],
        &[("host", "localhost:5000"), ("origin", "http://localhost:6000")],
    ];
    for headers in foreign {
        assert_eq!(ask("POST /tasks/none/enable", headers).await, 403, "{headers:?}");
        assert_eq!(ask("GET /events", headers).await, 403, "{headers:?}");
    }
    let own = [("host", "localhost:5000"), ("origin", "http://localhost:5000"), ("sec-fetch-site", "same-origin")];
    assert_eq!(ask("POST /tasks/none/enable", &own).await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_administrator_however_many_ask_at_once() {
    let house = House::with(&[]).await;
    let token = house.app.setup_prepare().await.expect("prepared").expect("needed");
    let body =
        |name: usize| json!({"token": token.expose(), "name": format!("user{name}"), "password": "a long sentence"});
    let asked = (0..30).map(|name| house.ask("POST /setup", &[], Some(body(name))));
    let answers = futures::future::join_all(asked).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    let users = house.app.user_list(&Caller::local(), None, &orc_server::domain::model::PageRequest::first(50)).await;
    assert_eq!(users.expect("users").items.len(), 1);
    let late = house.ask("POST /setup", &[], Some(body(99))).await;
    assert_eq!(late.status, 404, "set-up is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_secrets_stay_out_of_the_audit_log() {
    let house = House::with(&[]).await;
    let local = Caller::local();
    let password = "correct horse battery";
    let secret = orc_server::security::secret::Secret::new(password);
    house.app.user_create(&local, "ada".into(), Rights::of_role(Role::Viewer), secret).await.expect("a user");
    let mut seen = Vec::new();
    for _ in 0..8 {
        let body = json!({"name": "ada", "password": "wrong guess"});
        seen.push(house.ask("POST /session", &[], Some(body)).await.status);
    }
    assert_eq!((seen[0], seen[7]), (401, 429));
    let token = house.app.token_create(&local, "t".into(), Role::Editor.into(), None).await.expect("a token").1;
    let token = token.expose();
    let (all, first) =
        (orc_server::domain::model::AuditFilter::default(), orc_server::domain::model::PageRequest::first(200));
    let page = house.app.audit_list(&local, &all, &first);
    let text = format!("{:?}", page.await.expect("the audit log"));
    assert!(!text.contains(password) && !text.contains("wrong guess") && !text.contains(token), "{text}");
    assert!(text.contains("session_refuse") && text.contains("user_create"));
    let verdict = house.app.audit_verify(&local).await.expect("verified");
    assert_eq!(verdict.broken_at, None);
}

#[tokio::test]
async fn bad_bodies_get_problems_and_change_nothing() {
    let admin = House::with(&[]).await.admin().await;
    let send = async |kind: &str, text: String| admin.ask_text("POST /tasks", kind, text).await.status;
    let json = "application/json";
    assert_eq!(send(json, "{".into()).await, 400);
    assert_eq!(send(json, "[".repeat(100_000)).await, 400);
    assert_eq!(send(json, format!("\"{}\"", "x".repeat(2 * 1024 * 1024))).await, 413);
    assert_eq!(send("text/plain", "{}".into()).await, 415);
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
        assert_eq!(send(json, body.to_string()).await, 422, "{body}");
    }
    admin.json(422, "GET /tasks?cursor=rubbish", None).await;
    // An invented cursor must not make the server keep all slots of a year.
    let far = Cursor::number(1_800_000_000_000_000, Tie(i64::MAX));
    let early = Cursor::number(i64::MIN, Tie(1));
    admin.json(422, &format!("GET /plan?cursor={far}"), None).await;
    admin.json(422, &format!("GET /plan?cursor={early}"), None).await;
    admin.json(422, "GET /tasks?limit=0", None).await;
    let (all, first) =
        (orc_server::domain::model::TaskFilter::default(), orc_server::domain::model::PageRequest::first(9));
    let tasks =
        admin.house.app.task_list(&Caller::local(), &all, orc_server::domain::vocabulary::TaskSort::Name, &first).await;
    assert_eq!(tasks.expect("a list").items.len(), 0);
}

/// A mistake in a schedule is reported with its place and with what to write instead.
#[tokio::test]
async fn faults_of_schedules_say_what_to_write() {
    let admin = House::with(&[]).await.admin().await;
    let check = async |schedule: Value, pointer: &str, says: &str| {
        let body = json!({"name": "it", "run": {"kind": "shell", "line": "true"}, "schedules": [schedule]});
        let problem = admin.json(422, "POST /tasks", Some(body)).await;
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
    let week = "use \"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"";
    check(json!({"kind": "calendar_rule", "days": days, "times": ["09:00"]}), "/days/weekdays/0", week).await;
    let both = json!({"kind": "rrule", "rule": "FREQ=DAILY;COUNT=2;UNTIL=20990101", "dtstart": "2026-01-01T09:00"});
    check(both, "/rule", "COUNT and UNTIL exclude each other (at character 20)").await;
}

#[tokio::test]
async fn a_refused_password_is_not_repeated() {
    let admin = House::with(&[]).await.admin().await;
    let body = json!({"name": "ada", "role": "viewer", "password": "sh0rt-1"});
    let answer = admin.ask("POST /users", Some(body)).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("/password") && !answer.text.contains("sh0rt-1"), "{}", answer.text);
}
