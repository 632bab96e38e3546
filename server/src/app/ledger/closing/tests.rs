use super::*;
use crate::app::core::write::{Write, silent};
use crate::app::{AppSettings, Caller};
use crate::clock::Clock;
use crate::domain::model::{PageRequest, SlotFilter, Surroundings, TaskRef};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::SlotOutcome;
use crate::store::{DatabaseConfig, Store};
use chrono::TimeDelta;
use serde_json::json;
use std::path::Path;

fn begin() -> DateTime<Utc> {
    "2026-05-01T00:30:00Z".parse().expect("an instant")
}

async fn app(folder: &Path, clock: &Clock) -> App {
    let store = Store::open(&DatabaseConfig::in_data_dir(folder)).await.expect("opens");
    let settings = AppSettings {
        node: "here".into(),
        timezone: "UTC".into(),
        data_dir: folder.to_path_buf(),
        run_limit: 4,
        probe_limit: 4,
        file_roots: Vec::new(),
        surroundings: Surroundings::default(),
        travel: Default::default(),
        send_within: crate::app::notify::sending::SEND_WITHIN,
        backup_within_days: None,
        public_url: None,
    };
    let app = App::new(store, clock.clone(), settings);
    let days = json!({"name": "off", "description": "", "entries": [], "except": [], "maintenance": null});
    app.calendar_create(&Caller::local(), serde_json::from_value(days).expect("a calendar"), false)
        .await
        .expect("made");
    app
}

fn definition(name: &str, cron: &str) -> Definition {
    let schedule = json!({"key": "cron", "kind": "cron", "expression": cron, "skip_on": ["off"]});
    serde_json::from_value(json!({
        "name": name, "title": "", "description": "", "folder": "", "tags": [], "enabled": true,
        "run": {"kind": "command", "program": "true", "arguments": []}, "environment": {}, "params": [],
        "schedules": [schedule], "overlap": {"kind": "allow", "max": 1000}, "grace_seconds": 1.0, "success_codes": [0],
        "retry": {"max_attempts": 1, "delay_seconds": 1.0, "backoff": {"kind": "fixed"}, "jitter": false,
                  "retry_on": [], "exit_codes": [], "never_exit_codes": []},
        "log": {"max_bytes": 1000}, "retention": {"days": 9, "runs": 9}, "on_server_stop": "cancel",
    }))
    .expect("a definition")
}

async fn watermark(app: &App, task: &str) -> DateTime<Utc> {
    let task = app.store().task_find(&TaskRef::Name(task.into())).await.expect("reads").expect("there");
    app.store().schedule_list(task.key).await.expect("reads").readable[0].watermark_at
}

async fn entries(app: &App, task: &str) -> Vec<(i64, SlotOutcome)> {
    let page = PageRequest::first(100);
    let listed = app.slot_list(&Caller::local(), Some(task), SlotFilter::default(), &page).await.expect("the ledger");
    listed.items.into_iter().map(|it| ((it.first_at - begin()).num_seconds(), it.outcome)).collect()
}

/// Between the completing and the transaction that changes the calendars there may be half a minute in which others write.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_the_completing_is_completed_too() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), Clock::manual(begin()));
    let app = app(folder.path(), &clock).await;
    for (name, cron) in
        [("due", "31 0 * * *"), ("fired", "* * * * * *"), ("quiet", "0 5 * * *"), ("changed", "0 5 * * *")]
    {
        app.task_create(&Caller::local(), definition(name, cron), false).await.expect("made");
    }
    clock.advance(TimeDelta::seconds(10));
    let concern = Concern { names: BTreeSet::from(["off".to_owned()]), tags: None };
    let completed = app.ledger_complete(concern.clone()).await.expect("completed");
    assert_eq!(entries(&app, "fired").await.first().map(|it| it.0), Some(10));
    for task in ["due", "fired", "quiet", "changed"] {
        assert_eq!(watermark(&app, task).await, clock.now(), "{task}");
    }

    clock.advance(TimeDelta::seconds(20));
    let now = clock.now();
    let fired = app.schedules_planned(now).await.expect("planned");
    let fired: Vec<_> = fired.into_iter().filter(|it| it.next_at().is_some_and(|at| at <= now)).collect();
    app.slots_book(fired, now).await.expect("booked");
    let changed = definition("changed", "30 31 0 * * *");
    app.task_update(&Caller::local(), "changed", changed, Write::default()).await.expect("saved");
    app.task_create(&Caller::local(), definition("late", "30 31 0 * * *"), false).await.expect("made");

    clock.advance(TimeDelta::seconds(70));
    let close = async move |tx: &Tx, moment: Moment| {
        close_concerned(tx, &concern, &completed, moment).await?;
        Ok(moment.now)
    };
    let closed_at = app.write(close, silent).await.expect("closed");
    for task in ["due", "fired", "quiet", "changed", "late"] {
        assert_eq!(watermark(&app, task).await, closed_at, "{task}");
    }
    assert_eq!(entries(&app, "due").await, [(60, SlotOutcome::Run)]);
    assert_eq!(entries(&app, "fired").await.first().map(|it| it.0), Some(100));
    assert_eq!(entries(&app, "quiet").await, []);
    assert_eq!(entries(&app, "changed").await, [(90, SlotOutcome::Run)]);
    assert_eq!(entries(&app, "late").await, [(90, SlotOutcome::Run)]);
}
