//! Places: pools with weights, priorities and changing capacity; overlap rules that make room.

use super::bench::{Bench, child_task};
use crate::store::fixture::new_run;
use orc_server::app::core::write::Write;
use orc_server::app::pools::PoolDefinition;
use orc_server::app::{Caller, Error};
use orc_server::domain::ids::RunId;
use orc_server::domain::model::{RunNew, TaskRef};
use orc_server::domain::reason::{Displacing, Reason};
use orc_server::domain::vocabulary::RunState;
use orc_server::store::Tx;
use serde_json::{Map, Value, json};

async fn pool(bench: &Bench, capacity: u32) {
    let wanted = PoolDefinition { name: "db".into(), description: String::new(), capacity };
    let caller = Caller::local();
    match bench.app.pool_create(&caller, wanted.clone(), false).await {
        Ok(_) => {}
        Err(Error::Conflict { .. }) => {
            drop(bench.app.pool_update(&caller, "db", wanted, Write::default()).await.expect("changed"))
        }
        Err(error) => panic!("{error}"),
    }
}

async fn sleeper(bench: &Bench, name: &str, more: Value) -> RunId {
    bench.task(Value::Object(merged(child_task(name, &["sleep", "60"], json!({"grace_seconds": 0.1})), more))).await;
    bench.start(name).await
}

fn merged(mut body: Value, more: Value) -> Map<String, Value> {
    let mut all = std::mem::take(body.as_object_mut().expect("an object"));
    all.extend(more.as_object().cloned().expect("an object"));
    all
}

async fn cancelled(bench: &Bench, run: RunId) {
    bench.app.run_cancel(&Caller::local(), run).await.expect("asked");
    assert_eq!(bench.ended(run).await.0.state, RunState::Cancelled);
}

async fn running(bench: &Bench, run: RunId) {
    bench.until(run, |run, _| run.state == RunState::Running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_checks_everything_and_changes_nothing() {
    let bench = Bench::new().await;
    let (app, caller) = (&bench.app, Caller::local());
    let wanted = |capacity| PoolDefinition { name: "db".into(), description: String::new(), capacity };
    let imagined = app.pool_create(&caller, wanted(3), true).await.expect("it could be made");
    assert_eq!((imagined.record.id.0, imagined.record.capacity), (uuid::Uuid::nil(), 3));
    assert!(matches!(app.pool_view(&caller, "db").await, Err(Error::NotFound(_))));
    pool(&bench, 3).await;
    assert!(matches!(app.pool_create(&caller, wanted(3), true).await, Err(Error::Conflict { .. })));
    let dry_run = Write { dry_run: true, ..Write::default() };
    let imagined = app.pool_update(&caller, "db", wanted(5), dry_run).await.expect("it could be changed");
    assert_eq!((imagined.record.version, imagined.record.capacity), (2, 5));
    let stored = app.pool_view(&caller, "db").await.expect("there").record;
    assert_eq!((stored.version, stored.capacity), (1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_lets_in_as_many_as_it_has_places_for() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    pool(&bench, 2).await;
    let in_pool = |weight: u32, priority: i32| json!({"pool": "db", "pool_weight": weight, "priority": priority});
    let heavy = sleeper(&bench, "heavy", in_pool(2, 50)).await;
    running(&bench, heavy).await;
    let low = sleeper(&bench, "low", in_pool(1, 10)).await;
    let high = sleeper(&bench, "high", in_pool(2, 90)).await;
    let free = sleeper(&bench, "free", json!({})).await;
    running(&bench, free).await;
    let (waiting, _) = bench.until(low, |run, _| run.state == RunState::Waiting).await;
    assert_eq!(waiting.reason, Some(Reason::PoolFull { pool: "db".into() }));
    let seen = bench.app.pool_view(&Caller::local(), "db").await.expect("the pool");
    assert_eq!((seen.now.used, seen.now.waiting, seen.tasks.len()), (2, 2, 3));
    cancelled(&bench, heavy).await;
    running(&bench, high).await;
    assert_eq!(bench.app.run_view(&Caller::local(), low).await.expect("the run").run.state, RunState::Waiting);
    pool(&bench, 3).await;
    running(&bench, low).await;
    for run in [high, low, free] {
        cancelled(&bench, run).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pool_starts_nothing_and_a_used_one_stays() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let caller = Caller::local();
    let absent = bench.app.task_create(&caller, definition("x", json!({"pool": "db"})), false).await;
    assert!(matches!(absent, Err(Error::Invalid(problems)) if problems[0].pointer == "/pool"));
    pool(&bench, 0).await;
    bench.task(child_task("it", &["exit", "0"], json!({"pool": "db"}))).await;
    let run = bench.start("it").await;
    bench.until(run, |run, _| run.reason == Some(Reason::PoolClosed { pool: "db".into() })).await;
    let refused = bench.app.pool_delete(&caller, "db", None).await.expect_err("in use");
    assert!(refused.to_string().contains("task \"it\"") && refused.to_string().contains("open runs"), "{refused}");
    pool(&bench, 1).await;
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded);
    bench.app.task_delete(&caller, "it", None, false).await.expect("deleted");
    bench.app.pool_delete(&caller, "db", None).await.expect("nobody uses it any more");
}

fn definition(name: &str, more: Value) -> orc_server::domain::tasks::Definition {
    let wire: orc_server::api::tasks::definition::TaskDefinition =
        serde_json::from_value(child_task(name, &["exit", "0"], more)).expect("a definition");
    wire.into_domain("UTC")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_newest_waits() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let first = sleeper(&bench, "it", json!({"overlap": {"kind": "queue_latest"}})).await;
    running(&bench, first).await;
    let second = bench.start("it").await;
    let third = bench.start("it").await;
    let (superseded, _) = bench.ended(second).await;
    assert_eq!(superseded.state, RunState::Skipped);
    assert_eq!(superseded.reason, Some(Reason::Superseded { overlap: Displacing::QueueLatest }));
    assert_eq!(bench.app.run_view(&Caller::local(), third).await.expect("the run").run.state, RunState::Waiting);
    cancelled(&bench, first).await;
    running(&bench, third).await;
    cancelled(&bench, third).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_run_replaces_the_old() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let first = sleeper(&bench, "it", json!({"overlap": {"kind": "replace"}})).await;
    running(&bench, first).await;
    let second = bench.start("it").await;
    let (replaced, _) = bench.ended(first).await;
    assert_eq!(replaced.state, RunState::Cancelled);
    assert_eq!(replaced.reason, Some(Reason::Replaced { scheduled_for: None }));
    running(&bench, second).await;
    cancelled(&bench, second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pool_with_a_long_line_starves_nobody() {
    let bench = Bench::new().await;
    let caller = Caller::local();
    let closed = PoolDefinition { name: "closed".into(), description: String::new(), capacity: 0 };
    bench.app.pool_create(&caller, closed, false).await.expect("a pool");
    pool(&bench, 1).await;
    let overlap = json!({"kind": "allow", "max": 30_000});
    bench
        .task(child_task("held", &["exit", "0"], json!({"pool": "closed", "overlap": overlap, "priority": 100})))
        .await;
    bench
        .task(child_task("alone", &["sleep", "60"], json!({"grace_seconds": 0.1, "overlap": {"kind": "queue"}})))
        .await;
    let first = bench.start("alone").await;
    let second = bench.start("alone").await;
    let held = bench.start("held").await;
    let task = bench.app.store().task_find(&TaskRef::Name("held".into())).await.expect("reads").expect("the task");
    let waiting = || RunNew {
        state: RunState::Waiting,
        pool: Some("closed".into()),
        priority: 100,
        ..new_run(&task, bench.app.clock().now())
    };
    let many: Vec<RunNew> = std::iter::repeat_with(waiting).take(20_000).collect();
    bench.app.store().write(async move |tx: &Tx| tx.runs_insert(&many).await).await.expect("made");
    let _engine = bench.engine().await;
    bench.task(child_task("it", &["exit", "0"], json!({"pool": "db"}))).await;
    let run = bench.start("it").await;
    assert_eq!(bench.ended(run).await.0.state, RunState::Succeeded, "a run of another pool");
    running(&bench, first).await;
    cancelled(&bench, first).await;
    running(&bench, second).await;
    cancelled(&bench, second).await;
    assert_eq!(bench.app.run_view(&caller, held).await.expect("the run").run.state, RunState::Waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_light_run_overtakes_one_that_does_not_fit() {
    let bench = Bench::new().await;
    pool(&bench, 3).await;
    let in_pool = |weight: u32, priority: i32| json!({"pool": "db", "pool_weight": weight, "priority": priority});
    let first = sleeper(&bench, "first", in_pool(1, 90)).await;
    let heavy = sleeper(&bench, "heavy", in_pool(3, 60)).await;
    let light = sleeper(&bench, "light", in_pool(1, 50)).await;
    let _engine = bench.engine().await;
    running(&bench, first).await;
    let state = async |run| bench.app.run_view(&Caller::local(), run).await.expect("the run").run.state;
    assert_eq!((state(heavy).await, state(light).await), (RunState::Waiting, RunState::Waiting));
    cancelled(&bench, first).await;
    running(&bench, heavy).await;
    assert_eq!(state(light).await, RunState::Waiting);
    cancelled(&bench, heavy).await;
    running(&bench, light).await;
    cancelled(&bench, light).await;
}
