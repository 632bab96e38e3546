//! What every request passes through: ids, the panic handler, clear refusals of bodies that cannot be read.

use super::settled;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::middleware::from_fn;
use axum::routing::get;
use orc_server::api::core::layers;
use orc_server::app::system;
use serde_json::Value;
use tower::ServiceExt;

async fn read(response: Response<Body>) -> (u16, String, Value) {
    let status = response.status().as_u16();
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, id, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_panic_costs_one_request_and_says_nothing_of_itself() {
    let panics = async || -> &'static str { panic!("the secret is 42") };
    let router = Router::new().route("/", get(panics)).route("/fine", get("fine")).layer(from_fn(layers::frame));
    let before = system::panic_count();
    layers::watch_panics();
    let request = Request::builder().uri("/").header("x-request-id", "my-own-id-1").body(Body::empty()).unwrap();
    let (status, id, problem) = read(router.clone().oneshot(request).await.unwrap()).await;
    let _hook_of_the_other_tests = std::panic::take_hook();
    assert_eq!((status, id.as_str()), (500, "my-own-id-1"));
    assert_eq!((problem["code"].as_str(), problem["request_id"].as_str()), (Some("internal"), Some("my-own-id-1")));
    assert!(!problem.to_string().contains("42"), "{problem}");
    assert!(system::panic_count() > before);
    let request = Request::builder().uri("/fine").header("x-request-id", "<b>").body(Body::empty()).unwrap();
    let fine = router.oneshot(request).await.unwrap();
    assert_eq!(fine.status(), 200);
    assert_ne!(fine.headers()["x-request-id"], "<b>", "an id that is no word is replaced");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_with_a_reason() {
    let server = settled().await;
    let hold = async |body: &str| {
        let answer = server.ask_text("POST /system/hold", "application/json", body.to_owned()).await;
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let deep = format!("{{\"reason\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let large = format!("{{\"reason\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    for (body, status, code) in [
        ("{", 400, "bad_json"),
        ("\u{1f44b}", 400, "bad_json"),
        (deep.as_str(), 400, "bad_json"),
        (large.as_str(), 413, "too_large"),
        ("null", 422, "invalid"),
        (r#"{"reason":7}"#, 422, "invalid"),
        (r#"{"reason":"x","reason2":"y"}"#, 422, "invalid"),
    ] {
        assert_eq!(hold(body).await, (status, code.to_owned()), "{}", body.chars().take(40).collect::<String>());
    }
    for path in ["/runs?limit=0", "/runs?cursor=rubbish", "/runs?colour=red", "/tasks/%FF", "/runs/none", "/events?x=1"]
    {
        let answer = server.ask(&format!("GET {path}"), None).await;
        assert!([404, 422].contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(answer.json()["status"], answer.status, "{path}");
    }
    assert_eq!(server.ask("DELETE /system", None).await.status, 405);
    assert_eq!(server.ask("BREW /system", None).await.status, 405);
}
