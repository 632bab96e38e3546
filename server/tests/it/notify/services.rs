//! Services over HTTP: what each gets, by the rules that it publishes, and that its secret is not said.

use super::{HUSH, admin, credential, said};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use orc_server::security::secret::Secret;
use orc_server::security::signature::sign;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What a service got.
#[derive(Debug, Clone)]
pub struct Got {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
    pub bytes: Bytes,
}

/// A service that takes everything, except under `/refuse`.
pub struct Double {
    pub url: String,
    /// Whether everything is refused.
    pub refusing: Arc<AtomicBool>,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Double {
    pub async fn start() -> Self {
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let (seen, refusing) = (Arc::clone(&got), Arc::<AtomicBool>::default());
        let refuses = Arc::clone(&refusing);
        let take = async move |method: Method, uri: Uri, headers: HeaderMap, bytes: Bytes| {
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            let refused = path.starts_with("/refuse") || refuses.load(Ordering::Relaxed);
            seen.lock().unwrap().push(Got { method: method.to_string(), path, headers, body, bytes: bytes.clone() });
            let said = String::from_utf8_lossy(&bytes).into_owned();
            if refused { (StatusCode::FORBIDDEN, format!("no: {said}")) } else { (StatusCode::OK, "ok".to_owned()) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        Self { url, refusing, got }
    }

    /// Number of requests so far.
    pub fn count(&self) -> usize {
        self.got.lock().unwrap().len()
    }

    pub fn last(&self) -> Got {
        self.got.lock().unwrap().last().expect("something came").clone()
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_gets_what_it_expects_and_its_secret_is_masked() {
    let (_house, admin) = admin().await;
    let double = Double::start().await;
    let server = &double.url;
    credential(&admin, "token", HUSH).await;
    credential(&admin, "address", &format!("{server}/{HUSH}")).await;
    let hook = |kind: &str| json!({"kind": kind, "credential": "address"});
    let at = |kind: &str, more: Value| {
        let mut target = json!({"kind": kind, "server": server, "credential": "token"});
        target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        target
    };
    let channels = [
        (hook("slack"), "/attachments/0/blocks/0/text/text"),
        (hook("teams"), "/attachments/0/content/body/0/text"),
        (hook("discord"), "/embeds/0/title"),
        (at("telegram", json!({"chat": "-100"})), "/text"),
        (at("ntfy", json!({"topic": "orc"})), "/title"),
        (at("gotify", json!({})), "/title"),
        (at("pushover", json!({"user": "u"})), "/title"),
        (at("pagerduty", json!({})), "/payload/summary"),
        (at("opsgenie", json!({})), "/message"),
        (at("matrix", json!({"room": "!a:b"})), "/body"),
    ];
    for (target, subject) in channels {
        let kind = target["kind"].as_str().unwrap().to_owned();
        let body = json!({"name": kind, "target": target});
        admin.json(201, "POST /channels", Some(body)).await;
        let test = admin.json(200, &format!("POST /channels/{kind}/test"), None).await;
        assert_eq!(test["accepted"], true, "{kind}: {test}");
        assert!(!test.to_string().contains(HUSH) && said(&test).contains("***"), "{kind}: {test}");
        let got = double.last();
        assert!(text(&got.body, subject).contains("Test of the channel"), "{kind}: {got:?}");
        let carried = format!("{} {:?} {}", got.path, got.headers, got.body);
        assert!(carried.contains(HUSH), "{kind} did not get its secret: {carried}");
        check(&kind, &got);
    }
}

/// What the services say in public that they want.
fn check(kind: &str, got: &Got) {
    let header = |name: &str| got.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("content-type"), "application/json", "{kind}");
    let place = match kind {
        "telegram" => format!("POST /bot{HUSH}/sendMessage"),
        "ntfy" => "POST /".to_owned(),
        "gotify" => "POST /message".to_owned(),
        "pushover" => "POST /1/messages.json".to_owned(),
        "pagerduty" => "POST /v2/enqueue".to_owned(),
        "opsgenie" => "POST /v2/alerts".to_owned(),
        "matrix" => format!("PUT {}", got.path),
        _ => format!("POST /{HUSH}"),
    };
    assert_eq!(format!("{} {}", got.method, got.path), place, "{kind}");
    match kind {
        "slack" => assert!(text(&got.body, "/text").starts_with("Test of the channel")),
        "teams" => {
            let card = "application/vnd.microsoft.card.adaptive";
            assert_eq!((text(&got.body, "/type"), text(&got.body, "/attachments/0/contentType")), ("message", card));
        }
        "discord" => assert_eq!(got.body["allowed_mentions"], json!({"parse": []})),
        "telegram" => assert_eq!((&got.body["chat_id"], &got.body["parse_mode"]), (&json!("-100"), &Value::Null)),
        "ntfy" => {
            assert_eq!((&got.body["topic"], header("authorization")), (&json!("orc"), &*format!("Bearer {HUSH}")));
        }
        "gotify" => assert_eq!(header("x-gotify-key"), HUSH),
        "pushover" => assert_eq!((&got.body["token"], &got.body["user"]), (&json!(HUSH), &json!("u"))),
        "pagerduty" => {
            assert_eq!((&got.body["routing_key"], &got.body["event_action"]), (&json!(HUSH), &json!("trigger")));
            assert_eq!((text(&got.body, "/payload/severity"), text(&got.body, "/payload/source")), ("info", "orc"));
        }
        "opsgenie" => assert_eq!(header("authorization"), format!("GenieKey {HUSH}")),
        "matrix" => {
            assert!(got.path.starts_with("/_matrix/client/v3/rooms/%21a%3Ab/send/m.room.message/"), "{}", got.path);
            assert_eq!((text(&got.body, "/msgtype"), header("authorization")), ("m.text", &*format!("Bearer {HUSH}")));
        }
        _ => panic!("{kind} is not checked"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_gets_its_own_body_signed() {
    let (_house, admin) = admin().await;
    let double = Double::start().await;
    credential(&admin, "token", HUSH).await;
    credential(&admin, "path", "a b/c").await;
    let target = json!({
        "kind": "webhook", "url": format!("{}/x/${{credential.path}}", double.url),
        "headers": {"Authorization": "Bearer ${credential.token}"},
        "body": "{\"what\": \"${subject} \\u00e9\", \"over\": ${resolved}, \"text\": \"${text}\"}", "signed_by": "token",
    });
    let test = admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await;
    assert_eq!(test["accepted"], true, "{test}");
    assert!(!test.to_string().contains(HUSH), "{test}");
    let got = double.last();
    assert_eq!((got.path.as_str(), &got.body["what"]), ("/x/a%20b%2Fc", &json!("Test of the channel ops é")));
    assert_eq!(got.body["over"], false);
    let header = |name: &str| got.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("authorization"), format!("Bearer {HUSH}"));
    let expected = sign(&Secret::new(HUSH.to_owned()), header("x-orc-timestamp"), &got.bytes);
    assert_eq!(header("x-orc-signature"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_without_the_secret_that_it_repeats() {
    let (_house, admin) = admin().await;
    let double = Double::start().await;
    credential(&admin, "token", HUSH).await;
    let target =
        json!({"kind": "pushover", "credential": "token", "user": "u", "server": format!("{}/refuse", double.url)});
    let test = admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await;
    let problem = test["problem"]["text"].as_str().unwrap();
    assert!(problem.contains("answered 403: no:") && problem.contains("***"), "{test}");
    assert!(!test.to_string().contains(HUSH), "{test}");
    // Nothing is sent to where cloud machines keep their secrets.
    let target = json!({"kind": "webhook", "url": "http://169.254.169.254/latest"});
    let test = admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await;
    assert!(test["problem"]["text"].as_str().unwrap().contains("link-local"), "{test}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_address_is_masked_in_each_form_in_which_an_error_repeats_it() {
    let (_house, admin) = admin().await;
    for address in ["HTTP://LocalHost:1/services/correct-canary-9f2/ x", " http://127.0.0.1:1/?key=correct-canary-9f2 "]
    {
        let name = format!("hook{}", address.len());
        credential(&admin, &name, address).await;
        let target = json!({"kind": "discord", "credential": name});
        let test = admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await;
        assert!(test["accepted"] == false && test["problem"]["code"] == "request_failed", "{test}");
        assert!(!test.to_string().contains(HUSH), "{test}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_that_drops_the_notification_is_no_success() {
    let (_house, admin) = admin().await;
    let double = Double::start().await;
    let moved = axum::response::Redirect::temporary(&double.url);
    let lost = (StatusCode::MOVED_PERMANENTLY, [("location", double.url.clone())]);
    let app = Router::new()
        .route("/kept", axum::routing::post(async || moved))
        .route("/lost", axum::routing::post(async || lost));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let test = async |path: &str| {
        let target = json!({"kind": "webhook", "url": format!("http://{address}/{path}")});
        admin.json(200, "POST /channels/probe", Some(json!({"name": "ops", "target": target}))).await
    };
    assert_eq!(test("kept").await["accepted"], true);
    assert!(text(&double.last().body, "/subject").contains("Test of"));
    let test = test("lost").await;
    assert!(test["problem"]["text"].as_str().unwrap().contains("drops the notification"), "{test}");
}
