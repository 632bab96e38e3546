//! Values at the door: what a process gets of large bodies and params, with which digits, and what is refused before.

use super::bench::Bench;
use crate::kit::{Answer, HERE, request};
use orc_server::app::Caller;
use orc_server::domain::ids::RunId;
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::vocabulary::RunState;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Reads both files, and says their rights and whether they are in a private folder.
const READS: &str = "stat -c %a \"$ORC_PARAMS_FILE\" \"$ORC_BODY_FILE\" \"${ORC_BODY_FILE%/*}\" | tr '\\n' ' '; \
    wc -c < \"$ORC_BODY_FILE\"; cksum < \"$ORC_BODY_FILE\"; echo ${#ORC_PARAM_BODY}; echo \"$ORC_BODY_FILE\"";

fn hook_task(name: &str, line: &str, more: Value) -> Value {
    let trigger = json!({"kind": "webhook", "key": "hook", "proof": "secret_url", "params": {"body": ""}});
    let mut body = json!({"name": name, "run": {"kind": "shell", "line": line}, "triggers": [trigger],
        "params": [{"kind": "json", "name": "body"}]});
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    body
}

async fn call(bench: &Bench, task: &str, body: &[u8]) -> Answer {
    let path = bench.app.trigger_rotate(&Caller::local(), task, "hook", None).await.expect("an address").path;
    let mut asked = request(HERE, &format!("POST ..{}", path.expose()), &[], None);
    *asked.body_mut() = body.to_vec().into();
    bench.send(asked).await
}

fn run_of(answer: &Answer) -> RunId {
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["run_id"].as_str().expect("a run").parse().expect("an id")
}

/// What `cksum` prints for these bytes.
fn cksum(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bytes");
    std::fs::write(&file, bytes).expect("written");
    let sum = std::process::Command::new("cksum").stdin(std::fs::File::open(&file).expect("open")).output();
    String::from_utf8(sum.expect("cksum").stdout).expect("text").trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_reaches_the_task_as_a_private_file_in_every_attempt_and_rerun() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let retry = json!({"retry": {"max_attempts": 2, "delay_seconds": 0.01, "jitter": false}});
    bench.task(hook_task("big", &format!("{READS}; [ $ORC_ATTEMPT -ge 2 ]"), retry)).await;
    let body = format!("{{ \"text\": \"{}é\"}}\n", "x".repeat(140_000)).into_bytes();
    let run = run_of(&call(&bench, "big", &body).await);
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts.len()), (RunState::Succeeded, 2), "{:?}", record.reason);
    let mut logs: Vec<String> = attempts.iter().map(|attempt| bench.log(attempt)).collect();
    let again = bench.app.run_rerun(&Caller::local(), run, None, false, None).await.expect("again").id;
    bench.app.run_delete(&Caller::local(), run).await.expect("deleted");
    let (_, more) = bench.ended(again).await;
    logs.extend(more.iter().map(|attempt| bench.log(attempt)));
    assert_eq!(logs.len(), 4, "two attempts each");
    let limit = 4096 * 32;
    let size = body.len() as u64 - 2 + "ORC_PARAM_BODY=".len() as u64;
    let left_out = |size| Reason::ParamOnlyInFile { param: "body".to_owned(), size_bytes: size, limit_bytes: limit };
    assert_eq!(record.reason.as_ref().map(Reason::code), Some(ReasonCode::ParamOnlyInFile), "told on the run");
    for log in logs {
        let lines: Vec<&str> = log.lines().collect();
        assert!(lines[0].starts_with("[orc] param \"body\" is only in ORC_PARAMS_FILE"), "{log}");
        assert_eq!(lines[1], format!("600 600 700 {}", body.len()));
        assert_eq!(lines[2], cksum(&body), "byte for byte");
        assert_eq!(lines[3], "0", "there is no variable");
        assert!(!Path::new(lines[4]).exists(), "{} is left behind", lines[4]);
    }
    // Without the spaces and the line end of the body, with the zero byte of the variable.
    assert_eq!(record.reason, Some(left_out(size)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_body_is_there_both_ways_and_no_body_is_no_file() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let line = "echo \"$ORC_PARAM_BODY ${ORC_BODY_FILE:+has a body}\"; cat $ORC_PARAMS_FILE $ORC_BODY_FILE";
    bench.task(hook_task("small", line, json!({}))).await;
    let run = run_of(&call(&bench, "small", b"{\"id\": 1.50}").await);
    let (record, attempts) = bench.ended(run).await;
    assert_eq!(bench.log(&attempts[0]), "{\"id\":1.50} has a body\n{\"body\":{\"id\":1.50}}\n{\"id\": 1.50}");
    assert_eq!(record.reason, None);
    let run = run_of(&call(&bench, "small", b"").await);
    let (_, attempts) = bench.ended(run).await;
    assert_eq!(bench.log(&attempts[0]), " \n{}\n");
    let (_, attempts) = bench.ended(bench.start("small").await).await;
    assert_eq!(bench.log(&attempts[0]), " \n{}\n", "a run by hand has no body");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_text_arrives_byte_for_byte() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let trigger = json!({"kind": "webhook", "key": "hook", "proof": "secret_url"});
    let line = "cksum < $ORC_BODY_FILE";
    bench.task(json!({"name": "raw", "run": {"kind": "shell", "line": line}, "triggers": [trigger]})).await;
    let body: Vec<u8> = (0..=255).collect();
    let run = run_of(&call(&bench, "raw", &body).await);
    let (_, attempts) = bench.ended(run).await;
    assert_eq!(bench.log(&attempts[0]).trim(), cksum(&body));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_holds_131_071_bytes_with_its_name_and_a_larger_value_is_in_the_file() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let line = "echo ${#ORC_PARAM_P}; wc -c < $ORC_PARAMS_FILE";
    let params = json!([{"kind": "string", "name": "p"}, {"kind": "string", "name": "q"}]);
    bench.task(json!({"name": "it", "run": {"kind": "shell", "line": line}, "params": params})).await;
    let with = |length: usize| Map::from_iter([("p".to_owned(), json!("x".repeat(length)))]);
    // `ORC_PARAM_P=` has 12 bytes; `{"p":""}` and the line end have 9.
    for (length, variable) in [(131_071 - 12, 131_059), (131_072 - 12, 0)] {
        let (record, attempts) = bench.ended(bench.start_with("it", with(length)).await).await;
        assert_eq!(record.state, RunState::Succeeded, "{:?}", record.reason);
        let log = bench.log(&attempts[0]);
        assert!(log.ends_with(&format!("{variable}\n{}\n", length + 9)), "{log}");
        assert_eq!(record.reason.is_some(), variable == 0);
    }
    // Fifty values that fit alone do not fit together: the largest are left out, and the run starts.
    let names: Vec<String> = (0..30).map(|number| format!("p{number}")).collect();
    let params: Vec<Value> = names.iter().map(|name| json!({"kind": "string", "name": name})).collect();
    let line = "env | grep -c ^ORC_PARAM_P";
    bench.task(json!({"name": "many", "run": {"kind": "shell", "line": line}, "params": params})).await;
    let values = names.iter().map(|name| (name.clone(), json!("x".repeat(100_000)))).collect();
    let (record, attempts) = bench.ended(bench.start_with("many", values).await).await;
    assert_eq!(record.state, RunState::Succeeded, "{:?}", record.reason);
    let Some(Reason::Several { reasons }) = &record.reason else { panic!("{:?}", record.reason) };
    let kept: usize = bench.log(&attempts[0]).lines().last().expect("a count").parse().expect("a number");
    assert_eq!((kept + reasons.len(), kept), (30, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_at_the_limit_really_starts() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    // `BIG=` and the zero byte take 5 bytes.
    let big = "x".repeat(131_072 - 5);
    let line = "echo ${#BIG} ${#1}";
    let run = json!({"kind": "script", "interpreter": "sh", "text": line, "arguments": ["y".repeat(131_071)]});
    bench.task(json!({"name": "one", "run": run, "environment": {"BIG": big}})).await;
    let (record, attempts) = bench.ended(bench.start("one").await).await;
    assert_eq!(record.state, RunState::Succeeded, "{:?}", record.reason);
    assert_eq!(bench.log(&attempts[0]), "131067 131071\n");
    // As many variables as Orc takes together; the rest is the kernel's.
    let environment: Map<String, Value> =
        (0..17).map(|number| (format!("V{number:02}"), json!("x".repeat(121_000)))).collect();
    bench
        .task(json!({"name": "all", "run": {"kind": "shell", "line": "env | grep -c ^V"}, "environment": environment}))
        .await;
    let (record, attempts) = bench.ended(bench.start("all").await).await;
    assert_eq!(record.state, RunState::Succeeded, "{:?}", record.reason);
    assert_eq!(bench.log(&attempts[0]), "17\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_reach_the_process_with_every_digit() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let line = "echo $ORC_PARAM_ID $ORC_PARAM_RATIO $ORC_PARAM_J; cat $ORC_PARAMS_FILE; \
                cat $ORC_PARAMS_FILE > $ORC_RESULT_FILE";
    let params = json!([{"kind": "integer", "name": "id"}, {"kind": "number", "name": "ratio"},
        {"kind": "json", "name": "j"}]);
    bench.task(json!({"name": "it", "run": {"kind": "shell", "line": line}, "params": params})).await;
    let text = r#"{"id":18446744073709551615,"ratio":0.10000000000000000000001,"j":{"big":123456789012345678901234567890,"a":1.50,"far":1e400}}"#;
    let given: Map<String, Value> = serde_json::from_str(text).expect("JSON");
    let run = bench.start_with("it", given).await;
    let (record, attempts) = bench.ended(run).await;
    let json = r#"{"big":123456789012345678901234567890,"a":1.50,"far":1e400}"#.replace("1e400", "1e+400");
    let written = text.replace("1e400", "1e+400");
    let log = bench.log(&attempts[0]);
    let wanted = format!("18446744073709551615 0.10000000000000000000001 {json}\n{written}\n");
    assert_eq!(log.replace("1e400", "1e+400"), wanted);
    assert_eq!(record.state, RunState::Succeeded, "{:?}", record.reason);
    assert_eq!(record.result.map(|result| result.to_string().replace("1e400", "1e+400")), Some(written));
    let again = bench.app.run_rerun(&Caller::local(), run, None, false, None).await.expect("again").id;
    let (_, attempts) = bench.ended(again).await;
    assert_eq!(bench.log(&attempts[0]), log, "a rerun has the same digits");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_killed_attempt_are_removed() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    bench.task(hook_task("it", "echo $ORC_BODY_FILE; sleep 60", json!({}))).await;
    let run = run_of(&call(&bench, "it", b"{\"a\": 1}").await);
    let (_, attempts) = bench.logged(run, ".body\n").await;
    let file = bench.log(&attempts[0]).trim().to_owned();
    assert!(Path::new(&file).exists());
    let (_, attempts) = bench.until(run, |_, attempts| attempts[0].runner_pid.is_some()).await;
    let pid = i32::try_from(attempts[0].runner_pid.expect("a runner")).expect("a pid");
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).expect("not zero"),
        rustix::process::Signal::KILL,
    )
    .expect("it is there");
    let (record, _) = bench.ended(run).await;
    assert_eq!(record.state, RunState::Lost);
    while Path::new(&file).exists() {
        tokio::task::yield_now().await;
    }
}
