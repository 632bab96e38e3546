//! Limits of processes, the user that they run as, and what they used: from the definition to the answer.

use super::bench::Bench;
use crate::credentials::granted;
use crate::kit::{House, Setup};
use orc_server::domain::core::limits::Abilities;
use orc_server::domain::model::Surroundings;
use orc_server::domain::reason::Reason;
use orc_server::domain::vocabulary::{Grant, LimitKind, LimitMeans, Role, RunState};
use orc_server::engine::core::limits;
use serde_json::{Value, json};

fn shell(name: &str, line: &str, more: Value) -> Value {
    let mut body = json!({"name": name, "run": {"kind": "shell", "line": line}});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

/// A server with what this machine can really do.
async fn able() -> Bench {
    let bench = Bench::new().await;
    let setup = bench.setup();
    let surroundings = Surroundings { abilities: limits::abilities(None), ..setup.surroundings.clone() };
    bench.reopened(Setup { surroundings, ..setup }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_says_what_it_used_and_how_its_limits_were_held() {
    let bench = able().await;
    let _engine = bench.engine().await;
    let wanted = json!({"limits": {"memory_bytes": 1 << 30, "open_files": 77, "niceness": 3}});
    bench.task(shell("it", "ulimit -n; nice; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done", wanted)).await;
    let run = bench.start("it").await;
    let (ended, attempts) = bench.ended(run).await;
    assert_eq!((ended.state, bench.log(&attempts[0]).as_str()), (RunState::Succeeded, "77\n3\n"));
    let answer = bench.admin().await.json(200, &format!("GET /runs/{run}"), None).await;
    let attempt = &answer["attempts"][0];
    let held = attempt["limits"].as_array().expect("a list");
    let kinds: Vec<_> = held.iter().map(|limit| (&limit["kind"], &limit["value"], &limit["passed"])).collect();
    let no = &json!(false);
    let (memory, files, niceness) = (json!("memory"), json!("open_files"), json!("niceness"));
    assert_eq!(kinds, [(&memory, &json!(1 << 30), no), (&files, &json!(77), no), (&niceness, &json!(3), no)]);
    assert_eq!((&held[1]["answer"], &held[1]["means"]), (&json!("enforced"), &json!("process")));
    assert!(attempt["cpu_seconds"].as_f64().expect("seconds") > 0.0, "{attempt}");
    assert!(attempt["disk_read_bytes"].is_u64() && attempt["disk_written_bytes"].is_u64(), "{attempt}");
    assert!(attempt["peak_memory_bytes"].as_u64().expect("bytes") > 100_000, "{attempt}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_passes_a_limit_says_which() {
    let bench = able().await;
    let _engine = bench.engine().await;
    let more = json!({"limits": {"processes": 4}, "retry": {"max_attempts": 2, "delay_seconds": 0}});
    bench.task(shell("forks", "for i in 1 2 3 4 5 6; do sleep 300 & done; wait", more)).await;
    let (ended, attempts) = bench.ended(bench.start("forks").await).await;
    // A kernel that holds the limit lets the shell fail on its own.
    let watched = attempts[0].limits[0].means == LimitMeans::Watched;
    assert!(attempts[0].limits[0].passed, "{attempts:?}");
    let reason = ended.reason.as_ref().map(Reason::code);
    assert_eq!(reason, Some(Reason::ProcessLimitPassed { limit: 4 }.code()), "{ended:?}");
    assert!(!watched || ended.state == RunState::Failed && attempts.len() == 2, "it is tried again: {ended:?}");
    let more = json!({"limits": {"memory_bytes": 40 << 20}});
    bench.task(shell("eats", "head -c 90000000 /dev/zero | tail | sleep 300", more)).await;
    let (ended, attempts) = bench.ended(bench.start("eats").await).await;
    let reason = ended.reason.as_ref().map(Reason::code);
    assert_eq!(reason, Some(Reason::MemoryLimitPassed { limit_bytes: 1 }.code()), "{ended:?}");
    assert!(attempts[0].peak_memory_bytes.is_some_and(|bytes| bytes > 30 << 20), "{attempts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_runs_as_its_user_or_that_of_the_server() {
    let bench = able().await;
    let abilities = bench.setup().surroundings.abilities;
    if !abilities.root {
        eprintln!("skipped: only root can run tasks as other users");
        return;
    }
    let engine = bench.engine().await;
    let line = "id -un; echo $HOME $USER; pwd; cat \"$ORC_PARAMS_FILE\"; echo '[1]' > \"$ORC_RESULT_FILE\"";
    bench.task(shell("it", line, json!({"run_as": "nobody", "working_directory": "/"}))).await;
    bench.task(shell("homeless", "true", json!({"run_as": "nobody"}))).await;
    bench.task(shell("plain", "id -un", json!({"working_directory": "/"}))).await;
    let (ended, attempts) = bench.ended(bench.start("it").await).await;
    assert_eq!(bench.log(&attempts[0]), "nobody\n/nonexistent nobody\n/\n{}\n", "{ended:?}");
    assert_eq!((ended.state, ended.result), (RunState::Succeeded, Some(json!([1]))));
    let (ended, _) = bench.ended(bench.start("homeless").await).await;
    assert!(ended.reason.expect("a reason").words().contains("/nonexistent is missing"));
    let (_, attempts) = bench.ended(bench.start("plain").await).await;
    assert_eq!(bench.log(&attempts[0]), format!("{}\n", abilities.account.clone().expect("root has a name")));
    engine.shutdown().await;
    let setup = bench.setup();
    let with_user = Abilities { task_user: Some("nobody".to_owned()), ..abilities };
    let surroundings = Surroundings { abilities: with_user, ..setup.surroundings.clone() };
    let bench = bench.reopened(Setup { surroundings, ..setup }).await;
    let _engine = bench.engine().await;
    let (_, attempts) = bench.ended(bench.start("plain").await).await;
    assert_eq!(bench.log(&attempts[0]), "nobody\n");
}

#[tokio::test]
async fn what_a_server_cannot_hold_is_refused_at_its_place() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let at = async |more: Value| {
        let refused = admin.json(422, "POST /tasks", Some(shell("it", "true", more))).await;
        let fields = refused["fields"].as_array().expect("fields").clone();
        let texts = fields.iter().map(|field| field["message"].as_str().expect("a message").to_owned());
        let pointers = fields.iter().map(|field| field["pointer"].as_str().expect("a pointer").to_owned());
        (pointers.collect::<Vec<_>>(), texts.collect::<String>())
    };
    let (places, text) = at(json!({"limits": {"cpu_percent": 50, "open_files": 1_000_000, "niceness": -5}})).await;
    assert_eq!(places, ["/limits/cpu_percent", "/limits/open_files", "/limits/niceness"]);
    assert!(text.contains("controller \"cpu\"") && text.contains("4,096 open files at most"), "{text}");
    let (places, text) = at(json!({"run_as": "backup"})).await;
    assert_eq!(places, ["/run_as"]);
    assert!(text.contains("this one runs as orc"), "{text}");
    assert_eq!(at(json!({"run_as": "a/b"})).await.0, ["/run_as"]);
    assert_eq!(at(json!({"limits": {"memory_bytes": 1000}})).await.0, ["/limits/memory_bytes"]);
    assert_eq!(at(json!({"limits": {"cores": 1}})).await.0, ["/limits/cores"]);
    let request = json!({"kind": "http", "url": "http://localhost:1/"});
    let both = json!({"run": request, "limits": {"processes": 3}, "run_as": "orc"});
    assert_eq!(at(both).await.0, ["/limits", "/run_as"]);
    let fine = shell("it", "true", json!({"limits": {"processes": 3, "niceness": 5}, "run_as": "orc"}));
    let made = admin.json(201, "POST /tasks", Some(fine)).await;
    let held = &made["limits_held"];
    assert_eq!((&held[0]["kind"], &held[0]["answer"]), (&json!("processes"), &json!("advisory")));
    assert_eq!((&held[1]["kind"], &held[1]["answer"]), (&json!("niceness"), &json!("enforced")));
    assert_eq!(made["limits"]["processes"], 3);
    let seen = admin.json(200, "GET /system", None).await;
    assert_eq!(seen["abilities"]["limits"].as_array().map(Vec::len), Some(LimitKind::ALL.len()));
}

#[tokio::test]
async fn only_those_with_the_right_choose_the_user_and_change_what_runs_as_that_user() {
    let house = House::new(Default::default()).await;
    let (admin, editor) = (house.admin().await, house.editor().await);
    let chooser = granted(&house, Role::Editor, &[Grant::TasksRunAs]).await;
    let body = |line: &str| Some(shell("it", line, json!({"run_as": "orc"})));
    let refused = editor.json(403, "POST /tasks", body("true")).await;
    assert!(refused["detail"].as_str().expect("words").contains("tasks:run_as"), "{refused}");
    chooser.json(201, "POST /tasks", body("true")).await;
    editor.json(403, "PUT /tasks/it", body("id")).await;
    editor.json(403, "PUT /tasks/it", Some(shell("it", "true", json!({})))).await;
    editor.json(403, "POST /tasks/it/clone", Some(json!({"name": "copy"}))).await;
    editor.json(200, "POST /tasks/it/disable", None).await;
    let applied = json!({"tasks": [shell("it", "id", json!({"run_as": "orc"}))]});
    let answer = editor.ask("POST /tasks/apply", Some(applied)).await;
    assert!(answer.status == 403 || answer.status == 422, "{}", answer.status);
    admin.json(200, "PUT /tasks/it", body("id")).await;
}
