//! Retention: runs beyond a task's retention are deleted with their files, as are leftovers; everything else stays.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::Caller;
use orc_server::clock::Clock;
use orc_server::domain::reason::ReasonCode;
use serde_json::json;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

fn aged(path: &Path) {
    let before = SystemTime::now() - Duration::from_secs(7200);
    File::open(path).and_then(|file| file.set_modified(before)).expect("its time can be set");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_beyond_the_count_go_with_their_logs_and_orphans_go_too() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    bench.task(child_task("it", &["print", "x"], json!({"retention": {"days": 30, "runs": 2}}))).await;
    let mut logs = Vec::new();
    for _ in 0..4 {
        let (_, attempts) = bench.ended(bench.start("it").await).await;
        logs.push(bench.app.log_path(attempts[0].id));
    }
    engine.shutdown().await;

    let elsewhere = bench.folder.path().join("precious");
    fs::create_dir_all(&elsewhere).expect("a folder");
    fs::write(elsewhere.join("kept"), "kept").expect("a file");
    let (folder, scratch) = (bench.app.log_folder(), bench.folder.path().join("scratch"));
    let orphan = folder.join(format!("{}.log", uuid::Uuid::now_v7()));
    let young = folder.join(format!("{}.log", uuid::Uuid::now_v7()));
    let foreign = folder.join("notes.txt");
    for path in [&orphan, &young, &foreign] {
        fs::write(path, "x").expect("a file");
    }
    let left = scratch.join(uuid::Uuid::now_v7().to_string());
    fs::create_dir_all(&left).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&elsewhere, left.join("link")).expect("a link");
    for path in [&orphan, &foreign, &left, &logs[2], &logs[3]] {
        aged(path);
    }

    let _engine = bench.engine().await;
    tokio::time::timeout(Duration::from_secs(60), async {
        while orphan.exists() || left.exists() || logs[0].exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the pruner does its work when a server starts");
    let there: Vec<bool> = logs.iter().map(|log| log.exists()).collect();
    assert_eq!(there, [false, false, true, true]);
    assert!(young.exists() && foreign.exists() && elsewhere.join("kept").exists());
}

async fn held(bench: &Bench) -> bool {
    let warnings = bench.app.system_view(&Caller::local()).await.expect("a view").warnings;
    warnings.iter().any(|warning| warning.code() == ReasonCode::DeletionHeld)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_runs_years_ahead_deletes_nothing_for_a_day() {
    let begin: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().expect("an instant");
    let mut bench = Bench::at(Clock::manual(begin)).await;
    let clock = bench.app.clock().clone();
    let time = async |bench: &Bench| bench.app.deletion_time().await.expect("a time");
    assert_eq!(time(&bench).await, begin);
    // Off for three weeks, which is not unusual.
    clock.advance(TimeDelta::days(21));
    assert_eq!((time(&bench).await, held(&bench).await), (clock.now(), false));
    // Ten years at once, trusted by the scheduler after ten minutes.
    let before = clock.now();
    clock.set(before + TimeDelta::days(3653));
    for _ in 0..12 {
        clock.now();
        clock.advance(TimeDelta::minutes(1));
    }
    assert!(clock.now() > before + TimeDelta::days(3652));
    assert_eq!((time(&bench).await, held(&bench).await), (before, true));
    // A restart does not make the time more trustworthy.
    bench = bench.restarted().await;
    assert_eq!((time(&bench).await, held(&bench).await), (before, true));
    clock.advance(TimeDelta::hours(23));
    assert_eq!((time(&bench).await, held(&bench).await), (before, true));
    clock.advance(TimeDelta::hours(2));
    assert_eq!((time(&bench).await, held(&bench).await), (clock.now(), false));
    // Or an administrator confirms it.
    let before = clock.now();
    clock.advance(TimeDelta::days(60));
    assert_eq!((time(&bench).await, held(&bench).await), (before, true));
    bench.app.clock_confirm(&Caller::local()).await.expect("confirmed");
    assert_eq!((time(&bench).await, held(&bench).await), (clock.now(), false));
    // A clock that was set back only deletes less.
    clock.set(clock.now() - TimeDelta::minutes(30));
    assert_eq!((time(&bench).await, held(&bench).await), (clock.now(), false));
}
