//! Callers who leave while their change is being committed: what was committed is told to everybody all the same.

use super::bench::{Bench, child_task};
use futures::poll;
use orc_server::app::core::events::Change;
use orc_server::app::core::write::Write;
use orc_server::app::pools::PoolDefinition;
use orc_server::app::{App, Caller};
use orc_server::domain::model::TaskRef;
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::{RunState, SystemPart};
use orc_server::store::{StoreError, Tx};
use serde_json::{Map, json};
use std::future::Future;

/// Asks for a change, and goes as soon as it is committed. Whoever asks has not heard of the commit by then: the change is waited
/// for by another one, which comes after it, because SQLite has one writer. Returns what was told meanwhile.
async fn left<T>(app: &App, asked: impl Future<Output = T>, written: impl AsyncFn() -> bool) -> Vec<Change> {
    let (mut asked, before) = (Box::pin(asked), app.events().newest_id());
    let before = if before.ends_with("-0") { None } else { Some(before) };
    while !written().await {
        assert!(poll!(asked.as_mut()).is_pending(), "it was answered before it could be left");
        let barrier = async |tx: &Tx| tx.setting_put("barrier", &json!(1)).await;
        app.store().write::<_, StoreError, _>(barrier).await.expect("written");
    }
    drop(asked);
    let told = app.events().subscribe(Some(before.as_deref().unwrap_or(&app.events().id(0))));
    assert_eq!(told.gap, None);
    told.backlog.into_iter().map(|it| it.change).collect()
}

fn is_system(change: &Change, wanted: SystemPart) -> bool {
    matches!(change, Change::System { what } if *what == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_and_tasks_are_planned_again() {
    let bench = Bench::new().await;
    if bench.on_postgres() {
        return;
    }
    let (app, caller) = (&bench.app, Caller::local());
    let calendar = |title: &str| {
        let day = json!({"kind": "date", "date": "2026-05-01", "until": null, "title": title});
        let body = json!({"name": "off", "description": "", "entries": [day], "except": [], "maintenance": null});
        serde_json::from_value(body).expect("a calendar")
    };
    let version = async || app.store().calendar_find("off").await.expect("reads").map_or(0, |it| it.version);
    app.replan_take();
    let told = left(app, app.calendar_create(&caller, calendar("a"), false), async || version().await == 1).await;
    assert!(told.iter().any(|it| is_system(it, SystemPart::Calendar)), "{told:?}");
    assert!(app.replan_take().all);
    let change = app.calendar_update(&caller, "off", calendar("b"), Write::default());
    let told = left(app, change, async || version().await == 2).await;
    assert!(told.iter().any(|it| is_system(it, SystemPart::Calendar)), "{told:?}");
    assert!(app.replan_take().all);
    let told = left(app, app.calendar_delete(&caller, "off", None), async || version().await == 0).await;
    assert!(told.iter().any(|it| is_system(it, SystemPart::Calendar)), "{told:?}");
    assert!(app.replan_take().all);

    let wire: orc_server::api::tasks::definition::TaskDefinition =
        serde_json::from_value(child_task("it", &["exit", "0"], json!({}))).expect("a definition");
    let definition: Definition = wire.into_domain("UTC");
    let found = async || app.store().task_find(&TaskRef::Name("it".into())).await.expect("reads");
    let is_task = |told: &[Change]| told.iter().any(|it| matches!(it, Change::Task { name, .. } if name == "it"));
    let told = left(app, app.task_create(&caller, definition, false), async || found().await.is_some()).await;
    let key = found().await.expect("there").key;
    assert!(is_task(&told) && app.replan_take().tasks.contains(&key), "{told:?}");
    let disabled = async || found().await.is_some_and(|task| !task.definition.enabled);
    let told = left(app, app.task_switch(&caller, "it", false), disabled).await;
    assert!(is_task(&told) && app.replan_take().tasks.contains(&key), "{told:?}");
    let told = left(app, app.task_delete(&caller, "it", None, false), async || found().await.is_none()).await;
    assert!(is_task(&told) && app.replan_take().tasks.contains(&key), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_pools_and_holds_are_told() {
    let bench = Bench::new().await;
    if bench.on_postgres() {
        return;
    }
    let (app, caller) = (&bench.app, Caller::local());
    let pool = PoolDefinition { name: "p".into(), description: String::new(), capacity: 1 };
    let there = async || app.store().pool_find("p").await.expect("reads").is_some();
    let told = left(app, app.pool_create(&caller, pool, false), there).await;
    assert!(told.iter().any(|it| is_system(it, SystemPart::Pool)), "{told:?}");

    bench.task(child_task("it", &["exit", "0"], json!({}))).await;
    let runs = async || {
        let page = orc_server::domain::model::PageRequest::first(9);
        app.run_list(&caller, Some("it"), Default::default(), &page).await.expect("runs").items
    };
    let of = |told: &[Change], wanted: RunState| {
        told.iter().any(|it| matches!(it, Change::Run { state, .. } if *state == wanted))
    };
    let told = left(app, app.run_create(&caller, "it", Map::new(), None), async || !runs().await.is_empty()).await;
    assert!(of(&told, RunState::Queued), "{told:?}");
    let run = runs().await[0].id;
    let ended = async || runs().await[0].state.is_final();
    let told = left(app, app.run_cancel(&caller, run), ended).await;
    assert!(of(&told, RunState::Cancelled), "{told:?}");

    let held = async || app.hold().await.expect("reads").is_some();
    let told = left(app, app.system_hold(&caller, "maintenance".into()), held).await;
    assert!(told.iter().any(|it| is_system(it, SystemPart::Hold)), "{told:?}");
}
