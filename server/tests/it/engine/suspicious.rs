//! Runs that succeed and still look wrong: they are marked, explained, found, and called normal.

use super::bench::Bench;
use crate::kit::Client;
use orc_server::domain::ids::RunId;
use serde_json::{Value, json};
use std::time::Duration;

/// A task whose runs log and report as much as they are told.
fn task(marking: bool) -> Value {
    let line = "head -c \"$ORC_PARAM_BYTES\" /dev/zero | tr '\\0' x; printf '{\"rows\": %s}' \"$ORC_PARAM_ROWS\" > \"$ORC_RESULT_FILE\"";
    let params = json!([{"name": "bytes", "kind": "integer", "default": 5000}, {"name": "rows", "kind": "integer", "default": 100}]);
    json!({"name": "exports", "run": {"kind": "shell", "line": line}, "params": params, "mark_suspicious": marking,
        "overlap": {"kind": "allow", "max": 50}})
}

async fn run(bench: &Bench, params: Value) -> RunId {
    let run = bench.start_with("exports", params.as_object().cloned().expect("params")).await;
    bench.ended(run).await;
    judged(bench, run).await;
    run
}

/// Waits until the judge has looked at a run.
async fn judged(bench: &Bench, run: RunId) {
    let client = bench.admin().await;
    let looked = async {
        loop {
            let mut live = bench.app.events().subscribe(None).live;
            let bands = client.json(200, "GET /tasks/exports/bands", None).await;
            if bands.to_string().contains(&run.to_string()) {
                return;
            }
            // A run that is not marked is not announced again; the next look finds it.
            let _changed = tokio::time::timeout(Duration::from_millis(50), live.recv()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looked).await.expect("the judge looks");
}

async fn usual(bench: &Bench) {
    let runs = futures::future::join_all((0..10).map(|_| bench.start("exports"))).await;
    for run in runs {
        bench.ended(run).await;
        judged(bench, run).await;
    }
}

async fn codes(client: &Client, run: RunId) -> Vec<String> {
    let run = client.json(200, &format!("GET /runs/{run}"), None).await;
    let codes = run["suspicious"].as_array().expect("a list").iter();
    let codes = codes.map(|reason| reason["code"].as_str().expect("a code").to_owned());
    // On a busy machine a run may really take seconds longer than the others.
    codes.filter(|code| code != "duration_unusual").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_logs_nothing_is_marked_until_somebody_calls_it_normal() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let client = bench.admin().await;
    bench.task(task(true)).await;
    usual(&bench).await;
    let good = run(&bench, json!({})).await;
    assert!(codes(&client, good).await.is_empty());
    let odd = run(&bench, json!({"bytes": 0})).await;
    assert_eq!(codes(&client, odd).await, ["log_unusual"]);
    let found = client.json(200, &format!("GET /runs/{odd}"), None).await;
    assert!(found["suspicious"].to_string().contains("\"logged 0 bytes, usually 5 KB\""), "{found}");
    assert_eq!(found["actions"], json!(["acknowledge", "rerun", "delete"]));
    let ids = async |filter: &str| {
        let listed = client.json(200, &format!("GET /runs?task=exports&{filter}"), None).await;
        let ids = listed["items"].as_array().expect("items").iter().map(|run| run["id"].clone());
        ids.collect::<Vec<Value>>()
    };
    assert!(ids("suspicious=true").await.contains(&json!(odd.to_string())));
    assert!(!ids("suspicious=false").await.contains(&json!(odd.to_string())));
    assert_eq!(client.json(200, "GET /tasks/exports", None).await["last_run"]["suspicious"], true);

    // What was learnt outlives the server.
    engine.shutdown().await;
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    let client = bench.admin().await;
    let few = run(&bench, json!({"rows": 0})).await;
    assert_eq!(codes(&client, few).await, ["result_unusual"]);
    let bands = client.json(200, "GET /tasks/exports/bands", None).await;
    let measures: Vec<&str> =
        bands["items"].as_array().expect("items").iter().filter_map(|band| band["measure"].as_str()).collect();
    assert_eq!(measures, ["duration", "log", "result.rows"]);
    assert_eq!(
        (&bands["items"][2]["usual"]["median"], &bands["items"][2]["values"][12]["outside"]),
        (&json!(100.0), &json!(true))
    );

    // Normal: the mark goes, and the next such run is not marked.
    let viewer = bench.actor(orc_server::domain::vocabulary::Role::Viewer).await;
    let path = format!("POST /runs/{odd}/acknowledge");
    assert_eq!(viewer.ask(&path, None).await.status, 403);
    let cleared = client.json(200, &path, None).await;
    assert_eq!((&cleared["suspicious"], &cleared["actions"]), (&json!([]), &json!(["rerun", "delete"])));
    assert_eq!(client.json(409, &path, None).await["code"], "not_suspicious");
    let audit = client.json(200, "GET /audit?limit=1", None).await;
    assert_eq!(audit["items"][0]["action"], "run_acknowledge");
    let again = run(&bench, json!({"bytes": 0})).await;
    assert!(codes(&client, again).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_does_not_mark_still_shows_its_figures() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let client = bench.admin().await;
    bench.task(task(false)).await;
    usual(&bench).await;
    let odd = run(&bench, json!({"bytes": 0, "rows": 0})).await;
    assert!(codes(&client, odd).await.is_empty());
    let bands = client.json(200, "GET /tasks/exports/bands", None).await;
    assert_eq!((&bands["marking"], &bands["items"][1]["values"][10]["outside"]), (&json!(false), &json!(true)));
}
