//! Stopping: time-outs, cancelling of whole process trees, stopping the server.

use super::bench::{Bench, child_task};
use orc_server::app::Caller;
use orc_server::app::runs::RunView;
use orc_server::domain::vocabulary::RunState;
use serde_json::json;

/// Processes that carry the marker of an attempt.
fn left(bench: &Bench, attempt: &orc_server::domain::model::AttemptRecord) -> usize {
    orc_runner::Link::new(bench.app.log_path(attempt.id)).marked().expect("/proc can be read").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn time_outs_of_attempt_and_run() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let limits = json!({"attempt_timeout_seconds": 0.3, "grace_seconds": 0.2});
    let (run, attempts) = bench.run_child(&["ignore-term", "60"], limits).await;
    assert_eq!((run.state, attempts.len(), left(&bench, &attempts[0])), (RunState::TimedOut, 1, 0));
    let limits = json!({"timeout_seconds": 0.6, "retry": {"max_attempts": 9, "delay_seconds": 30, "jitter": false}});
    bench.task(child_task("whole", &["exit", "1"], limits)).await;
    let (run, attempts) = bench.ended(bench.start("whole").await).await;
    assert_eq!((run.state, attempts.len()), (RunState::Failed, 1), "no attempt after the run's own deadline");
    let limits = json!({"timeout_seconds": 0.3, "grace_seconds": 0.1});
    bench.task(child_task("long", &["sleep", "60"], limits)).await;
    assert_eq!(bench.ended(bench.start("long").await).await.0.state, RunState::TimedOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_leaves_no_process_of_the_tree() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    for (name, arguments) in
        [("stubborn", ["ignore-term", "60"]), ("escapee", ["setsid-grandchild", "60"]), ("plain", ["sleep", "60"])]
    {
        bench.task(child_task(name, &arguments, json!({"grace_seconds": 0.2}))).await;
        let run = bench.start(name).await;
        bench.until(run, |_, attempts| attempts.last().is_some_and(|attempt| attempt.pid.is_some())).await;
        bench.until(run, |_, attempts| !bench.log(&attempts[0]).is_empty()).await;
        bench.app.run_cancel(&Caller::local(), run).await.expect("told");
        let (record, attempts) = bench.ended(run).await;
        assert_eq!((record.state, left(&bench, &attempts[0])), (RunState::Cancelled, 0), "{name}");
        assert_eq!(attempts[0].survivor_count, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_cancel_skips_the_grace() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    bench.task(child_task("it", &["ignore-term", "600"], json!({"grace_seconds": 600}))).await;
    let run = bench.start("it").await;
    bench.until(run, |_, attempts| attempts.last().is_some_and(|attempt| !bench.log(attempt).is_empty())).await;
    let local = Caller::local();
    bench.app.run_cancel(&local, run).await.expect("asked");
    bench.logged(run, "[orc]").await;
    bench.app.run_cancel(&local, run).await.expect("told");
    assert_eq!(bench.ended(run).await.0.state, RunState::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grandchild_that_holds_the_pipe_does_not_hold_the_run() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (run, attempts) = bench.run_child(&["hold-pipe", "600"], json!({})).await;
    assert_eq!(run.state, RunState::Succeeded);
    assert!(attempts[0].leaked_output);
    assert_eq!(left(&bench, &attempts[0]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_keeps_some_runs_and_cancels_others() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    bench.task(child_task("keep", &["sleep", "600"], json!({"grace_seconds": 0.2}))).await;
    bench.task(child_task("end", &["sleep", "600"], json!({"on_server_stop": "cancel", "grace_seconds": 0.2}))).await;
    let (keep, end) = (bench.start("keep").await, bench.start("end").await);
    for run in [keep, end] {
        bench.until(run, |_, attempts| attempts.last().is_some_and(|attempt| attempt.pid.is_some())).await;
    }
    engine.shutdown().await;
    assert_eq!(bench.ended(end).await.0.state, RunState::Cancelled);
    let RunView { run: record, attempts, .. } = bench.app.run_view(&Caller::local(), keep).await.expect("there");
    assert_eq!(record.state, RunState::Running);
    assert!(left(&bench, &attempts[0]) > 0, "the kept run goes on");
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    bench.app.run_cancel(&Caller::local(), keep).await.expect("told");
    let (record, attempts) = bench.ended(keep).await;
    assert_eq!((record.state, record.attempt_count, left(&bench, &attempts[0])), (RunState::Cancelled, 1, 0));
}
