//! Pools: what is stored of them, and what of them is in use.

use super::both;
use super::fixture::{Fixture, at, begin, definition, new_run};
use orc_server::domain::model::{PageRequest, PoolRecord, PoolUse, RunNew};
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::RunState;
use orc_server::store::{Conflict, StoreError, Tx};

both!(made_changed_and_removed, places_in_use);

async fn made(fixture: &Fixture, name: &'static str, capacity: u32) -> Result<PoolRecord, StoreError> {
    fixture.store.write(async move |tx: &Tx| tx.pool_insert(name, "", capacity, begin()).await).await
}

async fn made_changed_and_removed(fixture: Fixture) {
    let db = made(&fixture, "db", 3).await.expect("made");
    made(&fixture, "api", 1).await.expect("made");
    let again = made(&fixture, "db", 9).await.expect_err("the name is taken");
    assert!(matches!(again, StoreError::Conflict { what: Conflict::NameTaken }), "{again:?}");
    let page = fixture.store.pool_list(&PageRequest::first(1)).await.expect("a page");
    assert_eq!(page.items[0].name, "api");
    let rest = PageRequest { limit: 5, cursor: page.next };
    assert_eq!(fixture.store.pool_list(&rest).await.expect("a page").items, std::slice::from_ref(&db));
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
    let (waiting, room) = fixture.store.write(async |tx: &Tx| tx.runs_waiting().await).await.expect("reads");
    assert_eq!((waiting.len(), room.pools["a_b"].used, room.pools["axb"].used), (1, 6, 0));
}
