//! Runners that live and cannot be attached, because their socket could not be opened or their token is lost.

use super::bench::{Bench, child_task};
use orc_server::app::Caller;
use orc_server::domain::model::AttemptRecord;
use orc_server::domain::reason::Reason;
use orc_server::domain::vocabulary::RunState;
use serde_json::json;

/// Occupies the path of the runner's socket, so that the runner cannot open one when its server is gone.
fn block_socket(bench: &Bench, attempt: &AttemptRecord) {
    std::fs::create_dir(bench.app.log_path(attempt.id).with_extension("sock")).expect("nothing is there yet");
}

fn left(bench: &Bench, attempt: &AttemptRecord) -> usize {
    orc_runner::Link::new(bench.app.log_path(attempt.id)).marked().expect("/proc can be read").len()
}

/// The summary that the rescuer shows.
fn shown(bench: &Bench) -> Option<Reason> {
    bench.app.workers().list().into_iter().find(|row| row.name == "rescuer")?.last_summary
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_reaches_a_runner_without_a_socket() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    bench.task(child_task("it", &["sleep", "600"], json!({}))).await;
    let run = bench.start("it").await;
    let (_, attempts) = bench.logged(run, "ready").await;
    block_socket(&bench, &attempts[0]);
    engine.crash();
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    bench.app.run_cancel(&Caller::local(), run).await.expect("told");
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts.len(), left(&bench, &attempts[0])), (RunState::Cancelled, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_cancel_skips_the_grace_without_a_socket() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    bench.task(child_task("it", &["ignore-term", "600"], json!({"grace_seconds": 600}))).await;
    let run = bench.start("it").await;
    let (_, attempts) = bench.logged(run, "ready").await;
    block_socket(&bench, &attempts[0]);
    engine.crash();
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    bench.app.run_cancel(&Caller::local(), run).await.expect("asked");
    bench.logged(run, "[orc] stopping").await;
    bench.app.run_cancel(&Caller::local(), run).await.expect("told");
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts.len(), left(&bench, &attempts[0])), (RunState::Cancelled, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_runner_without_a_socket_is_booked() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let gate = bench.folder.path().join("gate");
    bench.task(child_task("it", &["until-file", gate.to_str().expect("a path")], json!({}))).await;
    let run = bench.start("it").await;
    let (_, attempts) = bench.logged(run, "ready").await;
    block_socket(&bench, &attempts[0]);
    engine.crash();
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    std::fs::write(&gate, "").expect("the gate opens");
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts.len(), attempts[0].exit_code), (RunState::Succeeded, 1, Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_token_costs_no_run() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let gate = bench.folder.path().join("gate");
    bench.task(child_task("it", &["until-file", gate.to_str().expect("a path")], json!({}))).await;
    let run = bench.start("it").await;
    let (_, attempts) = bench.logged(run, "ready").await;
    engine.crash();
    assert_eq!(bench.behind("UPDATE attempt SET token = 'lost'").await, 1);
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    bench.until(run, |_, _| shown(&bench) == Some(Reason::RunnersSilent { runs: 1 })).await;
    assert!(left(&bench, &attempts[0]) > 0, "the command goes on");
    std::fs::write(&gate, "").expect("the gate opens");
    let (record, attempts) = bench.ended(run).await;
    assert_eq!((record.state, attempts.len(), attempts[0].exit_code), (RunState::Succeeded, 1, Some(0)));
    bench.until(run, |_, _| shown(&bench) == Some(Reason::RunnersAnswer {})).await;
}
