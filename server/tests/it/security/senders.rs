//! Webhooks as their senders send them: signatures, repetitions, challenges, bodies. The signatures are made here by the
//! senders' rules, apart from the code that checks them.

use crate::kit::{Answer, Client, HERE, House};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::net::SocketAddr;

pub const SECRET: &str = "a-secret-of-somebody";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub struct Hook {
    pub house: House,
    pub editor: Client,
    path: String,
}

pub type Pairs<'a> = &'a [(&'a str, &'a str)];

impl Hook {
    /// A task with a webhook of this sender, and the secret that it gave.
    pub async fn signed(sender: &str, secret: &str) -> Self {
        Self::new(
            json!({"kind": "webhook", "key": "call", "proof": "signature", "sender": sender}),
            Some(secret),
            json!({}),
        )
        .await
    }

    pub async fn new(trigger: Value, secret: Option<&str>, more: Value) -> Self {
        let house = House::with(&[]).await;
        let editor = house.editor().await;
        let overlap = json!({"kind": "allow", "max": 100});
        let run = json!({"kind": "command", "program": "/bin/true"});
        let mut body = json!({"name": "it", "run": run, "triggers": [trigger], "overlap": overlap});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        editor.json(201, "POST /tasks", Some(body)).await;
        let given = secret.map(|secret| json!({"secret": secret}));
        let made = editor.json(200, "POST /tasks/it/triggers/call/rotate", given).await;
        let path = made["url"].as_str().unwrap().to_owned();
        Self { house, editor, path }
    }

    pub async fn ask(&self, method: &str, query: &str, headers: Pairs<'_>, body: impl Into<Vec<u8>>) -> Answer {
        let mut request =
            Request::builder().method(method).uri(format!("{}{query}", self.path)).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.into())).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((HERE, 1))));
        Answer::read(self.house.raw(request).await).await
    }

    pub async fn post(&self, headers: Pairs<'_>, body: impl Into<Vec<u8>>) -> (u16, Value) {
        let answer = self.ask("POST", "", headers, body).await;
        (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::Null))
    }

    pub async fn calls(&self) -> Vec<Value> {
        let page = self.editor.json(200, "GET /tasks/it/triggers/call/calls", None).await;
        page["items"].as_array().unwrap().clone()
    }

    pub async fn verdicts(&self) -> Vec<String> {
        self.calls().await.iter().map(|call| call["verdict"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn runs(&self) -> usize {
        self.editor.json(200, "GET /runs?task=it", None).await["items"].as_array().unwrap().len()
    }

    fn now(&self) -> i64 {
        self.house.clock.now().timestamp()
    }
}

pub fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// The headers that a sender puts on a call at this time.
fn signed(sender: &str, at: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    let (plain, of) = (hex::encode(hmac(SECRET.as_bytes(), &[body])), |parts: &[&[u8]]| hmac(SECRET.as_bytes(), parts));
    let time = at.as_bytes();
    match sender {
        "orc" => vec![
            ("X-Orc-Timestamp", at.into()),
            ("X-Orc-Signature", format!("sha256={}", hex::encode(of(&[time, b".", body])))),
        ],
        "github" | "meta" => vec![("X-Hub-Signature-256", format!("sha256={plain}"))],
        "gitlab" => vec![("X-Gitlab-Token", SECRET.into())],
        "gitea" => vec![("X-Gitea-Signature", plain)],
        "bitbucket" => vec![("X-Hub-Signature", format!("sha256={plain}"))],
        "stripe" => vec![("Stripe-Signature", format!("t={at},v1={},v1=00", hex::encode(of(&[time, b".", body]))))],
        "slack" => vec![
            ("X-Slack-Request-Timestamp", at.into()),
            ("X-Slack-Signature", format!("v0={}", hex::encode(of(&[b"v0:", time, b":", body])))),
        ],
        "shopify" => vec![("X-Shopify-Hmac-Sha256", STANDARD.encode(of(&[body])))],
        "dropbox" => vec![("X-Dropbox-Signature", plain)],
        "standard_webhooks" => {
            let key = STANDARD.decode(&WHSEC[6..]).unwrap();
            let made = STANDARD.encode(hmac(&key, &[b"msg_", time, b".", time, b".", body]));
            vec![
                ("webhook-id", format!("msg_{at}")),
                ("webhook-timestamp", at.into()),
                ("webhook-signature", format!("v1,{made}")),
            ]
        }
        other => panic!("{other}"),
    }
}

fn pairs<'a>(headers: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

const SENDERS: [&str; 10] =
    ["orc", "github", "gitlab", "gitea", "bitbucket", "stripe", "slack", "shopify", "dropbox", "meta"];

#[tokio::test]
async fn each_sender_gets_in_by_its_own_rules_and_with_no_other_body() {
    for sender in SENDERS.into_iter().chain(["standard_webhooks"]) {
        let hook = Hook::signed(sender, if sender == "standard_webhooks" { WHSEC } else { SECRET }).await;
        let (at, body) = (hook.now().to_string(), br#"{"ref": "refs/heads/main"}"#);
        let headers = signed(sender, &at, body);
        let (status, answer) = hook.post(&pairs(&headers), body.to_vec()).await;
        assert_eq!((status, &answer["verdict"]), (202, &json!("started")), "{sender}: {answer}");
        if sender != "gitlab" {
            assert_eq!(hook.post(&pairs(&headers), br#"{"ref": "refs/heads/mayn"}"#.to_vec()).await.0, 401, "{sender}");
        }
        // Somebody else's secret, and a header that is there twice.
        let others: Vec<_> = headers.iter().map(|(name, value)| (*name, value.replace(['0', 'a'], "b"))).collect();
        assert_eq!(hook.post(&pairs(&others), body.to_vec()).await.0, 401, "{sender}");
        let doubled: Vec<_> = headers.iter().chain(&headers).cloned().collect();
        assert_eq!(hook.post(&pairs(&doubled), body.to_vec()).await.0, 401, "{sender}");
        assert_eq!(hook.post(&[], body.to_vec()).await.0, 401, "{sender}");
        let log = hook.verdicts().await;
        assert_eq!(log.last().unwrap(), "started");
        assert_eq!(log[0], "wrong_proof");
        assert_eq!(hook.runs().await, 1, "{sender}");
    }
}

#[tokio::test]
async fn a_signature_with_a_time_ends_with_its_window_and_counts_once() {
    for sender in ["orc", "stripe", "slack", "standard_webhooks"] {
        let hook = Hook::signed(sender, if sender == "standard_webhooks" { WHSEC } else { SECRET }).await;
        let body = br#"{"a": 1}"#;
        for away in [-301, 301] {
            let headers = signed(sender, &(hook.now() + away).to_string(), body);
            assert_eq!(hook.post(&pairs(&headers), body.to_vec()).await.0, 401, "{sender} {away}");
            assert_eq!(hook.verdicts().await[0], "too_old");
        }
        let headers = signed(sender, &hook.now().to_string(), body);
        assert_eq!(hook.post(&pairs(&headers), body.to_vec()).await.0, 202);
        let (status, _) = hook.post(&pairs(&headers), body.to_vec()).await;
        // Standard Webhooks names its deliveries, so the same call is a repetition.
        let (expected, verdict) = if sender == "standard_webhooks" { (202, "repeated") } else { (401, "replayed") };
        assert_eq!((status, hook.verdicts().await[0].as_str()), (expected, verdict), "{sender}");
        assert_eq!(hook.runs().await, 1);
    }
}

#[tokio::test]
async fn a_delivery_that_comes_again_gets_its_first_run() {
    let headers = [
        ("github", "X-GitHub-Delivery"),
        ("gitlab", "Idempotency-Key"),
        ("gitea", "X-Gitea-Delivery"),
        ("gitea", "X-Forgejo-Delivery"),
        ("bitbucket", "X-Request-UUID"),
        ("shopify", "X-Shopify-Webhook-Id"),
    ];
    for (sender, header) in headers {
        let hook = Hook::signed(sender, SECRET).await;
        let call = async |delivery: &str, body: &[u8]| {
            let mut headers = signed(sender, "0", body);
            headers.push((header, delivery.to_owned()));
            hook.post(&pairs(&headers), body.to_vec()).await
        };
        let (_, first) = call("72d3162e-cc78-11e3-81ab-4c9367dc0958", b"{}").await;
        // A repetition may differ in counters, so the name of the delivery decides.
        let (status, again) = call("72d3162e-cc78-11e3-81ab-4c9367dc0958", b"{ }").await;
        assert_eq!(
            (status, &again["run_id"], &again["verdict"]),
            (202, &first["run_id"], &json!("repeated")),
            "{header}"
        );
        assert_eq!(again["reason"]["code"], "hook_repeated");
        let (_, other) = call("82d3162e", b"{}").await;
        assert_ne!(other["run_id"], first["run_id"]);
        let log = hook.calls().await;
        assert_eq!(log[1]["delivery"], "72d3162e-cc78-11e3-81ab-4c9367dc0958");
        assert_eq!(log[1]["run_id"], first["run_id"]);
        hook.house.clock.advance(chrono::TimeDelta::hours(25));
        assert_eq!(call("82d3162e", b"{}").await.1["verdict"], "started", "a day later it is forgotten");
    }
    // Without its name, the same body is the same delivery.
    let hook = Hook::signed("github", SECRET).await;
    let headers = signed("github", "0", b"{}");
    assert_eq!(hook.post(&pairs(&headers), *b"{}").await.1["verdict"], "started");
    assert_eq!(hook.post(&pairs(&headers), *b"{}").await.1["verdict"], "repeated");
    assert_eq!(hook.calls().await[0]["delivery"], Value::Null, "which is not the sender's");
    // Stripe and Slack name their events in the body, which differs in counters.
    for (sender, member) in [("stripe", "id"), ("slack", "event_id")] {
        let hook = Hook::signed(sender, SECRET).await;
        for (count, verdict) in [(1, "started"), (0, "repeated")] {
            let body = json!({member: "evt_1", "pending_webhooks": count}).to_string();
            let headers = signed(sender, &hook.now().to_string(), body.as_bytes());
            assert_eq!(hook.post(&pairs(&headers), body).await.1["verdict"], verdict, "{sender}");
        }
    }
}

#[tokio::test]
async fn gitlab_may_sign_or_send_its_token() {
    let hook = Hook::signed("gitlab", WHSEC).await;
    let headers = signed("standard_webhooks", &hook.now().to_string(), b"{}");
    assert_eq!(hook.post(&pairs(&headers), *b"{}").await.0, 202);
    assert_eq!(hook.post(&pairs(&headers), *b"{ }").await.0, 401);
    assert_eq!(hook.post(&[("X-Gitlab-Token", WHSEC), ("Idempotency-Key", "one")], *b"{}").await.0, 202);
    assert_eq!(hook.post(&[("X-Gitlab-Token", SECRET)], *b"{}").await.0, 401);
}

#[tokio::test]
async fn a_generic_sender_gets_in_by_the_rule_that_was_saved() {
    let signature = json!({"header": "X-Acme-Signature", "prefix": "hmac ", "encoding": "base64",
        "signed": "timestamp_body", "timestamp_header": "X-Acme-Time", "tolerance_seconds": 60});
    let trigger =
        json!({"kind": "webhook", "key": "call", "proof": "signature", "sender": "generic", "signature": signature});
    let hook = Hook::new(trigger, Some(SECRET), json!({})).await;
    let call = async |away: i64| {
        let at = (hook.now() + away).to_string();
        let made = format!("hmac {}", STANDARD.encode(hmac(SECRET.as_bytes(), &[at.as_bytes(), b"{}"])));
        hook.post(&[("X-Acme-Time", &at), ("X-Acme-Signature", &made)], *b"{}").await.0
    };
    assert_eq!((call(60).await, call(-60).await, call(61).await, call(0).await), (202, 202, 401, 202));
    let saved = hook.editor.json(200, "GET /tasks/it", None).await;
    assert_eq!(saved["triggers"][0]["signature"]["algorithm"], "sha256");
}

#[tokio::test]
async fn senders_that_test_an_address_get_their_answer_and_start_nothing() {
    let plain = |answer: &Answer| {
        assert_eq!((answer.status, answer.media_type()), (200, "text/plain"), "{}", answer.text);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        answer.text.clone()
    };
    let slack = Hook::signed("slack", SECRET).await;
    let body = json!({"type": "url_verification", "challenge": "3eZbrw1a<script>", "token": "x"}).to_string();
    let headers = signed("slack", &slack.now().to_string(), body.as_bytes());
    assert_eq!(plain(&slack.ask("POST", "", &pairs(&headers), body.clone()).await), "3eZbrw1a<script>");
    assert_eq!(slack.ask("POST", "", &[], body).await.status, 401, "only if it is signed");

    let dropbox = Hook::signed("dropbox", SECRET).await;
    assert_eq!(plain(&dropbox.ask("GET", "?challenge=abc%20123", &[], "").await), "abc 123");
    let bad = [
        format!("?challenge={}", "x".repeat(2000)),
        "?challenge=a%0ab".to_owned(),
        "?challenge=".to_owned(),
        String::new(),
    ];
    for query in bad {
        let answer = dropbox.ask("GET", &query, &[], "").await;
        assert_eq!((answer.status, answer.headers["allow"].to_str().unwrap()), (405, "POST"), "{query}");
    }
    let meta = Hook::signed("meta", SECRET).await;
    let made = meta.editor.json(200, "POST /tasks/it/triggers/call/rotate", Some(json!({"secret": SECRET}))).await;
    let token = made["verify_token"].as_str().unwrap();
    assert_eq!(made["secret"], Value::Null, "what was given is not shown");
    let query = |mode: &str, token: &str| format!("?hub.mode={mode}&hub.challenge=1158201444&hub.verify_token={token}");
    assert_eq!(plain(&meta.ask("GET", &query("subscribe", token), &[], "").await), "1158201444");
    for query in [query("subscribe", "wrong"), query("unsubscribe", token)] {
        assert_eq!(meta.ask("GET", &query, &[], "").await.status, 405);
    }
    let trigger = json!({"kind": "webhook", "key": "call", "sender": "microsoft_graph"});
    let graph = Hook::new(trigger, None, json!({})).await;
    let answer =
        graph.ask("POST", "?validationToken=Validation%3A+Testing", &[("content-type", "text/plain")], "").await;
    assert_eq!(plain(&answer), "Validation: Testing");
    assert_eq!(graph.post(&[], *b"{}").await.1["verdict"], "started");
    let github = Hook::signed("github", SECRET).await;
    let mut ping = signed("github", "0", b"{}");
    ping.push(("X-GitHub-Event", "ping".to_owned()));
    assert_eq!(plain(&github.ask("POST", "", &pairs(&ping), "{}").await), "pong");
    for (hook, runs) in [(&slack, 0), (&dropbox, 0), (&meta, 0), (&graph, 1), (&github, 0)] {
        assert_eq!(hook.runs().await, runs);
    }
    assert_eq!(
        (slack.verdicts().await, graph.verdicts().await.len()),
        (vec!["wrong_proof".into(), "challenge".into()], 2)
    );
    // Nobody learns from a GET which addresses there are.
    let elsewhere = Hook::signed("orc", SECRET).await;
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let answer = elsewhere.ask(method, "?challenge=1", &[], "").await;
        assert_eq!((answer.status, answer.headers["allow"].to_str().unwrap()), (405, "POST"), "{method}");
    }
    let mut unknown = elsewhere;
    unknown.path = "/hooks/00000000000000000000000000000000".into();
    let answer = unknown.ask("GET", "?challenge=1", &[], "").await;
    assert_eq!((answer.status, answer.headers["allow"].to_str().unwrap()), (405, "POST"));
    assert!(answer.text.contains("POST"), "{}", answer.text);
}

#[tokio::test]
async fn secrets_of_senders_are_taken_or_asked_for() {
    let rotate = async |hook: &Hook, body: Value| {
        let answer = hook.editor.ask("POST /tasks/it/triggers/call/rotate", Some(body)).await;
        (answer.status, answer.json())
    };
    let stripe = Hook::signed("stripe", SECRET).await;
    let (status, answer) = rotate(&stripe, json!({})).await;
    assert_eq!((status, &answer["fields"][0]["pointer"]), (422, &json!("/secret")), "{answer}");
    assert!(answer["fields"][0]["message"].as_str().unwrap().contains("Stripe"));
    assert_eq!(rotate(&stripe, json!({"secret": "short"})).await.0, 422);
    assert_eq!(rotate(&stripe, json!({"secret": " padded-secret"})).await.0, 422);
    let gitlab = Hook::signed("gitlab", SECRET).await;
    let (_, made) = rotate(&gitlab, json!({})).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"), "one that GitLab takes in both of its fields");
    assert_eq!(rotate(&gitlab, json!({"secret": "whsec_not-base64"})).await.0, 422);
    let plain = Hook::new(json!({"kind": "webhook", "key": "call"}), None, json!({})).await;
    assert_eq!(rotate(&plain, json!({"secret": SECRET})).await.0, 422, "the address is the secret");
    // Neither the task, nor the triggers, nor the log, nor the audit log shows a secret.
    for line in ["GET /tasks/it", "GET /tasks/it/triggers", "GET /tasks/it/triggers/call/calls", "GET /tasks/export"] {
        assert!(!stripe.editor.ask(line, None).await.text.contains(SECRET), "{line}");
    }
    assert!(!stripe.house.admin().await.ask("GET /audit", None).await.text.contains(SECRET));
}
