//! What changed since a task last worked, and runs that repeat others with edits.

use super::bench::{Bench, child_task};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn script(path: &Path, text: &str) {
    std::fs::write(path, text).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("set");
}

/// The changes of a run as `part name before -> after`.
fn lines(compared: &Value) -> Vec<String> {
    let change = |change: &Value| {
        let text = |name: &str| change[name].as_str().map_or_else(|| change[name].to_string(), str::to_owned);
        format!("{} {} {} -> {}", text("part"), text("name"), text("before"), text("after"))
    };
    compared["changes"].as_array().expect("a list").iter().map(change).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_says_what_changed_since_the_task_last_worked() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let client = bench.admin().await;
    let folder = tempfile::tempdir().expect("a folder");
    let tool = folder.path().join("report.sh");
    script(&tool, "#!/bin/sh\necho all is well\n");
    let body = |line: &str, secret: &str| {
        let params = json!([{"name": "day", "kind": "string", "default": "mon"}]);
        json!({"name": "report", "run": {"kind": "shell", "line": line}, "params": params,
            "environment": {"API_KEY": secret}})
    };
    let line = format!("{} && true", tool.display());
    bench.task(body(&line, "first-canary")).await;
    let good = bench.start("report").await;
    bench.ended(good).await;
    let compared = client.json(200, &format!("GET /runs/{good}/changes"), None).await;
    assert_eq!((&compared["before"], &compared["problems"][0]["code"]), (&Value::Null, &json!("never_worked")));

    script(&tool, "#!/bin/sh\nprintf '\\033[31msorry\\033[0m, no data\\n'\nexit 3\n");
    let changed = body(&line.replace("true", "echo never"), "second-canary");
    client.json(200, "PUT /tasks/report", Some(changed)).await;
    let answer = client.json(201, "POST /tasks/report/runs", Some(json!({"params": {"day": "tue"}}))).await;
    let bad = answer["id"].as_str().expect("an id").parse().map(orc_server::domain::ids::RunId).expect("an id");
    bench.ended(bad).await;
    let compared = client.json(200, &format!("GET /runs/{bad}/changes"), None).await;
    let found = lines(&compared);
    let tool = tool.display().to_string();
    for wanted in [
        format!("definition /run/line {line} -> {}", line.replace("true", "echo never")),
        "environment API_KEY set -> set to another value".to_owned(),
        "param day mon -> tue".to_owned(),
    ] {
        assert!(found.contains(&wanted), "{wanted} is missing in {found:#?}");
    }
    let file = found.iter().find(|line| line.starts_with(&format!("file {tool} "))).expect("the script differs");
    assert_eq!(file.matches("SHA-256 ").count(), 2, "{file}");
    assert_eq!(found.len(), 4, "{found:#?}");
    let (run, before) = (&compared["run"], &compared["before"]);
    assert_eq!((&run["exit_code"], &before["exit_code"]), (&json!(3), &json!(0)));
    assert_eq!((&run["version"], &before["version"]), (&json!(2), &json!(1)));
    assert_eq!((&run["log_tail"], &before["log_tail"]), (&json!(["sorry, no data"]), &json!(["all is well"])));
    assert!(!compared.to_string().contains("canary"), "values of variables are never shown: {compared}");

    // Compared with itself or with a stranger, the answer names the argument.
    bench.task(child_task("other", &["exit", "0"], json!({}))).await;
    let other = bench.start("other").await;
    for with in [bad, other] {
        let answer = client.ask(&format!("GET /runs/{bad}/changes?with={with}"), None).await;
        assert_eq!((answer.status, &answer.json()["fields"][0]["pointer"]), (422, &json!("?with")));
    }
    let compared = client.json(200, &format!("GET /runs/{good}/changes?with={bad}"), None).await;
    assert!(lines(&compared).contains(&"param day tue -> mon".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rerun_says_what_was_edited_and_is_checked_against_the_version_that_runs() {
    let bench = Bench::new().await;
    let client = bench.admin().await;
    let params = |kind: &str| json!([{"name": "day", "kind": kind, "required": true}, {"name": "n", "kind": "integer", "default": 1}]);
    let overlap = json!({"kind": "allow", "max": 10});
    let body = |kind: &str| child_task("it", &["exit", "0"], json!({"params": params(kind), "overlap": overlap}));
    bench.task(body("string")).await;
    let _engine = bench.engine().await;
    let first = bench.start_with("it", json!({"day": "mon"}).as_object().cloned().expect("params")).await;
    bench.ended(first).await;
    client.json(200, "PUT /tasks/it", Some(body("date"))).await;
    let path = format!("POST /runs/{first}/rerun");
    let edited = client.json(201, &path, Some(json!({"params": {"day": "tue"}}))).await;
    assert_eq!((&edited["task"]["version"], &edited["trigger"]["edited_params"]), (&json!(1), &json!(["day"])));
    assert_eq!((&edited["trigger"]["rerun_of"], &edited["params"]["n"]), (&json!(first.to_string()), &json!(1)));
    let same = client.json(201, &path, Some(json!({}))).await;
    assert_eq!(same["trigger"]["edited_params"], json!([]));
    let newest = json!({"params": {"day": "tue"}, "newest_version": true});
    let refused = client.ask(&path, Some(newest)).await;
    assert_eq!((refused.status, &refused.json()["fields"][0]["pointer"]), (422, &json!("/params/day")));
    let newest = json!({"params": {"day": "2026-11-30", "n": 2}, "newest_version": true});
    let made = client.json(201, &path, Some(newest)).await;
    assert_eq!((&made["task"]["version"], &made["trigger"]["edited_params"]), (&json!(2), &json!(["day", "n"])));
    let audit = client.json(200, "GET /audit?limit=1", None).await;
    let detail = &audit["items"][0]["detail"];
    assert_eq!((&detail["version"], &detail["edited_params"]), (&json!(2), &json!(["day", "n"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_found_the_same_share_what_they_found() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let folder = tempfile::tempdir().expect("a folder");
    let tool = folder.path().join("report.sh");
    script(&tool, "#!/bin/sh\nexit 0\n");
    bench.task(json!({"name": "report", "run": {"kind": "shell", "line": tool.display().to_string()}})).await;
    // The statement changes nothing, and tells how many rows there are.
    let rows = async || bench.behind("UPDATE conditions SET found = found").await;
    for _ in 0..3 {
        bench.ended(bench.start("report").await).await;
    }
    assert_eq!(rows().await, 1);
    script(&tool, "#!/bin/sh\nexit 3\n");
    let bad = bench.start("report").await;
    bench.ended(bad).await;
    assert_eq!(rows().await, 2);
    let client = bench.admin().await;
    let compared = client.json(200, &format!("GET /runs/{bad}/changes"), None).await;
    assert_eq!(compared["problems"], json!([]));
    assert!(lines(&compared).iter().any(|line| line.contains("report.sh")), "{compared}");
}
