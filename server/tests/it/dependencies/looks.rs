//! What a look decides, driven by hand with a clock that stands still: looks that take long, go wrong, or began too
//! early, places that are kept, and runs that do not wait any more.

use super::{dependencies, depending};
use crate::engine::bench::Bench;
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::Caller;
use orc_server::clock::Clock;
use orc_server::domain::dependencies::{Look, Sight};
use orc_server::domain::ids::RunId;
use orc_server::domain::model::{ProbeLooked, ProbeRecord};
use orc_server::domain::reason::ReasonCode;
use orc_server::domain::vocabulary::RunState;
use serde_json::{Value, json};

async fn bench() -> Bench {
    Bench::at(Clock::manual(DateTime::UNIX_EPOCH + TimeDelta::days(20_000))).await
}

/// The probe that is due, after everything that waits was set up.
async fn probe(bench: &Bench) -> ProbeRecord {
    let now = bench.clock.now();
    bench.app.gates_set_up(now).await.expect("set up");
    bench.app.probes_due(now, &[], 9).await.expect("read").remove(0)
}

fn file(on_unmet: Value) -> Value {
    json!({"kind": "file", "path": "/srv/in/shop.csv", "on_unmet": on_unmet})
}

fn wait() -> Value {
    json!({"kind": "wait", "every_seconds": 1, "deadline_seconds": 600})
}

fn found(met: bool) -> Look {
    Look::of(met, Sight::FileAbsent { path: "/srv/in/shop.csv".into() })
}

async fn looked(bench: &Bench, probe: &ProbeRecord, look: Look, looked_at: DateTime<Utc>) {
    let ended_at = bench.clock.now();
    let looked = ProbeLooked { key: probe.key, look, looked_at, ended_at };
    bench.app.probe_looked(looked).await.expect("stored");
}

async fn state(bench: &Bench, run: RunId) -> (RunState, Option<ReasonCode>) {
    let run = bench.app.run_view(&Caller::local(), run).await.expect("there").run;
    (run.state, run.reason.map(|reason| reason.code()))
}

async fn promote(bench: &Bench) {
    bench.app.runs_waiting_promote(bench.clock.now()).await.expect("promoted");
    bench.app.gates_stale(bench.clock.now()).await.expect("held back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_takes_longer_than_the_time_between_two_looks_opens_the_run() {
    let bench = bench().await;
    bench.task(depending("it", file(wait()))).await;
    let run = bench.start("it").await;
    let (probe, begun) = (probe(&bench).await, bench.clock.now());
    bench.clock.advance(TimeDelta::seconds(45));
    looked(&bench, &probe, found(true), begun).await;
    promote(&bench).await;
    assert_eq!(state(&bench, run).await.0, RunState::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_began_before_a_run_waited_says_nothing_about_it() {
    let bench = bench().await;
    let fail = json!({"kind": "fail"});
    for name in ["first", "second"] {
        bench.task(depending(name, file(fail.clone()))).await;
    }
    let first = bench.start("first").await;
    let (known, begun) = (probe(&bench).await, bench.clock.now());
    bench.clock.advance(TimeDelta::seconds(20));
    let second = bench.start("second").await;
    bench.app.gates_set_up(bench.clock.now()).await.expect("set up");
    looked(&bench, &known, found(false), begun).await;
    assert_eq!(state(&bench, first).await.0, RunState::Failed);
    assert_eq!(state(&bench, second).await, (RunState::Waiting, Some(ReasonCode::DependenciesUnseen)));
    let again = probe(&bench).await;
    assert_eq!(again.key, known.key, "it is due at once");
    looked(&bench, &again, found(true), bench.clock.now()).await;
    promote(&bench).await;
    assert_eq!(state(&bench, second).await.0, RunState::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_went_wrong_ends_no_run_before_the_third() {
    let bench = bench().await;
    bench.task(depending("it", file(json!({"kind": "skip"})))).await;
    let run = bench.start("it").await;
    let known = probe(&bench).await;
    for (number, expected) in [(1, RunState::Waiting), (2, RunState::Waiting), (3, RunState::Skipped)] {
        let wrong = Look::troubled(Sight::NotLooked { problem: "the disk did not answer".into() });
        looked(&bench, &known, wrong, bench.clock.now()).await;
        assert_eq!(state(&bench, run).await.0, expected, "look {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_looked_at_again_keeps_its_place_in_the_pool() {
    let bench = bench().await;
    let admin = bench.admin().await;
    admin.json(201, "POST /pools", Some(json!({"name": "db", "capacity": 0}))).await;
    for (name, dependencies) in [("waits", json!([file(wait())])), ("other", json!([]))] {
        let run = json!({"kind": "shell", "line": "true"});
        bench.task(json!({"name": name, "run": run, "pool": "db", "dependencies": dependencies})).await;
    }
    let run = bench.start("waits").await;
    looked(&bench, &probe(&bench).await, found(true), bench.clock.now()).await;
    let other = bench.start("other").await;
    // Both stand in line, and what was seen becomes too old meanwhile.
    bench.clock.advance(TimeDelta::seconds(60));
    admin.json(200, "PUT /pools/db", Some(json!({"name": "db", "capacity": 1}))).await;
    promote(&bench).await;
    promote(&bench).await;
    assert_eq!(state(&bench, run).await, (RunState::Queued, Some(ReasonCode::DependenciesUnseen)));
    assert_eq!(state(&bench, other).await.0, RunState::Waiting);
    // It cannot start before the next look, and gives the place back if that says no.
    let known = probe(&bench).await;
    looked(&bench, &known, found(false), bench.clock.now()).await;
    assert_eq!(state(&bench, run).await, (RunState::Waiting, Some(ReasonCode::DependencyUnmet)));
    promote(&bench).await;
    assert_eq!(state(&bench, other).await.0, RunState::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_is_looked_at_no_more() {
    let bench = bench().await;
    for name in ["goes", "stays"] {
        bench.task(depending(name, file(wait()))).await;
    }
    let (goes, stays) = (bench.start("goes").await, bench.start("stays").await);
    let known = probe(&bench).await;
    looked(&bench, &known, found(false), bench.clock.now()).await;
    bench.app.run_cancel(&Caller::local(), goes).await.expect("cancelled");
    let before = dependencies(&bench, goes).await.remove(0).looked_at;
    bench.clock.advance(TimeDelta::seconds(5));
    looked(&bench, &known, found(false), bench.clock.now()).await;
    let after = dependencies(&bench, goes).await.remove(0);
    assert_eq!((after.looked_at, after.next_look_at), (before, None));
    assert!(dependencies(&bench, stays).await.remove(0).next_look_at.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_runs_of_one_look_are_moved_on_in_several_steps() {
    let bench = bench().await;
    let mut body = depending("it", file(wait()));
    body["overlap"] = json!({"kind": "allow", "max": 1000});
    bench.task(body).await;
    let mut runs = Vec::new();
    for _ in 0..450 {
        runs.push(bench.start("it").await);
    }
    let now = bench.clock.now();
    while bench.app.gates_set_up(now).await.expect("set up") > 0 {}
    let known = bench.app.probes_due(now, &[], 9).await.expect("read").remove(0);
    looked(&bench, &known, found(true), now).await;
    let shut = runs.iter();
    for run in shut {
        let run = bench.app.run_view(&Caller::local(), *run).await.expect("there").run;
        assert!(!run.gated, "{run:?}");
    }
}
