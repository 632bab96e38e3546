//! Runs from their start to their end: outcomes, retries, params, environment, overlap.

use super::bench::{Bench, child_task};
use orc_server::app::{Caller, Error};
use orc_server::domain::reason::Reason;
use orc_server::domain::vocabulary::{AttemptOutcome, RunState};
use serde_json::{Map, json};

#[tokio::test(flavor = "multi_thread")]
async fn success_and_failure_with_figures() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (run, attempts) = bench.run_child(&["exit", "0"], json!({})).await;
    assert_eq!((run.state, run.attempt_count), (RunState::Succeeded, 1));
    assert_eq!(attempts[0].exit_code, Some(0));
    assert!(attempts[0].cpu.is_some() && attempts[0].peak_memory_bytes.is_some_and(|bytes| bytes > 0));
    bench.task(child_task("bad", &["exit", "7"], json!({}))).await;
    let (run, attempts) = bench.ended(bench.start("bad").await).await;
    assert_eq!((run.state, attempts[0].exit_code), (RunState::Failed, Some(7)));
    assert_eq!(run.reason, Some(Reason::ExitCode { exit_code: 7 }));
    bench.task(child_task("fine", &["exit", "7"], json!({"success_codes": [0, 7]}))).await;
    assert_eq!(bench.ended(bench.start("fine").await).await.0.state, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_until_it_works_and_no_further() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let retry = json!({"max_attempts": 3, "delay_seconds": 0.05, "jitter": false});
    let text = "echo attempt $ORC_ATTEMPT; [ $ORC_ATTEMPT -ge 2 ]";
    bench.task(json!({"name": "flaky", "run": {"kind": "shell", "line": text}, "retry": retry})).await;
    let (run, attempts) = bench.ended(bench.start("flaky").await).await;
    assert_eq!((run.state, attempts.len()), (RunState::Succeeded, 2));
    assert_eq!(attempts[0].outcome, Some(AttemptOutcome::Failed));
    assert_eq!(bench.log(&attempts[1]), "attempt 2\n");
    bench.task(child_task("never", &["exit", "9"], json!({"retry": {"max_attempts": 3, "delay_seconds": 0.01}}))).await;
    let (run, attempts) = bench.ended(bench.start("never").await).await;
    assert_eq!((run.state, attempts.len()), (RunState::Failed, 3));
    let never_9 = json!({"retry": {"max_attempts": 3, "delay_seconds": 0.01, "never_exit_codes": [9]}});
    bench.task(child_task("once", &["exit", "9"], never_9)).await;
    assert_eq!(bench.ended(bench.start("once").await).await.1.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_start_says_why_and_is_not_tried_again() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let retry = json!({"max_attempts": 5, "delay_seconds": 0.01});
    let cases = [
        ("missing", json!({"kind": "command", "program": "/no/such/program"}), json!(null), "does not exist"),
        ("folder", json!({"kind": "shell", "line": "true"}), json!("/no/such/folder"), "working directory"),
        ("plain", json!({"kind": "command", "program": "/etc/hostname"}), json!(null), "neither a program"),
        ("interpreter", json!({"kind": "script", "interpreter": "no-such", "text": "x"}), json!(null), "no-such"),
    ];
    for (name, run, folder, says) in cases {
        bench.task(json!({"name": name, "run": run, "working_directory": folder, "retry": retry})).await;
        let (run, attempts) = bench.ended(bench.start(name).await).await;
        assert_eq!((run.state, attempts.len()), (RunState::Failed, 1), "{name}: {:?}", run.reason);
        let Some(Reason::StartFailed { problem }) = &run.reason else { panic!("{name}: {:?}", run.reason) };
        assert!(problem.contains(says), "{name}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn params_arguments_and_environment_arrive_byte_for_byte() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let nasty = "a b\"'%PATH%^&|;$HOME `x` \u{e9}\n";
    let arguments = ["args", nasty, "--day=${params.day}", "${params.text}"];
    let params = json!([{"kind": "date", "name": "day", "required": true}, {"kind": "string", "name": "text"}]);
    bench.task(child_task("args", &arguments, json!({"params": params}))).await;
    let refused = bench.app.run_create(&Caller::local(), "args", Map::new(), None).await;
    assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].pointer == "/params/day"));
    let given =
        Map::from_iter([("day".to_owned(), json!("2026-11-23")), ("text".to_owned(), json!("${params.day} x"))]);
    let (_, attempts) = bench.ended(bench.start_with("args", given).await).await;
    let seen: Vec<String> = serde_json::from_str(&bench.log(&attempts[0])).expect("the helper prints JSON");
    assert_eq!(seen, [nasty, "--day=2026-11-23", "${params.day} x"]);

    let line = "env | cut -d= -f1 | sort | tr '\\n' ' '; echo \"$OWN $ORC_PARAM_N $ORC_TASK $ORC_TRIGGER\"";
    let body = json!({"name": "env", "run": {"kind": "shell", "line": line}, "environment": {"OWN": "mine"},
        "params": [{"kind": "integer", "name": "n", "default": 4}]});
    bench.task(body).await;
    let (_, attempts) = bench.ended(bench.start("env").await).await;
    let log = bench.log(&attempts[0]);
    assert!(log.ends_with("mine 4 env manual\n"), "{log}");
    assert!(!log.contains("CARGO"), "the server's own environment leaks: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_kept_and_scratch_is_not() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (run, _) = bench.run_child(&["result", "{\"rows\": 12}"], json!({})).await;
    assert_eq!(run.result, Some(json!({"rows": 12})));
    bench
        .app
        .task_create(
            &Caller::local(),
            definition(
                json!({"name": "again", "run": {"kind": "script", "interpreter": "sh", "text": "echo $0; pwd"}}),
            ),
            false,
        )
        .await
        .expect("created");
    let (_, attempts) = bench.ended(bench.start("again").await).await;
    let log = bench.log(&attempts[0]);
    let script = log.lines().next().expect("its path");
    assert!(!std::path::Path::new(script).exists(), "{script} is left behind");
}

fn definition(body: serde_json::Value) -> orc_server::domain::tasks::Definition {
    let wire: orc_server::api::tasks::definition::TaskDefinition = serde_json::from_value(body).expect("a definition");
    wire.into_domain("UTC")
}

#[tokio::test(flavor = "multi_thread")]
async fn overlap_skip_queue_and_allow() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let local = Caller::local();
    let start = async |task: &str| bench.app.run_create(&local, task, Map::new(), None).await;
    bench.task(child_task("one", &["sleep", "60"], json!({}))).await;
    let first = start("one").await.expect("starts").id;
    bench.until(first, |run, _| run.state == RunState::Running).await;
    assert!(matches!(start("one").await, Err(Error::Conflict { code: "overlap", .. })));

    bench.task(child_task("line", &["sleep", "60"], json!({"overlap": {"kind": "queue", "max_waiting": 1}}))).await;
    let head = start("line").await.expect("starts").id;
    let next = start("line").await.expect("waits");
    assert_eq!(next.state, RunState::Waiting);
    assert!(matches!(start("line").await, Err(Error::Conflict { code: "overlap", .. })));
    bench.until(head, |run, _| run.state == RunState::Running).await;
    bench.app.run_cancel(&local, head).await.expect("told");
    assert_eq!(bench.ended(head).await.0.state, RunState::Cancelled);
    bench.until(next.id, |run, _| run.state == RunState::Running).await;

    bench.task(child_task("two", &["sleep", "60"], json!({"overlap": {"kind": "allow", "max": 2}}))).await;
    let (a, b) = (start("two").await.expect("a").id, start("two").await.expect("b").id);
    assert!(start("two").await.is_err());
    for run in [first, next.id, a, b] {
        bench.until(run, |record, _| record.state == RunState::Running).await;
        bench.app.run_cancel(&local, run).await.expect("told");
        assert_eq!(bench.ended(run).await.0.state, RunState::Cancelled);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_keeps_head_tail_and_the_exit_code() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (run, attempts) = bench.run_child(&["flood", "3000000"], json!({"log": {"max_bytes": 65536}})).await;
    assert_eq!(run.state, RunState::Succeeded);
    assert!(run.log_truncated);
    assert_eq!(attempts[0].log_bytes, 3_000_000);
    assert!(attempts[0].log_dropped_bytes > 2_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_starts_on_hold_or_disabled() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let admin = Caller::local();
    bench.task(child_task("it", &["exit", "0"], json!({}))).await;
    bench.app.system_hold(&admin, "moving house".into()).await.expect("held");
    let run = bench.start("it").await;
    bench.task(child_task("other", &["exit", "0"], json!({"enabled": false}))).await;
    let refused = bench.app.run_create(&admin, "other", Map::new(), None).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "task_disabled", .. })));
    let record = bench.app.run_view(&admin, run).await.expect("there").run;
    assert_eq!(record.state, RunState::Queued);
    bench.app.system_release(&admin).await.expect("released");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
}
