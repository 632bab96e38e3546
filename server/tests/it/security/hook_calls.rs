//! What a call of a webhook becomes: params from its parts, filters, bodies of all kinds, skipped runs, and its line in the
//! log.

use super::senders::{Hook, SECRET, hmac};
use orc_server::app::triggers::hook_log::{KEPT, KEPT_WRONG};
use serde_json::{Value, json};

fn github(body: &[u8]) -> String {
    format!("sha256={}", hex::encode(hmac(SECRET.as_bytes(), &[body])))
}

async fn mapped() -> Hook {
    let params = json!({"branch": "/ref", "who": "/pusher/name", "event": "header:X-GitHub-Event", "count": "query:n"});
    let filters = json!([{"at": "/ref", "matches": "refs/heads/*"}, {"at": "header:X-GitHub-Event", "is": "push"},
        {"at": "/deleted", "is_not": "true"}]);
    let trigger = json!({"kind": "webhook", "key": "call", "proof": "signature", "sender": "github",
        "params": params, "filters": filters});
    let spec = |name: &str, kind: &str, required: bool| json!({"name": name, "kind": kind, "required": required});
    let specs = json!([
        spec("branch", "string", true),
        spec("who", "string", false),
        spec("event", "string", false),
        spec("count", "integer", false)
    ]);
    Hook::new(trigger, Some(SECRET), json!({"params": specs})).await
}

async fn push(hook: &Hook, kind: &str, body: &[u8]) -> (u16, Value) {
    let signature = github(body);
    let headers = [("X-Hub-Signature-256", signature.as_str()), ("X-GitHub-Event", "push"), ("content-type", kind)];
    let answer = hook.ask("POST", "?n=7", &headers, body).await;
    (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::Null))
}

async fn params_of(hook: &Hook, answer: &Value) -> Value {
    let run = answer["run_id"].as_str().unwrap_or_else(|| panic!("{answer}"));
    hook.editor.json(200, &format!("GET /runs/{run}"), None).await["params"].clone()
}

#[tokio::test]
async fn params_come_from_body_header_and_query_and_filters_keep_calls_out() {
    let hook = mapped().await;
    let body = br#"{"ref": "refs/heads/main", "pusher": {"name": "ada"}, "deleted": false}"#;
    let expected = json!({"branch": "refs/heads/main", "who": "ada", "event": "push", "count": 7});
    let (status, answer) = push(&hook, "application/json; charset=utf-8", body).await;
    assert_eq!((status, params_of(&hook, &answer).await), (202, expected.clone()), "{answer}");
    // GitHub's other content type, for another delivery.
    let form: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", std::str::from_utf8(body).unwrap())
        .finish();
    let (_, answer) = push(&hook, "application/x-www-form-urlencoded", form.as_bytes()).await;
    assert_eq!(params_of(&hook, &answer).await, expected);
    // Something that a filter keeps out is no error, or the sender would give the address up.
    let kept_out: [&[u8]; 3] = [
        br#"{"ref": "refs/tags/v1", "pusher": {"name": "ada"}}"#,
        br#"{"ref": "refs/heads/main", "deleted": true}"#,
        br#"{"ref": null}"#,
    ];
    for (body, at) in kept_out.into_iter().zip(["/ref", "/deleted", "/ref"]) {
        let (status, answer) = push(&hook, "application/json", body).await;
        assert_eq!((status, &answer["verdict"]), (200, &json!("filtered")), "{answer}");
        assert_eq!((&answer["reason"]["code"], &answer["reason"]["args"]["at"]), (&json!("hook_filtered"), &json!(at)));
    }
    // What a filter lets in may still lack a param.
    let signature = github(b"{}");
    let (status, _) = hook.post(&[("X-Hub-Signature-256", &signature)], *b"{}").await;
    assert_eq!(status, 200);
    assert_eq!(hook.runs().await, 2);
    let verdicts = hook.verdicts().await;
    assert_eq!(verdicts, ["filtered", "filtered", "filtered", "filtered", "started", "started"]);
}

#[tokio::test]
async fn bodies_of_all_kinds_are_read_or_refused_with_words() {
    let spec =
        json!([{"name": "n", "kind": "integer", "required": false}, {"name": "t", "kind": "string", "required": true}]);
    let hook = Hook::new(json!({"kind": "webhook", "key": "call"}), None, json!({"params": spec})).await;
    let good: [(&str, &[u8]); 6] = [
        ("application/x-www-form-urlencoded", b"n=5&t=a+b%C3%A9"),
        ("application/x-www-form-urlencoded", br#"{"n": 5, "t": "a b\u00e9"}"#),
        ("application/json", b"\xef\xbb\xbf{\"n\": 5, \"t\": \"a b\xc3\xa9\"}"),
        ("application/json; charset=iso-8859-1", b"{\"n\": 5, \"t\": \"a b\xe9\"}"),
        ("application/vnd.acme+json", br#"{"n": 5, "t": "a b\u00e9"}"#),
        ("", br#"{"n": 5, "t": "a b\u00e9"}"#),
    ];
    for (kind, body) in good {
        let headers = [("content-type", kind)];
        let (_, answer) = hook.post(if kind.is_empty() { &[] } else { &headers }, body).await;
        assert_eq!(params_of(&hook, &answer).await, json!({"n": 5, "t": "a bé"}), "{kind}");
    }
    let bad: [(&str, &[u8], &str); 5] = [
        ("multipart/form-data; boundary=x", b"--x", "multipart/form-data"),
        ("application/json", b"\xff\xfe{", "not"),
        ("application/json", b"{\"t\": \"\xe9\"}", "line 1"),
        ("application/json", b"<xml/>", "not JSON"),
        ("application/json; charset=klingon", b"{}", "klingon"),
    ];
    for (kind, body, word) in bad {
        let (status, answer) = hook.post(&[("content-type", kind)], body).await;
        assert_eq!(status, 422, "{answer}");
        assert!(answer["fields"][0]["message"].as_str().unwrap().contains(word), "{answer}");
        assert_eq!(hook.verdicts().await[0], "bad_body");
    }
    let (status, answer) = hook.post(&[], *b"").await;
    assert_eq!((status, &answer["fields"][0]["pointer"]), (422, &json!("/params/t")));
    assert_eq!(hook.verdicts().await[0], "bad_params");
    // A task that takes nothing from the body takes any body.
    let free = Hook::new(json!({"kind": "webhook", "key": "call"}), None, json!({})).await;
    assert_eq!(free.post(&[("content-type", "multipart/form-data; boundary=x")], *b"\xff--x").await.0, 202);
}

#[tokio::test]
async fn a_call_while_the_task_runs_leaves_a_skipped_run_and_may_come_again() {
    let hook = Hook::new(
        json!({"kind": "webhook", "key": "call", "proof": "signature", "sender": "github"}),
        Some(SECRET),
        json!({"overlap": {"kind": "skip"}}),
    )
    .await;
    let (signature, call) = (github(b"{}"), async |delivery: &str| {
        let signature = github(b"{}");
        hook.post(&[("X-Hub-Signature-256", &signature), ("X-GitHub-Delivery", delivery)], *b"{}").await
    });
    drop(signature);
    let (_, first) = call("one").await;
    let (status, second) = call("two").await;
    assert_eq!((status, &second["verdict"], &second["state"]), (202, &json!("skipped"), &json!("skipped")));
    assert_eq!(second["reason"]["code"], "previous_run_open");
    let run = hook.editor.json(200, &format!("GET /runs/{}", second["run_id"].as_str().unwrap()), None).await;
    assert_eq!((&run["state"], &run["reason"]["code"]), (&json!("skipped"), &json!("previous_run_open")));
    assert_eq!(call("one").await.1["run_id"], first["run_id"]);
    hook.editor.json(200, &format!("POST /runs/{}/cancel", first["run_id"].as_str().unwrap()), None).await;
    assert_eq!(call("two").await.1["verdict"], "started", "whoever repeats a skipped delivery wants its run");
    hook.editor.json(200, "POST /tasks/it/disable", None).await;
    assert_eq!(call("three").await.0, 409);
    assert_eq!(hook.verdicts().await, ["task_disabled", "started", "repeated", "skipped", "started"]);
}

#[tokio::test]
async fn the_log_keeps_the_newest_calls_and_nobody_without_proof_displaces_them() {
    let hook = Hook::signed("gitlab", SECRET).await;
    let call = async |number: usize| {
        let name = format!("delivery-{number}");
        hook.post(&[("X-Gitlab-Token", SECRET), ("Idempotency-Key", &name)], *b"{\"a\": 1}").await.0
    };
    for number in 0..30 {
        assert_eq!(call(number).await, 202);
    }
    assert_eq!(hook.house.app.hook_calls_record().await.unwrap(), 30);
    assert_eq!(hook.house.app.hook_calls_record().await.unwrap(), 0);
    for number in 30..60 {
        call(number).await;
    }
    for _ in 0..200 {
        hook.post(&[("X-Gitlab-Token", "wrong"), ("Idempotency-Key", "x")], *b"{}").await;
    }
    let seen = async || {
        let log = hook.editor.json(200, "GET /tasks/it/triggers/call/calls?limit=500", None).await;
        let log = log["items"].as_array().unwrap().clone();
        let (wrong, right): (Vec<_>, Vec<_>) = log.into_iter().partition(|call| call["verdict"] == "wrong_proof");
        assert!(right.len() == KEPT && wrong.len() <= KEPT_WRONG, "{} {}", right.len(), wrong.len());
        assert_eq!(wrong.iter().map(|call| call["count"].as_u64().unwrap()).sum::<u64>(), 200);
        (right[0]["delivery"].clone(), right[KEPT - 1]["delivery"].clone(), right[0].clone())
    };
    let in_memory = seen().await;
    assert_eq!((&in_memory.0, &in_memory.1), (&json!("delivery-59"), &json!("delivery-10")));
    assert_eq!(
        (&in_memory.2["body_bytes"], &in_memory.2["address"], &in_memory.2["sender"]),
        (&json!(8), &json!("127.0.0.1"), &json!("gitlab"))
    );
    hook.house.app.hook_calls_record().await.unwrap();
    assert_eq!(seen().await, in_memory);
    let first = hook.editor.json(200, "GET /tasks/it/triggers/call/calls?limit=20", None).await;
    let next = format!("GET /tasks/it/triggers/call/calls?limit=500&cursor={}", first["next_cursor"].as_str().unwrap());
    assert!(hook.editor.json(200, &next, None).await["items"].as_array().unwrap().len() >= KEPT - 20);
    let text = hook.editor.ask("GET /tasks/it/triggers/call/calls?limit=500", None).await.text;
    assert!(!text.contains(SECRET));
    // Only webhooks have calls.
    assert_eq!(hook.editor.ask("GET /tasks/it/triggers/none/calls", None).await.status, 404);
}

#[tokio::test]
async fn a_rule_that_cannot_hold_is_refused_when_it_is_saved() {
    let hook = Hook::new(json!({"kind": "webhook", "key": "call"}), None, json!({})).await;
    let webhook = |more: Value| {
        let mut trigger = json!({"kind": "webhook", "key": "call"});
        trigger.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "it", "run": {"kind": "command", "program": "/bin/true"}, "triggers": [trigger],
            "params": [{"name": "a", "kind": "string", "required": false}]})
    };
    let generic = |more: Value| json!({"proof": "signature", "sender": "generic", "signature": more});
    let wrong = [
        (json!({"params": {"b": "/ref"}}), "params"),
        (json!({"params": {"a": "ref"}}), "params"),
        (json!({"params": {"a": "/a~2"}}), "params"),
        (json!({"params": {"a": "header:"}}), "params"),
        (json!({"params": {"a": "header:Authorization"}}), "params"),
        (json!({"params": {"a": "header:X-Hub-Signature-256"}}), "params"),
        (json!({"params": {"a": "header:X-Gitlab-Token"}}), "params"),
        (json!({"params": {"a": "query:"}}), "params"),
        (json!({"filters": [{"at": "/ref"}]}), "filters/0"),
        (json!({"filters": [{"at": "/ref", "is": "a", "is_not": "b"}]}), "filters/0"),
        (json!({"filters": [{"at": "ref", "is": "a"}]}), "filters/0/at"),
        (json!({"filters": [{"at": "/ref", "matches": "[a"}]}), "filters/0"),
        (json!({"filters": [{"at": "/ref", "one_of": []}]}), "filters/0"),
        (json!({"proof": "signature", "sender": "microsoft_graph"}), "proof"),
        (json!({"proof": "signature", "sender": "generic"}), "signature"),
        (json!({"sender": "github", "proof": "signature", "signature": {"header": "X-A"}}), "signature"),
        (generic(json!({"header": "X A"})), "signature/header"),
        (generic(json!({"header": "X-A", "signed": "timestamp_dot_body"})), "signature/timestamp_header"),
        (generic(json!({"header": "X-A", "timestamp_header": "X-T"})), "signature/signed"),
        (generic(json!({"header": "X-A", "tolerance_seconds": 86400})), "signature/tolerance_seconds"),
    ];
    for (more, at) in wrong {
        let answer = hook.editor.ask("PUT /tasks/it?dry_run=true", Some(webhook(more.clone()))).await;
        let fields = answer.json()["fields"].clone();
        let pointer = format!("/triggers/0/{at}");
        let named =
            fields.as_array().is_some_and(|fields| fields.iter().any(|field| field["pointer"] == pointer.as_str()));
        assert!(answer.status == 422 && named, "{more}: {}", answer.text);
    }
    let good = [
        json!({"params": {"a": "/x/0/y~1z"}, "filters": [{"at": "", "is_not": "x"}, {"at": "query:q", "one_of": ["1", "2"]}]}),
        generic(
            json!({"header": "X-A", "algorithm": "sha512", "signed": "timestamp_colon_body", "timestamp_header": "X-T"}),
        ),
    ];
    for more in good {
        hook.editor.json(200, "PUT /tasks/it", Some(webhook(more.clone()))).await;
        let saved = hook.editor.json(200, "GET /tasks/it", None).await["triggers"][0].clone();
        for (name, value) in more.as_object().unwrap().iter().filter(|(name, _)| *name != "signature") {
            assert_eq!(&saved[name], value);
        }
    }
}

#[tokio::test]
async fn huge_headers_and_bodies_that_are_no_text_are_refused_as_any_wrong_call() {
    let hook = Hook::signed("github", SECRET).await;
    let huge = format!("sha256={}", "ab".repeat(30_000));
    assert_eq!(hook.post(&[("X-Hub-Signature-256", &huge)], *b"{}").await.0, 401);
    let body = [0xff, 0x00, 0xfe];
    let signature = github(&body);
    assert_eq!(
        hook.post(&[("X-Hub-Signature-256", &signature)], body).await.0,
        202,
        "its bytes are signed, whatever they are"
    );
    let long = "d".repeat(5000);
    let headers = [("X-Hub-Signature-256", signature.as_str()), ("X-GitHub-Delivery", &long)];
    assert_eq!(hook.post(&headers, body).await.0, 202);
    assert_eq!(hook.calls().await[0]["delivery"].as_str().unwrap().len(), 100);
}
