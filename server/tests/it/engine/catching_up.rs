//! The scheduler on a manual clock: it fires what the preview says, and accounts for what it missed.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::Caller;
use orc_server::app::schedules::{PreviewRequest, next_slots};
use orc_server::clock::Clock;
use orc_server::domain::model::{PageRequest, RunFilter, SlotFilter};
use orc_server::domain::reason::Reason;
use orc_server::domain::schedules::Schedule;
use orc_server::domain::vocabulary::{SlotOutcome, TriggerKind};
use serde_json::{Value, json};
use std::sync::Arc;

fn begin() -> DateTime<Utc> {
    "2026-03-28T22:30:00Z".parse().expect("an instant")
}

async fn scheduled(schedule: Value) -> Bench {
    let bench = Bench::at(Clock::manual(begin())).await;
    bench
        .task(child_task(
            "it",
            &["exit", "0"],
            json!({"schedules": [schedule], "overlap": {"kind": "allow", "max": 1000}}),
        ))
        .await;
    bench
}

/// One round of booking by hand, as the scheduler does it.
async fn book(bench: &Bench) -> usize {
    let now = bench.app.clock().now();
    let planned = bench.app.schedules_planned(now).await.expect("planned");
    let due: Vec<Arc<_>> =
        planned.into_iter().filter(|planned| planned.next_at().is_some_and(|at| at <= now)).collect();
    if due.is_empty() { 0 } else { bench.app.slots_book(due, now).await.expect("booked").entries }
}

async fn ledger(bench: &Bench) -> Vec<(DateTime<Utc>, DateTime<Utc>, u64, SlotOutcome)> {
    let page = bench.app.slot_list(&Caller::local(), Some("it"), SlotFilter::default(), &PageRequest::first(500)).await;
    let mut rows: Vec<_> = page
        .expect("the ledger")
        .items
        .into_iter()
        .map(|row| (row.first_at, row.last_at, row.count, row.outcome))
        .collect();
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn fires_are_exactly_what_the_preview_says() {
    let schedule = json!({"kind": "cron", "expression": "*/20 1-4 * * *", "timezone": "Europe/Berlin"});
    let bench = scheduled(schedule).await;
    let task = bench.app.task_view(&Caller::local(), "it").await.expect("there");
    let schedule: Schedule = task.record.definition.schedules[0].clone();
    let until = begin() + TimeDelta::hours(30);
    let request = PreviewRequest {
        schedule,
        task: Some("it".into()),
        from_at: Some(begin()),
        until_at: Some(until),
        limit: 500,
        days: 0,
    };
    let expected: Vec<_> = bench.app.schedule_preview(&Caller::local(), &request).await.expect("a preview").slots;
    let mut now = begin();
    while now < until {
        now += TimeDelta::seconds(30);
        bench.set(now);
        book(&bench).await;
    }
    let fired: Vec<_> = ledger(&bench).await.into_iter().map(|(at, ..)| at).collect();
    assert_eq!(fired, expected.iter().map(|slot| slot.scheduled_for).collect::<Vec<_>>());
    assert!(!fired.is_empty());
    assert_eq!(next_slots(&Default::default(), &task.record.definition, |_| true, until, 1).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_accounted_for_by_policy() {
    for (policy, caught) in [("none", 0), ("latest", 1)] {
        let schedule = json!({"kind": "cron", "expression": "0 * * * *", "catch_up": {"kind": policy}});
        let bench = scheduled(schedule).await;
        bench.set(begin() + TimeDelta::hours(25));
        book(&bench).await;
        let rows = ledger(&bench).await;
        assert_eq!(rows.iter().map(|(_, _, count, _)| count).sum::<u64>(), 25, "{policy}: {rows:?}");
        assert_eq!(rows.iter().filter(|(.., outcome)| *outcome == SlotOutcome::Run).count(), caught, "{policy}");
        assert_eq!(rows[0].3, SlotOutcome::Missed);
        let runs =
            bench.app.run_list(&Caller::local(), Some("it"), RunFilter::default(), &PageRequest::first(50)).await;
        let runs = runs.expect("runs").items;
        assert_eq!(runs.len(), caught);
        assert!(runs.iter().all(|run| run.trigger.kind == TriggerKind::CatchUp));
        assert_eq!(book(&bench).await, 0, "nothing twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_fires_nothing_twice() {
    let bench = scheduled(json!({"kind": "interval", "every_seconds": 60})).await;
    bench.set(begin() + TimeDelta::seconds(61));
    book(&bench).await;
    let before = ledger(&bench).await;
    assert_eq!(before.len(), 1);
    bench.set(begin() - TimeDelta::minutes(10));
    book(&bench).await;
    bench.set(begin() + TimeDelta::seconds(62));
    book(&bench).await;
    let after = ledger(&bench).await;
    assert!(before.iter().all(|row| after.contains(row)));
    let mut instants: Vec<_> = after.iter().map(|(at, ..)| *at).collect();
    instants.dedup();
    assert_eq!(instants.len(), after.len(), "no instant twice: {after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_hold_every_slot_is_written_down_and_none_runs() {
    let bench = scheduled(json!({"kind": "interval", "every_seconds": 60})).await;
    bench.app.system_hold(&Caller::local(), "moving house".into()).await.expect("held");
    bench.set(begin() + TimeDelta::minutes(30));
    book(&bench).await;
    let rows = ledger(&bench).await;
    assert_eq!(rows.iter().map(|(_, _, count, _)| count).sum::<u64>(), 30);
    assert!(rows.iter().all(|(.., outcome)| *outcome == SlotOutcome::Skipped));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_scheduler_fires_by_the_second() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let mut live = bench.app.events().subscribe(None).live;
    bench
        .task(child_task("it", &["exit", "0"], json!({"schedules": [{"kind": "cron", "expression": "* * * * * *"}]})))
        .await;
    let (run, _) = Bench::next_run(&mut live).await;
    let (record, _) = bench.ended(run).await;
    assert_eq!(record.trigger.kind, TriggerKind::Schedule);
    let late = record.started_at.expect("started") - record.scheduled_for.expect("a slot");
    assert!(late >= TimeDelta::zero() && late < TimeDelta::seconds(30), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_completes_the_ledger_under_the_old_rule() {
    let bench = scheduled(json!({"kind": "interval", "every_seconds": 60})).await;
    bench.set(begin() + TimeDelta::minutes(5));
    let task = bench.app.task_view(&Caller::local(), "it").await.expect("there").record.definition;
    let mut hourly = task.clone();
    hourly.schedules[0].rule =
        orc_server::domain::schedules::Rule::Interval { every_seconds: 3600, anchor_at: None, window: None };
    let write = orc_server::app::core::write::Write { base: None, dry_run: false };
    bench.app.task_update(&Caller::local(), "it", hourly, write).await.expect("saved");
    let rows = ledger(&bench).await;
    assert_eq!(rows.iter().map(|(_, _, count, _)| count).sum::<u64>(), 5, "{rows:?}");
    assert_eq!(book(&bench).await, 0);
    bench.app.task_switch(&Caller::local(), "it", false).await.expect("disabled");
    bench.set(begin() + TimeDelta::hours(9));
    bench.app.task_switch(&Caller::local(), "it", true).await.expect("enabled");
    assert_eq!(book(&bench).await, 0, "what was due while it was disabled is not caught up");
    assert_eq!(ledger(&bench).await.len(), rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_choose_what_is_caught_up() {
    let all = json!({"kind": "all", "max_count": 1000});
    let few = json!({"kind": "all", "max_count": 3});
    let window = json!({"kind": "window", "max_age_seconds": 18_000, "max_count": 1000});
    for (policy, hours, pending) in [(&all, 5, 5), (&all, 25, 25), (&few, 25, 3), (&window, 5, 5), (&window, 25, 5)] {
        let bench = scheduled(json!({"kind": "cron", "expression": "0 * * * *", "catch_up": policy})).await;
        bench.set(begin() + TimeDelta::hours(hours));
        book(&bench).await;
        let rows = ledger(&bench).await;
        assert_eq!(rows.iter().map(|(_, _, count, _)| count).sum::<u64>(), hours as u64, "{policy}: {rows:?}");
        let waiting: Vec<_> = rows.iter().filter(|(.., outcome)| *outcome == SlotOutcome::Pending).collect();
        assert_eq!(waiting.len(), pending, "{policy} {hours}: {rows:?}");
        assert!(waiting.iter().all(|(_, _, count, _)| *count == 1));
        assert_eq!(book(&bench).await, 0, "nothing twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_slots_run_one_after_another_oldest_first() {
    let bench = Bench::at(Clock::manual(begin())).await;
    let schedule = json!({"kind": "cron", "expression": "0 * * * *", "catch_up": {"kind": "all"}});
    bench.task(child_task("it", &["exit", "0"], json!({"schedules": [schedule]}))).await;
    bench.set(begin() + TimeDelta::hours(5));
    let mut live = bench.app.events().subscribe(None).live;
    let _engine = bench.engine().await;
    let mut runs = Vec::new();
    while runs.len() < 5 {
        let (run, _) = Bench::next_run(&mut live).await;
        let (record, _) = bench.ended(run).await;
        assert_eq!(record.trigger.kind, TriggerKind::CatchUp);
        let slot = record.scheduled_for.expect("a slot");
        if runs.last() != Some(&slot) {
            runs.push(slot);
        }
    }
    let expected: Vec<_> = (0..5).map(|hour| begin() + TimeDelta::minutes(30) + TimeDelta::hours(hour)).collect();
    assert_eq!(runs, expected);
    let rows = ledger(&bench).await;
    assert!(rows.len() == 5 && rows.iter().all(|(.., outcome)| *outcome == SlotOutcome::Run), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_slots_of_a_disabled_task_are_skipped_with_the_reason() {
    let bench = scheduled(json!({"kind": "cron", "expression": "0 * * * *", "catch_up": {"kind": "all"}})).await;
    bench.set(begin() + TimeDelta::hours(3));
    book(&bench).await;
    bench.app.system_hold(&Caller::local(), "moving house".into()).await.expect("held");
    assert_eq!(bench.app.slots_catch_up().await.expect("a round").runs, 0, "on hold nothing is caught up");
    bench.app.system_release(&Caller::local()).await.expect("released");
    bench.app.task_switch(&Caller::local(), "it", false).await.expect("disabled");
    while bench.app.slots_catch_up().await.expect("a round").more {}
    let page = bench.app.slot_list(&Caller::local(), Some("it"), SlotFilter::default(), &PageRequest::first(9)).await;
    let rows = page.expect("the ledger").items;
    let reason = Some(Reason::TaskDisabled {});
    assert!(rows.len() == 3 && rows.iter().all(|row| row.outcome == SlotOutcome::Skipped && row.reason == reason));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_of_the_server_is_one_slot_and_splay_delays_the_run() {
    let bench = scheduled(json!({"kind": "startup", "delay_seconds": 90})).await;
    bench.set(begin() + TimeDelta::hours(1));
    assert_eq!(book(&bench).await, 0, "the task is younger than the server's start");
    let bench = bench.restarted().await;
    let started = bench.app.clock().now();
    bench.set(started + TimeDelta::minutes(5));
    assert_eq!((book(&bench).await, book(&bench).await), (1, 0));
    let runs = bench.app.run_list(&Caller::local(), Some("it"), RunFilter::default(), &PageRequest::first(9)).await;
    let run = runs.expect("runs").items.remove(0);
    assert_eq!((run.scheduled_for, run.trigger.kind), (Some(started), TriggerKind::CatchUp));
    let bench = scheduled(json!({"kind": "cron", "expression": "0 23 * * *", "splay_seconds": 86_400})).await;
    bench.set(begin() + TimeDelta::minutes(30));
    book(&bench).await;
    let runs = bench.app.run_list(&Caller::local(), Some("it"), RunFilter::default(), &PageRequest::first(9)).await;
    let run = runs.expect("runs").items.remove(0);
    let slot = begin() + TimeDelta::minutes(30);
    assert!(run.scheduled_for == Some(slot) && run.due_at > slot && run.due_at <= slot + TimeDelta::days(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_run_again_is_for_the_same_slot_and_the_ledger_keeps_one_entry() {
    let bench = scheduled(json!({"kind": "cron", "expression": "0 23 * * *"})).await;
    let slot = begin() + TimeDelta::minutes(30);
    bench.set(slot);
    book(&bench).await;
    let runs = bench.app.run_list(&Caller::local(), Some("it"), RunFilter::default(), &PageRequest::first(9)).await;
    let first = runs.expect("runs").items.remove(0);
    bench.app.run_cancel(&Caller::local(), first.id).await.expect("cancelled");
    let again = bench.app.run_rerun(&Caller::local(), first.id, None, false, None).await.expect("again");
    assert_eq!((again.scheduled_for, again.trigger.kind), (Some(slot), TriggerKind::Rerun));
    assert_eq!(ledger(&bench).await, [(slot, slot, 1, SlotOutcome::Run)]);
    let by_hand = bench.app.run_create(&Caller::local(), "it", serde_json::Map::new(), None).await;
    assert_eq!(by_hand.expect("made").scheduled_for, None);
}
