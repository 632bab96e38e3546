//! A row that the database refuses holds up nothing but itself.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::Caller;
use orc_server::app::ledger::backfills::BackfillRequest;
use orc_server::domain::model::{PageRequest, RunFilter};
use serde_json::{Map, json};
use std::time::Duration;

/// Makes new rows of a table fail where a condition is true.
pub async fn curse(bench: &Bench, table: &str, condition: &str) {
    let statement = if bench.on_postgres() {
        format!(
            "CREATE FUNCTION curse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the row is cursed'; END $$; \
             CREATE TRIGGER bad BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION curse()"
        )
    } else {
        format!(
            "CREATE TRIGGER bad BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'the row is cursed'); END"
        )
    };
    bench.behind(&statement).await;
}

/// Undoes a curse on a table.
pub async fn lift(bench: &Bench, table: &str) {
    let statement =
        if bench.on_postgres() { format!("DROP TRIGGER bad ON {table}") } else { "DROP TRIGGER bad".into() };
    bench.behind(&statement).await;
}

async fn run_count(bench: &Bench, task: &str) -> usize {
    let page = PageRequest::first(9);
    bench.app.run_list(&Caller::local(), Some(task), RunFilter::default(), &page).await.expect("runs").items.len()
}

async fn until_runs(bench: &Bench, task: &str, count: usize) {
    loop {
        let mut live = bench.app.events().subscribe(None).live;
        if run_count(bench, task).await == count {
            return;
        }
        let _changed = tokio::time::timeout(Duration::from_secs(30), live.recv()).await.expect("it changes");
    }
}

/// The condition that a row belongs to a task.
async fn of(bench: &Bench, task: &str) -> String {
    let key = bench.app.task_view(&Caller::local(), task).await.expect("the task").record.key;
    format!("NEW.task_id = {}", key.number())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_cannot_start_its_task_stops_no_other() {
    let bench = Bench::new().await;
    bench.task(child_task("source", &["exit", "0"], json!({}))).await;
    for name in ["a", "bad", "c"] {
        let trigger = json!({"kind": "task", "tasks": ["source"], "states": ["succeeded"]});
        bench.task(child_task(name, &["exit", "0"], json!({"triggers": [trigger]}))).await;
    }
    curse(&bench, "run", &of(&bench, "bad").await).await;
    let _engine = bench.engine().await;
    bench.start("source").await;
    until_runs(&bench, "a", 1).await;
    until_runs(&bench, "c", 1).await;
    bench.app.firings_follow().await.expect_err("one cannot be started");
    assert_eq!(run_count(&bench, "bad").await, 0);
    lift(&bench, "run").await;
    // The engine may have taken it first.
    bench.app.firings_follow().await.expect("a round");
    until_runs(&bench, "bad", 1).await;
    assert_eq!((run_count(&bench, "a").await, run_count(&bench, "c").await), (1, 1), "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_that_cannot_go_on_stops_no_other() {
    let bench = Bench::new().await;
    let until_at: DateTime<Utc> = "2026-05-10T12:00:00Z".parse().expect("an instant");
    let mut running = Vec::new();
    for name in ["bad", "good"] {
        let more = json!({"schedules": [{"kind": "cron", "expression": "0 9 * * *"}]});
        bench.task(child_task(name, &["exit", "0"], more)).await;
        let from_at = until_at - TimeDelta::days(3);
        let (schedule_key, params) = (None, Map::new());
        let request = BackfillRequest { schedule_key, from_at, until_at, at_once: 1, params, dry_run: false };
        running.push(bench.app.backfill_create(&Caller::local(), name, request).await.expect("begun").record.id);
    }
    curse(&bench, "run", &of(&bench, "bad").await).await;
    bench.app.backfills_advance(running.clone()).await.expect_err("one cannot go on");
    assert_eq!((run_count(&bench, "bad").await, run_count(&bench, "good").await), (0, 1));
    lift(&bench, "run").await;
    bench.app.backfills_advance(running).await.expect("a round");
    assert_eq!((run_count(&bench, "bad").await, run_count(&bench, "good").await), (1, 1));
}
