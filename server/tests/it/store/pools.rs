//! Pools: what is stored, and how much is in use.

use super::both;
use super::fixture::{Fixture, at, begin, definition, new_run};
use chrono::TimeDelta;
use orc_server::domain::model::{PageRequest, PoolRecord, PoolUse, RunNew};
use orc_server::domain::pools::Places;
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::RunState;
use orc_server::store::{Conflict, LinePage, StoreError, Tx};

both!(made_changed_and_removed, places_in_use, a_line_goes_by_priority_which_grows_with_age);

async fn made(fixture: &Fixture, name: &'static str, capacity: u32) -> Result<PoolRecord, StoreError> {
    fixture.store.write(async move |tx: &Tx| tx.pool_insert(name, "", capacity, begin()).await).await
}

async fn made_changed_and_removed(fixture: Fixture) {
    let db = made(&fixture, "db", 3).await.expect("made");
    made(&fixture, "api", 1).await.expect("made");
    let again = made(&fixture, "db", 9).await.expect_err("the name is taken");
    assert!(matches!(again, StoreError::Conflict { what: Conflict::NameTaken }), "{again:?}");
    let page = fixture.store.pool_list(None, &PageRequest::first(1)).await.expect("a page");
    assert_eq!(page.items[0].name, "api");
    let rest = PageRequest { limit: 5, cursor: page.next };
    assert_eq!(fixture.store.pool_list(None, &rest).await.expect("a page").items, std::slice::from_ref(&db));
    let (read, changed) = (db.clone(), PoolRecord { capacity: 0, ..db.clone() });
    let update = async move |tx: &Tx| tx.pool_update(&read, &changed, at(5)).await;
    let closed = fixture.store.write(update.clone()).await.expect("changed");
    assert_eq!((closed.capacity, closed.version, closed.updated_at), (0, 2, at(5)));
    fixture.store.write(update).await.expect_err("it was changed since");
    assert_eq!(fixture.store.pool_find(&db.id.to_string()).await.expect("reads"), Some(closed.clone()));
    assert!(fixture.store.write(async move |tx: &Tx| tx.pool_delete(&closed).await).await.expect("removed"));
    assert_eq!(fixture.store.pool_find("db").await.expect("reads"), None);
}

async fn places_in_use(fixture: Fixture) {
    made(&fixture, "a_b", 4).await.expect("made");
    made(&fixture, "axb", 4).await.expect("made");
    let task = fixture.task(Definition { pool: Some("a_b".into()), ..definition("a") }).await;
    fixture.task(Definition { pool: Some("axb".into()), ..definition("b") }).await;
    assert_eq!(fixture.store.pool_tasks("a_b").await.expect("reads"), ["a"], "_ is no wildcard");
    let run = |state, pool_weight| RunNew { state, pool: Some("a_b".into()), pool_weight, ..new_run(&task, begin()) };
    for new in
        [run(RunState::Queued, 2), run(RunState::Queued, 100), run(RunState::Waiting, 1), run(RunState::Skipped, 1)]
    {
        fixture.run(new).await;
    }
    let uses = fixture.store.pool_uses().await.expect("reads");
    assert_eq!(uses.get("a_b"), Some(&PoolUse { used: 6, waiting: 1 }), "a weight counts at most as the whole pool");
    let places = fixture.store.pool_places().await.expect("reads");
    assert_eq!(places["a_b"], Places { capacity: 4, used: 6 });
    assert_eq!(places["axb"], Places { capacity: 4, used: 0 });
}

async fn a_line_goes_by_priority_which_grows_with_age(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let run = |priority, minutes: i64, pool: Option<&str>| {
        let made = begin() - TimeDelta::minutes(minutes);
        RunNew { state: RunState::Waiting, priority, pool: pool.map(str::to_owned), ..new_run(&task, made) }
    };
    let mut made = Vec::new();
    for (priority, minutes) in [(50, 0), (60, 0), (50, 5), (0, 61), (100, -1)] {
        made.push(fixture.run(run(priority, minutes, Some("db"))).await.id);
    }
    let beside = fixture.run(run(50, 0, None)).await.id;
    let page = async |pool: Option<&'static str>, after, limit| {
        let read = async move |tx: &Tx| tx.runs_waiting(LinePage { pool, after, busy: &[], limit }, begin()).await;
        fixture.store.write(read).await.expect("reads")
    };
    let all = page(Some("db"), None, 10).await;
    let keys: Vec<i64> = all.iter().map(|run| run.mark.key.number()).collect();
    assert_eq!(keys, [4, 2, 3, 1], "the last is not due yet; {made:?}");
    let rest = page(Some("db"), Some(all[1].mark), 1).await;
    assert_eq!(rest, all[2..3]);
    assert_eq!(page(None, None, 10).await.len(), 1, "{beside}");
    let key = task.key;
    let busy = async move |tx: &Tx| {
        tx.runs_waiting(LinePage { pool: Some("db"), after: None, busy: &[key], limit: 9 }, begin()).await
    };
    assert_eq!(fixture.store.write(busy).await.expect("reads"), []);
}
