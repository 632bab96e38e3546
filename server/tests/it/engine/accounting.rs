//! Accounting: computes again what was due and compares it with the ledger, over edits, calendars, outages and
//! damage.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::core::write::Write;
use orc_server::app::ledger::accounting::Account;
use orc_server::app::{Caller, Error};
use orc_server::clock::Clock;
use orc_server::domain::calendars::Calendar;
use orc_server::domain::model::{PageRequest, SlotFilter};
use orc_server::domain::reason::{Displacing, Reason};
use orc_server::domain::vocabulary::SlotOutcome;
use serde_json::{Value, json};

fn begin() -> DateTime<Utc> {
    "2026-05-01T00:30:00Z".parse().expect("an instant")
}

fn calendar(entries: Value) -> Calendar {
    let body = json!({"name": "off", "description": "", "entries": entries, "except": [], "maintenance": null});
    serde_json::from_value(body).expect("a calendar")
}

async fn bench(schedules: Value) -> Bench {
    let bench = Bench::at(Clock::manual(begin())).await;
    bench.app.calendar_create(&Caller::local(), calendar(json!([])), false).await.expect("made");
    let body = json!({"schedules": schedules, "overlap": {"kind": "allow", "max": 1000}});
    bench.task(child_task("it", &["exit", "0"], body)).await;
    bench
}

/// Books hour by hour, like a server that is present.
async fn live(bench: &Bench, hours: i64) {
    for _ in 0..hours * 120 {
        bench.app.clock().advance(TimeDelta::seconds(30));
        let now = bench.app.clock().now();
        let planned = bench.app.schedules_planned(now).await.expect("planned");
        let due: Vec<_> = planned.into_iter().filter(|it| it.next_at().is_some_and(|at| at <= now)).collect();
        if !due.is_empty() {
            bench.app.slots_book(due, now).await.expect("booked");
        }
    }
}

async fn total(bench: &Bench, days: i64) -> Account {
    let range = (Some(begin() - TimeDelta::days(days)), None);
    bench.app.slot_summary(&Caller::local(), "it", range).await.expect("a summary").total
}

#[tokio::test(flavor = "multi_thread")]
async fn expected_is_computed_over_edits_calendars_and_outages() {
    let hourly = json!({"kind": "cron", "expression": "0 * * * *", "skip_on": ["off"], "catch_up": {"kind": "none"}});
    let bench = bench(json!([hourly])).await;
    let (app, caller) = (&bench.app, Caller::local());
    live(&bench, 3).await;
    assert_eq!(total(&bench, 0).await, Account { expected: 3, ran: 3, ..Account::default() });
    let mut definition = app.task_view(&caller, "it").await.expect("there").record.definition;
    definition.schedules[0].rule =
        serde_json::from_value(json!({"kind": "interval", "every_seconds": 1800})).expect("a rule");
    app.task_update(&caller, "it", definition, Write { base: None, dry_run: false }).await.expect("saved");
    live(&bench, 2).await;
    assert_eq!(
        total(&bench, 0).await,
        Account { expected: 6, ran: 6, ..Account::default() },
        "the one of this instant is not in the period"
    );
    let today = calendar(json!([{"kind": "date", "date": "2026-05-01", "until": null, "title": ""}]));
    app.calendar_update(&caller, "off", today, Write::default()).await.expect("saved");
    live(&bench, 1).await;
    assert_eq!(total(&bench, 0).await, Account { expected: 8, ran: 7, skipped: 1, ..Account::default() });
    app.calendar_update(&caller, "off", calendar(json!([])), Write::default()).await.expect("saved");
    app.clock().advance(TimeDelta::hours(5));
    live(&bench, 1).await;
    let account = Account { expected: 20, ran: 9, skipped: 2, missed: 9, ..Account::default() };
    assert_eq!(total(&bench, 0).await, account);
    app.task_switch(&caller, "it", false).await.expect("disabled");
    app.clock().advance(TimeDelta::days(3));
    app.task_switch(&caller, "it", true).await.expect("enabled");
    let account = Account { expected: 21, ran: 10, ..account };
    assert_eq!(total(&bench, 9).await, account, "nothing is due while a task is disabled");
}

/// Between the question for another calendar and its commit a slot fires by the calendar as it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_fires_before_another_calendar_is_committed_goes_by_the_one_before() {
    let daily = json!({"kind": "cron", "expression": "31 0 * * *", "skip_on": ["off"], "roll": "next_business_day"});
    let bench = bench(json!([daily])).await;
    let (app, caller) = (&bench.app, Caller::local());
    let off = json!([{"kind": "date", "date": "2026-05-01", "until": null, "title": ""}]);
    let mut asked = Box::pin(app.calendar_update(&caller, "off", calendar(off), Write::default()));
    assert!(futures::poll!(asked.as_mut()).is_pending());
    app.clock().advance(TimeDelta::seconds(90));
    let now = app.clock().now();
    app.slots_book(app.schedules_planned(now).await.expect("planned"), now).await.expect("booked");
    asked.await.expect("saved");
    app.clock().advance(TimeDelta::seconds(10));
    assert_eq!(total(&bench, 0).await, Account { expected: 1, ran: 1, ..Account::default() });
}

/// A server that is there may be up to a minute late with each slot, also when the task is saved before it came to them.
#[tokio::test(flavor = "multi_thread")]
async fn who_saves_a_task_takes_no_minute_from_a_server_that_is_there() {
    let often = json!({"kind": "cron", "expression": "* * * * * *", "catch_up": {"kind": "none"}});
    let bench = bench(json!([often])).await;
    let (app, caller) = (&bench.app, Caller::local());
    app.present_from();
    for _ in 0..5 {
        app.clock().advance(TimeDelta::seconds(1));
        app.present_from();
    }
    let mut definition = app.task_view(&caller, "it").await.expect("there").record.definition;
    definition.description = "other".into();
    app.task_update(&caller, "it", definition, Write::default()).await.expect("saved");
    app.clock().advance(TimeDelta::seconds(1));
    let range = (Some(begin()), Some(begin() + TimeDelta::seconds(6)));
    let total = app.slot_summary(&caller, "it", range).await.expect("a summary").total;
    assert_eq!(total, Account { expected: 5, ran: 5, ..Account::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_or_added_behind_the_servers_back_is_seen() {
    let bench = bench(json!([{"kind": "cron", "expression": "0 * * * *"}])).await;
    live(&bench, 6).await;
    bench.behind("DELETE FROM slot WHERE id = (SELECT min(id) FROM slot)").await;
    bench
        .behind(
            "UPDATE slot SET first_at = first_at + 60000000, last_at = last_at + 60000000 \
             WHERE id = (SELECT max(id) FROM slot)",
        )
        .await;
    let account = total(&bench, 0).await;
    assert_eq!(account, Account { expected: 6, ran: 4, unaccounted: 2, surplus: 1, ..Account::default() });
    let summary = bench.app.slot_summary(&Caller::local(), "it", (None, None)).await.expect("a summary");
    assert_eq!(summary.schedules["cron"].words, "Every hour");
    let future = bench.app.slot_summary(&Caller::local(), "it", (Some(begin() + TimeDelta::days(9)), None)).await;
    assert!(matches!(future, Err(Error::Invalid(problems)) if problems[0].pointer == "?from_at"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_says_that_a_run_of_a_slot_was_skipped_also_when_the_run_is_gone() {
    let begin: DateTime<Utc> = "2026-05-01T12:00:30Z".parse().expect("an instant");
    let bench = Bench::at(Clock::manual(begin)).await;
    let schedule = json!({"kind": "cron", "expression": "* * * * *"});
    let more = json!({"schedules": [schedule], "overlap": {"kind": "queue_latest"}});
    bench.task(child_task("it", &["exit", "0"], more)).await;
    let caller = Caller::local();
    for _ in 0..5 {
        bench.app.clock().advance(TimeDelta::minutes(1));
        let now = bench.app.clock().now();
        let planned = bench.app.schedules_planned(now).await.expect("planned");
        bench.app.slots_book(planned, now).await.expect("booked");
    }
    let list = async |outcome| {
        let filter = SlotFilter { outcome, ..SlotFilter::default() };
        bench.app.slot_list(&caller, Some("it"), filter, &PageRequest::first(50)).await.expect("the ledger").items
    };
    let check = async |runs: usize| {
        let skipped = list(Some(SlotOutcome::Skipped)).await;
        assert_eq!(skipped.len(), 3);
        for slot in &skipped {
            assert_eq!(slot.reason, Some(Reason::Superseded { overlap: Displacing::QueueLatest }));
            assert_eq!(slot.outcome, SlotOutcome::Skipped);
        }
        assert!(skipped.windows(2).all(|pair| pair[0].first_at > pair[1].first_at), "newest first");
        assert_eq!(list(Some(SlotOutcome::Run)).await.len(), 2);
        assert_eq!(list(None).await.len(), 5);
        let now = bench.app.clock().now();
        let account = bench.app.slot_summary(&caller, "it", (Some(begin), Some(now))).await.expect("a summary").total;
        assert_eq!((account.expected, account.ran, account.skipped, account.unaccounted), (5, 2, 3, 0));
        let day = now.date_naive();
        let (days, _) = bench.app.plan_days(&caller, (day, day), "UTC").await.expect("days");
        assert_eq!(days[&day].past_skipped, 3);
        assert_eq!(skipped.iter().filter_map(|slot| slot.run).count(), 3, "{runs} runs are left");
        skipped
    };
    let skipped = check(5).await;
    for run in skipped.iter().filter_map(|slot| slot.run) {
        bench.app.run_delete(&caller, run).await.expect("deleted");
    }
    check(2).await;
}
