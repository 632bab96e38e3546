//! Runs: from their making over claim and attempts to their end.

use super::both;
use super::fixture::{Fixture, at, begin, definition, ended, finish, new_run};
use chrono::TimeDelta;
use orc_server::domain::ids::RunId;
use orc_server::domain::keys::Key;
use orc_server::domain::model::{
    AttemptFinished, AttemptStarted, ClaimedRun, PageRequest, RunCancel, RunFilter, RunNew, RunNext, RunRecord, TaskRef,
};
use orc_server::domain::model::{Claim, ClaimOrder};
use orc_server::domain::reason::Reason;
use orc_server::domain::runs::OpenRuns;
use orc_server::domain::tasks::Retention;
use orc_server::domain::vocabulary::{AttemptOutcome, RunState, StatsStep, TriggerKind};
use orc_server::store::{Conflict, StoreError, Tx};
use serde_json::json;
use std::collections::HashSet;

both!(
    one_life,
    no_run_is_claimed_twice,
    claimed_by_priority_then_due,
    a_late_writer_changes_nothing,
    retries_and_requeues,
    cancelling,
    a_cancelled_run_is_not_retried,
    waiting_runs_are_promoted,
    lists,
    pages_are_stable_under_inserts,
    statistics,
    retention,
    adoption,
    states_and_ends_go_together,
    many_ends_share_statements,
);

async fn find(fixture: &Fixture, run: RunId) -> RunRecord {
    fixture.store.run_find(run).await.expect("reads").expect("a run")
}

async fn one_life(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let mut new = new_run(&task, begin());
    new.params = json!({"day": "mon", "n": 3}).as_object().expect("an object").clone();
    new.timeout = Some(TimeDelta::seconds(30));
    let made = fixture.run(new.clone()).await;
    assert_eq!((made.id, made.state, made.queued_at), (new.id, RunState::Queued, Some(begin())));
    assert_eq!(find(&fixture, made.id).await, made);

    let claimed = fixture.claim(5, at(2)).await.pop().expect("a claim");
    assert_eq!(claimed.definition.name, "a");
    assert_eq!((claimed.run.state, claimed.run.fence, claimed.run.attempt_count), (RunState::Running, 1, 1));
    assert_eq!((claimed.run.started_at, claimed.run.deadline_at), (Some(at(2)), Some(at(32))));
    assert_eq!((claimed.attempt.number, claimed.attempt.node.as_str()), (1, "node"));
    assert_eq!(fixture.store.runs_running_count("node").await.expect("counts"), 1);
    let started = AttemptStarted {
        attempt: claimed.attempt.id,
        fence: 1,
        boot_id: Some("boot".into()),
        runner_pid: Some(4000),
        runner_started: Some(77),
        pid: None,
        token: Some("secret".into()),
        conditions: None,
    };
    let command = AttemptStarted { pid: Some(4001), boot_id: None, runner_pid: None, token: None, ..started.clone() };
    assert_eq!(fixture.store.attempts_started(vec![started]).await.expect("written"), [true]);
    assert_eq!(fixture.store.attempts_started(vec![command]).await.expect("written"), [true]);
    let attempt = fixture.store.run_attempts(made.id).await.expect("reads").pop().expect("one");
    assert_eq!((attempt.boot_id.as_deref(), attempt.runner_pid, attempt.pid), (Some("boot"), Some(4000), Some(4001)));
    assert_eq!(attempt.token.as_deref(), Some("secret"));
    let last = fixture.store.task_find(&TaskRef::from("a")).await.expect("reads").expect("a").last_run.expect("one");
    assert_eq!((last.id, last.state, last.started_at), (made.id, RunState::Running, Some(at(2))));

    let next = RunNext::Finish { state: RunState::Succeeded, result: Some(json!({"rows": 7})) };
    assert!(fixture.finish(ended(&claimed, at(5), next)).await);
    let done = find(&fixture, made.id).await;
    assert_eq!((done.state, done.finished_at), (RunState::Succeeded, Some(at(5))));
    assert_eq!((done.result, done.log_bytes, done.log_lines), (Some(json!({"rows": 7})), 100, 2));
    assert_eq!(done.params, new.params);
    let attempt = fixture.store.run_attempts(made.id).await.expect("reads").pop().expect("one");
    assert_eq!((attempt.outcome, attempt.finished_at), (Some(AttemptOutcome::Succeeded), Some(at(5))));
    assert_eq!((attempt.cpu, attempt.peak_memory_bytes), (Some(TimeDelta::milliseconds(3)), Some(1 << 20)));
    assert_eq!(attempt.token, None, "nobody is there to talk to any more");
    let task = fixture.store.task_find(&TaskRef::from("a")).await.expect("reads").expect("a");
    let last = task.last_run.expect("one");
    assert_eq!((task.run_count, last.state, last.finished_at), (1, RunState::Succeeded, Some(at(5))));
}

async fn no_run_is_claimed_twice(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let runs: Vec<RunNew> = (0..200).map(|_| new_run(&task, begin())).collect();
    let made = fixture.store.write(async move |tx: &Tx| tx.runs_insert(&runs).await).await.expect("runs");
    assert_eq!(made.len(), 200);
    let claimers: Vec<_> = (0..16)
        .map(|number| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let found = store
                        .runs_claim(Claim::of(7, ClaimOrder::Priority), &format!("node-{number}"), at(1))
                        .await
                        .expect("claims");
                    if found.is_empty() {
                        return mine;
                    }
                    assert!(found.len() <= 7, "{}", found.len());
                    mine.extend(found);
                }
            })
        })
        .collect();
    let mut seen = HashSet::new();
    for claimer in claimers {
        for ClaimedRun { run, attempt, .. } in claimer.await.expect("joins") {
            assert!(seen.insert(run.id), "{} was claimed twice", run.id);
            assert_eq!((run.fence, attempt.number, attempt.run), (1, 1, run.id));
            assert_eq!(run.node.as_deref(), Some(attempt.node.as_str()));
        }
    }
    // SKIP LOCKED may leave rows to the next caller, but it loses none.
    seen.extend(fixture.claim(200, at(1)).await.into_iter().map(|claimed| claimed.run.id));
    assert_eq!(seen, made.into_iter().map(|run| run.id).collect());
}

async fn claimed_by_priority_then_due(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let mut wanted = Vec::new();
    for (priority, due) in [(90, 5), (50, 1), (50, 3), (10, 0)] {
        let run = RunNew { priority, due_at: at(due), ..new_run(&task, begin()) };
        wanted.push(run.id);
        fixture.run(run).await;
    }
    fixture.run(RunNew { due_at: at(60), ..new_run(&task, begin()) }).await;
    let mut found = Vec::new();
    for limit in [1, 2, 5] {
        found.extend(fixture.claim(limit, at(10)).await.into_iter().map(|claimed| claimed.run.id));
    }
    assert_eq!(found, wanted, "and the one of the future is left");
    assert_eq!(fixture.store.run_outlook(at(10)).await.expect("reads").next_due, Some(at(60)));
    assert_eq!(fixture.store.run_outlook(at(60)).await.expect("reads").next_due, None);
}

async fn a_late_writer_changes_nothing(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let run = fixture.run(new_run(&task, begin())).await.id;
    let first = fixture.claim(1, at(1)).await.pop().expect("a claim");
    let stopping =
        AttemptFinished { reason: Some(Reason::ServerStopping {}), ..ended(&first, at(2), RunNext::Requeue) };
    assert!(fixture.finish(stopping).await);
    let second = fixture.claim(1, at(3)).await.pop().expect("a claim");
    assert_eq!((second.run.fence, second.run.attempt_count, second.attempt.number), (2, 1, 1));
    assert_eq!(second.run.reason, None, "a run in progress has no reason");
    assert!(!fixture.finish(ended(&first, at(4), finish(RunState::Failed))).await, "its fence is old");
    let late = AttemptStarted {
        attempt: second.attempt.id,
        fence: 1,
        boot_id: Some("late".into()),
        runner_pid: None,
        runner_started: None,
        pid: None,
        token: None,
        conditions: None,
    };
    assert_eq!(fixture.store.attempts_started(vec![late]).await.expect("answers"), [false]);
    assert_eq!(find(&fixture, run).await.state, RunState::Running);
    let good = ended(&second, at(5), finish(RunState::Succeeded));
    let answers = fixture.store.attempts_finish(vec![good.clone(), good.clone()]).await.expect("answers");
    assert_eq!(answers, [true, false], "the same end twice in one call counts once");
    assert!(!fixture.finish(good).await, "it has ended");
    let stats = fixture.store.run_stats(None, begin(), at(3600), StatsStep::Hour).await.expect("statistics");
    assert_eq!((stats.total.succeeded_count, stats.total.failed_count), (1, 0));
}

async fn retries_and_requeues(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let run = fixture.run(new_run(&task, begin())).await.id;
    let first = fixture.claim(1, at(1)).await.pop().expect("a claim");
    assert!(fixture.finish(ended(&first, at(2), RunNext::Retry { at: at(30) })).await);
    let found = find(&fixture, run).await;
    assert_eq!((found.state, found.due_at, found.finished_at), (RunState::BackingOff, at(30), None));
    assert_eq!(fixture.store.run_outlook(at(2)).await.expect("reads").next_due, Some(at(30)));
    let promote = async |now| {
        let work = async move |tx: &Tx| tx.runs_backing_off_promote(now).await;
        fixture.store.write(work).await.expect("promotes").len()
    };
    assert_eq!(promote(at(29)).await, 0);
    assert!(fixture.claim(1, at(29)).await.is_empty());
    assert_eq!(promote(at(30)).await, 1);
    let second = fixture.claim(1, at(31)).await.pop().expect("a claim");
    assert_eq!((second.attempt.number, second.run.started_at), (2, Some(at(1))));
    assert!(fixture.finish(ended(&second, at(32), RunNext::Retry { at: at(32) })).await);
    assert_eq!(find(&fixture, run).await.state, RunState::Queued, "a retry without delay is ready at once");
    let third = fixture.claim(1, at(33)).await.pop().expect("a claim");
    assert!(fixture.finish(ended(&third, at(34), finish(RunState::Failed))).await);
    let attempts = fixture.store.run_attempts(run).await.expect("reads");
    assert_eq!(attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(find(&fixture, run).await.log_bytes, 300);
    let stats = fixture.store.run_stats(Some(task.key), begin(), at(60), StatsStep::Hour).await.expect("statistics");
    assert_eq!(stats.total.failed_count, 1, "a run counts once, not by attempt");
}

async fn cancel(fixture: &Fixture, run: RunId, seconds: i64) -> Option<RunCancel> {
    fixture
        .store
        .write(async move |tx: &Tx| tx.run_cancel(run, &Reason::Cancelled { by: "ann".into() }, at(seconds)).await)
        .await
        .expect("answers")
}

async fn cancelling(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    assert_eq!(cancel(&fixture, RunId::generate(), 1).await, None);
    let queued = fixture.run(new_run(&task, begin())).await.id;
    let Some(RunCancel::Cancelled(run)) = cancel(&fixture, queued, 1).await else { panic!("not cancelled") };
    assert_eq!((run.state, run.finished_at, run.started_at), (RunState::Cancelled, Some(at(1)), None));
    assert_eq!(run.reason, Some(Reason::Cancelled { by: "ann".into() }));
    assert!(matches!(cancel(&fixture, queued, 2).await, Some(RunCancel::Ended(_))));

    let running = fixture.run(new_run(&task, at(3))).await.id;
    let claimed = fixture.claim(1, at(4)).await.pop().expect("a claim");
    let Some(RunCancel::Requested(run)) = cancel(&fixture, running, 5).await else { panic!("not requested") };
    assert_eq!((run.state, run.cancel_requested_at, run.cancel_forced), (RunState::Running, Some(at(5)), false));
    let Some(RunCancel::Requested(run)) = cancel(&fixture, running, 6).await else { panic!("not requested") };
    assert_eq!((run.cancel_requested_at, run.cancel_forced), (Some(at(5)), true), "the second skips the grace");
    let asked = fixture.store.run_cancel_list("node").await.expect("reads");
    assert_eq!(asked.iter().map(|run| run.id).collect::<Vec<_>>(), [running]);
    assert!(fixture.store.run_cancel_list("other").await.expect("reads").is_empty());
    assert!(fixture.finish(ended(&claimed, at(7), finish(RunState::Cancelled))).await);
    assert!(fixture.store.run_cancel_list("node").await.expect("reads").is_empty());
    let stats = fixture.store.run_stats(None, begin(), at(60), StatsStep::Hour).await.expect("statistics");
    assert_eq!(stats.total.cancelled_count, 2);
    assert_eq!(stats.total.success_rate, None, "cancelled runs say nothing about success");
}

async fn a_cancelled_run_is_not_retried(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    for next in [RunNext::Retry { at: at(90) }, RunNext::Requeue] {
        let run = fixture.run(new_run(&task, begin())).await.id;
        let claimed = fixture.claim(1, at(1)).await.pop().expect("a claim");
        cancel(&fixture, run, 2).await.expect("requested");
        let swept = Some(Reason::ProcessesStopped { count: 1 });
        assert!(fixture.finish(AttemptFinished { reason: swept, ..ended(&claimed, at(3), next) }).await);
        let found = find(&fixture, run).await;
        assert_eq!((found.state, found.finished_at), (RunState::Cancelled, Some(at(3))));
        assert_eq!(found.reason, Some(Reason::Cancelled { by: "ann".into() }), "who cancelled is what counts");
    }
}

async fn waiting_runs_are_promoted(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let mut waiting = Vec::new();
    fixture.run(new_run(&task, begin())).await;
    for second in 1..=3 {
        let run = RunNew { state: RunState::Waiting, ..new_run(&task, at(second)) };
        waiting.push(fixture.run(run).await.id);
    }
    let key = task.key;
    let open =
        fixture.store.write(async move |tx: &Tx| tx.runs_open(&[key, Key::new(77)]).await).await.expect("counts");
    assert_eq!(open.get(&key), Some(&OpenRuns { active: 1, waiting: 3 }));
    assert_eq!(open.len(), 1);
    assert!(fixture.store.run_outlook(at(0)).await.expect("reads").waiting);
    let found = fixture.store.runs_waiting(None, at(9), 9).await.expect("reads");
    assert_eq!(fixture.store.tasks_room(&[key]).await.expect("reads")[&key].active, 1, "those that wait do not count");
    let (first, third) = ([found[0].mark.key, found[1].mark.key], found[2].mark.key);
    let promote = async move |tx: &Tx| {
        tx.runs_explain(&[(third, Reason::EarlierRun {})]).await?;
        tx.runs_promote(&first, at(9)).await
    };
    let promoted = fixture.store.write(promote).await.expect("promotes");
    assert_eq!(find(&fixture, waiting[2]).await.reason, Some(Reason::EarlierRun {}));
    assert_eq!(promoted.iter().map(|run| run.id).collect::<Vec<_>>(), waiting[..2], "oldest first");
    assert_eq!((promoted[0].state, promoted[0].queued_at), (RunState::Queued, Some(at(9))));
    let last = waiting[2];
    let end = async move |tx: &Tx| tx.run_end(last, RunState::Skipped, &Reason::PreviousRunOpen {}, at(10)).await;
    assert_eq!(
        fixture.store.write(end).await.expect("ends").expect("it was open").reason,
        Some(Reason::PreviousRunOpen {})
    );
    assert_eq!(fixture.store.write(end).await.expect("answers"), None);
    assert!(!fixture.store.run_outlook(at(0)).await.expect("reads").waiting);
    let open = fixture.store.write(async move |tx: &Tx| tx.run_list_open(key).await).await.expect("reads");
    assert_eq!(open.len(), 3);
}

async fn lists(fixture: Fixture) {
    let a = fixture.task(definition("a")).await;
    let b = fixture.task(definition("b")).await;
    for second in 0..6 {
        let task = if second % 2 == 0 { &a } else { &b };
        let mut new = new_run(task, at(second));
        if second == 4 {
            new.trigger.kind = TriggerKind::Api;
        }
        fixture.run(new).await;
    }
    let failing = fixture.claim(1, at(10)).await.pop().expect("a claim");
    assert!(fixture.finish(ended(&failing, at(11), finish(RunState::Failed))).await);
    let list = async |filter: RunFilter| {
        let page = fixture.store.run_list(&filter, &PageRequest::first(50)).await.expect("reads");
        page.items.iter().map(|run| (run.created_at - begin()).num_seconds()).collect::<Vec<_>>()
    };
    let all = RunFilter::default;
    assert_eq!(list(all()).await, [5, 4, 3, 2, 1, 0]);
    assert_eq!(list(RunFilter { task_key: Some(b.key), ..all() }).await, [5, 3, 1]);
    assert_eq!(list(RunFilter { states: vec![RunState::Failed, RunState::Lost], ..all() }).await, [0]);
    assert_eq!(list(RunFilter { states: vec![RunState::Failed, RunState::Queued], ..all() }).await.len(), 6);
    assert_eq!(list(RunFilter { trigger: Some(TriggerKind::Api), ..all() }).await, [4]);
    assert_eq!(list(RunFilter { from_at: Some(at(2)), until_at: Some(at(4)), ..all() }).await, [3, 2]);
    let record = &fixture.store.run_list(&all(), &PageRequest::first(1)).await.expect("reads").items[0];
    assert_eq!((record.task, record.task_name.as_str()), (b.id, "b"));
}

async fn pages_are_stable_under_inserts(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    for second in 0..9 {
        fixture.run(new_run(&task, at(second / 2))).await;
    }
    let mut seen = Vec::new();
    let mut page = PageRequest::first(2);
    loop {
        let part = fixture.store.run_list(&RunFilter::default(), &page).await.expect("reads");
        seen.extend(part.items.iter().map(|run| run.id));
        fixture.run(new_run(&task, at(100))).await;
        match part.next {
            Some(cursor) => page.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(seen.len(), 9);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 9, "none twice");
}

async fn statistics(fixture: Fixture) {
    let a = fixture.task(definition("a")).await;
    let b = fixture.task(definition("b")).await;
    let ends = [
        (&a, 0, 1, RunState::Succeeded),
        (&a, 0, 1, RunState::Succeeded),
        (&a, 3600, 100, RunState::Failed),
        (&b, 3600, 1, RunState::TimedOut),
        (&b, 86_400, 1, RunState::Lost),
    ];
    for (task, start, seconds, state) in ends {
        fixture.run(new_run(task, at(start))).await;
        let claimed = fixture.claim(1, at(start)).await.pop().expect("a claim");
        assert!(fixture.finish(ended(&claimed, at(start + seconds), finish(state))).await);
    }
    fixture
        .run(RunNew { state: RunState::Skipped, reason: Some(Reason::PreviousRunOpen {}), ..new_run(&b, at(86_400)) })
        .await;
    fixture.run(new_run(&a, at(86_400))).await;
    let stats = async |task, until, step| fixture.store.run_stats(task, begin(), at(until), step).await.expect("reads");
    let all = stats(None, 100_000, StatsStep::Hour).await;
    assert_eq!(all.points.len(), 3);
    let total = &all.total;
    let counts = (total.succeeded_count, total.failed_count, total.timed_out_count, total.lost_count);
    assert_eq!((counts, total.skipped_count), ((2, 1, 1, 1), 1));
    assert_eq!(total.success_rate, Some(0.4));
    assert_eq!((all.queued_count, all.running_count, all.waiting_count), (1, 0, 0));
    let p95 = total.p95_seconds.expect("runs ended");
    assert!((60.0..180.0).contains(&p95), "{p95}");
    let p50 = total.p50_seconds.expect("runs ended");
    assert!((0.5..2.0).contains(&p50), "{p50}");
    assert_eq!(
        all.points[0].from_at,
        "2026-11-23T10:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("an hour")
    );
    let days = stats(None, 100_000, StatsStep::Day).await;
    assert_eq!(
        days.points.iter().map(|day| day.from_at.to_rfc3339()).collect::<Vec<_>>(),
        ["2026-11-23T00:00:00+00:00", "2026-11-24T00:00:00+00:00"]
    );
    assert_eq!(days.points[0].succeeded_count, 2);
    let of_b = stats(Some(b.key), 100_000, StatsStep::Day).await;
    assert_eq!((of_b.total.succeeded_count, of_b.total.timed_out_count, of_b.queued_count), (0, 1, 0));
    assert_eq!(stats(None, 1800, StatsStep::Hour).await.points.len(), 1, "hours that begin before the end");
}

async fn retention(fixture: Fixture) {
    let mut few = definition("few");
    few.retention = Retention { days: 1000, runs: 2 };
    let mut short = definition("short");
    short.retention = Retention { days: 1, runs: 1000 };
    let few = fixture.task(few).await;
    let short = fixture.task(short).await;
    let mut old = Vec::new();
    for (task, start) in [(&few, 0), (&few, 1), (&few, 2), (&short, 0), (&short, 90_000)] {
        let run = fixture.run(new_run(task, at(start))).await.id;
        let claimed = fixture.claim(1, at(start)).await.pop().expect("a claim");
        assert!(fixture.finish(ended(&claimed, at(start + 1), finish(RunState::Succeeded))).await);
        old.push((run, claimed.attempt.id));
    }
    let open = fixture.run(new_run(&few, at(3))).await.id;
    let now = at(86_400 + 60);
    let step = fixture.store.prune_list(Key::NONE, 100, now).await.expect("a step");
    assert_eq!(step.next, None);
    let found: HashSet<_> = step.candidates.iter().map(|found| (found.run, found.attempts[0])).collect();
    assert_eq!(found, [old[0], old[1], old[3]].into(), "four of few (one open), two too many; one of short too old");
    let runs: Vec<RunId> = step.candidates.iter().map(|found| found.run).chain([open]).collect();
    let gone = fixture.store.write(async move |tx: &Tx| tx.runs_delete(&runs).await).await.expect("deletes");
    assert_eq!(gone, 3, "the open one stays");
    assert_eq!(find(&fixture, open).await.state, RunState::Queued);
    assert!(fixture.store.run_attempts(old[0].0).await.expect("reads").is_empty());
    let task = fixture.store.task_find(&TaskRef::from("few")).await.expect("reads").expect("a task");
    assert_eq!(task.run_count, 2);
    assert_eq!(fixture.store.prune_list(Key::NONE, 100, now).await.expect("a step").candidates, []);
    let one = fixture.store.write(async move |tx: &Tx| tx.run_delete(open).await).await;
    assert!(matches!(one, Err(StoreError::Conflict { what: Conflict::NotFinished })), "{one:?}");
    let (last, attempt) = old[4];
    let one = async move |tx: &Tx| tx.run_delete(last).await;
    assert_eq!(fixture.store.write(one).await.expect("deletes"), Some(vec![attempt]));
    assert_eq!(fixture.store.write(one).await.expect("answers"), None);
    let task = fixture.store.task_find(&TaskRef::from("short")).await.expect("reads").expect("a task");
    assert_eq!((task.run_count, task.last_run), (0, None));
    let stats = fixture.store.run_stats(None, begin(), now, StatsStep::Day).await.expect("statistics");
    assert_eq!(stats.total.succeeded_count, 4, "statistics outlive runs (the fifth ended later)");
    let nothing_old =
        async move |tx: &Tx| Ok::<_, StoreError>(tx.slots_delete(now, 10).await? + tx.idempotency_delete(now).await?);
    assert_eq!(fixture.store.write(nothing_old).await.expect("deletes"), 0);
}

async fn adoption(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let run = fixture.run(new_run(&task, begin())).await.id;
    fixture.run(new_run(&task, begin())).await;
    let claimed = fixture.claim(1, at(1)).await.pop().expect("a claim");
    fixture.update(&task, definition("renamed"), at(2)).await.expect("updates");
    fixture.store.close().await;
    let store = orc_server::store::Store::open(&fixture.config).await.expect("opens again");
    assert!(store.attempts_running("other").await.expect("reads").is_empty());
    let found = store.attempts_running("node").await.expect("reads").pop().expect("one");
    assert_eq!((found.run.id, found.attempt, found.run.fence), (run, claimed.attempt, 1));
    assert_eq!(found.definition.name, "a", "the version that runs");
}

async fn states_and_ends_go_together(fixture: Fixture) {
    use sea_orm::ConnectionTrait as _;
    let task = fixture.task(definition("a")).await;
    fixture.run(new_run(&task, begin())).await;
    let raw = fixture.raw().await;
    for wrong in [
        "UPDATE run SET state = 'succeeded'",
        "UPDATE run SET finished_at = 1",
        "UPDATE run SET state = 'running'",
        "UPDATE run SET state = 'done'",
        "UPDATE run SET task_id = 4711",
        "UPDATE task SET run_count = -1",
    ] {
        raw.execute_unprepared(wrong).await.expect_err(wrong);
        // PostgreSQL reports an error before it rolls back. The next answer on the same connection comes after the
        // rollback; until then the row is locked, and a claim skips it.
        raw.execute_unprepared("SELECT 1").await.expect("the connection goes on");
    }
    raw.close().await.expect("closed");
    let claimed = fixture.claim(1, at(1)).await.pop().expect("a claim");
    let odd = fixture.store.attempts_finish(vec![ended(&claimed, at(2), finish(RunState::Queued))]).await;
    assert!(matches!(odd, Err(StoreError::Other(_))), "{odd:?}");
}

async fn many_ends_share_statements(fixture: Fixture) {
    let task = fixture.task(definition("a")).await;
    let runs: Vec<RunNew> = (0..2300).map(|_| new_run(&task, begin())).collect();
    fixture.store.write(async move |tx: &Tx| tx.runs_insert(&runs).await).await.expect("runs");
    let mut claimed = fixture.claim(2300, at(1)).await;
    assert_eq!(claimed.len(), 2300, "more than fit into one statement");
    let rest = claimed.split_off(300).iter().map(|claimed| ended(claimed, at(2), finish(RunState::Lost))).collect();
    let answers = fixture.store.attempts_finish(rest).await.expect("answers");
    assert!(answers.len() == 2000 && answers.iter().all(|valid| *valid));
    let ends: Vec<_> = claimed
        .into_iter()
        .enumerate()
        .map(|(number, claimed)| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let state = if number == 7 { RunState::Running } else { RunState::Succeeded };
                store.attempts_finish(vec![ended(&claimed, at(2), finish(state))]).await
            })
        })
        .collect();
    for (number, end) in ends.into_iter().enumerate() {
        let answer = end.await.expect("joins");
        if number == 7 {
            assert!(
                matches!(answer, Err(StoreError::Other(_))),
                "one that makes no sense disturbs no other: {answer:?}"
            );
        } else {
            assert_eq!(answer.expect("an answer"), [true], "{number}");
        }
    }
    let stats = fixture.store.run_stats(Some(task.key), begin(), at(60), StatsStep::Hour).await.expect("statistics");
    assert_eq!((stats.total.succeeded_count, stats.total.lost_count, stats.running_count), (299, 2000, 1));
}
