//! Measures how many lives of runs (create, claim, start, end; each acknowledged after a durable commit) the store
//! handles per second. The figure is printed with `--nocapture`; the test fails only if lives are lost.

use super::both;
use super::fixture::{Fixture, at, begin, definition, ended, finish, new_run};
use orc_server::domain::model::AttemptStarted;
use orc_server::domain::vocabulary::{RunState, StatsStep};
use orc_server::store::Tx;
use std::time::Instant;

both!(lives_per_second);

async fn lives_per_second(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let (submitters, each) = (32_u32, 10_u32);
    let total = submitters * each;
    let clock = Instant::now();
    let makers: Vec<_> = (0..submitters)
        .map(|_| {
            let (store, task) = (fixture.store.clone(), task.clone());
            tokio::spawn(async move {
                for _ in 0..each {
                    let new = new_run(&task, begin());
                    let make = async move |tx: &Tx| tx.runs_insert(std::slice::from_ref(&new)).await;
                    store.write(make).await.expect("a run");
                }
            })
        })
        .collect();
    let mut lives = Vec::new();
    while lives.len() < total as usize {
        for claimed in fixture.claim(64, at(1)).await {
            let store = fixture.store.clone();
            lives.push(tokio::spawn(async move {
                let started = AttemptStarted {
                    attempt: claimed.attempt.id,
                    fence: claimed.run.fence,
                    boot_id: Some("boot".into()),
                    runner_pid: Some(1),
                    runner_started: Some(1),
                    pid: Some(2),
                    token: Some("token".into()),
                    conditions: None,
                };
                assert_eq!(store.attempts_started(vec![started]).await.expect("started"), [true]);
                let end = ended(&claimed, at(2), finish(RunState::Succeeded));
                assert_eq!(store.attempts_finish(vec![end]).await.expect("ended"), [true]);
            }));
        }
        tokio::task::yield_now().await;
    }
    for job in makers.into_iter().chain(lives) {
        job.await.expect("joins");
    }
    let seconds = clock.elapsed().as_secs_f64();
    println!("{:?}: {total} lives in {seconds:.2} s = {:.0}/s", fixture.store, f64::from(total) / seconds);
    let stats = fixture.store.run_stats(None, begin(), at(60), StatsStep::Hour).await.expect("statistics");
    assert_eq!(stats.total.succeeded_count, u64::from(total));
}
