//! The writer: group commit, and what must not disturb it.

use super::both;
use super::fixture::{Fixture, begin, definition};
use orc_server::store::{Conflict, StoreError, Tx};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

both!(
    only_the_good_ones_are_kept,
    an_error_after_an_error_is_not_hidden,
    callers_choose_their_error,
    what_follows_a_commit_needs_no_caller,
    closing
);

async fn put(fixture: &Fixture, key: String) -> Result<(), StoreError> {
    fixture.store.write(async move |tx: &Tx| tx.setting_put(&key, &json!(1)).await).await
}

async fn only_the_good_ones_are_kept(fixture: Fixture) {
    fixture.task(definition("taken")).await;
    let mut jobs = Vec::new();
    for number in 0..60_u32 {
        let store = fixture.store.clone();
        jobs.push(tokio::spawn(async move {
            store
                .write(async move |tx: &Tx| -> Result<u32, StoreError> {
                    tx.setting_put(&format!("job-{number}"), &json!(number)).await?;
                    match number % 6 {
                        1 => Err(StoreError::Other("on purpose".into())),
                        2 => panic!("on purpose"),
                        3 => {
                            let change = super::fixture::change(begin());
                            tx.task_insert(&definition("taken"), &change).await.map(|_| number)
                        }
                        4 => {
                            tokio::time::sleep(Duration::from_millis(2)).await;
                            Ok(number)
                        }
                        _ => Ok(number),
                    }
                })
                .await
        }));
    }
    for (number, job) in jobs.into_iter().enumerate() {
        let result = job.await.expect("joins");
        match number % 6 {
            1 | 2 => assert!(matches!(result, Err(StoreError::Other(_))), "{number}: {result:?}"),
            3 => assert!(matches!(result, Err(StoreError::Conflict { what: Conflict::NameTaken })), "{result:?}"),
            _ => assert_eq!(result.expect("a good one"), u32::try_from(number).expect("small")),
        }
        let kept = fixture.store.setting_find(&format!("job-{number}")).await.expect("reads").is_some();
        assert_eq!(kept, !(1..=3).contains(&(number % 6)), "{number}");
    }
}

async fn an_error_after_an_error_is_not_hidden(fixture: Fixture) {
    fixture.task(definition("taken")).await;
    let result = fixture
        .store
        .write(async |tx: &Tx| -> Result<(), StoreError> {
            tx.setting_put("before", &json!(1)).await?;
            let change = super::fixture::change(begin());
            let _ = tx.task_insert(&definition("taken"), &change).await;
            Ok(())
        })
        .await;
    assert!(matches!(result, Err(StoreError::Other(_))), "{result:?}");
    assert_eq!(fixture.store.setting_find("before").await.expect("reads"), None);
}

async fn callers_choose_their_error(fixture: Fixture) {
    #[derive(Debug, PartialEq)]
    enum Mine {
        Refused,
        Store,
    }
    impl From<StoreError> for Mine {
        fn from(_: StoreError) -> Self {
            Self::Store
        }
    }
    let refuse = async |tx: &Tx| -> Result<(), Mine> {
        tx.setting_put("refused", &json!(1)).await?;
        Err(Mine::Refused)
    };
    assert_eq!(fixture.store.write(refuse).await, Err(Mine::Refused));
    assert_eq!(fixture.store.setting_find("refused").await.expect("reads"), None);
    fixture.store.close().await;
    assert_eq!(fixture.store.write(refuse).await, Err(Mine::Store));
}

/// The caller goes while its transaction is under way: the commit comes, and what was to be done after it is done.
async fn what_follows_a_commit_needs_no_caller(fixture: Fixture) {
    let (begun, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, hears) = tokio::sync::oneshot::channel();
    let (store, in_work, waits) = (fixture.store.clone(), Arc::clone(&begun), Arc::clone(&gate));
    let work = async move |tx: &Tx| -> Result<u32, StoreError> {
        tx.setting_put("mine", &json!(1)).await?;
        in_work.notify_one();
        waits.notified().await;
        Ok(7)
    };
    let caller =
        tokio::spawn(
            async move { store.write_then(work, move |done| told.send(*done).expect("the test listens")).await },
        );
    begun.notified().await;
    caller.abort();
    assert!(caller.await.is_err_and(|end| end.is_cancelled()));
    gate.notify_one();
    assert_eq!(hears.await, Ok(7));
    assert!(fixture.store.setting_find("mine").await.expect("reads").is_some(), "it is told after the commit");

    let (told, hears) = tokio::sync::oneshot::channel::<()>();
    let fails = async |_: &Tx| -> Result<(), StoreError> { Err(StoreError::Other("on purpose".into())) };
    fixture.store.write_then(fails, move |()| told.send(()).expect("nothing is told")).await.expect_err("it fails");
    assert!(hears.await.is_err(), "nothing follows what was not committed");

    let panics = fixture.store.write_then(async |_: &Tx| Ok::<_, StoreError>(3), |_| panic!("on purpose")).await;
    assert_eq!(panics.expect("it was committed"), 3);
    put(&fixture, "after".into()).await.expect("the writer goes on");
}

async fn closing(fixture: Fixture) {
    let jobs: Vec<_> = (0..20)
        .map(|number| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                store.write(async move |tx: &Tx| tx.setting_put(&format!("k{number}"), &json!(1)).await).await
            })
        })
        .collect();
    for job in jobs {
        job.await.expect("joins").expect("written");
    }
    fixture.store.close().await;
    assert!(matches!(put(&fixture, "late".into()).await, Err(StoreError::Closed)));
    assert!(matches!(fixture.store.setting_find("k1").await, Err(StoreError::Closed)));
    let store = orc_server::store::Store::open(&fixture.config).await.expect("opens again");
    for number in 0..20 {
        assert!(store.setting_find(&format!("k{number}")).await.expect("reads").is_some(), "k{number}");
    }
    assert!(store.setting_find("late").await.expect("reads").is_none());
}

/// The work of a caller that gave up before its turn leaves nothing behind. On SQLite its closure does not even run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_of_callers_that_are_gone_is_skipped() {
    let fixture = Fixture::sqlite().await;
    let ran = Arc::new(AtomicU32::new(0));
    let (begun, started) = std::sync::mpsc::channel();
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let store = fixture.store.clone();
    let gate = std::sync::Mutex::new(gate);
    let first = tokio::spawn(async move {
        store
            .write(async move |tx: &Tx| {
                begun.send(()).expect("the test listens");
                gate.lock().expect("a lock").recv().expect("released");
                tx.setting_put("first", &json!(1)).await
            })
            .await
    });
    tokio::task::spawn_blocking(move || started.recv().expect("begins")).await.expect("joins");
    let (store, count) = (fixture.store.clone(), Arc::clone(&ran));
    let gone = async move {
        store
            .write(async move |tx: &Tx| {
                count.fetch_add(1, Ordering::SeqCst);
                tx.setting_put("gone", &json!(1)).await
            })
            .await
    };
    assert!(futures::FutureExt::now_or_never(gone).is_none(), "it waits for its turn, and is given up");
    release.send(()).expect("it waits");
    first.await.expect("joins").expect("written");
    put(&fixture, "after".into()).await.expect("written");
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    assert_eq!(fixture.store.setting_find("gone").await.expect("reads"), None);
}

/// When nothing more is written, the write-ahead log is copied into the database without a request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_copied_when_the_writer_rests() {
    let fixture = Fixture::sqlite().await;
    let database = fixture.dir.path().join("orc.db");
    let length = || std::fs::metadata(&database).expect("the database").len();
    let before = length();
    let many = async |tx: &Tx| -> Result<(), StoreError> {
        for number in 0..2_500 {
            tx.setting_put(&format!("some-setting-{number}"), &json!("with a value of some length")).await?;
        }
        Ok(())
    };
    fixture.store.write(many).await.expect("written");
    let patience = tokio::time::Instant::now() + Duration::from_secs(30);
    while length() < before + 50_000 {
        assert!(tokio::time::Instant::now() < patience, "the database has still {} bytes", length());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    put(&fixture, "after".into()).await.expect("written");
    assert!(fixture.store.setting_find("some-setting-2499").await.expect("reads").is_some());
}

/// Everything acknowledged is in the files at that moment: a copy of them is what a killed server leaves behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let fixture = Fixture::sqlite().await;
    for number in 0..50 {
        put(&fixture, format!("k{number}")).await.expect("written");
    }
    let other = tempfile::tempdir().expect("a folder");
    for name in ["orc.db", "orc.db-wal"] {
        std::fs::copy(fixture.dir.path().join(name), other.path().join(name)).expect("copies");
    }
    let config = orc_server::store::DatabaseConfig::in_data_dir(other.path());
    let store = orc_server::store::Store::open(&config).await.expect("opens after the kill");
    for number in 0..50 {
        assert!(store.setting_find(&format!("k{number}")).await.expect("reads").is_some(), "k{number}");
    }
}
