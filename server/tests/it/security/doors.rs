//! The layer around the operations, the local token, and the set-up.

use crate::kit::House;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Router};
use orc_server::api::core::auth;
use orc_server::api::core::state::ApiSettings;
use orc_server::api::router::contract;
use orc_server::app::Caller;
use serde_json::json;
use tower::ServiceExt;

#[tokio::test]
async fn a_route_that_the_document_does_not_know_is_refused_even_to_administrators() {
    let inner = Router::new().route("/unlisted", get("reached")).layer(from_fn_with_state(contract(), auth::authorize));
    let router = Router::new().nest("/api/v1", inner).layer(Extension(Caller::local()));
    let request = Request::builder().uri("/api/v1/unlisted").body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert_ne!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_local_token_counts_on_this_machine_only() {
    let token = "orc_local_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let house = House::new(ApiSettings { local_token: Some(token.into()), ..ApiSettings::default() }).await;
    let bearer = format!("Bearer {token}");
    for (peer, status) in [([127, 0, 0, 1], 200), ([192, 168, 1, 7], 401), ([10, 0, 0, 1], 401)] {
        let answer = house.ask_from(peer, "GET /session", &[("authorization", &bearer)], None).await;
        assert_eq!(answer.status, status, "{peer:?}");
        assert!(status == 200 || answer.headers["www-authenticate"] == "Bearer");
    }
    let near = format!("Bearer {}0", &token[..token.len() - 1]);
    assert_eq!(house.ask("GET /session", &[("authorization", &near)], None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_set_ups_at_once_make_one_administrator() {
    let house = House::with(&[]).await;
    let token = house.app.setup_prepare().await.unwrap().unwrap();
    let wrong = json!({"token": "x", "name": "eve", "password": "a long sentence"});
    assert_eq!(house.ask("POST /setup", &[], Some(wrong)).await.status, 403);
    let ask = |number: u8| {
        let body = json!({"token": token.expose(), "name": format!("u{number}"), "password": "a long sentence"});
        house.ask_from([10, 0, 0, number], "POST /setup", &[], Some(body))
    };
    let answers = futures::future::join_all((0..100).map(ask)).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    let others: Vec<_> = answers.iter().map(|answer| answer.status).filter(|status| *status != 201).collect();
    assert_eq!((count(201), count(404)), (1, 99), "{others:?}");
    assert!(!house.folder.path().join("setup-token").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn the_set_up_token_is_private_and_half_a_file_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::with(&[]).await;
    let path = house.folder.path().join("setup-token");
    std::fs::write(&path, "").unwrap();
    let token = house.app.setup_prepare().await.expect("a crash while writing does not lock the door").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap().trim(), token.expose());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn an_origin_of_another_scheme_is_foreign() {
    for (secure, own, other) in
        [(true, "https://localhost", "http://localhost"), (false, "http://localhost", "https://localhost")]
    {
        let house = House::new(ApiSettings { secure_cookies: secure, ..ApiSettings::default() }).await;
        for (origin, refused) in [(own, false), (other, true)] {
            let body = json!({"name": "ada", "password": "wrong guess"});
            let answer = house.ask("POST /session", &[("origin", origin)], Some(body)).await;
            assert_eq!(answer.status == 403, refused, "{origin}: {}", answer.text);
        }
    }
}
