//! Values at the door: which numbers and texts an operation takes, with which digits, and what it says to write instead.

use crate::kit::{Client, House};
use serde_json::{Value, json};

/// Pointer and message of the first problem in an answer; all others must be about the same field.
fn fault(answer: &crate::kit::Answer) -> (String, String) {
    assert_eq!(answer.status, 422, "{:.500}", answer.text);
    let fields = answer.json()["fields"].as_array().cloned().unwrap_or_default();
    assert!(fields.iter().all(|field| field["pointer"] == fields[0]["pointer"]), "{:.500}", answer.text);
    let text = |name: &str| fields[0][name].as_str().unwrap_or_default().to_owned();
    (text("pointer"), text("message"))
}

async fn editor() -> Client {
    House::with(&[]).await.editor().await
}

async fn task(editor: &Client, more: Value) {
    let mut body =
        json!({"name": "it", "run": {"kind": "command", "program": "true"}, "overlap": {"kind": "allow", "max": 1000}});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    editor.json(201, "POST /tasks", Some(body)).await;
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[tokio::test]
async fn whole_numbers_are_exact_or_refused_by_name() {
    let editor = editor().await;
    task(&editor, json!({"params": [{"kind": "integer", "name": "id"}]})).await;
    for (given, wanted) in [
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9007199254740993", "9007199254740993"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("-0.0", "0"),
    ] {
        let run =
            editor.ask("POST /tasks/it/runs", Some(parsed(&format!("{{\"params\": {{\"id\": {given}}}}}")))).await;
        assert_eq!(run.status, 201, "{given}: {}", run.text);
        assert!(run.text.contains(&format!("\"params\":{{\"id\":{wanted}}}")), "{given}: {}", run.text);
        let id = run.json()["id"].as_str().unwrap().to_owned();
        let seen = editor.ask(&format!("GET /runs/{id}"), None).await;
        assert!(seen.text.contains(&format!("\"params\":{{\"id\":{wanted}}}")), "{given}: {}", seen.text);
    }
    for (given, says) in [
        ("18446744073709551616", "must be from -9223372036854775808 to 18446744073709551615"),
        ("-9223372036854775809", "must be from -9223372036854775808 to 18446744073709551615"),
        ("1e400", "must be from -9223372036854775808 to 18446744073709551615"),
        ("1.5", "must be a whole number"),
        ("\"7\"", "must be a whole number"),
    ] {
        let run =
            editor.ask("POST /tasks/it/runs", Some(parsed(&format!("{{\"params\": {{\"id\": {given}}}}}")))).await;
        let (pointer, message) = fault(&run);
        assert_eq!(pointer, "/params/id", "{given}");
        assert!(message.starts_with(says), "{given}: {message}");
    }
}

#[tokio::test]
async fn digits_stay_as_they_came_in_params_defaults_and_versions() {
    let editor = editor().await;
    let params = parsed(
        r#"[{"kind": "json", "name": "j", "default": {"big": 123456789012345678901234567890, "a": 1.50}},
            {"kind": "number", "name": "n", "default": 0.10000000000000000000001, "maximum": 5},
            {"kind": "integer", "name": "i", "default": 18446744073709551615, "maximum": 18446744073709551615}]"#,
    );
    task(&editor, json!({"params": params})).await;
    let seen = editor.ask("GET /tasks/it", None).await;
    let all =
        ["{\"big\":123456789012345678901234567890,\"a\":1.50}", "0.10000000000000000000001", "18446744073709551615"];
    assert!(all.iter().all(|digits| seen.text.contains(digits)), "{}", seen.text);
    // What was read can be written back, and nothing differs.
    let applied = editor.json(200, "POST /tasks/apply", Some(editor.json(200, "GET /tasks/export", None).await)).await;
    assert_eq!(applied["items"][0]["change"], "unchanged", "{applied}");
    let patched = editor.json(200, "PATCH /tasks/it", Some(json!({"title": "It"}))).await.to_string();
    assert!(all.iter().all(|digits| patched.contains(digits)), "{patched}");
    let run = editor.ask("POST /tasks/it/runs", Some(json!({}))).await;
    assert!(all.iter().all(|digits| run.text.contains(digits)), "{}", run.text);
    let given = parsed(r#"{"params": {"n": 5.00000000000000000000001}}"#);
    assert_eq!(
        fault(&editor.ask("POST /tasks/it/runs", Some(given)).await),
        ("/params/n".into(), "must be at most 5".into())
    );
    let given = parsed(r#"{"params": {"i": 18446744073709551615, "n": 1.50}}"#);
    let run = editor.ask("POST /tasks/it/runs", Some(given)).await;
    assert!(run.text.contains("\"n\":1.50") && run.text.contains("\"i\":18446744073709551615"), "{}", run.text);
}

#[tokio::test]
async fn numbers_of_a_definition_may_have_any_spelling() {
    let editor = editor().await;
    let body = parsed(
        r#"{"name": "it", "run": {"kind": "command", "program": "true"}, "priority": 5e1, "timeout_seconds": 60.50,
            "pool_weight": 1.0, "retry": {"max_attempts": 3.0, "backoff": {"kind": "exponential", "factor": 1.50}},
            "schedules": [{"kind": "interval", "every_seconds": 9e2}],
            "triggers": [{"kind": "file", "pattern": "/srv/in/*.csv", "settle_seconds": 2.50}]}"#,
    );
    let made = editor.json(201, "POST /tasks", Some(body)).await;
    assert_eq!(
        (&made["priority"], &made["pool_weight"], &made["retry"]["max_attempts"]),
        (&json!(50), &json!(1), &json!(3))
    );
    assert_eq!((&made["timeout_seconds"], &made["retry"]["backoff"]["factor"]), (&json!(60.5), &json!(1.5)));
    assert_eq!(
        (&made["schedules"][0]["every_seconds"], &made["triggers"][0]["settle_seconds"]),
        (&json!(900), &json!(2.5))
    );
    for field in ["priority", "pool_weight", "timeout_seconds"] {
        let far = parsed(&format!(r#"{{"{field}": 1e400}}"#));
        assert_eq!(fault(&editor.ask("PATCH /tasks/it", Some(far)).await).0, format!("/{field}"));
    }
}

#[tokio::test]
async fn a_number_where_text_is_needed_is_told_to_be_put_in_quotes() {
    let editor = editor().await;
    let run = json!({"kind": "command", "program": "true"});
    let whole = |more: Value| {
        let mut body = json!({"name": "a", "run": run});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        body
    };
    for (more, pointer, says) in [
        (r#"{"environment": {"PORT": 8080}}"#, "/environment/PORT", "must be text: write \"8080\" in quotes"),
        (r#"{"environment": {"DEBUG": true}}"#, "/environment/DEBUG", "must be text: write \"true\" in quotes"),
        (r#"{"environment": {"RATIO": 1.50}}"#, "/environment/RATIO", "must be text: write \"1.50\" in quotes"),
        (r#"{"environment": {"EMPTY": null}}"#, "/environment/EMPTY", "must be text: write \"\" for an empty text"),
        (r#"{"tags": [2026]}"#, "/tags/0", "must be text: write \"2026\" in quotes"),
        (
            r#"{"run": {"kind": "command", "program": "a", "arguments": ["-p", 80]}}"#,
            "/run/arguments/1",
            "must be text: write \"80\" in quotes",
        ),
        (
            r#"{"run": {"kind": "http", "url": "http://a", "headers": {"X": 1}}}"#,
            "/run/headers/X",
            "must be text: write \"1\" in quotes",
        ),
        (
            r#"{"params": [{"kind": "choice", "name": "p", "choices": ["1", 2]}]}"#,
            "/params/0/choices/1",
            "must be text: write \"2\" in quotes",
        ),
    ] {
        let answer = editor.ask("POST /tasks", Some(whole(parsed(more)))).await;
        assert_eq!(fault(&answer), (pointer.to_owned(), says.to_owned()), "{more}");
    }
    let params = json!([{"kind": "string", "name": "s"}, {"kind": "choice", "name": "c", "choices": ["1", "2"]}]);
    task(&editor, json!({"params": params})).await;
    for (given, pointer, says) in [
        (json!({"s": 8080}), "/params/s", "must be text: write \"8080\" in quotes"),
        (json!({"c": 2}), "/params/c", "must be one of 1, 2: write \"2\" in quotes"),
        (json!({"c": 3}), "/params/c", "must be one of 1, 2"),
        (json!({"s": "a\u{0}b"}), "/params/s", "must not contain a NUL character"),
    ] {
        let answer = editor.ask("POST /tasks/it/runs", Some(json!({"params": given}))).await;
        assert_eq!(fault(&answer), (pointer.to_owned(), says.to_owned()));
    }
}

#[tokio::test]
async fn what_can_never_start_is_refused_when_it_is_saved() {
    let editor = editor().await;
    let of = |environment: Value, run: Value, params: Value| json!({"name": "a", "run": run, "environment": environment, "params": params});
    let run = json!({"kind": "command", "program": "true"});
    // `BIG=` and the zero byte take 5 of 131,072 bytes.
    let fits = of(json!({"BIG": "x".repeat(131_067)}), run.clone(), json!([]));
    let saved = editor.ask("POST /tasks?dry_run=true", Some(fits)).await;
    assert_eq!(saved.status, 200);
    let default = json!([{"kind": "string", "name": "p", "default": "x".repeat(131_060)}]);
    let argument = json!({"kind": "command", "program": "true", "arguments": ["a", "x".repeat(131_072)]});
    for (body, pointer, says) in [
        (
            of(json!({"BIG": "x".repeat(131_068)}), run.clone(), json!([])),
            "/environment/BIG",
            "the variable BIG has 131,073 bytes",
        ),
        (of(json!({}), argument, json!([])), "/run/arguments/1", "argument 2 has 131,073 bytes"),
        (
            of(json!({}), json!({"kind": "shell", "line": "é".repeat(70_000)}), json!([])),
            "/run/line",
            "the line has 140,001 bytes",
        ),
        (of(json!({}), run.clone(), default), "/params/0/default", "the variable ORC_PARAM_P has 131,073 bytes"),
    ] {
        let (at, message) = fault(&editor.ask("POST /tasks", Some(body.clone())).await);
        assert_eq!(at, pointer);
        assert!(message.starts_with(says), "{message}");
        assert!(message.contains("and this system takes"), "{message}");
        let applied = editor.ask("POST /tasks/apply", Some(json!({"tasks": [body]}))).await;
        assert_eq!(fault(&applied).0, format!("/tasks/0{pointer}"));
    }
    let many: serde_json::Map<String, Value> =
        (0..20).map(|n| (format!("V{n:02}"), json!("x".repeat(120_000)))).collect();
    let body = of(Value::Object(many), json!({"kind": "command", "program": "true"}), json!([]));
    let (at, message) = fault(&editor.ask("POST /tasks/apply", Some(json!({"tasks": [body]}))).await);
    assert_eq!(at, "/tasks/0/environment/V19");
    assert!(message.starts_with("all arguments and variables together have 2,400,"), "{message}");
}

#[tokio::test]
async fn a_run_that_can_never_start_is_refused_by_its_param() {
    let editor = editor().await;
    let run = json!({"kind": "command", "program": "true", "arguments": ["--body=${params.body}"]});
    let params = json!([{"kind": "string", "name": "body"}]);
    let schedule = json!([{"kind": "interval", "key": "often", "every_seconds": 900}]);
    task(&editor, json!({"run": run, "params": params, "schedules": schedule})).await;
    // `--body=` and the zero byte take 8 of 131,072 bytes.
    let of = |length: usize| json!({"params": {"body": "x".repeat(length)}});
    let made = editor.json(201, "POST /tasks/it/runs", Some(of(131_064))).await;
    let refused = editor.ask("POST /tasks/it/runs", Some(of(131_065))).await;
    let (pointer, message) = fault(&refused);
    assert_eq!(pointer, "/params/body");
    assert!(message.contains("argument 1 has 131,073 bytes") && message.contains("ORC_PARAMS_FILE"), "{message}");
    let id = made["id"].as_str().unwrap();
    editor.json(200, &format!("POST /runs/{id}/cancel"), None).await;
    assert_eq!(fault(&editor.ask(&format!("POST /runs/{id}/rerun"), Some(of(131_065))).await).0, "/params/body");
    let period =
        json!({"from_at": "2027-01-15T00:00:00Z", "until_at": "2027-01-15T01:00:00Z", "params": of(131_065)["params"]});
    assert_eq!(fault(&editor.ask("POST /tasks/it/backfills", Some(period)).await).0, "/params/body");
}

#[tokio::test]
async fn texts_with_a_nul_character_are_refused_by_name() {
    let editor = editor().await;
    let nul = "a\u{0}b";
    for (more, pointer) in [
        (json!({"title": nul}), "/title"),
        (json!({"description": nul}), "/description"),
        (json!({"folder": nul}), "/folder"),
        (json!({"tags": ["a", nul]}), "/tags/1"),
        (json!({"working_directory": nul}), "/working_directory"),
        (json!({"environment": {"A": nul}}), "/environment/A"),
        (json!({"run": {"kind": "command", "program": nul}}), "/run/program"),
        (json!({"run": {"kind": "command", "program": "a", "arguments": [nul]}}), "/run/arguments/0"),
        (json!({"run": {"kind": "shell", "line": nul}}), "/run/line"),
        (json!({"run": {"kind": "script", "interpreter": "sh", "text": nul}}), "/run/text"),
        (json!({"params": [{"kind": "string", "name": "p", "default": nul}]}), "/params/0/default"),
        (json!({"params": [{"kind": "choice", "name": "p", "choices": [nul]}]}), "/params/0/choices/0"),
    ] {
        let mut body = json!({"name": "a", "run": {"kind": "command", "program": "true"}});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        assert_eq!(fault(&editor.ask("POST /tasks", Some(body)).await).0, pointer);
    }
}
