//! Following a log while it grows: from its first byte, across split characters, until its attempt has ended.

use super::bench::{Bench, child_task};
use orc_runner::message::Identity;
use orc_runner::{LogWriter, Stream};
use orc_server::app::runs::attempts::LogCounts;
use orc_server::app::runs::log_follow::{LogFollower, Piece};
use orc_server::domain::ids::{AttemptId, RunId};
use orc_server::domain::model::{Claim, ClaimOrder};
use orc_server::domain::vocabulary::{LogGap, RunState};
use serde_json::json;
use std::time::Duration;

/// An attempt that was just claimed.
async fn claimed(bench: &Bench) -> AttemptId {
    bench.task(child_task("it", &["print", "x"], json!({}))).await;
    bench.start("it").await;
    let now = bench.app.clock().now();
    let claimed =
        bench.app.store().runs_claim(Claim::of(1, ClaimOrder::Priority), "here", now).await.expect("a database");
    claimed.first().expect("a run").attempt.id
}

fn writer(bench: &Bench, attempt: AttemptId) -> LogWriter {
    std::fs::create_dir_all(bench.app.log_folder()).expect("a folder");
    let identity = Identity { runner_pid: std::process::id(), ..Identity::blank(attempt.to_string()) };
    LogWriter::create(&bench.app.log_path(attempt), &identity).expect("a log")
}

async fn next(follower: &mut LogFollower) -> Vec<Piece> {
    let next = tokio::time::timeout(Duration::from_secs(30), follower.next()).await.expect("something comes");
    next.expect("a readable log").expect("not its end")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_was_only_claimed_has_not_ended() {
    let bench = Bench::new().await;
    let attempt = claimed(&bench).await;
    let mut follower = LogFollower::new(bench.app.clone(), attempt, None);
    let early = tokio::time::timeout(Duration::from_millis(300), follower.next()).await;
    assert!(early.is_err(), "it was taken for ended: {early:?}");
    let mut log = writer(&bench, attempt);
    log.data(Stream::Stdout, b"here it is\n");
    bench.app.progress().begin(RunId::generate(), attempt);
    assert_eq!(next(&mut follower).await[0].text, "here it is\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn going_on_in_the_middle_of_a_character_loses_none_of_it() {
    let bench = Bench::new().await;
    let attempt = claimed(&bench).await;
    let mut log = writer(&bench, attempt);
    bench.app.progress().begin(RunId::generate(), attempt);
    let mut first = LogFollower::new(bench.app.clone(), attempt, Some(0));
    log.data(Stream::Stdout, b"x\xE2\x82");
    let seen = next(&mut first).await;
    assert_eq!((seen[0].text.as_str(), seen[0].offset, seen[0].end), ("x", 0, 1));
    log.data(Stream::Stdout, b"\xACy");
    bench.app.progress().report(attempt, LogCounts { bytes: 5, lines: 1, dropped_bytes: 0 });
    let same = next(&mut first).await;
    assert_eq!((same[0].text.as_str(), same[0].offset, same[0].end), ("€y", 1, 5));
    let mut second = LogFollower::new(bench.app.clone(), attempt, Some(seen[0].end));
    assert_eq!(next(&mut second).await[0].text, "€y");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_log_is_given_whole_and_from_any_byte() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (_, attempts) = bench.run_child(&["print", "0123456789"], json!({})).await;
    for (from, text) in [(0, "0123456789\n"), (4, "456789\n"), (11, "")] {
        let mut follower = LogFollower::new(bench.app.clone(), attempts[0].id, Some(from));
        let mut got = String::new();
        while let Some(pieces) = follower.next().await.expect("a readable log") {
            got.extend(pieces.into_iter().map(|piece| piece.text));
        }
        assert_eq!(got, text, "from {from}");
    }
}

/// All pieces of the log of a script that has ended, and what a download of it says.
async fn script(bench: &Bench, text: &str) -> (Vec<Piece>, String) {
    let run = json!({"kind": "script", "interpreter": "bash", "text": text});
    bench.task(json!({"name": "bar", "run": run})).await;
    let id = bench.start("bar").await;
    let (ended, attempts) = bench.ended(id).await;
    assert_eq!(ended.state, RunState::Failed);
    let mut follower = LogFollower::new(bench.app.clone(), attempts[0].id, Some(0));
    let mut all = Vec::new();
    while let Some(pieces) = follower.next().await.expect("a readable log") {
        all.extend(pieces);
    }
    let answer = bench.admin().await.ask(&format!("GET /runs/{id}/log"), None).await;
    (all, answer.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_words_after_a_progress_bar_reach_the_reader() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let bar = "for i in $(seq 1 900); do printf '\\r %3d%% of 5000M at 5120k/s, %3dM so far, 0:16:40 in all, \
        0:00:%02d gone, 0:16:20 to go' $((i/10)) $i $((i%60)) >&2; done
        echo \"fatal: connection reset by peer\" >&2
        exit 3";
    let (pieces, download) = script(&bench, bar).await;
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert!(text.ends_with("0:16:20 to gofatal: connection reset by peer\n"), "{text}");
    let left_out: u64 = pieces.iter().map(|piece| piece.redraw_count).sum();
    assert_eq!(text.matches("so far").count() as u64 + left_out, 900);
    let because = pieces.iter().filter_map(|piece| piece.dropped_because);
    assert!(because.clone().count() > 0 && because.clone().all(|gap| gap == LogGap::Redraws));
    assert!(download.contains("redraws of this line were left out here\r"), "{download}");
    assert!(download.ends_with("fatal: connection reset by peer\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_long_line_a_reader_sees_both_ends() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let long = "printf 'begin '; head -c 300000 /dev/zero | tr '\\0' '\\303\\244'; printf ' the end'; exit 1";
    let (pieces, download) = script(&bench, long).await;
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert!(text.starts_with("begin ") && text.ends_with(" the end"));
    let dropped: u64 = pieces.iter().map(|piece| piece.dropped_bytes).sum();
    assert!(pieces.iter().any(|piece| piece.dropped_because == Some(LogGap::LongLine)) && dropped > 200_000);
    assert!(download.contains(" bytes of this line were dropped here] "));
}
