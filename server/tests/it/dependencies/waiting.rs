//! Runs that wait: what they say, what starts them, what ends them, and what a restart leaves.

use super::{dependencies, depending, seen};
use crate::engine::bench::{Bench, child_task};
use chrono::TimeDelta;
use orc_server::app::{Caller, Error};
use orc_server::clock::Clock;
use orc_server::domain::dependencies::Sight;
use orc_server::domain::dependencies::sight::SightCode;
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::runs::{Standing, actions};
use orc_server::domain::vocabulary::{RunAction, RunState};
use serde_json::json;

fn file(bench: &Bench) -> (std::path::PathBuf, tempfile::TempDir) {
    let _ = bench;
    let place = tempfile::tempdir().expect("a folder");
    (place.path().join("ready.csv"), place)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_a_file_says_so_and_starts_when_it_appears() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (path, _place) = file(&bench);
    bench.task(depending("it", json!({"kind": "file", "path": path}))).await;
    let run = bench.start("it").await;
    let (record, first) = seen(&bench, run, false).await;
    assert_eq!(
        (record.state, record.gated, record.queued_at, record.attempt_count),
        (RunState::Waiting, true, None, 0)
    );
    let text = path.display().to_string();
    let unmet = Reason::DependencyUnmet { dependency: "file".into(), seen: Sight::FileAbsent { path: text.clone() } };
    assert_eq!(record.reason, Some(unmet));
    assert_eq!(
        actions(record.state, Standing { gated: record.gated, ..Standing::default() }),
        [RunAction::Start, RunAction::Cancel]
    );
    assert_eq!(first.sight, Some(Sight::FileAbsent { path: text }));
    assert!(first.next_look_at > first.looked_at && first.deadline_at.is_some());
    std::fs::write(&path, "1").expect("written");
    let (record, _) = bench.ended(run).await;
    assert_eq!((record.state, record.gated), (RunState::Succeeded, false));
    let first = dependencies(&bench, run).await.remove(0);
    assert_eq!((first.met, first.next_look_at), (true, None));
    assert_eq!(first.sight.map(|sight| sight.code()), Some(SightCode::FileThere));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_does_not_put_the_next_look_off() {
    let bench = Bench::at(Clock::manual("2026-05-01T12:00:00Z".parse().expect("an instant"))).await;
    let (clock, app) = (bench.app.clock().clone(), bench.app.clone());
    let engine = bench.engine().await;
    let (path, _place) = file(&bench);
    bench.task(depending("it", json!({"kind": "file", "path": path}))).await;
    clock.advance(TimeDelta::days(3));
    let run = bench.start("it").await;
    let (_, before) = seen(&bench, run, false).await;
    engine.crash();
    app.bring_back(clock.now()).await.expect("seen");
    clock.set(clock.now() - TimeDelta::days(3));
    app.clock_confirm(&Caller::local()).await.expect("confirmed");
    app.bring_back(clock.now()).await.expect("brought back");
    let after = dependencies(&bench, run).await.remove(0);
    assert_eq!((after.looked_at, after.next_look_at), (Some(clock.now()), Some(clock.now())));
    assert_eq!(after.deadline_at, before.deadline_at.map(|at| at - TimeDelta::days(3)));
    let _engine = bench.engine().await;
    std::fs::write(&path, "1").expect("written");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_waits_for_survives_a_crash() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let (path, _place) = file(&bench);
    bench.task(depending("it", json!({"kind": "file", "path": path}))).await;
    let run = bench.start("it").await;
    let (_, before) = seen(&bench, run, false).await;
    engine.crash();
    let bench = bench.restarted().await;
    let kept = dependencies(&bench, run).await.remove(0);
    assert_eq!((kept.deadline_at, kept.rule), (before.deadline_at, before.rule));
    let _engine = bench.engine().await;
    std::fs::write(&path, "1").expect("written");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_probe_serves_all_runs_that_wait_for_the_same() {
    let bench = Bench::new().await;
    let (path, _place) = file(&bench);
    let mut runs = Vec::new();
    for number in 0..20 {
        let name = format!("it-{number}");
        bench.task(depending(&name, json!({"kind": "file", "path": path}))).await;
        runs.push(bench.start(&name).await);
    }
    let now = bench.clock.now();
    while bench.app.gates_set_up(now).await.expect("set up") > 0 {}
    let due = bench.app.probes_due(now, &[], 100).await.expect("read");
    assert_eq!(due.len(), 1, "20 runs ask one question");
    let _engine = bench.engine().await;
    std::fs::write(&path, "1").expect("written");
    for run in runs {
        assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
    }
    let later = bench.clock.now() + chrono::TimeDelta::hours(1);
    bench.app.probes_due(later, &[], 100).await.expect("read");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_run_starts_what_depends_on_it_at_once() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    bench.task(child_task("extract", &["print", "done"], json!({}))).await;
    let on_unmet = json!({"kind": "wait", "every_seconds": 86400, "deadline_seconds": 86400});
    bench.task(depending("load", json!({"kind": "task", "task": "extract", "on_unmet": on_unmet}))).await;
    let load = bench.start("load").await;
    let (_, first) = seen(&bench, load, false).await;
    assert_eq!(first.sight.map(|sight| sight.code()), Some(SightCode::TaskNotEnded));
    let extract = bench.start("extract").await;
    bench.ended(extract).await;
    assert_eq!(bench.ended(load).await.0.state, RunState::Succeeded, "the next look was due in a day");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_when_it_does_not_wait_or_has_waited_too_long() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (path, _place) = file(&bench);
    let task = async |name: &str, on_unmet| {
        bench.task(depending(name, json!({"kind": "file", "path": path, "on_unmet": on_unmet}))).await;
        let (record, attempts) = bench.ended(bench.start(name).await).await;
        assert!(attempts.is_empty() && record.started_at.is_none());
        (record.state, record.reason.expect("a reason").code())
    };
    assert_eq!(task("skips", json!({"kind": "skip"})).await, (RunState::Skipped, ReasonCode::DependencyNotMet));
    assert_eq!(task("fails", json!({"kind": "fail"})).await, (RunState::Failed, ReasonCode::DependencyNotMet));
    let wait =
        |at_deadline| json!({"kind": "wait", "deadline_seconds": 1, "every_seconds": 1, "at_deadline": at_deadline});
    assert_eq!(task("late", wait("fail")).await, (RunState::Failed, ReasonCode::DependencyTooLate));
    assert_eq!(task("late-skip", wait("skip")).await, (RunState::Skipped, ReasonCode::DependencyTooLate));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_may_start_a_waiting_run_or_cancel_it() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (path, _place) = file(&bench);
    bench.task(depending("it", json!({"kind": "file", "path": path}))).await;
    let run = bench.start("it").await;
    seen(&bench, run, false).await;
    bench.app.run_start(&Caller::local(), run).await.expect("started");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
    let first = dependencies(&bench, run).await.remove(0);
    assert_eq!((first.met, first.waived_by), (false, Some(Caller::local().name)));
    let again = bench.app.run_start(&Caller::local(), run).await;
    assert!(matches!(again, Err(Error::Conflict { code: "not_waiting", .. })), "{again:?}");
    let run = bench.start("it").await;
    seen(&bench, run, false).await;
    bench.app.run_cancel(&Caller::local(), run).await.expect("cancelled");
    assert_eq!(bench.ended(run).await.0.state, RunState::Cancelled);
}

/// The clock stands still, so nothing that was seen becomes too old unless the test says so.
#[tokio::test(flavor = "multi_thread")]
async fn all_dependencies_hold_at_the_start_also_those_that_were_met_before() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (path, place) = file(&bench);
    let other = place.path().join("other");
    std::fs::write(&path, "1").expect("written");
    let wait = json!({"kind": "wait", "every_seconds": 1, "deadline_seconds": 600});
    let both = json!([
        {"kind": "file", "path": path, "on_unmet": wait}, {"kind": "file", "path": other, "on_unmet": wait}
    ]);
    bench.task(child_task("it", &["print", "done"], json!({"dependencies": both}))).await;
    let run = bench.start("it").await;
    let (_, first) = seen(&bench, run, true).await;
    assert_eq!(first.key, "file");
    std::fs::remove_file(&path).expect("removed");
    seen(&bench, run, false).await;
    std::fs::write(&other, "1").expect("written");
    bench.until(run, |record, _| record.state == RunState::Waiting).await;
    std::fs::write(&path, "1").expect("written");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_run_takes_no_place_and_its_time_limit_has_not_begun() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (path, _place) = file(&bench);
    let wanted = orc_server::app::pools::PoolDefinition { name: "db".into(), description: String::new(), capacity: 1 };
    bench.app.pool_create(&Caller::local(), wanted, false).await.expect("made");
    let mut body = depending("waits", json!({"kind": "file", "path": path}));
    (body["pool"], body["timeout_seconds"]) = (json!("db"), json!(1));
    bench.task(body).await;
    let waits = bench.start("waits").await;
    seen(&bench, waits, false).await;
    bench.task(child_task("other", &["print", "done"], json!({"pool": "db"}))).await;
    assert_eq!(bench.ended(bench.start("other").await).await.0.state, RunState::Succeeded);
    let waited = |record: &orc_server::domain::model::RunRecord, _: &[_]| {
        bench.clock.now() - record.created_at > chrono::TimeDelta::milliseconds(1200)
    };
    bench.until(waits, waited).await;
    std::fs::write(&path, "1").expect("written");
    let (record, _) = bench.ended(waits).await;
    assert_eq!(record.state, RunState::Succeeded, "it waited longer than its time limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_everything_is_on_hold_nothing_is_looked_at_and_no_deadline_ends_a_run() {
    let bench = Bench::new().await;
    let (path, _place) = file(&bench);
    let wait = json!({"kind": "wait", "every_seconds": 1, "deadline_seconds": 1});
    bench.task(depending("it", json!({"kind": "file", "path": path, "on_unmet": wait}))).await;
    let caller = Caller::local();
    bench.app.system_hold(&caller, "upgrade".into()).await.expect("held");
    let run = bench.start("it").await;
    let _engine = bench.engine().await;
    let late = |record: &orc_server::domain::model::RunRecord, _: &[_]| {
        bench.clock.now() - record.created_at > chrono::TimeDelta::milliseconds(1500)
    };
    bench.until(run, late).await;
    assert!(dependencies(&bench, run).await.iter().all(|it| it.looked_at.is_none()));
    std::fs::write(&path, "1").expect("written");
    bench.app.system_release(&caller).await.expect("released");
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded, "its deadline passed, but its condition holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_run_is_held_back_again_when_what_was_seen_is_too_old() {
    use orc_server::clock::Clock;
    let bench = Bench::at(Clock::manual(chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000))).await;
    let (path, _place) = file(&bench);
    std::fs::write(&path, "1").expect("written");
    bench.task(depending("it", json!({"kind": "file", "path": path}))).await;
    let run = bench.start("it").await;
    let now = bench.clock.now();
    bench.app.gates_set_up(now).await.expect("set up");
    let probe = bench.app.probes_due(now, &[], 9).await.expect("read").remove(0);
    let met = |met| orc_server::domain::dependencies::Look::of(met, Sight::FileAbsent { path: String::new() });
    let looked = |met_now, looked_at| orc_server::domain::model::ProbeLooked {
        key: probe.key,
        look: met(met_now),
        looked_at,
        ended_at: looked_at,
    };
    bench.app.probe_looked(looked(true, now)).await.expect("stored");
    bench.app.runs_waiting_promote(now).await.expect("promoted");
    let state = async || bench.app.run_view(&Caller::local(), run).await.expect("there").run.state;
    assert_eq!(state().await, RunState::Queued);
    bench.app.gates_stale(now + chrono::TimeDelta::seconds(10)).await.expect("done");
    assert_eq!(state().await, RunState::Queued, "what was seen is fresh for ten seconds");
    bench.app.gates_stale(now + chrono::TimeDelta::seconds(11)).await.expect("done");
    let stale = bench.app.run_view(&Caller::local(), run).await.expect("there").run;
    assert_eq!(stale.state, RunState::Queued, "it keeps its place");
    assert_eq!(stale.reason.map(|reason| reason.code()), Some(ReasonCode::DependenciesUnseen));
    bench.clock.advance(chrono::TimeDelta::seconds(11));
    let _engine = bench.engine().await;
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
}
