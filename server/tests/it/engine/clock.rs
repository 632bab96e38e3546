//! A clock that jumps, and schedules that are damaged behind the server's back: nothing fires twice, nothing is
//! silent.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::Caller;
use orc_server::clock::Clock;
use orc_server::domain::model::{PageRequest, SlotFilter, TaskFilter};
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::vocabulary::{SlotOutcome, TaskSort};
use serde_json::json;
use std::collections::BTreeSet;

fn begin() -> DateTime<Utc> {
    "2026-05-01T12:00:30Z".parse().expect("an instant")
}

/// One round of scheduler and timekeeper by hand.
async fn book(bench: &Bench) {
    bench.app.clock_tell().await.expect("told");
    let now = bench.app.clock().now();
    let planned = bench.app.schedules_planned(now).await.expect("planned");
    let due: Vec<_> = planned.into_iter().filter(|planned| planned.next_at().is_some_and(|at| at <= now)).collect();
    bench.app.slots_book(due, now).await.expect("booked");
}

/// Lets time pass, half a minute at a time, while the server is present.
async fn live(bench: &Bench, minutes: i64) {
    for _ in 0..2 * minutes {
        bench.app.clock().advance(TimeDelta::seconds(30));
        book(bench).await;
    }
}

async fn minutely(catch_up: &str) -> Bench {
    let bench = Bench::at(Clock::manual(begin())).await;
    let schedule = json!({"kind": "cron", "expression": "* * * * *", "catch_up": {"kind": catch_up}});
    let more = json!({"schedules": [schedule], "overlap": {"kind": "allow", "max": 1000}});
    bench.task(child_task("it", &["exit", "0"], more)).await;
    bench
}

/// Instants that have a run, and the number of slots in the whole ledger.
async fn ledger(bench: &Bench) -> (Vec<DateTime<Utc>>, u64, u64) {
    let page = bench.app.slot_list(&Caller::local(), Some("it"), SlotFilter::default(), &PageRequest::first(500)).await;
    let rows = page.expect("the ledger").items;
    let ran = rows.iter().filter(|row| row.outcome == SlotOutcome::Run).map(|row| row.first_at).collect();
    let missed = rows.iter().filter(|row| row.outcome == SlotOutcome::Missed).map(|row| row.count).sum();
    (ran, missed, rows.iter().map(|row| row.count).sum())
}

async fn audited(bench: &Bench, action: &str) -> usize {
    let page = bench.app.audit_list(&Caller::local(), &Default::default(), &PageRequest::first(100)).await;
    page.expect("the audit log").items.iter().filter(|entry| entry.entry.action == action).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_forward_is_doubted_and_planning_goes_on() {
    let bench = minutely("none").await;
    live(&bench, 5).await;
    let clock = bench.app.clock().clone();
    clock.set(clock.now() + TimeDelta::days(3653));
    live(&bench, 9).await;
    let (ran, missed, _) = ledger(&bench).await;
    assert_eq!((ran.len(), missed), (14, 0), "fires go on as if nothing had happened");
    let view = bench.app.system_view(&Caller::local()).await.expect("a view").clock;
    assert_eq!(view.machine_at - view.planning_at, TimeDelta::days(3653));
    assert!(view.doubted_since.is_some());
    assert_eq!(audited(&bench, "clock_doubted").await, 1);
    live(&bench, 3).await;
    let view = bench.app.system_view(&Caller::local()).await.expect("a view").clock;
    assert_eq!((view.machine_at, view.doubted_since), (view.planning_at, None), "it has held for ten minutes");
    assert_eq!(audited(&bench, "clock_trusted").await, 1);
    let (_, missed, all) = ledger(&bench).await;
    let passed = (view.planning_at - begin()).num_minutes();
    assert_eq!(i64::try_from(all).expect("fits"), passed, "every minute of ten years is in the ledger");
    assert!(missed > 5_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_into_an_outage_tells_nothing_twice_and_what_is_to_come_comes() {
    let bench = minutely("none").await;
    let clock = bench.app.clock().clone();
    live(&bench, 2).await;
    // The server is absent for five hours, which makes one entry.
    clock.advance(TimeDelta::hours(5));
    book(&bench).await;
    live(&bench, 10).await;
    let (ran, missed, all) = ledger(&bench).await;
    let end = clock.now();
    // Set back into the missed range: nobody can know yet whether its last 29 slots will be missed.
    clock.set(end - TimeDelta::minutes(40));
    book(&bench).await;
    assert_eq!(ledger(&bench).await, (ran.clone(), missed - 29, all - 29));
    live(&bench, 5).await;
    assert_eq!(ledger(&bench).await.0.len(), ran.len() + 5);
    // Off again, and on again before the last run.
    clock.advance(TimeDelta::minutes(15));
    book(&bench).await;
    live(&bench, 25).await;
    let (ran_now, missed_now, all_now) = ledger(&bench).await;
    assert_eq!((ran_now.len(), missed_now, all_now), (ran.len() + 20, missed - 15, all + 5), "nothing ran twice");
    let page = bench.app.slot_list(&Caller::local(), Some("it"), SlotFilter::default(), &PageRequest::first(500)).await;
    let mut rows = page.expect("the ledger").items;
    rows.sort_by_key(|row| row.first_at);
    assert!(rows.windows(2).all(|pair| pair[0].last_at < pair[1].first_at), "no slot is told twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_confirms_a_clock_and_catch_up_rules_apply() {
    let bench = minutely("latest").await;
    live(&bench, 2).await;
    let clock = bench.app.clock().clone();
    clock.set(clock.now() + TimeDelta::days(1));
    live(&bench, 1).await;
    assert!(bench.app.clock_confirm(&Caller::local()).await.expect("confirmed").doubted_since.is_none());
    book(&bench).await;
    let (ran, missed, all) = ledger(&bench).await;
    assert_eq!((ran.len(), missed, all), (4, 24 * 60 - 1, 24 * 60 + 3));
    live(&bench, 2).await;
    assert_eq!(ledger(&bench).await.0.len(), 6);
    assert!(bench.app.clock_confirm(&Caller::local()).await.expect("nothing to do").doubted_since.is_none());
    assert_eq!(audited(&bench, "clock_trusted").await, 1);
    let page = bench.app.audit_list(&Caller::local(), &Default::default(), &PageRequest::first(100)).await;
    let entries = page.expect("the audit log").items;
    let by = |action: &str| entries.iter().find(|it| it.entry.action == action).map(|it| it.entry.actor.clone());
    assert_eq!(by("clock_doubted"), Some(Caller::system().name), "nobody did that");
    assert_eq!(by("clock_trusted"), Some(Caller::local().name));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_that_was_confirmed_and_is_set_right_silences_nobody() {
    for off in [TimeDelta::hours(30), TimeDelta::days(3653)] {
        let bench = minutely("latest").await;
        live(&bench, 2).await;
        let clock = bench.app.clock().clone();
        clock.set(clock.now() + off);
        live(&bench, 1).await;
        bench.app.clock_confirm(&Caller::local()).await.expect("confirmed");
        book(&bench).await;
        bench.app.bring_back(clock.now()).await.expect("seen");
        // Made and postponed by the wrong clock.
        let waiting = bench.behind("UPDATE run SET due_at = due_at + 60000000 WHERE state = 'queued'").await;
        assert!(waiting > 0);
        clock.set(clock.now() - off);
        clock.advance(TimeDelta::minutes(1));
        bench.app.clock_confirm(&Caller::local()).await.expect("confirmed");
        let now = clock.now();
        bench.app.bring_back(now).await.expect("brought back");
        assert_eq!(
            bench.behind(&format!("UPDATE run SET priority = 0 WHERE due_at > {}", now.timestamp_micros())).await,
            0
        );
        book(&bench).await;
        let (before, missed, _) = ledger(&bench).await;
        assert_eq!(missed, 1, "off {off}: nobody ran what was due meanwhile; what is to come was not missed");
        live(&bench, 5).await;
        let (ran, missed, _) = ledger(&bench).await;
        assert_eq!((ran.len(), missed), (before.len() + 5, 1), "off {off}");
        let until = clock.now() + TimeDelta::microseconds(1);
        let account =
            bench.app.slot_summary(&Caller::local(), "it", (Some(begin()), Some(until))).await.expect("a summary");
        assert_eq!((account.total.unaccounted, account.total.surplus), (0, 0), "{account:?}");
        let view = bench.app.task_view(&Caller::local(), "it").await.expect("a view");
        assert_eq!(
            view.next_slots[0].1.scheduled_for,
            "2026-05-01T12:10:00Z".parse::<DateTime<Utc>>().expect("an instant")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_under_a_wrong_clock_is_accounted_for_when_it_is_right_again() {
    let bench = minutely("latest").await;
    let (app, caller, clock) = (&bench.app, Caller::local(), bench.app.clock().clone());
    let every = |expression: &str| {
        let schedule = json!({"kind": "cron", "expression": expression, "catch_up": {"kind": "none"}});
        json!({"schedules": [schedule], "overlap": {"kind": "allow", "max": 1000}})
    };
    for name in ["edited", "disabled", "deleted"] {
        bench.task(child_task(name, &["exit", "0"], every("* * * * *"))).await;
    }
    live(&bench, 3).await;
    app.bring_back(clock.now()).await.expect("seen");
    let off = TimeDelta::hours(30);
    clock.set(clock.now() + off);
    live(&bench, 1).await;
    app.clock_confirm(&caller).await.expect("confirmed");
    app.bring_back(clock.now()).await.expect("seen");
    live(&bench, 2).await;
    let view = app.task_view(&caller, "edited").await.expect("a view");
    let mut definition = view.record.definition;
    definition.schedules[0].rule = orc_server::domain::schedules::Rule::Cron { expression: "*/2 * * * *".into() };
    let write = || orc_server::app::core::write::Write { base: None, dry_run: false };
    app.task_update(&caller, "edited", definition, write()).await.expect("changed");
    let mut definition = app.task_view(&caller, "disabled").await.expect("a view").record.definition;
    definition.enabled = false;
    app.task_update(&caller, "disabled", definition, write()).await.expect("changed");
    app.task_delete(&caller, "deleted", None, true).await.expect("deleted");
    bench.task(child_task("born", &["exit", "0"], every("* * * * *"))).await;
    live(&bench, 2).await;
    clock.set(clock.now() - off);
    clock.advance(TimeDelta::seconds(5));
    app.clock_confirm(&caller).await.expect("confirmed");
    app.bring_back(clock.now()).await.expect("brought back");
    let back = clock.now();
    live(&bench, 10).await;
    for (name, ran) in [("it", 10), ("edited", 5), ("disabled", 0), ("born", 10)] {
        let range = (Some(begin()), Some(clock.now() + TimeDelta::microseconds(1)));
        let account = app.slot_summary(&caller, name, range).await.expect("a summary").total;
        assert_eq!((account.unaccounted, account.surplus), (0, 0), "{name}: {account:?}");
        let filter = SlotFilter { from_at: Some(back), until_at: Some(clock.now()), ..SlotFilter::default() };
        let rows =
            app.slot_list(&caller, Some(name), filter, &PageRequest::first(100)).await.expect("the ledger").items;
        assert_eq!(rows.iter().filter(|row| row.outcome == SlotOutcome::Run).count(), ran, "{name}");
        assert!(rows.iter().all(|row| row.outcome == SlotOutcome::Run), "{name}: {rows:#?}");
    }
    let last = app.task_view(&caller, "it").await.expect("a view").record.last_run.expect("a run");
    assert_eq!(
        bench
            .behind(&format!(
                "UPDATE task SET owner = NULL WHERE last_run_created_at > {}",
                clock.now().timestamp_micros()
            ))
            .await,
        0
    );
    let newest = app.run_view(&caller, last.id).await.expect("the run").run;
    assert!(
        newest.created_at > back && newest.created_at <= clock.now(),
        "the newest run is the newest by the right time"
    );
    assert_eq!(audited(&bench, "clock_set_back").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_fires_nothing_twice() {
    for (back, confirmed) in [(TimeDelta::minutes(50), false), (TimeDelta::hours(2), true)] {
        let bench = minutely("all").await;
        live(&bench, 180).await;
        let clock = bench.app.clock().clone();
        clock.set(clock.now() - back);
        book(&bench).await;
        if confirmed {
            bench.app.clock_confirm(&Caller::local()).await.expect("confirmed");
        }
        live(&bench, 200).await;
        let (ran, missed, all) = ledger(&bench).await;
        let expected = (clock.now() - begin()).num_minutes();
        assert_eq!((i64::try_from(ran.len()).expect("fits"), missed), (expected, 0), "back {back}");
        assert_eq!(i64::try_from(all).expect("fits"), expected);
        assert_eq!(ran.iter().collect::<BTreeSet<_>>().len(), ran.len(), "back {back}: an instant fired twice");
        assert!(audited(&bench, "schedule_watermark_reset").await > 0);
    }
}

/// Writes into the database behind the server's back.
async fn damage(bench: &Bench, sql: &str) {
    assert_eq!(bench.behind(sql).await, 1);
}

async fn damage_schedule(bench: &Bench, definition: &str, task: &str) {
    let of_task = format!("task_id = (SELECT id FROM task WHERE name = '{task}')");
    damage(bench, &format!("UPDATE schedule SET definition = {definition} WHERE {of_task}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_damaged_schedule_among_a_thousand_disables_only_itself_and_is_seen() {
    let bench = Bench::at(Clock::manual(begin())).await;
    let (app, caller) = (&bench.app, Caller::local());
    for number in 0..1000 {
        let schedules = json!([{"kind": "cron", "expression": "* * * * *"}]);
        bench.task(child_task(&format!("t{number:03}"), &["exit", "0"], json!({"schedules": schedules}))).await;
    }
    // One rule without meaning, and one row that is not JSON.
    damage_schedule(&bench, "replace(definition, '* * * * *', '99 * * * *')", "t500").await;
    damage_schedule(&bench, "'{{'", "t600").await;
    live(&bench, 1).await;
    let filter = SlotFilter::default();
    let mut seen = BTreeSet::new();
    let mut page = PageRequest::first(500);
    loop {
        let rows = app.slot_list(&caller, None, filter.clone(), &page).await.expect("the ledger");
        seen.extend(rows.items.into_iter().map(|row| row.task_name));
        let Some(next) = rows.next else { break };
        page = PageRequest { cursor: Some(next), ..page };
    }
    assert_eq!(seen.len(), 998, "all others fire");
    assert!(!seen.contains("t500") && !seen.contains("t600"));
    let system = app.system_view(&caller).await.expect("a view");
    assert_eq!(system.invalid_schedule_count, 2);
    let [Reason::SchedulesInvalid { task, others: 1, .. }] = system.warnings.as_slice() else {
        panic!("one warning for both: {:?}", system.warnings);
    };
    assert!(task == "t500" || task == "t600", "{task}");
    for name in ["t500", "t600"] {
        let view = app.task_view(&caller, name).await.expect("it can be looked at");
        assert!(view.schedule_problems.contains_key("cron"), "{name}");
        assert!(view.next_slots.is_empty(), "{name}: a schedule that does not fire has no next slot");
        let account = app.slot_summary(&caller, name, (None, None)).await.expect("a summary");
        let problem = account.schedules["cron"].problem.as_ref().map(Reason::code);
        assert_eq!(problem, Some(ReasonCode::ScheduleInvalid), "{name}");
        let mended = view.record.definition;
        app.task_update(&caller, name, mended, orc_server::app::core::write::Write { base: None, dry_run: false })
            .await
            .expect("it can be mended");
    }
    live(&bench, 1).await;
    assert_eq!(app.system_view(&caller).await.expect("a view").invalid_schedule_count, 0);
    let found = app.task_list(&caller, &TaskFilter::default(), TaskSort::Name, &PageRequest::first(5)).await;
    assert_eq!(found.expect("the list").items.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_calendar_is_told_and_hides_no_other() {
    let bench = Bench::at(Clock::manual(begin())).await;
    let (app, caller) = (&bench.app, Caller::local());
    for name in ["good", "bad"] {
        let body = json!({"name": name, "description": "", "entries": [], "except": [], "maintenance": null});
        app.calendar_create(&caller, serde_json::from_value(body).expect("a calendar"), false).await.expect("made");
    }
    let before = app.system_view(&caller).await.expect("a view").warnings;
    assert!(before.iter().all(|it| it.code() != ReasonCode::CalendarDamaged), "{before:?}");
    damage(&bench, "UPDATE calendar SET definition = '{{' WHERE name = 'bad'").await;
    let listed = app.calendar_list(&caller, None, &PageRequest::first(10)).await.expect("the list").items;
    let damaged: Vec<bool> = listed.iter().map(|it| it.record.damage.is_some()).collect();
    assert_eq!(damaged, [true, false], "all can be seen");
    let warnings = app.system_view(&caller).await.expect("a view").warnings;
    let bad = |it: &Reason| matches!(it, Reason::CalendarDamaged { calendar, .. } if calendar == "bad");
    assert!(warnings.iter().any(bad), "{warnings:?}");
}
