//! Params that a run takes from the result of the run that triggered it, or for which it waited.

use super::bench::Bench;
use crate::kit::Client;
use orc_server::app::Caller;
use orc_server::domain::ids::RunId;
use orc_server::domain::model::{AttemptRecord, PageRequest, RunFilter, RunRecord};
use orc_server::domain::reason::ReasonCode;
use orc_server::domain::vocabulary::RunState;
use serde_json::{Value, json};
use std::time::Duration;

fn source(result: &str) -> Value {
    json!({"name": "source", "run": {"kind": "shell", "line": format!("printf '%s' '{result}' > \"$ORC_RESULT_FILE\"")}})
}

fn listener(day: &str) -> Value {
    let params =
        json!([{"name": "day", "kind": "date", "required": true}, {"name": "rows", "kind": "integer", "default": 0}]);
    let bound = json!({"day": day, "rows": "${trigger.result.rows}"});
    json!({"name": "listener", "run": {"kind": "shell", "line": "echo \"$ORC_PARAM_DAY has $ORC_PARAM_ROWS rows\""}, "params": params,
        "triggers": [{"kind": "task", "tasks": ["source"], "params": bound}]})
}

/// The newest run of a task after a known one, as soon as it has ended.
async fn ended_after(bench: &Bench, task: &str, known: Option<RunId>) -> RunRecord {
    loop {
        let mut live = bench.app.events().subscribe(None).live;
        let page = PageRequest::first(1);
        let found = bench.app.run_list(&Caller::local(), Some(task), RunFilter::default(), &page).await.expect("runs");
        if let [run] = found.items.as_slice()
            && Some(run.id) != known
            && run.state.is_final()
        {
            return run.clone();
        }
        let _changed = tokio::time::timeout(Duration::from_secs(30), live.recv()).await.expect("it changes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_triggered_run_takes_params_from_the_result_of_the_other() {
    let bench = Bench::new().await;
    let client = bench.admin().await;
    bench.task(source(r#"{"day": "2026-11-30", "rows": 42}"#)).await;
    let refused = client.ask("POST /tasks", Some(listener("${trigger.day}"))).await;
    let field = &refused.json()["fields"][0];
    assert_eq!((refused.status, &field["pointer"]), (422, &json!("/triggers/0/params/day")), "{}", refused.text);
    bench.task(listener("${trigger.result.day}")).await;
    let _engine = bench.engine().await;
    bench.start("source").await;
    let run = ended_after(&bench, "listener", None).await;
    assert_eq!(Value::Object(run.params.clone()), json!({"day": "2026-11-30", "rows": 42}));
    let (_, attempts) = bench.ended(run.id).await;
    assert_eq!(bench.log(&attempts[0]), "2026-11-30 has 42 rows\n");

    // A value that is missing or of the wrong kind fails the run before anything starts.
    for (result, code) in [
        (r#"{"rows": 1}"#, ReasonCode::TriggerValueMissing),
        (r#"{"day": "tomorrow", "rows": 1}"#, ReasonCode::TriggerValueRefused),
    ] {
        let known = ended_after(&bench, "listener", None).await.id;
        client.json(200, "PUT /tasks/source", Some(source(result))).await;
        bench.start("source").await;
        let run = ended_after(&bench, "listener", Some(known)).await;
        assert_eq!((run.state, run.attempt_count, run.started_at), (RunState::Failed, 0, None));
        let reason = run.reason.expect("a reason");
        assert_eq!(reason.code(), code);
        assert!(reason.words().contains("\"day\""), "{reason}");
    }
}

/// Ends a run of the source with this result.
async fn source_ends(bench: &Bench, client: &Client, result: &Value) {
    client.json(200, "PUT /tasks/source", Some(source(&result.to_string()))).await;
    bench.ended(bench.start("source").await).await;
}

/// The run that an answer shows, once it has ended.
async fn ended_of(bench: &Bench, answer: &Value) -> (RunRecord, Vec<AttemptRecord>) {
    bench.ended(answer["id"].as_str().expect("an id").parse().expect("an id")).await
}

fn dependent(day: &str) -> Value {
    let params =
        json!([{"name": "day", "kind": "date", "required": true}, {"name": "rows", "kind": "integer", "default": 0}]);
    let taken = json!({"day": day, "rows": "${dependency.result.rows}"});
    json!({"name": "dependent", "run": {"kind": "shell", "line": "echo \"$ORC_PARAM_DAY has $ORC_PARAM_ROWS rows\""}, "params": params,
        "dependencies": [{"kind": "task", "key": "import", "task": "source", "window": {"kind": "any_time"}, "params": taken}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_takes_params_from_the_result_of_the_run_for_which_it_waited() {
    let bench = Bench::new().await;
    let client = bench.admin().await;
    bench.task(source(r#"{"day": "2026-11-30", "rows": 42}"#)).await;
    let refused = client.ask("POST /tasks", Some(dependent("${trigger.result.day}"))).await;
    let field = &refused.json()["fields"][0];
    assert_eq!((refused.status, &field["pointer"]), (422, &json!("/dependencies/0/params/day")), "{}", refused.text);
    bench.task(dependent("${dependency.result.day}")).await;
    let _engine = bench.engine().await;

    // The required param need not be given. It comes when the other run has ended.
    let waiting = bench.start("dependent").await;
    bench.start("source").await;
    let (run, attempts) = bench.ended(waiting).await;
    assert_eq!(Value::Object(run.params.clone()), json!({"day": "2026-11-30", "rows": 42}));
    assert_eq!(bench.log(&attempts[0]), "2026-11-30 has 42 rows\n");

    // What the caller gives counts, and a repeated run keeps what its first one took.
    let given = client.json(201, "POST /tasks/dependent/runs", Some(json!({"params": {"rows": 7}}))).await;
    let (run, _) = ended_of(&bench, &given).await;
    assert_eq!(Value::Object(run.params.clone()), json!({"day": "2026-11-30", "rows": 7}));
    source_ends(&bench, &client, &json!({"day": "2026-12-01", "rows": 1})).await;
    let again = client.json(201, &format!("POST /runs/{}/rerun", run.id), Some(json!({}))).await;
    let (run, _) = ended_of(&bench, &again).await;
    assert_eq!(Value::Object(run.params.clone()), json!({"day": "2026-11-30", "rows": 7}));

    // A value that is missing or of the wrong kind fails the run before anything starts.
    for (result, code) in [
        (json!({"rows": 1}), ReasonCode::DependencyValueMissing),
        (json!({"day": "tomorrow", "rows": 1}), ReasonCode::DependencyValueRefused),
    ] {
        source_ends(&bench, &client, &result).await;
        let (run, _) = bench.ended(bench.start("dependent").await).await;
        assert_eq!((run.state, run.attempt_count, run.started_at), (RunState::Failed, 0, None));
        let reason = run.reason.expect("a reason");
        assert_eq!(reason.code(), code);
        assert!(reason.words().contains("\"day\"") && reason.words().contains("\"import\""), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_does_not_wait_goes_without_the_values_of_its_dependency() {
    let bench = Bench::new().await;
    let client = bench.admin().await;
    bench.task(source("{}")).await;
    bench.task(dependent("${dependency.result.day}")).await;
    let _engine = bench.engine().await;
    let waiting = bench.start("dependent").await;
    let refused = client.ask(&format!("POST /runs/{waiting}/start"), None).await;
    let told = refused.json();
    assert_eq!((refused.status, &told["code"]), (409, &json!("param_missing")), "{}", refused.text);
    assert!(told["detail"].as_str().expect("a detail").contains("\"day\""), "{told}");
    let still = bench.app.run_view(&Caller::local(), waiting).await.expect("the run");
    assert_eq!(still.run.state, RunState::Waiting);
    client.json(200, &format!("POST /runs/{waiting}/cancel"), None).await;
    bench.ended(waiting).await;

    let run = client.json(201, "POST /tasks/dependent/runs", Some(json!({"params": {"day": "2026-11-29"}}))).await;
    client.json(200, &format!("POST /runs/{}/start", run["id"].as_str().expect("an id")), None).await;
    let (run, _) = ended_of(&bench, &run).await;
    assert_eq!(Value::Object(run.params.clone()), json!({"day": "2026-11-29", "rows": 0}));
}
