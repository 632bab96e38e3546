//! Backfill with real runs: in order, a limited number at a time, over a restart, cancelled.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::ledger::backfills::{BackfillRequest, BackfillView};
use orc_server::app::{Caller, Error};
use orc_server::domain::model::{PageRequest, RunFilter, SlotFilter};
use orc_server::domain::reason::Reason;
use orc_server::domain::vocabulary::{BackfillState, RunState, TriggerKind};
use serde_json::{Map, json};

fn request(days: i64, at_once: u32) -> BackfillRequest {
    let until_at: DateTime<Utc> = "2026-05-10T12:00:00Z".parse().expect("an instant");
    let from_at = until_at - TimeDelta::days(days);
    BackfillRequest { schedule_key: None, from_at, until_at, at_once, params: Map::new(), dry_run: false }
}

async fn until(bench: &Bench, view: &BackfillView, is: impl Fn(&BackfillView) -> bool) -> BackfillView {
    loop {
        let mut live = bench.app.events().subscribe(None).live;
        let found = bench.app.backfill_view(&Caller::local(), view.record.id).await.expect("there");
        if is(&found) {
            return found;
        }
        let _changed = tokio::time::timeout(std::time::Duration::from_secs(30), live.recv()).await.expect("it changes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_slot_is_run_once_in_order_over_a_restart() {
    let bench = Bench::new().await;
    let off = json!({"name": "off", "description": "", "except": [], "maintenance": null,
        "entries": [{"kind": "date", "date": "2026-05-09", "until": null, "title": ""}]});
    let off = serde_json::from_value(off).expect("a calendar");
    bench.app.calendar_create(&Caller::local(), off, false).await.expect("made");
    let schedules = json!([{"kind": "cron", "expression": "0 9 * * *", "skip_on": ["off"]}, {"kind": "cron", "expression": "0 */12 * * *"}]);
    bench.task(child_task("it", &["exit", "0"], json!({"schedules": schedules}))).await;
    let dry = BackfillRequest { dry_run: true, ..request(3, 1) };
    assert_eq!(bench.app.backfill_create(&Caller::local(), "it", dry).await.expect("counted").record.slot_count, 9);
    let view = bench.app.backfill_create(&Caller::local(), "it", request(3, 1)).await.expect("begun");
    let engine = bench.engine().await;
    until(&bench, &view, |view| view.record.succeeded_count >= 3).await;
    engine.crash();
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    let done = until(&bench, &view, |view| view.record.state == BackfillState::Finished).await.record;
    assert_eq!((done.made_count, done.succeeded_count + done.failed_count, done.open_count), (9, 9, 0));
    let runs = bench.app.run_list(&Caller::local(), Some("it"), RunFilter::default(), &PageRequest::first(50)).await;
    let mut runs = runs.expect("runs").items;
    runs.reverse();
    assert!(runs.iter().all(|run| run.trigger.kind == TriggerKind::Backfill));
    let slots: Vec<_> = runs.iter().map(|run| run.scheduled_for.expect("a slot")).collect();
    assert!(slots.len() == 9 && slots.is_sorted(), "{slots:?}");
    assert!(runs.windows(2).all(|pair| pair[0].finished_at <= pair[1].started_at), "one at a time");
    let ledger = bench.app.slot_list(&Caller::local(), Some("it"), SlotFilter::default(), &PageRequest::first(9)).await;
    assert!(
        ledger.expect("the ledger").items.iter().all(|slot| slot.first_at > done.until_at),
        "no entry for the past"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_backfill_stops_its_runs() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let (app, caller) = (&bench.app, Caller::local());
    let more = json!({"schedules": [{"kind": "cron", "expression": "0 9 * * *"}], "grace_seconds": 0.1});
    bench.task(child_task("it", &["sleep", "60"], more)).await;
    let view = app.backfill_create(&caller, "it", request(9, 2)).await.expect("begun");
    until(&bench, &view, |view| view.record.open_count == 2).await;
    let cancelled = app.backfill_cancel(&caller, view.record.id).await.expect("cancelled");
    assert_eq!(cancelled.record.state, BackfillState::Cancelled);
    until(&bench, &view, |view| view.record.open_count == 0).await;
    let runs = app.run_list(&caller, Some("it"), RunFilter::default(), &PageRequest::first(50)).await.expect("runs");
    assert!(runs.items.len() == 2 && runs.items.iter().all(|run| run.state == RunState::Cancelled));
    let reason = Some(Reason::CancelledWithBackfill { by: caller.name.clone() });
    assert!(runs.items.iter().all(|run| run.reason == reason), "{:?}", runs.items);
    let again = app.backfill_cancel(&caller, view.record.id).await;
    assert!(matches!(again, Err(Error::Conflict { code: "backfill_finished", .. })));
    let future = BackfillRequest { until_at: Utc::now() + TimeDelta::days(1), ..request(1, 1) };
    let refused = app.backfill_create(&caller, "it", future).await;
    assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].pointer == "/until_at"));
    let nothing = BackfillRequest { from_at: request(1, 1).until_at - TimeDelta::hours(1), ..request(1, 1) };
    let counted = app.backfill_create(&caller, "it", BackfillRequest { dry_run: true, ..nothing.clone() }).await;
    assert_eq!(counted.expect("counted").record.slot_count, 0);
    let refused = app.backfill_create(&caller, "it", nothing).await;
    assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].message.contains("no slot")));
    bench
        .task(child_task("often", &["exit", "0"], json!({"schedules": [{"kind": "interval", "every_seconds": 1}]})))
        .await;
    let refused = app.backfill_create(&caller, "often", request(9, 1)).await;
    assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].message.contains("10000")));
}
