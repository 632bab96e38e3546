//! The audit log: a chain that shows tampering.

use super::both;
use super::fixture::{Fixture, at, begin};
use orc_server::domain::model::{AuditFilter, AuditNew, PageRequest};
use orc_server::store::{StoreError, Tx};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

both!(a_chain_without_gaps, tampering_is_seen, entries_are_listed);

fn entry(number: i64) -> AuditNew {
    AuditNew {
        at: at(number),
        actor_kind: "user".into(),
        actor: if number % 2 == 0 { "ann" } else { "bob" }.into(),
        action: "task_update".into(),
        target_kind: "task".into(),
        target: format!("task-{number}"),
        detail: json!({"z": 1.25, "a": {"y": [1, "ü"], "b": null}}),
        request_id: Some("r".into()),
    }
}

async fn append(fixture: &Fixture, count: i64) {
    let jobs: Vec<_> = (0..count)
        .map(|number| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                store
                    .write(async move |tx: &Tx| -> Result<u64, StoreError> {
                        let number = tx.audit_append(&entry(number)).await?;
                        if number % 3 == 0 { Err(StoreError::Other("on purpose".into())) } else { Ok(number) }
                    })
                    .await
            })
        })
        .collect();
    for job in jobs {
        let _ = job.await.expect("joins");
    }
}

async fn a_chain_without_gaps(fixture: Fixture) {
    let empty = fixture.store.audit_verify().await.expect("walks");
    assert_eq!((empty.count, empty.broken_at, empty.head.as_str()), (0, None, ""));
    for number in 0..2 {
        fixture.store.write(async move |tx: &Tx| tx.audit_append(&entry(number)).await).await.expect("appends");
    }
    append(&fixture, 20).await;
    for number in 0..3 {
        fixture.store.write(async move |tx: &Tx| tx.audit_append(&entry(number)).await).await.expect("appends");
    }
    let verdict = fixture.store.audit_verify().await.expect("walks");
    assert_eq!((verdict.count, verdict.broken_at), (5, None), "number 3 was never kept until the end");
    let page = fixture.store.audit_list(&AuditFilter::default(), &PageRequest::first(50)).await.expect("reads");
    assert_eq!(page.items.iter().map(|entry| entry.number).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    assert_eq!(page.items[0].hash, verdict.head);
    assert_eq!(page.items[4].prev_hash, "0".repeat(64));
    assert_eq!(page.items[0].prev_hash, page.items[1].hash);
    assert_eq!(page.items[0].entry, entry(2));
}

async fn tampering_is_seen(fixture: Fixture) {
    for number in 0..6 {
        fixture.store.write(async move |tx: &Tx| tx.audit_append(&entry(number)).await).await.expect("appends");
    }
    let raw = fixture.raw().await;
    for (change, undo, broken) in [
        ("UPDATE audit_entry SET actor = 'eve' WHERE id = 3", "UPDATE audit_entry SET actor = 'ann' WHERE id = 3", 3),
        ("UPDATE audit_entry SET at = at + 1 WHERE id = 5", "UPDATE audit_entry SET at = at - 1 WHERE id = 5", 5),
        (
            "UPDATE audit_entry SET request_id = NULL WHERE id = 2",
            "UPDATE audit_entry SET request_id = 'r' WHERE id = 2",
            2,
        ),
        ("UPDATE audit_entry SET id = 9 WHERE id = 6", "UPDATE audit_entry SET id = 6 WHERE id = 9", 6),
    ] {
        raw.execute_unprepared(change).await.expect(change);
        let verdict = fixture.store.audit_verify().await.expect("walks");
        assert_eq!(verdict.broken_at, Some(broken), "{change}");
        raw.execute_unprepared(undo).await.expect(undo);
        assert_eq!(fixture.store.audit_verify().await.expect("walks").broken_at, None, "{undo}");
    }
    raw.execute_unprepared("DELETE FROM audit_entry WHERE id = 4").await.expect("deleted");
    let verdict = fixture.store.audit_verify().await.expect("walks");
    assert_eq!((verdict.broken_at, verdict.count), (Some(4), 5));
}

async fn entries_are_listed(fixture: Fixture) {
    for number in 0..6 {
        fixture.store.write(async move |tx: &Tx| tx.audit_append(&entry(number)).await).await.expect("appends");
    }
    let list = async |filter: AuditFilter| {
        let page = fixture.store.audit_list(&filter, &PageRequest::first(50)).await.expect("reads");
        page.items.into_iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    let all = AuditFilter::default;
    assert_eq!(list(AuditFilter { actor: Some("ann".into()), ..all() }).await, [5, 3, 1]);
    assert_eq!(list(AuditFilter { action: Some("task_delete".into()), ..all() }).await, [0; 0]);
    assert_eq!(list(AuditFilter { target: Some("task-2".into()), ..all() }).await, [3]);
    assert_eq!(list(AuditFilter { from_at: Some(begin()), until_at: Some(at(2)), ..all() }).await, [2, 1]);
    let page = fixture.store.audit_list(&all(), &PageRequest::first(4)).await.expect("reads");
    let rest = PageRequest { limit: 4, cursor: page.next };
    let rest = fixture.store.audit_list(&all(), &rest).await.expect("reads");
    assert_eq!(rest.items.into_iter().map(|entry| entry.number).collect::<Vec<_>>(), [2, 1]);
}
