//! Crashes: of the server (its engine is dropped without notice), of a runner (killed), and of both.

use super::bench::{Bench, child_task};
use orc_server::app::Caller;
use orc_server::domain::model::{AttemptRecord, PageRequest, RunFilter, RunRecord};
use orc_server::domain::vocabulary::{AttemptOutcome, RunState};
use serde_json::json;

/// Drops an engine as a crash would: nobody is told, and nothing is waited for.
fn crash(engine: orc_server::engine::Engine) {
    engine.crash();
}

/// A file, and a shell line that prints, waits for the file, and prints again.
fn gated(bench: &Bench) -> (std::path::PathBuf, String) {
    let gate = bench.folder.path().join("gate");
    let line = format!("echo before; while [ ! -e {} ]; do sleep 0.02; done; echo after", gate.display());
    (gate, line)
}

fn link(bench: &Bench, attempt: &AttemptRecord) -> orc_runner::Link {
    orc_runner::Link::new(bench.app.log_path(attempt.id))
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).expect("a pid")).expect("not zero");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_without_its_server_and_is_adopted() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let (gate, line) = gated(&bench);
    let line = format!("{line}; exit 5");
    bench.task(json!({"name": "it", "run": {"kind": "shell", "line": line}})).await;
    let run = bench.start("it").await;
    bench.logged(run, "before").await;
    let so_far = |record: &RunRecord, attempts: &[AttemptRecord]| {
        (record.log_bytes, record.log_lines) == (7, 1) && attempts[0].log_bytes == 7
    };
    bench.until(run, so_far).await;
    crash(engine);
    let bench = bench.restarted().await;
    assert_eq!(bench.app.run_view(&Caller::local(), run).await.expect("there").run.log_bytes, 0, "nobody follows it");
    let _engine = bench.engine().await;
    bench.until(run, so_far).await;
    let listed = bench.app.run_list(&Caller::local(), None, RunFilter::default(), &PageRequest::first(1)).await;
    let listed = listed.expect("runs").items.remove(0);
    assert_eq!((listed.log_bytes, listed.log_lines, listed.log_truncated), (7, 1, false));
    std::fs::write(&gate, "").expect("the gate opens");
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.log_bytes, record.log_lines), (13, 2));
    assert_eq!((record.state, attempts.len(), attempts[0].exit_code), (RunState::Failed, 1, Some(5)));
    assert_eq!(bench.log(&attempts[0]), "before\nafter\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_while_no_server_was_there_is_booked_by_its_record() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let (gate, line) = gated(&bench);
    bench.task(json!({"name": "it", "run": {"kind": "shell", "line": line}})).await;
    let run = bench.start("it").await;
    let (_, attempts) = bench.logged(run, "before").await;
    crash(engine);
    std::fs::write(&gate, "").expect("the gate opens");
    while link(&bench, &attempts[0]).alive().expect("readable") {
        tokio::task::yield_now().await;
    }
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts.len()), (RunState::Succeeded, 1));
    assert_eq!(bench.log(&attempts[0]), "before\nafter\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_runner_makes_the_run_lost_and_leaves_nothing() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    bench.task(child_task("it", &["setsid-grandchild", "600"], json!({}))).await;
    let run = bench.start("it").await;
    let (_, attempts) = bench.until(run, |_, attempts| ready(&bench, attempts)).await;
    kill(attempts[0].runner_pid.expect("known"));
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts[0].outcome), (RunState::Lost, Some(AttemptOutcome::Lost)));
    assert_eq!(link(&bench, &attempts[0]).marked().expect("/proc").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_attempt_is_tried_again_where_the_rule_says_so() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let gate = bench.folder.path().join("gate");
    let line =
        format!("echo go; [ $ORC_ATTEMPT -ge 2 ] && exit 0; while [ ! -e {} ]; do sleep 0.02; done", gate.display());
    let retry = json!({"max_attempts": 2, "delay_seconds": 0.01, "retry_on": ["lost"]});
    bench.task(json!({"name": "it", "run": {"kind": "shell", "line": line}, "retry": retry})).await;
    let run = bench.start("it").await;
    let (_, attempts) = bench.until(run, |_, attempts| ready(&bench, attempts)).await;
    crash(engine);
    kill(attempts[0].runner_pid.expect("known"));
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts.len()), (RunState::Succeeded, 2));
    assert_eq!(attempts[0].outcome, Some(AttemptOutcome::Lost));
}

fn ready(bench: &Bench, attempts: &[AttemptRecord]) -> bool {
    attempts.last().is_some_and(|attempt| attempt.runner_pid.is_some() && !bench.log(attempt).is_empty())
}

/// Fork servers of a folder of logs.
fn fork_servers(folder: &std::path::Path) -> Vec<u32> {
    let wanted = format!("--fork-server\0{}\0", folder.display());
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let told = |pid: &u32, file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    pids.filter(|pid| told(pid, "cmdline").contains(&wanted) && told(pid, "comm") == "orc-fork-server\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_server_that_is_killed_is_replaced_and_its_runners_live_on() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let (gate, line) = gated(&bench);
    bench.task(json!({"name": "long", "run": {"kind": "shell", "line": line}})).await;
    bench.task(json!({"name": "short", "run": {"kind": "shell", "line": "echo short"}})).await;
    let long = bench.start("long").await;
    bench.logged(long, "before").await;
    let folder = bench.app.log_folder();
    let first = fork_servers(&folder);
    assert_eq!(first.len(), 1, "one for all");
    kill(first[0]);
    let short = bench.start("short").await;
    let (record, attempts) = bench.ended(short).await;
    assert_eq!((record.state, attempts.len()), (RunState::Succeeded, 1), "nobody notices");
    let second = fork_servers(&folder);
    assert!(second.len() == 1 && second != first, "{second:?}");
    std::fs::write(&gate, "").expect("the gate opens");
    let (record, attempts) = bench.ended(long).await;
    assert_eq!((record.state, attempts.len()), (RunState::Succeeded, 1));
    assert_eq!(bench.log(&attempts[0]), "before\nafter\n");
    engine.shutdown().await;
    assert_eq!(fork_servers(&folder), [0; 0], "it ends with its server");
}
